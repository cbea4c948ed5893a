"""What a subscription shows, read in two statements however many rows there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.feeds import FeedScope
from tracker.domain.lifecycle import OPEN_STATES
from tracker.domain.roles import Role
from tracker.store.feeds import Feed
from tracker.store.overdue import overdue_on
from tracker.store.plans import Plan
from tracker.store.reach import within
from tracker.store.revision_queries import and_later_versions
from tracker.store.tasks import Assignment, Task
from tracker.store.units import Unit

# Wider than what calendars show, so that the window itself stays a rule of the export alone.
FARTHEST, LONGEST_KEPT = timedelta(days=401), timedelta(days=31)

COLUMNS: tuple[Any, ...] = (
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
    Assignment.submitted_at,
    Assignment.completed_on,
    Assignment.withdrawn_on,
    Assignment.changed_at,
    Assignment.sequence,
    Task.state.label("task_state"),
    Task.title,
    Task.path,
    Task.quote,
    Unit.name.label("unit_name"),
    Plan.title.label("plan_title"),
    Plan.number.label("plan_number"),
)


def feed_by_token_hash(session: Session, token_hash: str) -> Feed | None:
    """The live subscription with that hash; None when there is none or it was revoked."""
    return session.scalar(select(Feed).where(Feed.token_hash == token_hash, Feed.revoked_at.is_(None)))


def feeds_of(session: Session, person_id: int) -> Sequence[Feed]:
    """A person's live subscriptions, oldest first."""
    return session.scalars(
        select(Feed).where(Feed.owner_id == person_id, Feed.revoked_at.is_(None)).order_by(Feed.id)
    ).all()


def feed_rows(session: Session, feed: Feed, owner: Actor, today: date) -> Sequence[Row[Any]]:
    """The assignments that may stand in the feed today, in the order of their days."""
    return session.execute(
        _shown(select(*COLUMNS), feed, owner, today).order_by(Assignment.due_on, Assignment.id)
    ).all()


def parts_of(session: Session, feed: Feed, owner: Actor, today: date) -> dict[int, dict[Role, list[str]]]:
    """For every task in the feed its units by role, as the plan lists them."""
    tasks = _shown(select(Assignment.task_id), feed, owner, today)
    rows = session.execute(
        select(Assignment.task_id, Assignment.role, Unit.name)
        .join(Unit, Assignment.unit_id == Unit.id)
        .where(Assignment.task_id.in_(tasks))
        .order_by(Assignment.task_id, Assignment.position)
    )
    parts: dict[int, dict[Role, list[str]]] = defaultdict(lambda: defaultdict(list))
    for task_id, role, name in rows:
        parts[task_id][role].append(name)
    return parts


def _shown(query: Select[Any], feed: Feed, owner: Actor, today: date) -> Select[Any]:
    return (
        query.select_from(Assignment)
        .join(Task, Assignment.task_id == Task.id)
        .join(Plan, Task.plan_id == Plan.id)
        .join(Unit, Assignment.unit_id == Unit.id)
        .where(within(owner, Permission.READ), _in_scope(feed, today), _near(today))
    )


def _in_scope(feed: Feed, today: date) -> ColumnElement[bool]:
    match feed.scope:
        case FeedScope.UNIT:
            return Assignment.unit_id == feed.unit_id
        case FeedScope.PLAN:
            # What went over to a newer version of the plan is still shown to those who subscribed to the old one.
            return Task.plan_id.in_(and_later_versions(feed.plan_id))
        case FeedScope.OVERDUE:
            return overdue_on(today)
        case FeedScope.ALL:
            return Assignment.due_on.is_not(None)


def _near(today: date) -> ColumnElement[bool]:
    """Open items up to the window's far end, however old; closed ones while they are still shown."""
    return or_(
        and_(Assignment.state.in_(OPEN_STATES), Assignment.due_on <= today + FARTHEST),
        and_(Assignment.due_on.is_not(None), Assignment.completed_on >= today - LONGEST_KEPT),
        and_(Assignment.due_on.is_not(None), Assignment.withdrawn_on >= today - LONGEST_KEPT),
    )


def unit_choices(session: Session, actor: Actor) -> dict[int, str]:
    """The units whose items the actor may subscribe to, in the order of the tree."""
    rows = session.execute(
        select(Unit.id, Unit.name).where(Unit.active, within(actor, Permission.READ)).order_by(Unit.position, Unit.id)
    )
    return {row.id: row[1] for row in rows}


def plan_choices(session: Session, actor: Actor) -> dict[int, str]:
    """The plans in which something within the actor's reach is to be done, newest first."""
    concerned = (
        select(Task.plan_id)
        .join(Assignment, Assignment.task_id == Task.id)
        .join(Unit, Assignment.unit_id == Unit.id)
        .where(within(actor, Permission.READ))
    )
    rows = session.execute(
        select(Plan.id, Plan.title).where(Plan.id.in_(concerned)).order_by(Plan.issued_on.desc(), Plan.id.desc())
    )
    return {row.id: row[1] for row in rows}
