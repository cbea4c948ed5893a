"""The daily mail to one person: every assignment once, what is late first. Pure: values in, text out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

MOST_ITEMS = 50


@dataclass(frozen=True, slots=True)
class Item:
    """One assignment as it stands on the day of the mail."""

    assignment_id: int
    title: str
    unit: str
    role: str
    state: str
    plan: str
    due_on: date
    step: str
    late_days: int


@dataclass(frozen=True, slots=True)
class Digest:
    """What one person is told on one day; there is always at least one item."""

    name: str
    today: date
    items: tuple[Item, ...]
    base_url: str

    @property
    def overdue(self) -> list[Item]:
        return [item for item in self.items if item.due_on < self.today]

    @property
    def due_soon(self) -> list[Item]:
        return [item for item in self.items if item.due_on >= self.today]


def subject(digest: Digest) -> str:
    """【督办台账】3项任务待办理，其中1项已逾期"""
    late = len(digest.overdue)
    if not late:
        return f"【督办台账】{len(digest.items)}项任务即将到期"
    rest = f"{len(digest.items)}项任务待办理，其中{late}项已逾期" if late < len(digest.items) else f"{late}项任务已逾期"
    return f"【督办台账】{rest}"


def body(digest: Digest) -> str:
    """The whole text, with a link for every item."""
    parts = [
        f"{digest.name}，您好：",
        f"截至{_day(digest.today)}，以下任务需要您关注：",
        *_section("已逾期", digest.overdue, digest),
        *_section("即将到期", digest.due_soon, digest),
        "请点击链接，登录系统后办理。办结、中止或调整时限后，不再提醒。",
        f"督办台账 {digest.base_url}\n（系统自动发送，每人每天最多一封，请勿回复。）",
    ]
    return "\n\n".join(parts) + "\n"


def _section(heading: str, items: Sequence[Item], digest: Digest) -> list[str]:
    if not items:
        return []
    shown = [_lines(number, item, digest) for number, item in enumerate(items[:MOST_ITEMS], 1)]
    left = len(items) - len(shown)
    more = [f"另有{left}项，请登录系统查看：{digest.base_url}/inbox"] if left else []
    return [f"【{heading}】共{len(items)}项", *shown, *more]


def _lines(number: int, item: Item, digest: Digest) -> str:
    lines = [
        f"{number}. {' '.join(item.title.split())}",
        f"   文件：{item.plan}",
        f"   单位：{item.unit}（{item.role}，{item.state}）",
        f"   完成时限：{_day(item.due_on)}（{_left(item.due_on, digest.today)}）",
        f"   提醒：{item.step}" + (f"（迟发{item.late_days}天）" if item.late_days else ""),
        f"   办理：{digest.base_url}/assignments/{item.assignment_id}",
    ]
    return "\n".join(lines)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _left(due_on: date, today: date) -> str:
    days = (due_on - today).days
    if days < 0:
        return f"已逾期{-days}天"
    return "今天到期" if days == 0 else f"还有{days}天"
