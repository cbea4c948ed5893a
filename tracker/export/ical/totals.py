"""Entries of the feed's own: how many items are overdue, and how many fall due on a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from tracker.domain.feeds import Redaction
from tracker.domain.lights import Light
from tracker.export.ical.entries import Entry, Status
from tracker.export.ical.values import FeedSpec, Overview
from tracker.export.ical.wire import absolute_link, checked_uid, whole_seconds
from tracker.export.text import one_line

MOST_NAMED = 30  # titles listed under “逾期 N 项”; the pages hold the rest
_FIRST_SECOND = datetime(2020, 1, 1, tzinfo=UTC)


def overdue_entry(spec: FeedSpec, overview: Overview) -> Entry | None:
    """“逾期 N 项” on today, so that the past is not buried; None when nothing is overdue.

    Its UID follows from the feed's own and is the same every day.
    """
    if not overview.overdue:
        return None
    total = _total(spec, "overdue", spec.today, f"逾期 {overview.overdue} 项", _stamp(spec, overview))
    return replace(total, light=Light.RED, description=_overdue_words(spec, overview))


def _stamp(spec: FeedSpec, overview: Overview) -> datetime:
    """The start of today, or the last change of the items when that is later: it never comes from a clock.

    Not the last change alone: it goes back when the item that changed last leaves the feed with its days.
    """
    midnight = datetime.combine(spec.today, time(), ZoneInfo(spec.style.zone_name))
    return max(midnight, overview.last_change or midnight)


def _overdue_words(spec: FeedSpec, overview: Overview) -> str:
    lines = [f"截至 {spec.today}，逾期未办结的事项共 {overview.overdue} 项。"]
    if spec.style.redaction is not Redaction.COUNT:
        named = overview.named[:MOST_NAMED]
        lines += [f"{place}. {each}" for place, each in enumerate(named, 1)]
        lines += ["……其余请登录督办台账查看。"] if overview.overdue > len(named) else []
    return "\n".join(lines)


def overdue_line(title: str, unit_name: str, due_on: date) -> str:
    """How an overdue item is named under “逾期 N 项”."""
    return f"{one_line(title)} · {one_line(unit_name)}（时限 {due_on}）"


def count_entries(spec: FeedSpec, overview: Overview) -> Iterator[Entry]:
    """For feeds that tell counts only: one entry for each day on which something is due."""
    for day, due, waiting in sorted(overview.days):
        yield _count_entry(spec, day, due, waiting, _stamp(spec, overview))


def _count_entry(spec: FeedSpec, day: date, due: int, waiting: int, stamp: datetime) -> Entry:
    summary = f"到期 {due} 项，未办结 {waiting} 项" if waiting else f"✔ 到期 {due} 项，均已办结"
    total = _total(spec, f"count:{day}", day, summary, stamp)
    if not waiting:
        return replace(total, status=Status.DONE, percent=100)
    return replace(total, is_ahead=day >= spec.today)


def _total(spec: FeedSpec, key: str, day: date, summary: str, stamp: datetime) -> Entry:
    """An entry of the feed's own. Its sequence counts the seconds to its stamp, and so rises with every change."""
    return Entry(
        uid=str(uuid5(UUID(checked_uid(spec.uid)), key)),
        stamp=whole_seconds(stamp),
        sequence=max(0, int((stamp - _FIRST_SECOND).total_seconds())),
        day=day,
        summary=summary,
        url=absolute_link(spec.style.base_url, ""),
    )
