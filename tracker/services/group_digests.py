"""What a robot tells its group on a day, in the markdown that the makers share. Pure: values in, text out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracker.delivery.digest import Item, Section, days_left, one_line
from tracker.delivery.robots import room_for_text
from tracker.services.digests import PartTold, by_part, items_of, within_cap
from tracker.services.notice_policies import Policies
from tracker.store.matter_queries import Matter
from tracker.store.robots import Robot

# What means something to markdown, or calls people, as what means nothing: its wide form, code points U+FF01 and on.
MARKS = {ord(mark): chr(ord(mark) + 0xFEE0) for mark in "[]()<>*_`~#@{}|!\\"}


def digest_title(day: date) -> str:
    return f"督办提醒（{day}）"


@dataclass(frozen=True, slots=True)
class GroupDigest:
    """A message, empty when there is nothing to tell: the parts that it names, and those that it only counts."""

    text: str = ""
    listed: tuple[PartTold, ...] = ()
    counted: tuple[PartTold, ...] = ()


def group_digest(robot: Robot, needed: Sequence[Matter], known: Policies, today: date, base_url: str) -> GroupDigest:
    """What a group is told of these matters.

    A group's digest puts nothing off: what it does not tell in full it counts. What mail put off it tells with the
    mail of the promised day.
    """
    parts = by_part(needed, today)
    told = within_cap(parts, known.on(today).cap_per_unit_per_day).told
    if not told:
        return GroupDigest()
    room = room_for_text(robot.kind.value, digest_title(today))
    text = written(robot.unit.name, items_of(told, known), len(parts) - len(told), today, base_url, room)
    listed = told[: sum(line.startswith("- ") for line in text.splitlines())]
    return GroupDigest(text, tuple(listed), tuple(part for part in parts if part not in listed))


def written(unit: str, items: Sequence[Item], more: int, today: date, base_url: str, room: int) -> str:  # noqa: PLR0917
    """The text in as much as fits into ``room`` bytes, with how many items are left out."""
    lines = list(_lines(items, today))
    count = len(items)
    while True:
        left = more + count - sum(line.startswith("- ") for line in lines)
        tail = [f"另有{left}项未逐项列出。"] if left else []
        text = "\n".join(
            [f"{unit}：{count + more}项任务需要关注", *lines, *tail, f"[登录督办台账查看]({base_url}/inbox)"]
        )
        text = text.replace("{base}", base_url)
        if len(text.encode()) <= room or not lines:
            return text
        lines.pop()


def _lines(items: Sequence[Item], today: date) -> list[str]:
    lines: list[str] = []
    for section in Section:
        own = [item for item in items if item.section is section]
        lines += [f"**{section}**（{len(own)}项）", *(_line(item, today) for item in own)] if own else []
    return lines


def _line(item: Item, today: date) -> str:
    left = f"，{days_left(item.due_on, today)}" if item.due_on else ""
    steps = "、".join(_plain(each.step) for each in item.reminders)
    said = "；".join(_plain(each.words)[:60] for each in item.reminders if each.words)
    words = f"：{said}" if said else ""
    return f"- [{_plain(item.title)[:60]}]({{base}}/assignments/{item.assignment_id})（{steps}{left}）{words}"


def _plain(text: str) -> str:
    """A text that markdown takes for nothing but text: a title must not make links or names to call."""
    return one_line(text).translate(MARKS)
