"""The ledger (台账) as of any day: every unit's part as it stood at the end of it, with the light it showed.

Lists, figures, sheets and papers about a day or a period all ask here, so that they never disagree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.as_of import Happening, PartThen, part_then, task_state_of
from tracker.domain.division import Share, rolled_up
from tracker.domain.lifecycle import TaskState, is_chased
from tracker.domain.lights import AssignmentFacts, LitLight, is_overdue, light_of
from tracker.domain.roles import Role
from tracker.services.histories import Histories, LedgerFilter, histories, needed_roles
from tracker.services.lit import When
from tracker.store.units import Unit

__all__ = ["LedgerFilter", "LedgerRow", "ledger"]


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One unit's part on the day. ``then`` is its state; ``unit`` the unit that had it then.

    ``task_state`` and ``task_completed_on`` are those of the whole task on that day; ``needed`` says whether the
    task waits for this part. ``facts`` are what its light was made of: with them another pack can be tried on it.
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
    deadline_text: str | None
    unit: Unit
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
    def is_child(self) -> bool:
        """Whether the task was made by dividing a part (``parent_assignment_id``) that is a row of its own.

        Figures that count that row leave this one out; the percent of a divided part is that of its children.
        """
        return self.parent_assignment_id is not None

    @property
    def is_chased(self) -> bool:
        """Whether the unit was pressed for it on that day."""
        return is_chased(self.then.state, self.task_state)

    @property
    def is_overdue(self) -> bool:
        return self.days_late > 0


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
    known = known or histories(session, wanted)
    in_reach = known.in_reach(actor, permission)
    rows = [row for facts in known.by_task() for row in _rows_of_task(facts, known.happenings, known.units, when)]
    return [row for row in with_rolled_up(rows) if row.unit.id in in_reach]


def with_rolled_up(rows: list[LedgerRow]) -> list[LedgerRow]:
    """The rows, those of divided parts with the percent that their children had reached on that day."""
    shares: dict[int, dict[int, list[LedgerRow]]] = {}
    for row in rows:
        if row.parent_assignment_id is not None:
            shares.setdefault(row.parent_assignment_id, {}).setdefault(row.task_id, []).append(row)
    return [_rolled_up(row, shares) for row in rows] if shares else rows


def _rolled_up(row: LedgerRow, shares: Mapping[int, Mapping[int, Sequence[LedgerRow]]]) -> LedgerRow:
    """The row with its children's percent; a child may have been divided itself."""
    children = shares.get(row.assignment_id)
    if not children or row.then.state.is_closed:
        return row
    told = [[_rolled_up(each, shares) for each in rows] for rows in children.values()]
    percent = rolled_up(
        (rows[0].task_state, [Share(each.role, each.then.state, each.then.percent) for each in rows]) for rows in told
    ).percent
    return row if percent is None else replace(row, then=replace(row.then, percent=percent))


def _rows_of_task(
    facts: Sequence[Row[*tuple[Any, ...]]], told: dict[int, list[Happening]], units: dict[int, Unit], when: When
) -> list[LedgerRow]:
    """The parts of one task that had been dispatched by then; the task's own state follows from them all."""
    pasts = [(each, part_then(told.get(each.assignment_id, ()), each.unit_id, when.today, when.zone)) for each in facts]
    return rows_of_parts([(each, then) for each, then in pasts if then is not None], units, when)


def rows_of_parts(
    there: Sequence[tuple[Row[*tuple[Any, ...]], PartThen]], units: dict[int, Unit], when: When
) -> list[LedgerRow]:
    """The rows of one task's parts as they stood on the day; the task's own state follows from them all."""
    state, completed_on = task_state_of((each.role, then.state, then.completed_on) for each, then in there)
    needed = needed_roles(each.role for each, _ in there)
    rows = [_row(each, then, state, completed_on, units[then.unit_id], when) for each, then in there]
    return [row if row.role in needed else replace(row, needed=False) for row in rows]


def _row(  # noqa: PLR0917 - what a row is made of
    facts: Row[*tuple[Any, ...]],
    then: PartThen,
    task_state: TaskState,
    task_completed_on: date | None,
    unit: Unit,
    when: When,
) -> LedgerRow:
    late = is_overdue(then.state, then.due_on, when.today, task_state)
    seen = _seen(facts, then, task_state)
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
        deadline_text=facts.deadline_text,
        unit=unit,
        role=facts.role,
        then=then,
        task_state=task_state,
        task_completed_on=task_completed_on,
        facts=seen,
        lit=light_of(seen, when.today, when.calendar.add_workdays, when.pack),
        days_late=(when.today - then.due_on).days if late and then.due_on else 0,
        parent_assignment_id=facts.parent_assignment_id,
    )


def _seen(facts: Row[*tuple[Any, ...]], then: PartThen, task_state: TaskState) -> AssignmentFacts:
    return AssignmentFacts(
        then.state,
        then.due_on,
        then.dispatched_on,
        then.completed_on,
        then.took_up_on,
        task_state=task_state,
        sign_by_on=facts.sign_by_on,
        role=facts.role,
    )
