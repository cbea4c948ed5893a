"""Which notices are owed for an assignment on a day: a pure ladder of steps.

Source: the default steps of the domain: 30, 7, 3, 1 and 0 days before; overdue by 1 day 催办,
7 days 督办单, 15 days 约谈提醒, 30 days 列入通报.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class NoticeKind(StrEnum):
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"

    @property
    def label(self) -> str:
        return {"due_soon": "到期提醒", "overdue": "逾期催办"}[self.value]


@dataclass(frozen=True, slots=True)
class Step:
    """A rung of the ladder; ``days`` counts from the due day: −7 a week before it, +1 the day after."""

    days: int
    label: str

    @property
    def kind(self) -> NoticeKind:
        return NoticeKind.DUE_SOON if self.days <= 0 else NoticeKind.OVERDUE


LADDER = (
    Step(-30, "提前30天提醒"),
    Step(-7, "提前7天提醒"),
    Step(-3, "提前3天提醒"),
    Step(-1, "提前1天提醒"),
    Step(0, "当日到期提醒"),
    Step(1, "逾期催办"),
    Step(7, "逾期7天（督办单）"),
    Step(15, "逾期15天（约谈提醒）"),
    Step(30, "逾期30天（列入通报）"),
)


def step_label(days: int) -> str:
    """The name of the rung at that many days from the due day."""
    return next((step.label for step in LADDER if step.days == days), f"{days:+d}天")


@dataclass(frozen=True, slots=True)
class Owed:
    """A notice that is owed: its rung, the day it was planned for, and how many days late it is decided."""

    step: Step
    planned_on: date
    late_days: int


def owed(due_on: date, assigned_on: date, today: date) -> tuple[Owed, ...]:
    """The notices owed by ``today`` for an open assignment.

    Every overdue rung that was reached is owed, however late. Of the rungs before the due day only
    the last one reached is owed: after downtime nobody needs "30 days left" beside "1 day left", and
    once the day has passed none of them. A rung that lay before the assignment existed is not owed,
    except the last overdue one, so that work dispatched late is told at once.
    """
    reached = [step for step in LADDER if due_on + timedelta(days=step.days) <= today]
    before = [step for step in reached if step.days <= 0][-1:] if today <= due_on else []
    after = [step for step in reached if step.days > 0]
    kept = [s for s in after if due_on + timedelta(days=s.days) >= assigned_on or s is after[-1]]
    return tuple(_owed(step, due_on, assigned_on, today) for step in (*before, *kept))


def _owed(step: Step, due_on: date, assigned_on: date, today: date) -> Owed:
    planned = max(due_on + timedelta(days=step.days), assigned_on)
    return Owed(step, planned, (today - planned).days)
