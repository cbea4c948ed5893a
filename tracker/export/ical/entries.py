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
from tracker.domain.milestones import Standing
from tracker.export.ical.values import FeedItem, FeedStyle, MilestoneItem
from tracker.export.ical.wire import absolute_link, checked_sequence, checked_uid, whole_seconds
from tracker.export.text import one_line, plain_text

COLOURS = {Light.RED: "red", Light.YELLOW: "gold", Light.GREEN: "green"}  # CSS3 names, as RFC 7986 5.9 asks


class Status(StrEnum):
    """How far the work is, in the words of VTODO."""

    WAITING = "NEEDS-ACTION"
    RUNNING = "IN-PROCESS"
    DONE = "COMPLETED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of somebody's calendar, before it is put into bytes. ``done_at`` and ``stamp`` are in UTC.

    ``is_ahead``: it is waited for, and its day has not passed. Nothing else has an alarm: some clients ring all past
    ones at once.
    """

    uid: str
    stamp: datetime
    sequence: int
    day: date
    summary: str
    url: str
    description: str = ""
    light: Light = Light.NONE
    status: Status = Status.WAITING
    percent: int | None = None
    done_at: datetime | None = None
    is_ahead: bool = False


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
        status=_status(item),
        percent=_percent(item),
        done_at=_noon_of(_closed_on(item), style.zone_name) if item.state is State.COMPLETED else None,
        is_ahead=item.is_ahead,
    )


def milestone_entry(item: MilestoneItem, style: FeedStyle) -> Entry:
    """The entry of a milestone; ValueError says in Chinese what is wrong with the row."""
    reached = item.standing.is_reached
    return Entry(
        uid=checked_uid(item.uid),
        stamp=whole_seconds(item.changed_at),
        sequence=checked_sequence(item.sequence),
        day=_checked_day(item.due_on),
        summary=_milestone_summary(item),
        url=absolute_link(style.base_url, item.url),
        description=_milestone_description(item, style),
        light=Light.NONE if reached else Light(item.standing.light),
        status=Status.DONE if reached else Status.WAITING,
        percent=100 if reached else None,
        done_at=_noon_of(item.reached_on, style.zone_name) if reached and item.reached_on else None,
        is_ahead=item.standing.is_ahead,
    )


def _milestone_summary(item: MilestoneItem) -> str:
    word = _MILESTONE_MARKS.get(item.standing, "")
    return f"{word}节点：{one_line(item.text) or '（未写明内容）'} · {one_line(item.units)}"


_MILESTONE_MARKS = {
    Standing.LATE: f"【{Light.RED.word}】",
    Standing.SOON: f"【{Light.YELLOW.word}】",
    Standing.ON_TIME: "✔ ",
    Standing.REACHED: "✔ ",
    Standing.REACHED_LATE: "✔ ",
}


def _milestone_description(item: MilestoneItem, style: FeedStyle) -> str:
    link = f"查看详情：{absolute_link(style.base_url, item.url)}"
    if style.redaction is not Redaction.FULL:
        return link
    lines = [f"任务：{one_line(item.task_title)}", *_parts(item.parts)]
    state = f"{item.standing.label}，{item.reached_on}" if item.reached_on else item.standing.label
    where = _plan_lines(item.plan_title, item.plan_number, item.path)
    return "\n".join([*lines, *where, f"应达日期：{item.due_on}", f"现状：{state}", link])


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


def _status(item: FeedItem) -> Status:
    match item.state:
        case State.COMPLETED:
            return Status.DONE
        case State.WITHDRAWN:
            return Status.CANCELLED
        case State.SUBMITTED:
            return Status.RUNNING
        case State.IN_PROGRESS:
            return Status.RUNNING if item.percent else Status.WAITING
        case _:
            return Status.WAITING


def _percent(item: FeedItem) -> int | None:
    if item.state is State.COMPLETED:
        return 100
    if item.percent is not None and not 0 <= item.percent <= 100:
        raise ValueError(f"进度 {item.percent}% 不在 0 到 100 之间。")
    return item.percent


def _closed_on(item: FeedItem) -> date:
    """The day on which a closed item was completed or withdrawn; ValueError when the row does not say."""
    day = item.completed_on or item.withdrawn_on
    if day is None:
        raise ValueError(f"状态为“{item.state.label}”，却没有办结或撤销的日期。")
    return day


def _noon_of(day: date, zone_name: str) -> datetime:
    """Noon of a day in the office's zone, in UTC: the row keeps a day, the format asks for an instant."""
    return datetime.combine(day, time(12), ZoneInfo(zone_name)).astimezone(UTC)


def _description(item: FeedItem, style: FeedStyle) -> str:
    link = f"查看详情：{absolute_link(style.base_url, item.url)}"
    if style.redaction is not Redaction.FULL:
        return link
    lines = [f"单位：{one_line(item.unit_name)}（{one_line(item.role_label)}）", *_parts(item.parts)]
    quote = [f"原文：{plain_text(item.quote)}"] if item.quote else []
    where = [*_plan_lines(item.plan_title, item.plan_number, item.path), *quote]
    return "\n".join([*lines, *where, f"时限：{_due_words(item)}", f"现状：{_state_words(item)}", link])


def _parts(parts: tuple[str, ...]) -> list[str]:
    return [f"分工：{'；'.join(map(one_line, parts))}"] if parts else []


def _plan_lines(title: str, number: str | None, path: tuple[str, ...]) -> Iterator[str]:
    if title or number:
        titled = f"《{one_line(title)}》" if title else ""
        numbered = f"（{one_line(number)}）" if number else ""
        yield f"文件：{titled}{numbered}"
    if path:
        yield f"位置：{' → '.join(map(one_line, path))}"


def _due_words(item: FeedItem) -> str:
    """The date in force, with the original one beside it where it was moved."""
    moved = item.original_due_on is not None and item.original_due_on != item.due_on
    return f"{item.due_on}（原定 {item.original_due_on}）" if moved else f"{item.due_on}"


def _state_words(item: FeedItem) -> str:
    if item.state.is_closed:
        return f"{item.state.label}，{_closed_on(item)}"
    return f"{item.state.label}，进度 {item.percent}%" if item.percent else item.state.label
