"""A feed's body, joined from the kept bytes of its entries; those that are missing or outdated are made on the way.

kept rows -> what is missing is made -> the feed's own entries -> their numbers, stored where they say something new
-> body and ETag; the new entries are stored afterwards
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from tracker.clock import Clock
from tracker.domain.access import Actor
from tracker.domain.count_numbers import Said
from tracker.domain.feeds import Redaction
from tracker.export import ical
from tracker.export.ical import DayCount, FeedSpec, FeedStyle, Overview
from tracker.services.calendar_entries import KeptStyle, milestone_entries, part_entries
from tracker.store import kept_queries as ask
from tracker.store.engine import write_session
from tracker.store.feed_counts import said_last, say
from tracker.store.kept_entries import Kept

# Part of every key: raise it when the same items are to be rendered differently.
RENDERING = "3"
_DIGITS = 32


class FeedUnrenderable(Exception):
    """Rows failed and none is left to show. Answer 503: an empty calendar would wipe the client's."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when calendars are made, or a poll is answered."""

    now: datetime
    today: date
    zone: ZoneInfo
    base_url: str

    @classmethod
    def at(cls, clock: Clock, base_url: str) -> Place:
        """The place at this instant, whose day is the one that the instant falls in."""
        now = clock.now()
        return cls(now, clock.day_of(now), clock.zone, base_url)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A feed to make: what it is, what stands in it, and ``rules``, the count of changes to the rules of lights."""

    feed_id: int
    spec: FeedSpec
    shown: ask.Shown
    with_milestones: bool
    rules: int


@dataclass(frozen=True, slots=True)
class MadeFeed:
    """``made`` are entries that were not kept yet; ``faults`` are sentences on rows that could not be shown; ``number``
    is the highest that the feed's own entries had by then, 0 where there are none."""

    body: bytes
    etag: str
    made: tuple[Kept, ...]
    faults: tuple[str, ...]
    number: int


@dataclass(slots=True)
class Gathered:
    """What goes into the body, what was made on the way, and what could not be.

    Entries are (due day as the driver gives it, milestone or not, number, bytes, line among what is overdue). ``own``
    are the feed's own, without numbers; ``said`` is what they said last.
    """

    entries: list[tuple[Any, bool, int, bytes, str | None]] = field(default_factory=list)
    made: list[Kept] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    own: Mapping[str, bytes] = field(default_factory=dict)
    said: Said = field(default_factory=Said)

    def then(self, now: datetime) -> Said:
        """What the feed's own entries will have said when this is sent."""
        digests = {key: hashlib.sha256(body).hexdigest()[:_DIGITS] for key, body in self.own.items()}
        return self.said.then(digests, now)

    def take(self, rows: Sequence[Any], make: Callable[[list[int]], Iterable[Kept]], *, milestones: bool) -> None:
        """Takes the rows with their kept bytes; those that have none are made."""
        add, missing = self.entries.append, {}
        for number, due_on, body, line, fault in rows:
            if body is not None:
                add((due_on, milestones, number, body, line))
            elif fault is not None:
                self.faults.append(fault)
            else:
                missing[number] = due_on
        for entry in make(list(missing)) if missing else ():
            number = (entry.milestone_id if milestones else entry.assignment_id) or 0
            self.made.append(entry)
            if entry.body is None:
                self.faults.append(entry.fault or "")
            else:
                add((missing[number], milestones, number, entry.body, entry.overdue_line))


def shown_on(today: date, **scope: Any) -> ask.Shown:
    """What stands in a feed on a day, with the bounds of the window."""
    return ask.Shown(
        today=today,
        farthest=today + timedelta(days=ical.FUTURE_DAYS),
        due_since=today - timedelta(days=ical.PAST_DAYS),
        closed_since=today - timedelta(days=ical.KEPT_DAYS),
        **scope,
    )


def wanted_of(feed: Any, owner: Actor, unit_path: str | None, rules: int, place: Place) -> Wanted:
    """What to make of a subscription: its row, or the columns of it that were read, and the place of its unit."""
    shown = shown_on(
        place.today,
        owner=owner,
        scope=feed.scope,
        with_support=feed.with_support,
        unit_id=feed.unit_id,
        unit_path=unit_path,
        plan_id=feed.plan_id,
    )
    style = FeedStyle(place.base_url, place.zone.key, feed.flavour, feed.alarm, feed.redaction)
    words = f"督办台账：{feed.name}（{feed.scope.label}）"
    return Wanted(feed.id, FeedSpec(feed.uid, feed.name, words, place.today, style), shown, feed.with_milestones, rules)


def make_feed_body(connection: Connection, wanted: Wanted, now: datetime) -> MadeFeed:
    """The feed as a poll would find it now, which nobody is sent: its numbers are not stored.

    Raises FeedUnrenderable when rows failed and none is left.
    """
    gathered = gather(connection, wanted)
    return _joined(wanted, gathered, gathered.then(now))


def settle_feed_body(engine: Engine, wanted: Wanted, known: int, now: datetime) -> MadeFeed:
    """The same to be sent: what its own entries say anew has its numbers stored by then.

    ``known`` is the number that the feed had before its rows are read. Where another said something new since, they are
    read again, so that what is newer is never followed by what is older.
    """
    while True:
        with engine.connect() as connection:
            gathered = gather(connection, wanted)
        then = gathered.then(now)
        if then is gathered.said or _stored(engine, wanted.feed_id, known, then):
            return _joined(wanted, gathered, then)
        known = gathered.said.number


def _stored(engine: Engine, feed_id: int, after: int, said: Said) -> bool:
    """Whether nobody said anything else since. It is one statement: a poll's engine begins no transaction around it."""
    with write_session(engine) as session:
        is_next = say(session, feed_id, after, said)
        session.commit()
    return is_next


def gather(connection: Connection, wanted: Wanted) -> Gathered:
    """What the feed is made of now. Raises FeedUnrenderable when rows failed and none is left."""
    kept_in, today = kept_under(wanted.spec.style, wanted.rules), wanted.shown.today
    day = (today, ZoneInfo(kept_in.style.zone_name))
    gathered = Gathered()
    parts = ask.kept_parts(connection, wanted.shown, kept_in.key)
    gathered.take(parts, lambda ids: part_entries(connection, ids, kept_in, day), milestones=False)
    if wanted.with_milestones:
        rows = ask.kept_milestones(connection, wanted.shown, kept_in.key)
        gathered.take(rows, lambda ids: milestone_entries(connection, ids, kept_in, today), milestones=True)
    if gathered.faults and not gathered.entries:
        raise FeedUnrenderable(f"全部{len(gathered.faults)}项都无法写入日历，例如：{gathered.faults[0]}")
    gathered.entries.sort()
    gathered.own = ical.own_bytes(wanted.spec, _overview(connection, wanted, gathered))
    if gathered.own:
        gathered.said = said_last(connection, wanted.feed_id)
    return gathered


def _joined(wanted: Wanted, gathered: Gathered, said: Said) -> MadeFeed:
    own = [ical.numbered(each, said.number_of(key)) for key, each in gathered.own.items()]
    body = ical.feed_bytes(wanted.spec, [entry[3] for entry in gathered.entries], own)
    return MadeFeed(body, ical.etag_of(body), tuple(gathered.made), tuple(gathered.faults), said.number)


def kept_under(style: FeedStyle, rules: int) -> KeptStyle:
    """The style in which entries are kept for feeds of that style."""
    kept = _kept_style(style)
    return KeptStyle(kept, _style_key(kept, rules), rules)


def _kept_style(style: FeedStyle) -> FeedStyle:
    """A feed that tells counts alone needs of each entry only whether it is overdue: any bytes will do."""
    return replace(style, redaction=Redaction.TITLE_UNIT) if style.redaction is Redaction.COUNT else style


def _style_key(style: FeedStyle, rules: int) -> str:
    """What entries are kept under: everything besides their rows that shapes their bytes."""
    return hashlib.sha256(f"{RENDERING} {rules} {style!r}".encode()).hexdigest()[:32]


def _overview(connection: Connection, wanted: Wanted, gathered: Gathered) -> Overview:
    lines = [line for *_, line in gathered.entries if line is not None]
    is_count = wanted.spec.style.redaction is Redaction.COUNT
    return Overview(
        len(lines),
        () if is_count else tuple(lines[: ical.MOST_NAMED]),
        tuple(DayCount(*row) for row in ask.days_counted(connection, wanted.shown)) if is_count else (),
    )
