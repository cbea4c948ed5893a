"""Tasks of a past day whose rows tell of it, in the order of the list: a page reads the histories of its own alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from tracker.store.among import among, not_among
from tracker.store.tasks import Assignment, Task

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class TaskPlace:
    """What gives a task its place in the list."""

    id: int
    due_on: date | None
    plan_id: int
    position: int


@dataclass(frozen=True, slots=True)
class ToldByRows:
    """Which tasks are asked for: those with a part of one of the units, given out before ``end`` and due in time.

    ``unit_ids`` None stands for all units, ``plan_id`` None for all plans. ``left_out`` are told elsewhere.
    """

    end: datetime
    unit_ids: Collection[int] | None
    plan_id: int | None
    due_from: date | None
    due_to: date | None
    left_out: Collection[int]

    def conditions(self, session: Session) -> list[Condition]:
        part: list[Condition] = [Assignment.task_id == Task.id, Assignment.dispatched_at < self.end]
        if self.unit_ids is not None:
            part.append(among(session, Assignment.unit_id, self.unit_ids))
        part += [Assignment.due_on >= self.due_from] if self.due_from else []
        part += [Assignment.due_on <= self.due_to] if self.due_to else []
        found: list[Condition] = [select(Assignment.id).where(*part).exists()]
        found += [Task.plan_id == self.plan_id] if self.plan_id else []
        return [*found, not_among(session, Task.id, self.left_out)] if self.left_out else found


def count_told_by_rows(session: Session, asked: ToldByRows, most: int) -> int:
    """How many they are, up to ``most``; one statement."""
    some = select(Task.id).where(*asked.conditions(session)).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def first_told_by_rows(
    session: Session, asked: ToldByRows, most: int, offset: int, *, descending: bool
) -> Sequence[TaskPlace]:
    """So many of them from the offset on, by their dates, those without one last; one statement."""
    dated = (Task.due_on.desc() if descending else Task.due_on.asc()).nulls_last()
    places = select(Task.id, Task.due_on, Task.plan_id, Task.position).where(*asked.conditions(session))
    ordered = places.order_by(dated, Task.plan_id, Task.position, Task.id).limit(most).offset(offset)
    return [TaskPlace(*row) for row in session.execute(ordered)]
