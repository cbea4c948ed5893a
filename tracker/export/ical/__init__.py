"""Calendar feeds: values in, the bytes of a text/calendar file out. No database, no clock, no web.

items -> entries (what a client shows) -> events (bytes, which are kept) -> feed (head, events, tail)

One event's bytes depend on the item and the feed's style alone, never on the day: they are made once and kept.
"""

from tracker.domain.feeds import Flavour, Redaction
from tracker.export.ical.events import event_bytes, milestone_bytes
from tracker.export.ical.feed import etag_of, feed_bytes, head_bytes, numbered, own_bytes
from tracker.export.ical.totals import MOST_NAMED, overdue_line
from tracker.export.ical.values import DayCount, FeedItem, FeedSpec, FeedStyle, MilestoneItem, Overview
from tracker.export.ical.window import FUTURE_DAYS, KEPT_DAYS, PAST_DAYS, Outside, outside

__all__ = [
    "FUTURE_DAYS",
    "KEPT_DAYS",
    "MOST_NAMED",
    "PAST_DAYS",
    "DayCount",
    "FeedItem",
    "FeedSpec",
    "FeedStyle",
    "Flavour",
    "MilestoneItem",
    "Outside",
    "Overview",
    "Redaction",
    "etag_of",
    "event_bytes",
    "feed_bytes",
    "head_bytes",
    "milestone_bytes",
    "numbered",
    "outside",
    "overdue_line",
    "own_bytes",
]
