"""What a client shows of an item: its words, by the light, the state and the feed's redaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from tracker.domain.feeds import Redaction
from tracker.domain.lifecycle import State
from tracker.domain.lights import Light
from tracker.export.ical.values import FeedItem, FeedStyle
from tracker.export.ical.window import closed_on
from tracker.export.ical.wire import absolute_link, checked_sequence, checked_uid, whole_seconds
from tracker.export.text import one_line, plain_text

COLOURS = {Light.RED: "red", Light.YELLOW: "gold", Light.GREEN: "green"}  # CSS3 names, as RFC 7986 5.9 asks


class Standing(StrEnum):
    """How far the work is, in the words of VTODO."""

    WAITING = "NEEDS-ACTION"
    RUNNING = "IN-PROCESS"
    DONE = "COMPLETED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of somebody's calendar, before it is put into bytes. ``done_at`` and ``stamp`` are in UTC."""

    uid: str
    stamp: datetime
    sequence: int
    day: date
    summary: str
    url: str
    description: str = ""
    light: Light = Light.NONE
    standing: Standing = Standing.WAITING
    percent: int | None = None
    done_at: datetime | None = None

    @property
    def wants_alarm(self) -> bool:
        """Whether an alarm is of use: not for what is over, nor for the past, rung all at once by some clients."""
        return self.standing not in (Standing.DONE, Standing.CANCELLED) and self.light is not Light.RED


def item_entry(item: FeedItem, style: FeedStyle) -> Entry:
    """The entry of an item that has a due date; ValueError says in Chinese what is wrong with the row."""
    return Entry(
        uid=checked_uid(item.uid),
        stamp=whole_seconds(item.changed_at),
        sequence=checked_sequence(item.sequence),
        day=_checked_day(item.due_on),
        summary=_summary(item),
        url=absolute_link(style.base_url, item.url),
        description=_description(item, style),
        light=Light.NONE if item.state.is_closed else item.light,
        standing=_standing(item),
        percent=_percent(item),
        done_at=_done_at(item, style.zone_name),
    )


def _checked_day(day: date | None) -> date:
    if not isinstance(day, date) or isinstance(day, datetime):
        raise ValueError("完成时限不是日期。")
    return day


def _summary(item: FeedItem) -> str:
    """The warning in words, then title and unit: clients that know no colours still tell the light."""
    title = one_line(item.title) or "（未命名事项）"
    return f"{_mark(item)}{title} · {one_line(item.unit_name)}"


def _mark(item: FeedItem) -> str:
    if item.state is State.COMPLETED:
        return "✔ "
    if item.state is State.WITHDRAWN:
        return "【撤销】"
    word = item.light.word if item.light_word is None else item.light_word
    return f"【{one_line(word)}】" if word else ""


def _standing(item: FeedItem) -> Standing:
    match item.state:
        case State.COMPLETED:
            return Standing.DONE
        case State.WITHDRAWN:
            return Standing.CANCELLED
        case State.SUBMITTED:
            return Standing.RUNNING
        case State.IN_PROGRESS:
            return Standing.RUNNING if item.percent else Standing.WAITING
        case _:
            return Standing.WAITING


def _percent(item: FeedItem) -> int | None:
    if item.state is State.COMPLETED:
        return 100
    if item.percent is not None and not 0 <= item.percent <= 100:
        raise ValueError(f"进度 {item.percent}% 不在 0 到 100 之间。")
    return item.percent


def _done_at(item: FeedItem, zone_name: str) -> datetime | None:
    """Noon of the day of completion in the office's zone: the row keeps a day, the format asks for an instant."""
    if item.state is not State.COMPLETED:
        return None
    return datetime.combine(closed_on(item), time(12), ZoneInfo(zone_name)).astimezone(UTC)


def _description(item: FeedItem, style: FeedStyle) -> str:
    link = f"查看详情：{absolute_link(style.base_url, item.url)}"
    if style.redaction is not Redaction.FULL:
        return link
    lines = [f"单位：{one_line(item.unit_name)}（{one_line(item.role_label)}）", *_parts(item.parts)]
    return "\n".join([*lines, *_plan_lines(item), f"时限：{_due_words(item)}", f"现状：{_state_words(item)}", link])


def _parts(parts: tuple[str, ...]) -> list[str]:
    return [f"分工：{'；'.join(map(one_line, parts))}"] if parts else []


def _plan_lines(item: FeedItem) -> Iterator[str]:
    if item.plan_title or item.plan_number:
        title = f"《{one_line(item.plan_title)}》" if item.plan_title else ""
        number = f"（{one_line(item.plan_number)}）" if item.plan_number else ""
        yield f"文件：{title}{number}"
    if item.path:
        yield f"位置：{' → '.join(map(one_line, item.path))}"
    if item.quote:
        yield f"原文：{plain_text(item.quote)}"


def _due_words(item: FeedItem) -> str:
    """The date in force, with the original one beside it where it was moved."""
    moved = item.original_due_on is not None and item.original_due_on != item.due_on
    return f"{item.due_on}（原定 {item.original_due_on}）" if moved else f"{item.due_on}"


def _state_words(item: FeedItem) -> str:
    if item.state.is_closed:
        return f"{item.state.label}，{closed_on(item)}"
    return f"{item.state.label}，进度 {item.percent}%" if item.percent else item.state.label
