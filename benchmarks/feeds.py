"""Feeds: built afresh, and joined from kept events, against copying and hashing the same bytes."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from benchmarks.measure import Measurement
from tracker.domain.lifecycle import State
from tracker.domain.lights import Light
from tracker.export.ical import FeedItem, FeedSpec, FeedStyle, etag_of, event_bytes, feed_bytes

EVENTS = 1000
TODAY = date(2023, 6, 15)


def some_items(count: int) -> list[FeedItem]:
    """Open items due from two months ago to ten months ahead."""
    return [
        FeedItem(
            uid=str(UUID(int=number)),
            title=f"完善第{number}类窗口服务",
            unit_name="市行政审批局",
            role_label="牵头",
            state=State.IN_PROGRESS,
            due_on=TODAY + timedelta(days=number % 360 - 60),
            light=Light.RED if number % 360 < 60 else Light.GREEN,
            changed_at=datetime(2023, 6, 1, 8, 30, tzinfo=UTC),
            sequence=number % 5,
            url=f"/assignments/{number}",
            parts=("牵头：市行政审批局", "配合：市财政局"),
            plan_title="某市便民服务提升实施方案",
            plan_number="某政办字〔2023〕9号",
            path=("二、重点任务", f"{number}．完善第{number}类窗口服务"),
            quote="（牵头单位：市行政审批局，配合单位：市财政局，完成时限：2023年底前）",
        )
        for number in range(1, count + 1)
    ]


def measurements() -> tuple[Measurement, Measurement]:
    """Both ways of making the feed of a thousand events."""
    items = some_items(EVENTS)
    spec = FeedSpec(
        str(UUID(int=2**127)), "市行政审批局", "本单位承担的督办事项。", TODAY, FeedStyle("https://duban.example.cn")
    )
    kept = [event_bytes(item, spec.style) for item in items]
    body = feed_bytes(spec, kept)
    if body.count(b"BEGIN:VEVENT") != EVENTS:
        raise SystemExit("not every item was rendered: the figure would mean nothing")
    size, floor_name = f"{EVENTS} events, {len(body) // 1024} kB", "join, hash"

    def floor() -> str:
        return hashlib.sha256(b"".join(kept)).hexdigest()

    def afresh() -> str:
        return etag_of(feed_bytes(spec, [event_bytes(item, spec.style) for item in items]))

    return (
        Measurement("render a feed", size, afresh, floor_name, floor),
        Measurement("join kept events", size, lambda: etag_of(feed_bytes(spec, kept)), floor_name, floor),
    )
