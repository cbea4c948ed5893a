"""The list of tasks, page by page: of a million tasks those that a unit's part brings into it, in the order asked for.

Few tasks meet the conditions -> they are put in order. Many do -> the order is walked along an index, as far as that is
quick; where those that meet the conditions stand late in it, all of them are found first, and put in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload, undefer

from tracker.store.among import among
from tracker.store.tasks import Assignment, Task

Condition = ColumnElement[bool]
# How many tasks are walked along before that is given up, each time; a page is mostly found by the first.
WALKS = (400, 8000)


def tasks_up_to(session: Session, conditions: Sequence[Condition], most: int) -> Sequence[int]:
    """The tasks of which one unit's part meets all the conditions; beyond ``most`` one more, whichever they are."""
    meeting = select(Task.id).where(Task.id.in_(_tasks_meeting(conditions)))
    return session.scalars(meeting.limit(most + 1)).all()


def ordered(session: Session, task_ids: Sequence[int], order: Sequence[Any], limit: int, offset: int) -> Sequence[int]:
    """So many of these tasks, in the order."""
    page = _in_order(select(Task.id).where(among(session, Task.id, task_ids)), order)
    return session.scalars(page.limit(limit).offset(offset)).all()


def first_of_many(
    session: Session, conditions: Sequence[Condition], order: Sequence[Any], limit: int, offset: int
) -> Sequence[int]:
    """So many tasks that meet the conditions, in the order, where they are too many to put in order each time."""
    for walk in WALKS:
        found = session.scalars(_along(conditions, order, walk + offset).limit(limit).offset(offset)).all()
        if len(found) == limit:
            return found
    return session.scalars(_out_of_all(conditions, order).limit(limit).offset(offset)).all()


def _along(conditions: Sequence[Condition], order: Sequence[Any], walk: int) -> Select[int]:
    """Those that meet the conditions among so many from the beginning of the order on."""
    first = _in_order(select(Task.id), order).limit(walk).subquery("first")
    meeting = select(Task.id).where(Task.id.in_(select(first.c.id)), Task.id.in_(_tasks_meeting(conditions)))
    return _in_order(meeting, order)


def _out_of_all(conditions: Sequence[Condition], order: Sequence[Any]) -> Select[int]:
    meeting = _tasks_meeting(conditions).distinct().cte("meeting").prefix_with("MATERIALIZED", dialect="postgresql")
    return _in_order(select(Task.id).join(meeting, meeting.c.task_id == Task.id), order)


def _in_order(query: Select[int], order: Sequence[Any]) -> Select[int]:
    return query.join(Task.plan).order_by(*order, Task.id)


def with_units(session: Session, task_ids: Sequence[int]) -> list[Task]:
    """These tasks in their order, with plan and all their units at hand."""
    query = (
        select(Task)
        .join(Task.plan)
        .where(Task.id.in_(task_ids))
        .options(
            contains_eager(Task.plan),
            selectinload(Task.assignments).options(joinedload(Assignment.unit), undefer(Assignment.took_up_at)),
        )
    )
    found = {task.id: task for task in session.scalars(query)}
    return [found[task_id] for task_id in task_ids if task_id in found]


def _tasks_meeting(conditions: Sequence[Condition]) -> Select[int]:
    of_parts = select(Assignment.task_id).join(Assignment.unit).join(Assignment.task).join(Task.plan)
    return of_parts.where(*conditions).correlate(None)
