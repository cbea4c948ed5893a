"""Calendar subscriptions: making, showing, rotating and revoking them, and answering a client's poll.

The secret of a link is never stored: it is derived from the installation's key, the feed's own uid and
its generation. The database holds only its sha256, which finds the feed but does not open it.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.feeds import FeedScope, Flavour, Redaction
from tracker.services.errors import Invalid, NotFound
from tracker.store.feed_queries import feeds_of
from tracker.store.feeds import Feed
from tracker.store.plan_lists import visible_plan
from tracker.store.poll_queries import forget_clients
from tracker.store.units import Unit

TOKEN_BYTES = 24  # 192 bits, above the 128 that a link must have
MOST_FEEDS = 50


@dataclass(frozen=True, slots=True)
class NewFeed:
    """What a person asks for; ``unit_id`` goes with the scopes of a unit, ``plan_id`` with the plan scope."""

    name: str
    scope: FeedScope
    unit_id: int | None = None
    plan_id: int | None = None
    flavour: Flavour = Flavour.EVENT
    redaction: Redaction = Redaction.FULL
    alarm: bool = False
    with_milestones: bool = False
    with_support: bool = True


def make_feed(session: Session, actor: Actor, now: datetime, secret: str, wish: NewFeed) -> Feed:
    """A new subscription for the actor; commits.

    Raises Forbidden for a unit or plan out of the actor's reach, Invalid when the actor has too many.
    """
    _check_scope(session, actor, wish)
    if len(feeds_of(session, actor.person_id)) >= MOST_FEEDS:
        raise Invalid(f"每人最多{MOST_FEEDS}个订阅，请先停用不再使用的订阅。")
    feed = Feed(
        uid=str(uuid4()),
        owner_id=actor.person_id,
        name=wish.name,
        scope=wish.scope,
        unit_id=wish.unit_id if wish.scope.is_of_a_unit else None,
        plan_id=wish.plan_id if wish.scope is FeedScope.PLAN else None,
        flavour=wish.flavour,
        redaction=wish.redaction,
        alarm=wish.alarm,
        with_milestones=wish.with_milestones,
        with_support=wish.with_support,
        generation=1,
        created_at=now,
    )
    feed.token_hash = hash_of(_derived(secret, feed))
    session.add(feed)
    session.commit()
    return feed


def _check_scope(session: Session, actor: Actor, wish: NewFeed) -> None:
    if not actor.holds(Permission.READ):
        raise Forbidden(Permission.READ, "订阅事项")
    if wish.scope.is_of_a_unit:
        unit = session.get(Unit, wish.unit_id) if wish.unit_id else None
        if unit is None or not actor.may(Permission.READ, unit.path):
            raise Forbidden(Permission.READ, "订阅该单位事项")
    if wish.scope is FeedScope.PLAN and (not wish.plan_id or visible_plan(session, actor, wish.plan_id) is None):
        raise Forbidden(Permission.READ, "订阅该文件事项")


def own_feed(session: Session, actor: Actor, feed_id: int) -> Feed:
    """The actor's own live subscription; NotFound for anything else."""
    feed = session.get(Feed, feed_id)
    if feed is None or feed.owner_id != actor.person_id or feed.revoked_at is not None:
        raise NotFound("没有这个订阅，可能已经停用。")
    return feed


def rotate(session: Session, actor: Actor, secret: str, feed_id: int) -> Feed:
    """Gives the subscription a new link, which nobody has read yet; the old one answers 404 from now on. Commits."""
    feed = own_feed(session, actor, feed_id)
    feed.generation += 1
    feed.token_hash = hash_of(_derived(secret, feed))
    feed.fetched_at = feed.fetched_by = None
    forget_clients(session, feed.id)
    session.commit()
    return feed


def revoke(session: Session, actor: Actor, now: datetime, feed_id: int) -> Feed:
    """Ends the subscription for good; its link answers 404 from now on. Commits."""
    feed = own_feed(session, actor, feed_id)
    feed.revoked_at = now
    session.commit()
    return feed


def live_feeds(session: Session, actor: Actor) -> Sequence[Feed]:
    """The actor's subscriptions."""
    return feeds_of(session, actor.person_id)


def token_of(feed: Feed, secret: str) -> str | None:
    """The secret of the link; None when the installation's key was changed since the link was made."""
    token = _derived(secret, feed)
    return token if hmac.compare_digest(hash_of(token), feed.token_hash) else None


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _derived(secret: str, feed: Feed) -> str:
    digest = hmac.digest(secret.encode(), f"tracker feed {feed.uid} {feed.generation}".encode(), "sha256")
    return urlsafe_b64encode(digest[:TOKEN_BYTES]).decode()
