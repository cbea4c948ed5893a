"""A whole feed: head, joined events, tail."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import timedelta

from icalendar import Calendar

from tracker.domain.feeds import Redaction
from tracker.export.ical.entries import item_entry
from tracker.export.ical.events import component_bytes
from tracker.export.ical.totals import count_entries, overdue_entry
from tracker.export.ical.values import FeedItem, FeedSpec, RenderedFeed, Skipped
from tracker.export.ical.window import WINDOW_WORDS, in_window
from tracker.export.ical.wire import Text, put_duration, put_line, put_x_line

PRODID = "-//Tracker//Duban Taizhang//ZH"
REFRESH = timedelta(hours=1)
TAIL = b"END:VCALENDAR\r\n"


class FeedUnrenderableError(Exception):
    """Rows failed and none is left to show. Answer 503: an empty calendar would wipe the client's."""


def render_feed(spec: FeedSpec, items: Iterable[FeedItem]) -> RenderedFeed:
    """The feed on ``spec.today``; rows that cannot be rendered are left out and named.

    The same values give the same bytes, in whatever order the items come. Raises FeedUnrenderableError when rows
    failed and none is left.
    """
    skipped: list[Skipped] = []
    shown = list(_renderable(spec, items, skipped))
    if skipped and not shown:
        raise FeedUnrenderableError(f"全部 {len(skipped)} 项都无法写入日历，例如：{skipped[0].reason}")
    shown.sort(key=lambda pair: (pair[0].due_on, pair[0].uid))
    return RenderedFeed(join_feed(spec, _components(spec, shown)), tuple(skipped))


def _renderable(spec: FeedSpec, items: Iterable[FeedItem], skipped: list[Skipped]) -> Iterator[tuple[FeedItem, bytes]]:
    """The items in the window, each with its bytes; the others that belong there go to ``skipped``."""
    seen: set[str] = set()
    for item in items:
        try:
            if in_window(item, spec.today):
                yield item, _first_of_its_uid(item, spec, seen)
        except Exception as error:  # whatever is wrong with one row, the others must reach their readers
            skipped.append(Skipped(str(item.uid), _reason(error)))


def _first_of_its_uid(item: FeedItem, spec: FeedSpec, seen: set[str]) -> bytes:
    entry = item_entry(item, spec.style)
    if entry.uid in seen:
        raise ValueError("日历编号与另一事项重复。")
    rendered = component_bytes(entry, spec.style)
    seen.add(entry.uid)
    return rendered


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, ValueError) and str(error) else f"{type(error).__name__}：{error}"


def _components(spec: FeedSpec, shown: list[tuple[FeedItem, bytes]]) -> Iterator[bytes]:
    items = [item for item, _ in shown]
    total = overdue_entry(spec, items)
    if total is not None:
        yield component_bytes(total, spec.style)
    if spec.style.redaction is not Redaction.COUNT:
        yield from (rendered for _, rendered in shown)
        return
    for entry in count_entries(spec, items):
        yield component_bytes(entry, spec.style)


def join_feed(spec: FeedSpec, components: Iterable[bytes]) -> bytes:
    """Head, the components' bytes as they are, tail."""
    return b"".join([head_bytes(spec), *components, TAIL])


def head_bytes(spec: FeedSpec) -> bytes:
    """What stands before the first component; it does not depend on the day."""
    calendar = Calendar()
    calendar["VERSION"], calendar["PRODID"] = Text("2.0"), Text(PRODID)
    calendar["CALSCALE"] = Text("GREGORIAN")
    put_line(calendar, "NAME", spec.name)
    put_x_line(calendar, "X-WR-CALNAME", spec.name)
    put_x_line(calendar, "X-WR-CALDESC", f"{spec.description} {WINDOW_WORDS}")
    put_x_line(calendar, "X-WR-TIMEZONE", spec.style.zone_name)
    put_duration(calendar, "refresh-interval", REFRESH)
    calendar["X-PUBLISHED-TTL"] = Text("PT1H")
    rendered: bytes = calendar.to_ical()
    return rendered.removesuffix(TAIL)


def etag_of(body: bytes) -> str:
    """A strong validator of the bytes, with its quotes, as the ETag header wants it."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'
