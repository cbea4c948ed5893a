"""The ledger (台账) as of any day: every unit's part as it stood at the end of it, with the light it showed.

Lists, figures, sheets and papers about a day or a period all ask here, so that they never disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, tzinfo
from itertools import groupby
from operator import is_not
from typing import Any

from sqlalchemy import ColumnElement, Row
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.as_of import Happening, PartThen, part_then, parts_then, task_state_of
from tracker.domain.lifecycle import TaskState, is_chased
from tracker.domain.lights import AssignmentFacts, LitLight, is_overdue, light_of
from tracker.domain.roles import Role
from tracker.services.lit import When
from tracker.store.as_of_queries import facts_of_parts, happenings_of
from tracker.store.tasks import Task
from tracker.store.unit_queries import units_by_id
from tracker.store.units import Unit


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One unit's part on the day. ``then`` is its state; ``unit`` the unit that had it then.

    ``task_state`` and ``task_completed_on`` are those of the whole task on that day; ``needed`` says whether the
    task waits for this part.
    """

    assignment_id: int
    task_id: int
    plan_id: int
    title: str
    path: tuple[str, ...]
    plan_title: str
    plan_number: str | None
    deadline_text: str | None
    unit: Unit
    role: Role
    then: PartThen
    task_state: TaskState
    task_completed_on: date | None
    lit: LitLight
    days_late: int
    needed: bool = True

    @property
    def is_chased(self) -> bool:
        """Whether the unit was pressed for it on that day."""
        return is_chased(self.then.state, self.task_state)

    @property
    def is_overdue(self) -> bool:
        return self.days_late > 0


@dataclass(frozen=True, slots=True)
class PartOn:
    """One unit's part on one of several days, without its light: what figures count."""

    assignment_id: int
    plan_id: int
    unit: Unit
    then: PartThen
    task_state: TaskState
    needed: bool


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """Whose parts are asked for: ``unit_path`` stands for the unit at it and all below."""

    unit_path: str | None = None
    plan_id: int | None = None


@dataclass(frozen=True, slots=True)
class Histories:
    """What the database knows of the parts that are asked for: read once for as many questions as a page has."""

    wanted: LedgerFilter
    facts: Sequence[Row[*tuple[Any, ...]]]
    happenings: dict[int, list[Happening]]
    units: dict[int, Unit]

    def by_task(self) -> Iterator[list[Row[*tuple[Any, ...]]]]:
        """The parts' facts, task by task."""
        return (list(group) for _, group in groupby(self.facts, key=lambda each: each.task_id))


def histories(session: Session, wanted: LedgerFilter | None = None) -> Histories:
    """The histories of the parts, for ``ledger`` and ``ledger_on_days``; who may see them is asked there."""
    wanted = wanted or LedgerFilter()
    conditions: list[ColumnElement[bool]] = [Task.plan_id == wanted.plan_id] if wanted.plan_id else []
    return Histories(
        wanted, facts_of_parts(session, conditions), happenings_of(session, conditions), units_by_id(session)
    )


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
    in_reach = _in_reach(known, actor, permission)
    rows = (row for facts in known.by_task() for row in _rows_of_task(facts, known.happenings, known.units, when))
    return [row for row in rows if row.unit.id in in_reach]


def ledger_on_days(  # noqa: PLR0917 - as above
    session: Session,
    actor: Actor,
    days: Iterable[date],
    zone: tzinfo,
    wanted: LedgerFilter | None = None,
    permission: Permission = Permission.READ,
    known: Histories | None = None,
) -> dict[date, list[PartOn]]:
    """The same parts as ``ledger`` gives for each of the days, told in one pass over their histories."""
    known = known or histories(session, wanted)
    in_reach, in_order = _in_reach(known, actor, permission), sorted(set(days))
    found: dict[date, list[PartOn]] = {day: [] for day in in_order}
    for facts in known.by_task():
        told = known.happenings
        pasts = [parts_then(told.get(each.assignment_id, ()), each.unit_id, in_order, zone) for each in facts]
        before: Sequence[PartThen | None] = ()
        parts: list[PartOn] = []
        for day, *thens in zip(in_order, *pasts, strict=True):
            # Most tasks stand still on most days: then they are as they were on the day before.
            if len(before) != len(thens) or any(map(is_not, before, thens)):
                parts = [part for part in _parts_of_task(facts, thens, known.units) if part.unit.id in in_reach]
                before = thens
            found[day] += parts
    return found


def _parts_of_task(
    facts: Sequence[Row[*tuple[Any, ...]]], thens: Sequence[PartThen | None], units: dict[int, Unit]
) -> list[PartOn]:
    there = [(each, then) for each, then in zip(facts, thens, strict=True) if then is not None]
    state, _ = task_state_of((each.role, then.state, then.completed_on) for each, then in there)
    needed = _needed_roles(each.role for each, _ in there)
    return [
        PartOn(each.assignment_id, each.plan_id, units[then.unit_id], then, state, each.role in needed)
        for each, then in there
    ]


def _needed_roles(roles: Iterable[Role]) -> set[Role]:
    """The roles that a task waits for: those that complete it, or all where only support units carry it."""
    present = set(roles)
    return {role for role in present if role.completes} or present


def _in_reach(known: Histories, actor: Actor, permission: Permission) -> set[int]:
    """The units whose parts are given."""
    below = known.wanted.unit_path or "/"
    return {u.id for u in known.units.values() if u.path.startswith(below) and actor.may(permission, u.path)}


def _rows_of_task(
    facts: Sequence[Row[*tuple[Any, ...]]], told: dict[int, list[Happening]], units: dict[int, Unit], when: When
) -> list[LedgerRow]:
    """The parts of one task that had been dispatched by then; the task's own state follows from them all."""
    pasts = [(each, part_then(told.get(each.assignment_id, ()), each.unit_id, when.today, when.zone)) for each in facts]
    there = [(each, then) for each, then in pasts if then is not None]
    state, completed_on = task_state_of((each.role, then.state, then.completed_on) for each, then in there)
    needed = _needed_roles(each.role for each, _ in there)
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
    return LedgerRow(
        assignment_id=facts.assignment_id,
        task_id=facts.task_id,
        plan_id=facts.plan_id,
        title=facts.title,
        path=tuple(facts.path),
        plan_title=facts.plan_title,
        plan_number=facts.plan_number,
        deadline_text=facts.deadline_text,
        unit=unit,
        role=facts.role,
        then=then,
        task_state=task_state,
        task_completed_on=task_completed_on,
        lit=_lit(facts, then, task_state, when),
        days_late=(when.today - then.due_on).days if late and then.due_on else 0,
    )


def _lit(facts: Row[*tuple[Any, ...]], then: PartThen, task_state: TaskState, when: When) -> LitLight:
    seen = AssignmentFacts(
        then.state,
        then.due_on,
        then.dispatched_on,
        then.completed_on,
        task_state=task_state,
        sign_by_on=facts.sign_by_on,
    )
    return light_of(seen, when.today, when.calendar.add_workdays, when.pack)
