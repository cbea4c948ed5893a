"""How the work in reach stands today, counted by the database, and the first rows of the lists on the first page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from tracker.domain.lifecycle import State
from tracker.domain.lights import LightPack
from tracker.store.as_of_queries import LEDGER_ORDER
from tracker.store.handling import Division
from tracker.store.overdue import chased
from tracker.store.task_queries import Condition, Limits, lights_of_chased
from tracker.store.tasks import Assignment, Task
from tracker.store.units import Unit

_MEMBER = aliased(Assignment, name="member")


@dataclass(frozen=True, slots=True)
class UnitStanding:
    """What is still pressed for of one unit's own parts, and how many of those show which light or are not signed."""

    unit_id: int
    open: int
    red: int
    yellow: int
    unsigned: int


@dataclass(frozen=True, slots=True)
class ListedPart:
    """A part as the first page names it."""

    assignment_id: int
    title: str
    unit_name: str
    due_on: date | None
    days_late: int


class ListedId(NamedTuple):
    """A part of a list, and its task."""

    assignment_id: int
    task_id: int


@dataclass(frozen=True, slots=True)
class FamilyPart:
    """A part that was divided, or one of a child task: by which of the counts it is held."""

    assignment_id: int
    parent_id: int | None
    open: bool
    red: bool
    yellow: bool


def standings(session: Session, reach: Condition, day: date, limits: Limits, pack: LightPack) -> list[UnitStanding]:
    """The numbers of each unit in reach that has anything open; one statement."""
    red, yellow = lights_of_chased(day, limits, pack)
    sums = (_sum(red), _sum(yellow), _sum(Assignment.state == State.DISPATCHED))
    counted = select(Assignment.unit_id, func.count(), *sums).join(Assignment.unit).join(Assignment.task)
    rows = session.execute(counted.where(reach, chased()).group_by(Assignment.unit_id))
    return [UnitStanding(*row) for row in rows]


def _sum(condition: Condition) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def families(
    session: Session, reach: Sequence[Condition], day: date, limits: Limits, pack: LightPack
) -> list[FamilyPart]:
    """The parts in reach that were divided, and those of child tasks; one statement."""
    lit = [case((and_(chased(), light), 1), else_=0) for light in lights_of_chased(day, limits, pack)]
    found = (
        select(Assignment.id, Division.parent_id, case((chased(), 1), else_=0), *lit)
        .join(Assignment.unit)
        .join(Assignment.task)
        .outerjoin(Division, Division.task_id == Assignment.task_id)
    )
    children = select(_MEMBER.id).join(Division, Division.task_id == _MEMBER.task_id)
    is_family = Assignment.id.in_(children.union(select(Division.parent_id)))
    return [
        FamilyPart(key, parent, *map(bool, held))
        for key, parent, *held in session.execute(found.where(*reach, is_family))
    ]


def first_of(
    session: Session, conditions: Sequence[Condition], day: date, most: int
) -> tuple[int, Sequence[ListedPart]]:
    """How many parts meet the conditions, and the first of them by their dates; two statements."""
    total = count_of(session, conditions)
    query = select(Assignment.id, Task.title, Unit.name, Assignment.due_on, case((chased(), 1), else_=0))
    query = query.select_from(Assignment).join(Assignment.unit).join(Assignment.task).where(*conditions)
    rows = session.execute(query.order_by(Assignment.due_on.asc().nulls_last(), Assignment.id).limit(most))
    return total, tuple(
        ListedPart(key, title, unit, due_on, _days_late(due_on, day, pressed))
        for key, title, unit, due_on, pressed in rows
    )


def count_of(session: Session, conditions: Sequence[Condition]) -> int:
    """How many parts meet the conditions on them, their task and their unit; one statement."""
    joined = select(func.count()).select_from(Assignment).join(Assignment.unit).join(Assignment.task)
    return session.scalar(joined.where(*conditions)) or 0


def page_of(session: Session, conditions: Sequence[Condition], first: int, most: int) -> Sequence[ListedId]:
    """So many of those parts from the first on, in the order of the ledger; one statement."""
    query = select(Assignment.id, Assignment.task_id).join(Assignment.unit).join(Assignment.task).join(Task.plan)
    rows = session.execute(query.where(*conditions).order_by(*LEDGER_ORDER).offset(first).limit(most))
    return [ListedId(*row) for row in rows]


def _days_late(due_on: date | None, day: date, pressed: int) -> int:
    return max((day - due_on).days, 0) if due_on and pressed else 0
