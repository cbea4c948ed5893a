"""Milestones (节点): when one is late, and how it stands on a day.

Source: the office's practice. A milestone is due on its day like an assignment: on time until that day ends. It is
pressed for while its task is open and a unit that must complete it is awaited.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tracker.domain.day_words import in_words

SOON_DAYS = 7


class Standing(StrEnum):
    """How a milestone stands on a day; the value is also the end of its badge's class name."""

    ON_TIME = "on_time"
    REACHED = "reached"
    REACHED_LATE = "reached_late"
    LATE = "late"
    SOON = "soon"
    AHEAD = "ahead"
    UNDATED = "undated"
    RESTING = "resting"

    @property
    def label(self) -> str:
        """The word on the badge."""
        return _LABELS[self]

    @property
    def light(self) -> str:
        """The colour that it has beside the lights of assignments: red, yellow, green or none."""
        return _LIGHTS.get(self, "none")

    @property
    def is_reached(self) -> bool:
        return self in (Standing.ON_TIME, Standing.REACHED, Standing.REACHED_LATE)

    @property
    def is_ahead(self) -> bool:
        """Whether it is waited for, and its day has not passed."""
        return self in (Standing.SOON, Standing.AHEAD)


_LABELS = {
    Standing.ON_TIME: "按期达到",
    Standing.REACHED: "已达到",
    Standing.REACHED_LATE: "超期达到",
    Standing.LATE: "逾期",
    Standing.SOON: "临近",
    Standing.AHEAD: "未到期",
    Standing.UNDATED: "未定日期",
    Standing.RESTING: "不再催办",
}
_LIGHTS = {
    Standing.ON_TIME: "green",
    Standing.REACHED: "green",
    Standing.REACHED_LATE: "green",
    Standing.LATE: "red",
    Standing.SOON: "yellow",
    Standing.AHEAD: "green",
}


@dataclass(frozen=True, slots=True)
class Stood:
    """A milestone on a day: its standing, one sentence that says why, and the days it is (or was reached) late."""

    standing: Standing
    why: str
    days_late: int = 0


def is_milestone_late(due_on: date | None, reached_on: date | None, day: date, *, awaited: bool) -> bool:
    """Whether ``day`` lies after the milestone's due day and it had not been reached by then.

    ``awaited``: its task is open and a unit that must complete it is chased. ``tracker.store.milestone_queries``
    says the same to databases.
    """
    not_reached = reached_on is None or reached_on > day
    return awaited and not_reached and due_on is not None and due_on < day


def stood(due_on: date | None, reached_on: date | None, day: date, *, awaited: bool) -> Stood:
    """How the milestone stands at the end of ``day``."""
    if reached_on is not None and reached_on <= day:
        return _reached(due_on, reached_on)
    if due_on is None:
        return Stood(Standing.UNDATED, "没有写明日期，不判断是否逾期。")
    if is_milestone_late(due_on, reached_on, day, awaited=awaited):
        late = (day - due_on).days
        return Stood(Standing.LATE, f"应达日期为{in_words(due_on)}，已逾期{late}天，尚未达到。", late)
    if not awaited:
        return Stood(Standing.RESTING, "任务已办结、撤销或中止，这个节点不再催办。")
    left = (due_on - day).days
    when = f"离{in_words(due_on)}还有{left}天，尚未达到。" if left else f"今天（{in_words(due_on)}）到期，尚未达到。"
    return Stood(Standing.SOON if due_on <= day + timedelta(days=SOON_DAYS) else Standing.AHEAD, when)


def _reached(due_on: date | None, reached_on: date) -> Stood:
    done = f"{in_words(reached_on)}报告达到"
    if due_on is None:
        return Stood(Standing.REACHED, f"{done}。")
    late = (reached_on - due_on).days
    if late > 0:
        return Stood(Standing.REACHED_LATE, f"{done}，比应达日期（{in_words(due_on)}）晚{late}天。", late)
    return Stood(Standing.ON_TIME, f"{done}，未超应达日期（{in_words(due_on)}）。")
