"""The daily mail to one person: every part once, what presses most first. Pure: values in, text out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tracker.domain.day_words import in_words
from tracker.domain.schedule import sent_late

MOST_ITEMS = 50


class Section(StrEnum):
    """Under which heading an item stands; they come in this order."""

    ADDRESSED = "领导批示与催办"
    LATE = "已逾期"
    UNSIGNED = "超期未签收"
    UNREPORTED = "迟报进展"
    SOON = "即将到期"
    NEW = "新任务与移交"
    DECIDED = "审核结果"


@dataclass(frozen=True, slots=True)
class Reminder:
    """One thing to be told of a part: which step, how late it is sent, and what somebody wrote and who.

    ``due_on`` is its day where that is another than the item's.
    """

    section: Section
    step: str
    late_days: int = 0
    words: str = ""
    author: str = ""
    due_on: date | None = None
    late_hours: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    """One part as it stands on the day of the mail, with all that is to be told of it, the most pressing first."""

    assignment_id: int
    title: str
    unit: str
    role: str
    state: str
    plan: str
    due_on: date | None
    reminders: tuple[Reminder, ...]

    @property
    def section(self) -> Section:
        """The heading under which it stands, that of its most pressing reminder."""
        return self.reminders[0].section

    @property
    def is_late(self) -> bool:
        return any(each.section is Section.LATE for each in self.reminders)


@dataclass(frozen=True, slots=True)
class Digest:
    """What one person is told on one day; there is always at least one item.

    ``folded`` is how many more there are that the cap leaves untold, ``put_off`` how many wait for another day.
    """

    name: str
    today: date
    items: tuple[Item, ...]
    base_url: str
    folded: int = 0
    put_off: int = 0

    def of(self, section: Section) -> list[Item]:
        return [item for item in self.items if item.section is section]


def subject(digest: Digest) -> str:
    """【督办台账】3项任务待办理，其中1项已逾期"""
    late, count = sum(item.is_late for item in digest.items), len(digest.items)
    if not late:
        only_soon = len(digest.of(Section.SOON)) == count
        return f"【督办台账】{count}项任务即将到期" if only_soon else f"【督办台账】{count}项任务待办理"
    rest = f"{count}项任务待办理，其中{late}项已逾期" if late < count else f"{late}项任务已逾期"
    return f"【督办台账】{rest}"


def body(digest: Digest) -> str:
    """The whole text, with a link for every item."""
    parts = [
        f"{digest.name}，您好：",
        f"截至{in_words(digest.today)}，以下任务需要您关注：",
        *(line for section in Section for line in _section(section, digest)),
        *left_over(digest.folded, digest.put_off, digest.base_url),
        "请点击链接，登录系统后办理。办结、中止或调整时限后，不再提醒。",
        f"督办台账 {digest.base_url}\n（系统自动发送，每人每天最多一封，请勿回复。）",
    ]
    return "\n\n".join(parts) + "\n"


def left_over(folded: int, put_off: int, base_url: str) -> Iterator[str]:
    """What the cap keeps out of a message, in words."""
    if folded:
        yield f"另有{folded}项超过每单位每日条数上限，不再逐项列出，请登录系统查看：{base_url}/inbox"
    if put_off:
        yield f"另有{put_off}项超过每单位每日条数上限，顺延至下一工作日发送；也可登录系统查看：{base_url}/inbox"


def _section(section: Section, digest: Digest) -> list[str]:
    items = digest.of(section)
    if not items:
        return []
    shown = [_lines(number, item, digest) for number, item in enumerate(items[:MOST_ITEMS], 1)]
    left = len(items) - len(shown)
    more = [f"另有{left}项，请登录系统查看：{digest.base_url}/inbox"] if left else []
    return [f"【{section}】共{len(items)}项", *shown, *more]


def _lines(number: int, item: Item, digest: Digest) -> str:
    return "\n".join((f"{number}. {one_line(item.title)}", *(f"   {line}" for line in _facts(item, digest))))


def _facts(item: Item, digest: Digest) -> Iterator[str]:
    yield f"文件：{item.plan}"
    yield f"单位：{item.unit}（{item.role}，{item.state}）"
    if item.due_on is not None:
        yield f"完成时限：{in_words(item.due_on)}（{days_left(item.due_on, digest.today)}）"
    for reminder in item.reminders:
        yield from _reminder(reminder, digest.today)
    yield f"办理：{digest.base_url}/assignments/{item.assignment_id}"


def _reminder(reminder: Reminder, today: date) -> Iterator[str]:
    sent = sent_late(reminder.late_days, reminder.late_hours)
    late = f"（{sent}）" if sent else ""
    day = reminder.due_on
    yield f"提醒：{one_line(reminder.step)}{f'，{in_words(day)}，{days_left(day, today)}' if day else ''}{late}"
    if reminder.words:
        yield f"内容：{one_line(reminder.words)}" + (f"（{reminder.author}）" if reminder.author else "")


def one_line(text: str) -> str:
    """A text without its line breaks."""
    return " ".join(text.split())


def days_left(due_on: date, today: date) -> str:
    """已逾期3天, 今天到期, 还有2天."""
    days = (due_on - today).days
    if days < 0:
        return f"已逾期{-days}天"
    return "今天到期" if days == 0 else f"还有{days}天"
