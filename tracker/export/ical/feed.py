"""A whole feed: head, joined events, tail."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import lru_cache
from itertools import chain

from icalendar import Calendar

from tracker.domain.feeds import Redaction
from tracker.export.ical.events import repeated_bytes
from tracker.export.ical.totals import count_entries, overdue_entry
from tracker.export.ical.values import FeedSpec, Overview
from tracker.export.ical.window import WINDOW_WORDS
from tracker.export.ical.wire import Text, put_duration, put_line, put_x_line, wire_bytes

PRODID = "-//Tracker//Duban Taizhang//ZH"
REFRESH = timedelta(hours=1)
TAIL = b"END:VCALENDAR\r\n"
HEADS_IN_MEMORY = 1000


def feed_bytes(spec: FeedSpec, items: Iterable[bytes], overview: Overview) -> bytes:
    """The feed on ``spec.today``, made of its items' kept bytes in the order given.

    The same values give the same bytes. A feed that tells counts only holds the days of the overview instead.
    """
    return join_feed(spec, chain(_own(spec, overview), () if spec.style.redaction is Redaction.COUNT else items))


def _own(spec: FeedSpec, overview: Overview) -> Iterator[bytes]:
    """The entries of the feed's own: how many items are overdue, and the counts where it tells nothing else."""
    total = overdue_entry(spec, overview)
    if total is not None:
        yield repeated_bytes(total, spec.style)
    if spec.style.redaction is Redaction.COUNT:
        yield from (repeated_bytes(entry, spec.style) for entry in count_entries(spec, overview))


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
