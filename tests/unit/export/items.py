"""Items and feeds for tests, a plain reader of content lines, and texts from all of Unicode."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from tracker.domain.lifecycle import State
from tracker.domain.lights import Light
from tracker.export.ical import (
    MOST_NAMED,
    DayCount,
    FeedItem,
    FeedSpec,
    FeedStyle,
    Overview,
    event_bytes,
    feed_bytes,
    overdue_line,
    own_bytes,
)

TODAY = date(2023, 6, 15)
CHANGED = datetime(2023, 6, 1, 8, 30, tzinfo=UTC)
STYLE = FeedStyle(base_url="https://duban.example.cn/")
FEED = FeedSpec(str(UUID(int=2**127)), "市教育局", "本单位承担的督办事项。", TODAY, STYLE)

PLAIN = FeedItem(
    uid=str(UUID(int=1)),
    title="建立分流转办机制",
    unit_name="市教育局",
    role_label="牵头",
    state=State.IN_PROGRESS,
    due_on=date(2023, 6, 30),
    light=Light.GREEN,
    changed_at=CHANGED,
    sequence=3,
    url="/assignments/7",
    percent=40,
    parts=("牵头：市教育局", "配合：市财政局"),
    plan_title="优化服务实施方案",
    plan_number="廊政办字〔2023〕1号",
    path=("三、工作任务", "1.直接转办"),
    quote="（责任单位：市教育局，完成时间：2023年6月）",
    is_ahead=True,
)


def an_item(number: int = 1, **changes: Any) -> FeedItem:
    """The plain item with its own UID and the changes; what is over or late is not ahead."""
    item = replace(PLAIN, uid=str(UUID(int=number)), **changes)
    is_ahead = not item.state.is_closed and item.light is not Light.RED
    return item if "is_ahead" in changes else replace(item, is_ahead=is_ahead)


def a_feed(**style: Any) -> FeedSpec:
    """The plain feed with another style."""
    return replace(FEED, style=replace(STYLE, **style))


def rendered(spec: FeedSpec, items: Iterable[FeedItem]) -> bytes:
    """The feed of these items, each rendered and none kept, in the order of their days; its own without numbers."""
    ordered = sorted(items, key=lambda item: (item.due_on or date.max, item.uid))
    own = own_bytes(spec, overview_of(ordered)).values()
    return feed_bytes(spec, [event_bytes(item, spec.style) for item in ordered], own)


def overview_of(items: Sequence[FeedItem]) -> Overview:
    """What a feed says of these items together."""
    overdue = [item for item in items if item.light is Light.RED]
    named = tuple(overdue_line(item.title, item.unit_name, item.due_on or date.max) for item in overdue[:MOST_NAMED])
    return Overview(len(overdue), named, tuple(_counts(items)))


def _counts(items: Sequence[FeedItem]) -> Iterator[DayCount]:
    counted = [item for item in items if item.state is not State.WITHDRAWN]
    waiting = Counter(item.due_on for item in counted if not item.state.is_closed)
    for day, due in Counter(item.due_on for item in counted).items():
        assert day
        yield DayCount(day, due, waiting[day])


def content_lines(body: bytes) -> list[str]:
    """The unfolded lines, read as RFC 5545 3.1 says and by nothing of the product or its library."""
    text = body.decode("utf-8")
    assert text.endswith("\r\n")
    return re.sub("\r\n[ \t]", "", text).removesuffix("\r\n").split("\r\n")


def components(body: bytes, kind: str = "VEVENT") -> list[dict[str, str]]:
    """Each component of the kind: its property names with parameters, and their values as written.

    Properties of what stands inside it (an alarm) carry that component's name before a slash.
    """
    found: list[dict[str, str]] = []
    stack: list[str] = []
    for line in content_lines(body):
        name, _, value = line.partition(":")
        if name == "BEGIN":
            stack.append(value)
            found += [{}] if value == kind else []
        elif name == "END":
            assert stack.pop() == value
        elif kind in stack:
            key = "/".join([*stack[stack.index(kind) + 1 :], name])
            assert key not in found[-1], f"{key} stands twice"
            found[-1][key] = value
    assert stack == []
    return found


def head(body: bytes) -> dict[str, str]:
    """The feed's own properties, which stand before its first component."""
    lines = content_lines(body)[1:-1]
    own = lines[: next((n for n, line in enumerate(lines) if line.startswith("BEGIN:")), len(lines))]
    found = {name: value for name, _, value in (line.partition(":") for line in own)}
    assert len(found) == len(own), "a property stands twice"
    return found


def unescaped(value: str) -> str:
    """A TEXT value as it was meant (RFC 5545 3.3.11)."""
    return re.sub(r"\\([\\;,nN])", lambda found: "\n" if found[1] in "nN" else found[1], value)


# What has broken feeds before, beside what hypothesis finds by itself: injections, every kind of line break,
# backslashes, bidi marks, four-byte characters, half characters, and what looks like a new property.
NASTY = [
    "标题\r\nATTENDEE:mailto:a@example.cn",
    "标题\nEND:VEVENT\nBEGIN:VEVENT",
    "一\u2028二\u2029三\x85四\v五\f六\x1c七\x1d八\x1e九",
    "D:\\New\\nothing\\;\\,",
    "\\N\\n\\",
    "甲;乙,丙:丁\"戊'",
    "\u202e倒过来\u2066隔开",
    "\u2069\u202c多余的收尾",
    "👩‍👩‍👧‍👦🏳️‍🌈𠮷𠀋" * 20,
    "\ud83d半个\ude00",
    "\x00\x07\x1b[31m红\x7f\x9b",
    "\ufeff首\ufffe\uffff尾",
    " \t前后空白\t ",
    " " * 200,
    "甲" + "\u3000" * 200 + "乙\xa0\u2003\u3000 丙",
    "字" * 10_000,
    "a" * 10_000,
    "\\" * 300,
    "=HYPERLINK(1)",
    "",
]
# st.characters() leaves lone surrogates out by default; they do come in from broken uploads.
ANY_TEXT = (
    st.text(st.characters(codec=None, categories=None), max_size=200)
    | st.text(st.sampled_from("\\Nn;,: \r\n\t\u2028\u202e\u2069😀字\x00\ud800"), max_size=120)
    | st.sampled_from(NASTY)
)
