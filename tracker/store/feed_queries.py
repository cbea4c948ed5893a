"""Subscriptions: who has which, what opens one, and what may be subscribed to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import String, and_, bindparam, case, func, or_, select, type_coerce
from sqlalchemy.orm import Session, aliased

from tracker.domain.access import Actor, Permission
from tracker.domain.feeds import FeedScope
from tracker.store.at_once import AtOnce
from tracker.store.feed_counts import FeedCount
from tracker.store.feeds import Feed
from tracker.store.kept_calendars import RULES, WHOLE, CalendarMark
from tracker.store.people import Person, PersonStanding
from tracker.store.plans import Plan
from tracker.store.reach import within
from tracker.store.tasks import Assignment, Task
from tracker.store.units import Unit


def feeds_of(session: Session, person_id: int) -> Sequence[Feed]:
    """A person's live subscriptions, oldest first."""
    return session.scalars(
        select(Feed).where(Feed.owner_id == person_id, Feed.revoked_at.is_(None)).order_by(Feed.id)
    ).all()


_OF_FEED, _HELD_AT = aliased(Unit, name="feed_unit"), aliased(Unit, name="held_at")


def _marks(*unit_ids: Any) -> Any:
    summed = select(func.coalesce(func.sum(CalendarMark.changes), 0))
    # A list would be written into the statement anew at each poll.
    wanted = [CalendarMark.unit_id == unit_id for unit_id in unit_ids]
    return (summed.where(or_(*wanted)) if wanted else summed).correlate(Feed).scalar_subquery()


OPENED = AtOnce(
    select(
        Feed.id,
        Feed.uid,
        Feed.name,
        Feed.owner_id,
        Feed.scope,
        Feed.unit_id,
        Feed.plan_id,
        Feed.flavour,
        Feed.redaction,
        Feed.alarm,
        Feed.with_milestones,
        Feed.with_support,
        Feed.token_hash,
        Feed.content_key,
        Feed.etag,
        Feed.fetched_at,
        Feed.fetched_by,
        _OF_FEED.path.label("unit_path"),
        Person.name.label("owner_name"),
        PersonStanding.office,
        PersonStanding.unit_id.label("held_unit_id"),
        _HELD_AT.path.label("held_path"),
        _HELD_AT.name.label("held_name"),
        # One unit's calendar needs its own marks; the others take every change for theirs.
        case(
            (type_coerce(Feed.scope, String) == FeedScope.UNIT.value, _marks(Feed.unit_id, WHOLE, RULES)),
            else_=_marks(),
        ).label("marks"),
        _marks(RULES).label("rules"),
        func.coalesce(FeedCount.number, 0).label("number"),
    )
    .join(Person, and_(Feed.owner_id == Person.id, Person.active))
    .join(PersonStanding, PersonStanding.person_id == Person.id)
    .join(_HELD_AT, and_(PersonStanding.unit_id == _HELD_AT.id, _HELD_AT.active))
    .outerjoin(_OF_FEED, Feed.unit_id == _OF_FEED.id)
    .outerjoin(FeedCount, FeedCount.feed_id == Feed.id)
    .where(Feed.token_hash == bindparam("token_hash"), Feed.revoked_at.is_(None))
    .order_by(PersonStanding.id)
)
"""The live subscription with that ``token_hash``, with its owner's roles, the marks of its content, and the highest
number that its own entries had.

A row for each role of the owner, all with the same feed; none where there is no such feed, its owner's account was
closed, or no role is held at a unit that exists.
"""


def changes_to_rules(session: Session) -> int:
    """How often the rules of the lights, or the working days, were changed."""
    return session.scalar(select(_marks(RULES))) or 0


def styles_in_use(session: Session) -> Sequence[Any]:
    """The combinations of flavour, redaction and alarm that live feeds have; and the count of changes to the rules."""
    return session.execute(
        select(Feed.flavour, Feed.redaction, Feed.alarm, _marks(RULES).label("rules"))
        .where(Feed.revoked_at.is_(None), Feed.fetched_at.is_not(None))
        .distinct()
    ).all()


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
