"""Which notices are owed for an assignment on a day: a pure ladder of steps.

Source: the default steps of the domain: 30, 7, 3, 1 and 0 days before; overdue by 1 day 催办 (with a copy to
the unit's head), 7 days 督办单, 15 days 约谈提醒, 30 days 列入通报. An office may set other steps
(``tracker.domain.notice_policy``); LADDER is what counts until it does.

``owed`` is the rule for one assignment. ``reached`` is the same rule read the other way round, for whole
tables at once: it lists the due days that come to a rung between two sweeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class NoticeKind(StrEnum):
    """What a notice is about."""

    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    MILESTONE_SOON = "milestone_soon"
    MILESTONE_LATE = "milestone_late"
    UNSIGNED = "unsigned"
    REPORT_LATE = "report_late"
    DISPATCHED = "dispatched"
    DECIDED = "decided"
    URGED = "urged"
    REMARK = "remark"
    HANDED_OVER = "handed_over"

    @property
    def label(self) -> str:
        """The word a clerk reads."""
        return _KIND_LABELS[self]


_KIND_LABELS = {
    NoticeKind.DUE_SOON: "到期提醒",
    NoticeKind.OVERDUE: "逾期催办",
    NoticeKind.MILESTONE_SOON: "节点到期提醒",
    NoticeKind.MILESTONE_LATE: "节点逾期提醒",
    NoticeKind.UNSIGNED: "超期未签收提醒",
    NoticeKind.REPORT_LATE: "迟报提醒",
    NoticeKind.DISPATCHED: "新任务",
    NoticeKind.DECIDED: "审核结果",
    NoticeKind.URGED: "催办",
    NoticeKind.REMARK: "领导批示",
    NoticeKind.HANDED_OVER: "工作移交",
}


class Paper(StrEnum):
    """The paper that an office sends with a step of the ladder."""

    SLIP = "督办单"
    TALK = "约谈提醒"
    CIRCULAR = "通报"


@dataclass(frozen=True, slots=True)
class Step:
    """A rung of the ladder; ``days`` counts from the due day: -7 a week before it, +1 the day after.

    ``copies_head``: the unit's head (分管领导 standing at that unit) is told too. ``paper`` goes out with it.
    ``counts_from``: the day from which the office has this rung. What had come to it before is not told
    afterwards; None stands for ever.
    """

    days: int
    label: str
    copies_head: bool = False
    paper: Paper | None = None
    counts_from: date | None = None

    @property
    def kind(self) -> NoticeKind:
        return NoticeKind.DUE_SOON if self.days <= 0 else NoticeKind.OVERDUE

    def day_for(self, due_on: date) -> date:
        """The day on which an assignment due on ``due_on`` comes to this rung."""
        return due_on + timedelta(days=self.days)

    def planned_for(self, due_on: date, chased_since: date) -> date | None:
        """The day on which a unit held to the date from ``chased_since`` is told; None when the rung is newer."""
        planned = max(self.day_for(due_on), chased_since)
        return planned if self.counts_from is None or planned >= self.counts_from else None


Ladder = Sequence[Step]

LADDER = (
    Step(-30, "提前30天提醒"),
    Step(-7, "提前7天提醒"),
    Step(-3, "提前3天提醒"),
    Step(-1, "提前1天提醒"),
    Step(0, "当日到期提醒"),
    Step(1, "逾期催办", copies_head=True),
    Step(7, "逾期7天（督办单）", paper=Paper.SLIP),
    Step(15, "逾期15天（约谈提醒）", paper=Paper.TALK),
    Step(30, "逾期30天（列入通报）", paper=Paper.CIRCULAR),
)
ONE_DAY = timedelta(days=1)


def horizon_of(ladder: Ladder) -> timedelta:
    """How far ahead of its day an assignment is first looked at."""
    return timedelta(days=max((-step.days for step in ladder), default=0))


def step_label(days: int, ladder: Ladder = LADDER) -> str:
    """The name of the rung at that many days from the due day."""
    return next((step.label for step in ladder if step.days == days), _plain_label(days))


def _plain_label(days: int) -> str:
    if days > 0:
        return f"逾期{days}天提醒"
    return f"提前{-days}天提醒" if days else "当日到期提醒"


@dataclass(frozen=True, slots=True)
class Owed:
    """A notice that is owed: its rung, the day it was planned for, and how many days late it is decided.

    ``later`` are the rungs after it that have come as well: after downtime, or for work given out on the eve of one.
    Nobody needs "30 days left" beside "1 day left": the former stays on record, and nobody is bothered with it.
    """

    step: Step
    planned_on: date
    late_days: int
    later: tuple[Step, ...] = ()

    @property
    def is_overtaken(self) -> bool:
        """Whether the unit is told a later rung instead; an urging is not undone by the next one."""
        return self.step.days <= 0 and bool(self.later)

    @property
    def is_overtaken_for_head(self) -> bool:
        """The same for the unit's head, who is not told of every rung."""
        return self.step.days <= 0 and any(step.copies_head for step in self.later)


def owed(
    due_on: date, chased_since: date, today: date, ladder: Ladder = LADDER, swept_on: date | None = None
) -> tuple[Owed, ...]:
    """The notices owed by ``today`` for an open assignment, due on ``due_on``; the ladder is in the order of days.

    ``chased_since`` is the day from which this unit is held to this date: dispatched, resumed, reopened, or the
    date moved. ``swept_on`` is the last day that was swept. From the later of the two on every rung is owed on its
    day, however late that is decided: after downtime the same is recorded as without it. Of the rungs that had come
    by then only the last one counts, so that work given out late is told at once, and nobody is told four times at
    once of what had no reason to be told before.

    Where none ever was swept (None), nobody was told anything: the last reminder reached is owed, or, past the due
    day, every urging since the unit was held to it.
    """
    steps = _reached_by(due_on, chased_since, today, ladder)
    if swept_on is None:
        owing = steps[-1:] if today <= due_on else _urgings(steps, due_on, chased_since)
    else:
        by_then = [step for step in steps if step.day_for(due_on) <= max(chased_since, swept_on)]
        owing = (*by_then[-1:], *steps[len(by_then) :])
    return tuple(_owed(step, due_on, chased_since, today, steps) for step in owing)


def _urgings(steps: Sequence[Step], due_on: date, chased_since: date) -> tuple[Step, ...]:
    late = [step for step in steps if step.days > 0]
    return tuple(step for step in late if step.day_for(due_on) >= chased_since or step is late[-1])


def _reached_by(due_on: date, chased_since: date, today: date, ladder: Ladder) -> tuple[Step, ...]:
    """The rungs that have come by ``today`` and counted when they came."""
    return tuple(
        step for step in ladder if step.day_for(due_on) <= today and step.planned_for(due_on, chased_since) is not None
    )


def _owed(step: Step, due_on: date, chased_since: date, today: date, come: Sequence[Step]) -> Owed:
    planned = max(step.day_for(due_on), chased_since)
    return Owed(step, planned, max((today - planned).days, 0), tuple(each for each in come if each.days > step.days))


@dataclass(frozen=True, slots=True)
class Reached:
    """What is owed for every assignment due on ``due_on`` and chased all the while."""

    due_on: date
    owed: Owed


def reached(since: date, today: date, ladder: Ladder = LADDER) -> tuple[Reached, ...]:
    """What came to be owed after ``since``, the last day that was swept, up to ``today``.

    For an assignment that was dispatched by ``since`` and not changed after it, these are exactly the
    ``owed`` notices, swept on ``since``, whose planned day lies after it. Empty when ``today`` was swept already.
    """
    return tuple(
        Reached(due_on, _owed(step, due_on, since, today, _reached_by(due_on, since, today, ladder)))
        for late in range(max((today - since).days, 0))
        for planned in (today - timedelta(days=late),)
        for step in ladder
        if step.counts_from is None or planned >= step.counts_from
        for due_on in (planned - timedelta(days=step.days),)
    )
