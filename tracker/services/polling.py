"""A calendar client's poll: the feed's body, or the word that it has not changed."""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.feeds import FeedScope
from tracker.domain.lights import AssignmentFacts, light_of
from tracker.domain.roles import Role
from tracker.export.ical import FeedItem, FeedSpec, FeedStyle, etag_of, render_feed
from tracker.services.calendars import work_calendar
from tracker.services.errors import NotFound
from tracker.services.feeds import hash_of
from tracker.services.lit import When
from tracker.services.people import actor_by_id
from tracker.services.rule_packs import light_pack_on
from tracker.store.engine import begin_write
from tracker.store.feed_queries import feed_by_token_hash, feed_rows, parts_of
from tracker.store.feeds import Feed

log = logging.getLogger(__name__)

# Part of every content key: raise it when the same items are to be rendered differently.
RENDERING = "1"
SEEN_EVERY = timedelta(minutes=5)
LONGEST_TOKEN = 100


@dataclass(frozen=True, slots=True)
class Poll:
    """What a client asked: its token, the validators it holds, and what it calls itself."""

    token: str
    client: str
    holds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when the poll is answered."""

    now: datetime
    today: date
    zone: ZoneInfo
    base_url: str


@dataclass(frozen=True, slots=True)
class Answer:
    """``body`` None means that what the client holds is still right."""

    etag: str
    name: str
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Seen:
    """What is noted of a poll, for the next one and for the owner to see."""

    content_key: str
    etag: str
    client: str
    at: datetime


def answer_poll(session: Session, poll: Poll, place: Place) -> Answer:
    """The feed as its owner may read it today.

    Raises NotFound for a token that opens nothing (wrong, revoked, its owner gone or out of reach), and
    FeedUnrenderableError when no row could be rendered.
    """
    feed, owner = _opened(session, poll.token)
    items = _items(session, feed, owner, place)
    spec = _spec(feed, place)
    key = _content_key(spec, items)
    if feed.etag and feed.content_key == key and feed.etag in poll.holds:
        answer = Answer(feed.etag, feed.name, None)
    else:
        answer = _rendered(feed, spec, items)
    _remember(session, feed, Seen(key, answer.etag, poll.client[:200], place.now))
    return answer if answer.etag not in poll.holds else Answer(answer.etag, answer.name, None)


def _opened(session: Session, token: str) -> tuple[Feed, Actor]:
    wanted = hash_of(token[:LONGEST_TOKEN])
    feed = feed_by_token_hash(session, wanted)
    if feed is None or not hmac.compare_digest(feed.token_hash, wanted):
        raise NotFound("订阅链接无效或已停用。")
    owner = actor_by_id(session, feed.owner_id)
    if owner is None or not _may_still_read(feed, owner):
        raise NotFound("订阅链接无效或已停用。")
    return feed, owner


def _may_still_read(feed: Feed, owner: Actor) -> bool:
    if feed.scope is FeedScope.UNIT:
        return feed.unit is not None and owner.may(Permission.READ, feed.unit.path)
    return owner.holds(Permission.READ)


def _rendered(feed: Feed, spec: FeedSpec, items: Sequence[FeedItem]) -> Answer:
    rendered = render_feed(spec, items)
    for skipped in rendered.skipped:
        log.error("feed %s: item %s left out: %s", feed.id, skipped.uid, skipped.reason)
    return Answer(etag_of(rendered.body).strip('"'), feed.name, rendered.body)


def _items(session: Session, feed: Feed, owner: Actor, place: Place) -> list[FeedItem]:
    parts = parts_of(session, feed, owner, place.today)
    when = When(place.today, place.zone, work_calendar(session), light_pack_on(session, place.today))
    return [_item(row, parts[row.task_id], when) for row in feed_rows(session, feed, owner, place.today)]


def _item(row: Row, parts: dict[Role, list[str]], when: When) -> FeedItem:  # type: ignore[type-arg]
    lit = light_of(_facts(row, when.zone), when.today, when.calendar.add_workdays, when.pack)
    return FeedItem(
        uid=row.uid,
        title=row.title,
        unit_name=row.unit_name,
        role_label=row.role.label,
        state=row.state,
        due_on=row.due_on,
        light=lit.light,
        light_word=lit.word,
        changed_at=row.changed_at,
        sequence=row.sequence,
        url=f"/assignments/{row.id}",
        original_due_on=row.original_due_on,
        completed_on=row.completed_on,
        withdrawn_on=row.withdrawn_on,
        percent=row.percent,
        parts=tuple(f"{role.label}：{'、'.join(parts[role])}" for role in Role if parts[role]),
        plan_title=row.plan_title,
        plan_number=row.plan_number,
        path=tuple(row.path),
        quote=row.quote,
    )


def _facts(row: Row, zone: tzinfo) -> AssignmentFacts:  # type: ignore[type-arg]
    return AssignmentFacts(
        row.state,
        row.due_on,
        row.dispatched_at.astimezone(zone).date(),
        row.completed_on,
        row.took_up_at.astimezone(zone).date() if row.took_up_at else None,
        task_state=row.task_state,
        sign_by_on=row.sign_by_on,
        role=row.role,
        submitted_on=row.submitted_at.astimezone(zone).date() if row.submitted_at else None,
    )


def _spec(feed: Feed, place: Place) -> FeedSpec:
    style = FeedStyle(place.base_url, place.zone.key, feed.flavour, feed.alarm, feed.redaction)
    return FeedSpec(feed.uid, feed.name, f"督办台账：{feed.name}（{feed.scope.label}）", place.today, style)


def _content_key(spec: FeedSpec, items: Sequence[FeedItem]) -> str:
    """The fingerprint of all that a body is made from: while it holds, the body would be the same."""
    digest = hashlib.sha256(f"{RENDERING} {spec!r}".encode("utf-8", "surrogatepass"))
    for item in items:
        digest.update(repr(item).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _remember(session: Session, feed: Feed, seen: Seen) -> None:
    """Notes what was answered and who asked; a poll that changes nothing is noted every few minutes only."""
    fresh = feed.fetched_at is not None and timedelta() <= seen.at - feed.fetched_at < SEEN_EVERY
    if fresh and feed.content_key == seen.content_key and feed.fetched_by == seen.client:
        return
    session.rollback()
    begin_write(session)
    kept = session.get(Feed, feed.id, populate_existing=True)
    if kept is None:
        return
    kept.content_key, kept.etag = seen.content_key, seen.etag
    kept.fetched_at, kept.fetched_by = seen.at, seen.client
    session.commit()
