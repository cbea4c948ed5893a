"""What stands in a calendar today, with the bytes kept of each entry: one statement, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, TypeDecorator, and_, func, or_, select, true, type_coerce
from sqlalchemy.orm import Session, aliased
from sqlalchemy.types import NullType

from tracker.domain.access import Actor, Permission
from tracker.domain.feeds import FeedScope
from tracker.domain.history import REMARKED
from tracker.domain.lifecycle import OPEN_STATES
from tracker.domain.roles import Role
from tracker.store.base import Instant
from tracker.store.kept_calendars import CalendarEntry
from tracker.store.milestone_queries import awaited
from tracker.store.overdue import TASK_OPEN, overdue_on
from tracker.store.plans import Plan
from tracker.store.reach import below, within
from tracker.store.revision_queries import and_later_versions
from tracker.store.tasks import Assignment, HistoryEntry, Milestone, Task
from tracker.store.units import Unit


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


class Raw(TypeDecorator[Any]):
    """A value as the driver hands it over: good enough to be compared, and quick."""

    impl = NullType
    cache_ok = True


def kept_parts(session: Session, shown: Shown, style: str) -> Sequence[Row[Any]]:
    """The parts that stand in the feed, each with its kept bytes, or None for both ``body`` and ``fault``.

    ``changed_at`` is raw: see ``instant_of``. In no order.
    """
    kept = and_(
        CalendarEntry.assignment_id == Assignment.id,
        CalendarEntry.style == style,
        CalendarEntry.part_version == Assignment.content_version,
        CalendarEntry.task_version == Task.content_version,
        CalendarEntry.since <= shown.today,
        CalendarEntry.until >= shown.today,
    )
    columns = (Assignment.id, Assignment.due_on, Assignment.state, type_coerce(Assignment.changed_at, Raw()))
    query = select(*columns[:3], columns[3].label("changed_at"), *_KEPT)
    return session.execute(_within(query, shown).outerjoin(CalendarEntry, kept)).all()


_KEPT = (CalendarEntry.is_red, CalendarEntry.body, CalendarEntry.fault)


def kept_milestones(session: Session, shown: Shown, style: str) -> Sequence[Row[Any]]:
    """The same of the milestones of tasks in which a part stands in the feed."""
    kept = and_(
        CalendarEntry.milestone_id == Milestone.id,
        CalendarEntry.style == style,
        CalendarEntry.task_version == Task.content_version,
        CalendarEntry.since <= shown.today,
        CalendarEntry.until >= shown.today,
    )
    tasks = _within(select(Assignment.task_id), shown, dated=False)
    query = select(Milestone.id, Milestone.due_on, *_KEPT).join(Task, Milestone.task_id == Task.id)
    return session.execute(
        query.outerjoin(CalendarEntry, kept).where(
            Milestone.task_id.in_(tasks), _in_window(Milestone.due_on, Milestone.reached_on, TASK_OPEN, shown)
        )
    ).all()


def _within(query: Select[Any], shown: Shown, *, dated: bool = True) -> Select[Any]:
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
    match shown.scope:
        case FeedScope.UNIT:
            return Assignment.unit_id == shown.unit_id
        case FeedScope.UNIT_TREE:
            return below(shown.unit_path or "")
        case FeedScope.PLAN:
            # What went over to a newer version of the plan is still shown to those who subscribed to the old one.
            return Task.plan_id.in_(and_later_versions(shown.plan_id))
        case FeedScope.MINE:
            return Assignment.unit_id.in_([held.unit_id for held in shown.owner.reach(Permission.WORK_OWN)])
        case FeedScope.ALL:
            return true()
        case FeedScope.OVERDUE:
            return overdue_on(shown.today)
        case FeedScope.KEY:
            return Assignment.task_id.in_(_remarked_by(shown.owner.person_id))


def _remarked_by(person_id: int) -> Select[Any]:
    """The tasks on a part of which the person wrote a remark (批示)."""
    part = aliased(Assignment)
    return (
        select(part.task_id)
        .join(HistoryEntry, HistoryEntry.assignment_id == part.id)
        .where(HistoryEntry.actor_id == person_id, HistoryEntry.event == REMARKED)
    )


def parts_to_show(session: Session, part_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """All that calendars tell of these parts."""
    return session.execute(
        select(*PART_COLUMNS)
        .join(Task, Assignment.task_id == Task.id)
        .join(Plan, Task.plan_id == Plan.id)
        .join(Unit, Assignment.unit_id == Unit.id)
        .where(Assignment.id.in_(part_ids))
    ).all()


PART_COLUMNS: tuple[Any, ...] = (
    Assignment.id,
    Assignment.uid,
    Assignment.task_id,
    Assignment.role,
    Assignment.state,
    Assignment.due_on,
    Assignment.original_due_on,
    Assignment.percent,
    Assignment.dispatched_at,
    Assignment.took_up_at.label("took_up_at"),
    Assignment.sign_by_on,
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
)


def milestones_to_show(session: Session, milestone_ids: Sequence[int]) -> Sequence[Row[Any]]:
    """All that calendars tell of these milestones; ``changed_at`` is the last change of any part of the task."""
    last = select(func.max(Assignment.changed_at)).where(Assignment.task_id == Task.id).scalar_subquery()
    columns = (
        Milestone.id,
        Milestone.uid,
        Milestone.task_id,
        Milestone.text,
        Milestone.due_on,
        Milestone.reached_on,
        func.coalesce(last, Task.created_at, type_=Instant).label("changed_at"),
        Task.content_version.label("task_version"),
        Task.title,
        Task.path,
        Plan.title.label("plan_title"),
        Plan.number.label("plan_number"),
        awaited().label("awaited"),
    )
    joined = select(*columns).join(Task, Milestone.task_id == Task.id).join(Plan, Task.plan_id == Plan.id)
    return session.execute(joined.where(Milestone.id.in_(milestone_ids))).all()


def units_by_role(session: Session, task_ids: Collection[int]) -> dict[int, dict[Role, list[str]]]:
    """For every one of the tasks its units by role, as the plan lists them."""
    rows = session.execute(
        select(Assignment.task_id, Assignment.role, Unit.name)
        .join(Unit, Assignment.unit_id == Unit.id)
        .where(Assignment.task_id.in_(task_ids))
        .order_by(Assignment.task_id, Assignment.position)
    )
    parts: dict[int, dict[Role, list[str]]] = defaultdict(lambda: defaultdict(list))
    for task_id, role, name in rows:
        parts[task_id][role].append(name)
    return parts


def names_of(session: Session, part_ids: Sequence[int]) -> dict[int, Row[Any]]:
    """The title, unit and day of each of these parts."""
    columns = (Assignment.id, Task.title, Unit.name.label("unit_name"), Assignment.due_on)
    joined = select(*columns).join(Task, Assignment.task_id == Task.id).join(Unit, Assignment.unit_id == Unit.id)
    return {row.id: row for row in session.execute(joined.where(Assignment.id.in_(part_ids)))}


def instant_of(raw: Any) -> datetime:
    """The instant of a raw value: PostgreSQL's driver gives one, SQLite's the words that it keeps."""
    instant = datetime.fromisoformat(raw) if isinstance(raw, str) else raw
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
