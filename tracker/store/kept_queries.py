"""What stands in a calendar today, with the bytes kept of each entry: one statement, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased

from tracker.domain.access import Actor, Permission
from tracker.domain.feeds import FeedScope
from tracker.domain.history import REMARKED
from tracker.domain.lifecycle import OPEN_STATES, State
from tracker.domain.roles import Role
from tracker.store.at_once import AtOnce
from tracker.store.kept_calendars import CalendarEntry
from tracker.store.overdue import TASK_OPEN, overdue_on
from tracker.store.reach import below, within
from tracker.store.revision_queries import and_later_versions
from tracker.store.tasks import Assignment, HistoryEntry, Milestone, Task
from tracker.store.units import Unit

STATEMENTS = 1000


@dataclass(frozen=True, slots=True)
class Shown:
    """What a subscription shows today: by its scope and options, within what its owner may read, in the window.

    ``plan_id`` and ``unit_*`` as the scope has them; the window's bounds as days.
    """

    owner: Actor
    scope: FeedScope
    today: date
    unit_id: int | None = None
    unit_path: str | None = None
    plan_id: int | None = None
    with_support: bool = True
    farthest: date = date.max
    due_since: date = date.min
    closed_since: date = date.min


def kept_parts(connection: Connection, shown: Shown, style: str) -> Sequence[Any]:
    """The parts that stand in the feed, each with its kept bytes, or None for both ``body`` and ``fault``.

    In no order, and as the driver gives them.
    """
    return _kept_parts(shown, style)(connection)


def kept_milestones(connection: Connection, shown: Shown, style: str) -> Sequence[Any]:
    """The same of the milestones of tasks in which a part stands in the feed."""
    return _kept_milestones(shown, style)(connection)


# A statement takes longer to put together than a small feed takes to read; the same feeds are asked for all day.
@lru_cache(maxsize=STATEMENTS)
def _kept_parts(shown: Shown, style: str) -> AtOnce:
    is_kept = and_(
        CalendarEntry.assignment_id == Assignment.id,
        CalendarEntry.part_version == Assignment.content_version,
        *_fresh(shown, style),
    )
    query = select(Assignment.id, Assignment.due_on, *_KEPT)
    return AtOnce(_within(query, shown).outerjoin(CalendarEntry, is_kept), is_whole=True, may_be_long=True)


@lru_cache(maxsize=STATEMENTS)
def _kept_milestones(shown: Shown, style: str) -> AtOnce:
    is_kept = and_(CalendarEntry.milestone_id == Milestone.id, *_fresh(shown, style))
    tasks = _within(select(Assignment.task_id), shown, dated=False)
    query = select(Milestone.id, Milestone.due_on, *_KEPT).join(Task, Milestone.task_id == Task.id)
    in_window = _in_window(Milestone.due_on, Milestone.reached_on, TASK_OPEN, shown)
    wanted = query.outerjoin(CalendarEntry, is_kept).where(Milestone.task_id.in_(tasks), in_window)
    return AtOnce(wanted, is_whole=True, may_be_long=True)


_KEPT = (CalendarEntry.body, CalendarEntry.overdue_line, CalendarEntry.fault)


def _fresh(shown: Shown, style: str) -> tuple[ColumnElement[bool], ...]:
    return (
        CalendarEntry.style == style,
        CalendarEntry.task_version == Task.content_version,
        CalendarEntry.since <= shown.today,
        CalendarEntry.until >= shown.today,
    )


def days_counted(connection: Connection, shown: Shown) -> Sequence[Any]:
    """For every day on which a part in the feed is due: how many are, and how many of them are still open.

    What is withdrawn does not count.
    """
    waiting = func.sum(case((Assignment.state.in_(OPEN_STATES), 1), else_=0)).label("waiting")
    query = select(Assignment.due_on.label("day"), func.count().label("due"), waiting)
    counted = _within(query, shown).where(Assignment.state != State.WITHDRAWN).group_by(Assignment.due_on)
    return connection.execute(counted).all()


def _within(query: Any, shown: Shown, *, dated: bool = True) -> Any:
    joined = query.select_from(Assignment).join(Task, Assignment.task_id == Task.id)
    conditions = [within(shown.owner, Permission.READ), _in_scope(shown)]
    if dated:
        closed_on = func.coalesce(Assignment.completed_on, Assignment.withdrawn_on)
        conditions.append(_in_window(Assignment.due_on, closed_on, Assignment.state.in_(OPEN_STATES), shown))
    if not shown.with_support:
        conditions.append(Assignment.role != Role.SUPPORT)
    return joined.join(Unit, Assignment.unit_id == Unit.id).where(*conditions)


def _in_window(due_on: Any, closed_on: Any, is_open: Any, shown: Shown) -> ColumnElement[bool]:
    """What ``tracker.export.ical.outside`` says: open items however old; closed ones while they are still shown."""
    recent = and_(closed_on >= shown.closed_since, due_on >= shown.due_since)
    return and_(due_on <= shown.farthest, or_(and_(closed_on.is_(None), is_open), recent))


def _in_scope(shown: Shown) -> ColumnElement[bool]:
    return _SCOPES[shown.scope](shown)


def _remarked_by(person_id: int) -> Any:
    """The tasks on a part of which the person wrote a remark (批示)."""
    part = aliased(Assignment)
    return (
        select(part.task_id)
        .join(HistoryEntry, HistoryEntry.assignment_id == part.id)
        .where(HistoryEntry.actor_id == person_id, HistoryEntry.event == REMARKED)
    )


def _of_own_units(shown: Shown) -> ColumnElement[bool]:
    return Assignment.unit_id.in_([held.unit_id for held in shown.owner.reach(Permission.WORK_OWN)])


_SCOPES: dict[FeedScope, Callable[[Shown], ColumnElement[bool]]] = {
    FeedScope.UNIT: lambda shown: Assignment.unit_id == shown.unit_id,
    FeedScope.UNIT_TREE: lambda shown: below(shown.unit_path or ""),
    # What went over to a newer version of the plan is still shown to those who subscribed to the old one.
    FeedScope.PLAN: lambda shown: Task.plan_id.in_(and_later_versions(shown.plan_id)),
    FeedScope.MINE: _of_own_units,
    FeedScope.ALL: lambda _: true(),
    FeedScope.OVERDUE: lambda shown: overdue_on(shown.today),
    FeedScope.KEY: lambda shown: Assignment.task_id.in_(_remarked_by(shown.owner.person_id)),
}


def looked_for(session: Session, shown: Shown, title: str, most: int) -> Sequence[Any]:
    """The parts within the owner's reach whose task's title holds these words, and whether each is in the scope."""
    columns = (
        Assignment.id,
        Assignment.role,
        Assignment.due_on,
        Assignment.completed_on,
        Assignment.withdrawn_on,
        Task.title,
        Unit.name.label("unit_name"),
        _in_scope(shown).label("is_in_scope"),
    )
    joined = select(*columns).join(Task, Assignment.task_id == Task.id).join(Unit, Assignment.unit_id == Unit.id)
    found = joined.where(within(shown.owner, Permission.READ), Task.title.icontains(title, autoescape=True))
    return session.execute(found.order_by(Assignment.due_on, Assignment.id).limit(most)).all()
