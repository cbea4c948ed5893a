"""Entries of the feed's own: how many items are overdue, and how many fall due on a day.

They are made without numbers, so that their bytes change with what they say alone; see ``numbered``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid5

from tracker.domain.count_numbers import said_at
from tracker.domain.feeds import Redaction
from tracker.domain.lights import Light
from tracker.export.ical.entries import Entry, Status
from tracker.export.ical.values import FeedSpec, Overview
from tracker.export.ical.wire import absolute_link, checked_uid
from tracker.export.text import one_line

MOST_NAMED = 30  # titles listed under “逾期 N 项”; the pages hold the rest


def own_entries(spec: FeedSpec, overview: Overview) -> Iterator[tuple[str, Entry]]:
    """What the feed says of its items together, each with its key, from which and the feed's own UID its UID follows:
    the same every day."""
    if overview.overdue:
        yield _OVERDUE, _overdue_entry(spec, overview)
    if spec.style.redaction is Redaction.COUNT:
        for day, due, waiting in sorted(overview.days):
            yield _key_of(day), _count_entry(spec, day, due, waiting)


_OVERDUE = "overdue"


def _key_of(day: date) -> str:
    return f"count:{day}"


def _overdue_entry(spec: FeedSpec, overview: Overview) -> Entry:
    """“逾期 N 项” on today, so that the past is not buried."""
    total = _total(spec, _OVERDUE, spec.today, f"逾期 {overview.overdue} 项")
    return replace(total, light=Light.RED, description=_overdue_words(spec, overview))


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


def _count_entry(spec: FeedSpec, day: date, due: int, waiting: int) -> Entry:
    summary = f"到期 {due} 项，未办结 {waiting} 项" if waiting else f"✔ 到期 {due} 项，均已办结"
    total = _total(spec, _key_of(day), day, summary)
    if not waiting:
        return replace(total, status=Status.DONE, percent=100)
    return replace(total, is_ahead=day >= spec.today)


def _total(spec: FeedSpec, key: str, day: date, summary: str) -> Entry:
    return Entry(
        uid=str(uuid5(UUID(checked_uid(spec.uid)), key)),
        stamp=said_at(0),
        sequence=0,
        day=day,
        summary=summary,
        url=absolute_link(spec.style.base_url, ""),
    )
