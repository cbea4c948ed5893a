"""Calendar feeds: values in, the bytes of a text/calendar file out. No database, no clock, no web.

items -> window (what stands in it) -> entries (what a client shows) -> events (bytes) -> feed (head, events, tail)

One event's bytes depend on the item and the feed's style alone, never on the day: they can be made once and kept.
"""

from tracker.domain.feeds import Flavour, Redaction
from tracker.export.ical.entries import item_entry
from tracker.export.ical.events import component_bytes, event_bytes
from tracker.export.ical.feed import FeedUnrenderableError, etag_of, head_bytes, join_feed, render_feed
from tracker.export.ical.values import (
    FeedItem,
    FeedSpec,
    FeedStyle,
    RenderedFeed,
    Skipped,
)
from tracker.export.ical.window import in_window

__all__ = [
    "FeedItem",
    "FeedSpec",
    "FeedStyle",
    "FeedUnrenderableError",
    "Flavour",
    "Redaction",
    "RenderedFeed",
    "Skipped",
    "component_bytes",
    "etag_of",
    "event_bytes",
    "head_bytes",
    "in_window",
    "item_entry",
    "join_feed",
    "render_feed",
]
