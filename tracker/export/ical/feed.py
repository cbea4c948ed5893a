"""A whole feed: head, joined events, tail."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import lru_cache
from itertools import chain
from types import MappingProxyType

from icalendar import Calendar

from tracker.domain.count_numbers import said_at
from tracker.domain.feeds import Redaction
from tracker.export.ical.events import repeated_bytes
from tracker.export.ical.totals import own_entries
from tracker.export.ical.values import FeedSpec, Overview
from tracker.export.ical.window import WINDOW_WORDS
from tracker.export.ical.wire import Text, checked_sequence, put_duration, put_line, put_x_line, wire_bytes

PRODID = "-//Tracker//Duban Taizhang//ZH"
REFRESH = timedelta(hours=1)
TAIL = b"END:VCALENDAR\r\n"
HEADS_IN_MEMORY = 1000
OWN_IN_MEMORY = 200


def feed_bytes(spec: FeedSpec, items: Iterable[bytes], own: Iterable[bytes] = ()) -> bytes:
    """The feed, made of its own entries and its items' kept bytes in the order given; the same give the same bytes.

    A feed that tells counts only holds its own alone.
    """
    return join_feed(spec, chain(own, () if spec.style.redaction is Redaction.COUNT else items))


@lru_cache(maxsize=OWN_IN_MEMORY)
def own_bytes(spec: FeedSpec, overview: Overview) -> Mapping[str, bytes]:
    """The feed's own entries by their keys, without numbers: the same overview on the same day gives the same bytes."""
    own = {key: repeated_bytes(entry, spec.style) for key, entry in own_entries(spec, overview)}
    return MappingProxyType(own)


@lru_cache(maxsize=OWN_IN_MEMORY)
def numbered(own: bytes, number: int) -> bytes:
    """One of the feed's own entries with its number, which tells its SEQUENCE and when it was last changed.

    No other line can be like those that are replaced: one that was folded begins with a blank.
    """
    lines = dict(zip(_number_lines(0), _number_lines(checked_sequence(number)), strict=True))
    return b"\r\n".join(lines.get(line, line) for line in own.split(b"\r\n"))


def _number_lines(number: int) -> tuple[bytes, ...]:
    stamp = f"{said_at(number):%Y%m%dT%H%M%SZ}"
    return tuple(line.encode() for line in (f"DTSTAMP:{stamp}", f"LAST-MODIFIED:{stamp}", f"SEQUENCE:{number}"))


def join_feed(spec: FeedSpec, components: Iterable[bytes]) -> bytes:
    """Head, the components' bytes as they are, tail."""
    return b"".join([head_bytes(spec), *components, TAIL])


def head_bytes(spec: FeedSpec) -> bytes:
    """What stands before the first component; it does not depend on the day."""
    return _head(spec.name, spec.description, spec.style.zone_name)


@lru_cache(maxsize=HEADS_IN_MEMORY)
def _head(name: str, description: str, zone_name: str) -> bytes:
    calendar = Calendar()
    calendar["VERSION"], calendar["PRODID"] = Text("2.0"), Text(PRODID)
    calendar["CALSCALE"] = Text("GREGORIAN")
    put_line(calendar, "NAME", name)
    put_x_line(calendar, "X-WR-CALNAME", name)
    put_x_line(calendar, "X-WR-CALDESC", f"{description} {WINDOW_WORDS}")
    put_x_line(calendar, "X-WR-TIMEZONE", zone_name)
    put_duration(calendar, "refresh-interval", REFRESH)
    calendar["X-PUBLISHED-TTL"] = Text("PT1H")
    return wire_bytes(calendar).removesuffix(TAIL)


def etag_of(body: bytes) -> str:
    """A strong validator of the bytes, as the ETag header holds it between its quotes."""
    return hashlib.sha256(body).hexdigest()[:32]
