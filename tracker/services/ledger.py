"""The ledger (台账) as of any day: every unit's part as it stood at the end of it, with the light it showed.

Lists, figures, sheets and papers about a day or a period all ask here, so that they never disagree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.as_of import PartThen
from tracker.domain.lateness import JudgedBy
from tracker.domain.lifecycle import State, TaskState, is_chased
from tracker.domain.lights import AssignmentFacts, LitLight, is_overdue, light_of
from tracker.domain.roles import Role
from tracker.services.histories import Histories, LedgerFilter, PartOn, UnitThen, histories, parts_on_days
from tracker.services.lit import When

__all__ = ["LedgerFilter", "LedgerRow", "ledger", "ledgers"]


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One unit's part on the day. ``then`` is its state; ``unit`` the unit that had it then.

    ``task_state``, ``task_completed_on`` and the ``task_`` dates are those of the whole task on that day; ``needed``
    says whether the task waits for this part. ``facts`` are what its light was made of: with them another pack can be
    tried on it. ``parent_assignment_id`` is the part that was divided into this task, where there is one; a number that
    counts both counts them once (``tracker.domain.figures.counted_once``).
    """

    assignment_id: int
    task_id: int
    plan_id: int
    title: str
    path: tuple[str, ...]
    plan_title: str
    plan_number: str | None
    plan_issued_on: date | None
    position: int
    task_due_on: date | None
    task_original_due_on: date | None
    deadline_text: str | None
    unit: UnitThen
    role: Role
    then: PartThen
    task_state: TaskState
    task_completed_on: date | None
    facts: AssignmentFacts
    lit: LitLight
    days_late: int
    needed: bool = True
    parent_assignment_id: int | None = None

    @property
    def is_chased(self) -> bool:
        """Whether the unit was pressed for it on that day."""
        return is_chased(self.then.state, self.task_state)

    @property
    def is_overdue(self) -> bool:
        return self.days_late > 0

    def submitted_on_of(self, by: JudgedBy) -> date | None:
        """The day of submission, where what is completed is judged by it; else None."""
        judges = by is JudgedBy.SUBMISSION and self.then.state is State.COMPLETED
        return self.then.submitted_on if judges else None


def ledger(  # noqa: PLR0917 - who asks for what, and what was read of it already
    session: Session,
    actor: Actor,
    when: When,
    wanted: LedgerFilter | None = None,
    permission: Permission = Permission.READ,
    known: Histories | None = None,
) -> list[LedgerRow]:
    """Every part within the actor's reach as it stood at the end of ``when.today``, by plan, task and place.

    The units' places in the tree are those of the present. Parts dispatched later are left out. ``known`` spares
    reading again; it brings its own filter.
    """
    return ledgers(known or histories(session, wanted), [when], actor, permission)[0]


def ledgers(
    known: Histories, whens: Sequence[When], actor: Actor | None, permission: Permission = Permission.READ
) -> list[list[LedgerRow]]:
    """The ledger of each of the days, in the order asked for; all are in one zone.

    Without an actor it is everybody's: for pages that name a task's other units beside those in reach.
    """
    in_reach = known.units.keys() if actor is None else known.in_reach(actor, permission)
    told = parts_on_days(known, [when.today for when in whens], whens[0].zone) if whens else {}
    return [[_row(part, when) for part in told[when.today] if part.unit.id in in_reach] for when in whens]


def _row(part: PartOn, when: When) -> LedgerRow:
    facts, then = part.facts, part.then
    late = is_overdue(then.state, then.due_on, when.today, part.task_state)
    seen = _seen(part)
    return LedgerRow(
        assignment_id=facts.assignment_id,
        task_id=facts.task_id,
        plan_id=facts.plan_id,
        title=facts.title,
        path=tuple(facts.path),
        plan_title=facts.plan_title,
        plan_number=facts.plan_number,
        plan_issued_on=facts.issued_on,
        position=facts.position,
        task_due_on=facts.due_on,
        task_original_due_on=facts.original_due_on,
        deadline_text=facts.deadline_text,
        unit=part.unit,
        role=facts.role,
        then=then,
        task_state=part.task_state,
        task_completed_on=part.task_completed_on,
        facts=seen,
        lit=light_of(seen, when.today, when.calendar.add_workdays, when.pack),
        days_late=(when.today - then.due_on).days if late and then.due_on else 0,
        needed=part.needed,
        parent_assignment_id=part.parent_assignment_id,
    )


def _seen(part: PartOn) -> AssignmentFacts:
    then = part.then
    return AssignmentFacts(
        then.state,
        then.due_on,
        then.dispatched_on,
        then.completed_on,
        then.took_up_on,
        task_state=part.task_state,
        sign_by_on=part.facts.sign_by_on,
        role=part.facts.role,
        submitted_on=then.submitted_on,
    )
