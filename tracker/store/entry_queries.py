"""What the entries of calendars are made from, by the ids of what they show."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from tracker.domain.roles import Role
from tracker.store.as_list import as_list
from tracker.store.at_once import AtOnce
from tracker.store.base import Instant
from tracker.store.feeds import Feed
from tracker.store.given import in_words, is_given
from tracker.store.kept_calendars import CalendarEntry
from tracker.store.milestone_queries import awaited
from tracker.store.plans import Plan
from tracker.store.tasks import Assignment, Milestone, Task
from tracker.store.units import Unit


class _ByIds:
    """A question asked by ids. Most often it is one: as a question of its own, PostgreSQL plans that once for all."""

    def __init__(self, query: Select[*tuple[Any, ...]], number: Any) -> None:
        self._some = AtOnce(query.where(is_given(number, "ids")))
        self._one = AtOnce(query.where(number == bindparam("id", 0, Integer)))

    def __call__(self, connection: Connection, ids: Collection[int]) -> Sequence[Any]:
        if len(ids) == 1:
            return self._one.typed(self._one(connection, id=next(iter(ids))), connection.dialect)
        return self._some.typed(self._some(connection, ids=in_words(ids)), connection.dialect)


# The units of a task: (place in the plan, role, name) of each.
_OTHER, _OTHER_UNIT = aliased(Assignment), aliased(Unit)
_UNITS = (
    select(as_list(_OTHER.position, _OTHER.role, _OTHER_UNIT.name))
    .join(_OTHER_UNIT, _OTHER.unit_id == _OTHER_UNIT.id)
    .where(_OTHER.task_id == Task.id)
    .scalar_subquery()
    .label("units")
)


def units_by_role(units: str | None) -> dict[Role, list[str]]:
    """The units of a task, as its row tells them, by role and in the plan's order."""
    parts: dict[Role, list[str]] = defaultdict(list)
    for _, role, name in sorted(json.loads(units or "[]")):
        parts[Role(role)].append(name)
    return parts


def parts_to_show(connection: Connection, part_ids: Collection[int]) -> Sequence[Any]:
    """All that calendars tell of these parts."""
    return _PARTS_TO_SHOW(connection, part_ids)


_PARTS_TO_SHOW = _ByIds(
    select(
        Assignment.id,
        Assignment.uid,
        Assignment.role,
        Assignment.state,
        Assignment.due_on,
        Assignment.original_due_on,
        Assignment.percent,
        Assignment.dispatched_at,
        Assignment.took_up_at.label("took_up_at"),
        Assignment.sign_by_on,
        Assignment.submitted_at,
        Assignment.completed_on,
        Assignment.withdrawn_on,
        Assignment.changed_at,
        Assignment.sequence,
        Assignment.content_version.label("part_version"),
        Task.content_version.label("task_version"),
        Task.state.label("task_state"),
        Task.title,
        Task.path,
        Task.quote,
        Unit.name.label("unit_name"),
        Plan.title.label("plan_title"),
        Plan.number.label("plan_number"),
        _UNITS,
    )
    .join(Task, Assignment.task_id == Task.id)
    .join(Plan, Task.plan_id == Plan.id)
    .join(Unit, Assignment.unit_id == Unit.id),
    Assignment.id,
)


def milestones_to_show(connection: Connection, milestone_ids: Collection[int]) -> Sequence[Any]:
    """All that calendars tell of these milestones; ``changed_at`` is the last change of any part of the task."""
    return _MILESTONES_TO_SHOW(connection, milestone_ids)


_LAST_CHANGE = select(func.max(Assignment.changed_at)).where(Assignment.task_id == Task.id).scalar_subquery()
_MILESTONES_TO_SHOW = _ByIds(
    select(
        Milestone.id,
        Milestone.uid,
        Milestone.task_id,
        Milestone.text,
        Milestone.due_on,
        Milestone.reached_on,
        func.coalesce(_LAST_CHANGE, Task.created_at, type_=Instant).label("changed_at"),
        Task.content_version.label("task_version"),
        Task.title,
        Task.path,
        Plan.title.label("plan_title"),
        Plan.number.label("plan_number"),
        _UNITS,
        awaited().label("awaited"),
    )
    .join(Task, Milestone.task_id == Task.id)
    .join(Plan, Task.plan_id == Plan.id),
    Milestone.id,
)


def outdated_parts(
    session: Session, styles: Collection[str], part_ids: Collection[int], task_ids: Collection[int]
) -> Sequence[Any]:
    """Of these parts, and the parts of these tasks, those whose kept bytes in a style are not right any more.

    Rows of (part, style); parts that were never asked for have no bytes and are not among them.
    """
    is_outdated = or_(
        CalendarEntry.part_version != Assignment.content_version, CalendarEntry.task_version != Task.content_version
    )
    query = (
        select(Assignment.id, CalendarEntry.style)
        .join(CalendarEntry, CalendarEntry.assignment_id == Assignment.id)
        .join(Task, Assignment.task_id == Task.id)
        .where(or_(Assignment.id.in_(part_ids), Assignment.task_id.in_(task_ids)))
        .where(CalendarEntry.style.in_(styles), is_outdated)
    )
    return session.execute(query).all()


def tokens_in_use(session: Session, since: datetime) -> Sequence[str]:
    """The hashes of the live feeds that some client asked for since then."""
    in_use = select(Feed.token_hash).where(Feed.revoked_at.is_(None), Feed.fetched_at >= since)
    return session.scalars(in_use.order_by(Feed.id)).all()
