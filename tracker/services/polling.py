"""A calendar client's poll: the feed's body, or the word that it has not changed.

token -> the feed, its owner and the marks of its content (one statement) -> unchanged: 304
                                                                          -> changed: the body, kept in memory, or made
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Engine
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission, Standing
from tracker.services.errors import NotFound
from tracker.services.feeds import hash_of
from tracker.services.kept_bodies import Bodies, Body, Key
from tracker.services.kept_feeds import (
    RENDERING,
    FeedUnrenderable,
    MadeFeed,
    Place,
    Wanted,
    gather,
    make_feed_body,
    settle_feed_body,
    wanted_of,
)
from tracker.services.poll_notes import SEEN_EVERY, Seen
from tracker.store.at_once import Rows
from tracker.store.feed_queries import OPENED
from tracker.store.kept_entries import Kept
from tracker.store.unchanged import UntilACommit

log = logging.getLogger(__name__)

LONGEST_TOKEN = 100
MOST_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Poll:
    """What a client asked: its token, what it calls itself, and the validators it holds; ``holds_any`` is If-None-Match
    with a star."""

    token: str
    client: str
    holds: frozenset[str] = frozenset()
    holds_any: bool = False

    def has(self, etag: str | None) -> bool:
        """Whether the client holds the body with that validator."""
        return self.holds_any or etag in self.holds


@dataclass(frozen=True, slots=True)
class Answer:
    """``body`` None means that what the client holds is still right; ``seen`` None that nothing is to be noted."""

    etag: str
    name: str
    body: bytes | None
    seen: Seen | None


@dataclass(frozen=True, slots=True)
class _Feed:
    """A feed that was opened: its row, its owner with today's roles, and the key of its content today."""

    row: Any
    owner: Actor
    key: Key


def openings(engine: Engine) -> UntilACommit:
    """What the tokens given to it open: OPENED, known until something is committed."""
    return UntilACommit(engine, OPENED)


def answer_poll(opened: UntilACommit, poll: Poll, place: Place, bodies: Bodies) -> Answer:
    """The feed as its owner may read it today. A connection is lent only while its body is made.

    Raises NotFound for a token that opens nothing (wrong, revoked, its owner gone or out of reach), and
    FeedUnrenderable when no row could be rendered.
    """
    wanted = hash_of(poll.token[:LONGEST_TOKEN])
    feed = _feed(opened(token_hash=wanted), opened.engine.dialect, wanted, place)
    if feed.row.content_key == feed.key.content and poll.has(feed.row.etag):
        return _answer(feed, poll, place, Body(feed.key, feed.row.etag, b""))
    return _answer(feed, poll, place, bodies.get(feed.row.id, feed.key) or _made(opened.engine, feed, place, bodies))


def missing_entries(session: Session, token_hash: str, place: Place) -> tuple[Kept, ...]:
    """The entries that the feed needs today and that are not kept, made; none of a feed that opens nothing any more."""
    try:
        connection, wanted = _read_now(session, token_hash, place)
        return tuple(gather(connection, wanted).made)
    except (NotFound, FeedUnrenderable):
        return ()


def made_now(session: Session, token_hash: str, place: Place) -> MadeFeed:
    """The feed's body, of what the session sees now. Raises as ``answer_poll`` does."""
    connection, wanted = _read_now(session, token_hash, place)
    return make_feed_body(connection, wanted, place.now)


def _read_now(session: Session, token_hash: str, place: Place) -> tuple[Connection, Wanted]:
    connection = session.connection()
    feed = _feed(OPENED(connection, token_hash=token_hash), connection.dialect, token_hash, place)
    return connection, _wanted(feed, place)


def _feed(rows: Rows, dialect: Dialect, wanted: str, place: Place) -> _Feed:
    feed = _read(rows, dialect, (place.today, place.zone.key, place.base_url)) if rows else None
    if feed is None or not hmac.compare_digest(feed.row.token_hash, wanted):
        raise NotFound("订阅链接无效或已停用。")
    return feed


# Between two changes of a feed every poll finds the same rows.
@lru_cache(maxsize=MOST_REMEMBERED)
def _read(rows: Rows, dialect: Dialect, made_for: tuple[date, str, str]) -> _Feed | None:
    """The feed that the rows tell of, with its content's key for that day and place; None out of its owner's reach."""
    typed = OPENED.typed(rows, dialect)
    owner = _owner(typed)
    return _Feed(typed[0], owner, _content_key(typed[0], owner, made_for)) if _may_read(owner, typed[0]) else None


def _owner(rows: Sequence[Any]) -> Actor:
    standings = (Standing(row.office, row.held_unit_id, row.held_path, row.held_name) for row in rows)
    return Actor(rows[0].owner_id, rows[0].owner_name, tuple(standings))


def _may_read(owner: Actor, row: Any) -> bool:
    if row.scope.is_of_a_unit:
        return row.unit_path is not None and owner.may(Permission.READ, row.unit_path)
    return owner.holds(Permission.READ)


def _content_key(row: Any, owner: Actor, made_for: tuple[date, str, str]) -> Key:
    """The fingerprint of all that a body is made from: while it holds, the body would be the same.

    What tasks, units, plans and rules say is in the marks, which the database counts. The number is apart: it may rise
    while a body is made.
    """
    options = (row.name, row.scope, row.unit_path, row.plan_id, row.flavour, row.redaction, row.alarm)
    choices = (row.with_milestones, row.with_support)
    made_from = (RENDERING, row.marks, *made_for, *options, *choices)
    content = f"{made_from!r} {owner.standings!r}".encode("utf-8", "surrogatepass")
    return Key(hashlib.sha256(content).hexdigest(), row.number)


def _made(engine: Engine, feed: _Feed, place: Place, bodies: Bodies) -> Body:
    wanted = _wanted(feed, place)

    def make() -> Body:
        made = settle_feed_body(engine, wanted, feed.key.number, place.now)
        for fault in made.faults:
            log.error("feed %s: an item is left out: %s", feed.row.id, fault)
        key = replace(feed.key, number=max(feed.key.number, made.number))
        return Body(key, made.etag, made.body, made.made)

    return bodies.make(feed.row.id, feed.key, wanted, make)


def _wanted(feed: _Feed, place: Place) -> Wanted:
    return wanted_of(feed.row, feed.owner, feed.row.unit_path, feed.row.rules, place)


def _answer(feed: _Feed, poll: Poll, place: Place, body: Body) -> Answer:
    is_held = poll.has(body.etag)
    key, size = body.key.content, 0 if is_held else len(body.body)
    seen = Seen(feed.row.id, key, body.etag, poll.client[:200], place.now, size, body.made)
    is_known = feed.row.content_key == key and feed.row.fetched_by == seen.client and not body.made
    just_now = feed.row.fetched_at is not None and timedelta() <= place.now - feed.row.fetched_at < SEEN_EVERY
    return Answer(body.etag, feed.row.name, None if is_held else body.body, None if is_known and just_now else seen)
