"""How the work in reach stands today, counted by the database, and the first rows of the lists on the first page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, TypeVar

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session, aliased

from tracker.domain.lights import LightPack
from tracker.store.among import among
from tracker.store.as_of_queries import LEDGER_ORDER
from tracker.store.handling import Division
from tracker.store.overdue import AWAITED, TASK_OPEN, chased
from tracker.store.task_queries import Condition, Limits, lights_of_chased
from tracker.store.tasks import Assignment, Task
from tracker.store.units import Unit

_MEMBER = aliased(Assignment, name="member")
Name = TypeVar("Name")


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


def standings(
    session: Session, unit_ids: Collection[int] | None, conditions: Mapping[Name, Condition]
) -> dict[int, dict[Name, int]]:
    """Of what is awaited of each unit how much meets each condition on a part and its task; None: of all units.

    One statement. A task that is not open is unknown to the conditions.
    """
    is_open = and_(Task.id == Assignment.task_id, TASK_OPEN)
    sums = [func.sum(case((condition, 1), else_=0)) for condition in conditions.values()]
    counted = select(Assignment.unit_id, *sums).outerjoin(Task, is_open).where(AWAITED).group_by(Assignment.unit_id)
    if unit_ids is not None:
        counted = counted.where(among(session, Assignment.unit_id, unit_ids))
    return {unit_id: dict(zip(conditions, numbers, strict=True)) for unit_id, *numbers in session.execute(counted)}


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


def first_of(session: Session, conditions: Sequence[Condition], day: date, most: int) -> Sequence[ListedPart]:
    """The first parts by their dates that meet the conditions; one statement."""
    query = select(Assignment.id, Task.title, Unit.name, Assignment.due_on, case((chased(), 1), else_=0))
    query = query.select_from(Assignment).join(Assignment.unit).join(Assignment.task).where(*conditions)
    rows = session.execute(query.order_by(Assignment.due_on.asc().nulls_last(), Assignment.id).limit(most))
    return [
        ListedPart(key, title, unit, due_on, _days_late(due_on, day, pressed))
        for key, title, unit, due_on, pressed in rows
    ]


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
