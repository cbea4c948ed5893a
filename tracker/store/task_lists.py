"""The list of tasks, page by page: of a million tasks those that a unit's part brings into it, in the order asked for.

Few tasks meet the conditions -> they are put in order. Many do -> the order is walked along an index, as far as that is
quick; where those that meet the conditions stand late in it, all of them are found first, and put in order.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, UnaryExpression, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload, undefer
from sqlalchemy.sql.util import ClauseAdapter

from tracker.store.among import among
from tracker.store.tasks import Assignment, Task

Condition = ColumnElement[bool]
# How many tasks are walked along before that is given up, each time; a page is mostly found by the first.
WALKS = (400, 8000)
DEEPEST = 40_000
PARTS = 5  # times as many units' parts are looked through to know whether there are more than so many tasks


@dataclass(frozen=True, slots=True)
class Meeting:
    """Tasks of which one unit's part meets all the conditions; where not ``are_all``, whichever of them."""

    ids: Collection[int]
    are_all: bool


def tasks_up_to(session: Session, conditions: Sequence[Condition], most: int) -> Meeting:
    """All the tasks that meet the conditions, or more of them than ``most``."""
    # Parts are found fastest where nothing is asked of the rows together; mostly these few say it all.
    parts = session.scalars(_tasks_meeting(conditions).limit(PARTS * most)).all()
    found, are_all = set(parts), len(parts) < PARTS * most
    if are_all or len(found) > most:
        return Meeting(found, are_all)
    some = session.scalars(_tasks_meeting(conditions).distinct().limit(most + 1)).all()
    return Meeting(some, len(some) <= most)


def ordered(
    session: Session, task_ids: Collection[int], order: Sequence[Any], limit: int, offset: int
) -> Sequence[int]:
    """So many of these tasks, in the order."""
    page = _in_order(select(Task.id).where(among(session, Task.id, task_ids)), order)
    return session.scalars(page.limit(limit).offset(offset)).all()


def first_of_many(
    session: Session, conditions: Sequence[Condition], order: Sequence[Any], limit: int, offset: int
) -> Sequence[int]:
    """So many tasks that meet the conditions, in the order, where they are too many to put in order each time."""
    for walk in _walks(offset):
        found = session.scalars(_along(conditions, order, walk + offset).limit(limit).offset(offset)).all()
        if len(found) == limit:
            return found
    return session.scalars(_out_of_all(conditions, order).limit(limit).offset(offset)).all()


def _walks(offset: int) -> tuple[int, ...]:
    """How far to walk beyond so many tasks: each on the way is asked by itself, so far down all are found sooner."""
    if offset > DEEPEST:
        return ()
    return WALKS[-1:] if offset else WALKS


def _along(conditions: Sequence[Condition], order: Sequence[Any], walk: int) -> Select[int]:
    """Those that meet the conditions among so many from the beginning of the order on."""
    first = _in_order(select(*_placed(order)), order).limit(walk).subquery("first")
    # A question with a limit is asked of one task after the other, and no more than a page needs.
    meeting = _tasks_meeting(conditions).where(Assignment.task_id == first.c.task_id).limit(1).correlate(first)
    return _picked(first, order).where(meeting.scalar_subquery().is_not(None))


def _out_of_all(conditions: Sequence[Condition], order: Sequence[Any]) -> Select[int]:
    meeting = _parts_meeting(select(*_placed(order)), conditions).distinct().cte("meeting")
    return _picked(meeting.prefix_with("MATERIALIZED", dialect="postgresql"), order)


def _placed(order: Sequence[Any]) -> list[Any]:
    """A task's number, and what it is put in the order by: columns, each of which says its direction (``asc()``)."""
    columns = [Task.id.label("task_id")]
    for each in order:
        column = each
        while isinstance(column, UnaryExpression):
            column = column.element
        columns.append(column)
    return list({str(column): column for column in columns}.values())


def _picked(rows: FromClause, order: Sequence[Any]) -> Select[int]:
    """The tasks of these rows, of which each is placed, in the order."""
    of_rows = ClauseAdapter(rows)
    return select(rows.c.task_id).order_by(*(of_rows.traverse(each) for each in (*order, Task.id.asc())))


def _in_order(query: Select[Any], order: Sequence[Any]) -> Select[Any]:
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
    return _parts_meeting(select(Assignment.task_id), conditions).correlate(None)


def _parts_meeting(query: Select[Any], conditions: Sequence[Condition]) -> Select[Any]:
    of_parts = query.select_from(Assignment).join(Assignment.unit).join(Assignment.task).join(Task.plan)
    return of_parts.where(*conditions)
