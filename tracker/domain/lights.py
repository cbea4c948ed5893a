"""Lights (亮灯): what a glance at an assignment should tell, and why, on any day.

Source: the office's default pack. Red: overdue and open. Yellow: due within 7 days, or not signed for
within 3 working days, or a report is late. Green otherwise. None: no date. Completed late keeps a mark for good; by
which day that is judged, is the office's choice too (``tracker.domain.lateness``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tracker.domain.day_words import in_words
from tracker.domain.lateness import JudgedBy, judged_on
from tracker.domain.lifecycle import State, TaskState, is_chased
from tracker.domain.report_rhythm import NO_REPORTS, ReportRhythm
from tracker.domain.roles import Role

AddWorkdays = Callable[[date, int], date]
ONE_DAY = timedelta(days=1)


class Light(StrEnum):
    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    NONE = "none"

    @property
    def label(self) -> str:
        """The word a clerk reads: 红灯, 黄灯, 绿灯 or 不亮灯."""
        return _LABELS[self]

    @property
    def word(self) -> str:
        """The warning in a word, as it stands before titles: 逾期, 临期, or empty."""
        return _WORDS.get(self, "")


_LABELS = {Light.RED: "红灯", Light.YELLOW: "黄灯", Light.GREEN: "绿灯", Light.NONE: "不亮灯"}
_WORDS = {Light.RED: "逾期", Light.YELLOW: "临期"}


@dataclass(frozen=True, slots=True)
class AssignmentFacts:
    """What the lights look at, as it stood at the end of the day that is asked for.

    ``due_on`` is the date in force on that day, ``dispatched_on`` the day of the latest dispatch, all in the
    office's zone. ``sign_by_on`` is the last day to sign for it where the office set one. ``took_up_on`` is the day
    on which the unit last took the work up or told of its progress (tracker.domain.history.TOOK_UP).
    ``task_state`` is that of the whole task: once it is closed, no unit is chased any more. ``submitted_on`` is the day
    of the submission that stands: none that was returned.
    """

    state: State
    due_on: date | None
    dispatched_on: date
    completed_on: date | None = None
    took_up_on: date | None = None
    task_state: TaskState = TaskState.OPEN
    sign_by_on: date | None = None
    role: Role = Role.RESPONSIBLE
    submitted_on: date | None = None


@dataclass(frozen=True, slots=True)
class LightPack:
    """The office's thresholds: ``due_soon_days`` in calendar days, ``sign_within`` in working days.

    ``reports`` is the rhythm of reports. Where ``support_red`` is off, units in support show yellow for red.
    ``judged_by`` is the day by which what is completed was on time, for lights and figures alike.
    ``tracker.domain.light_packs`` reads and writes it as data.
    """

    due_soon_days: int = 7
    sign_within: int = 3
    reports: ReportRhythm = NO_REPORTS
    support_red: bool = True
    judged_by: JudgedBy = JudgedBy.ACCEPTANCE


DEFAULT_PACK = LightPack()


@dataclass(frozen=True, slots=True)
class LitLight:
    """A light with its reason: one Chinese sentence.

    ``word`` stands before titles in calendars and lists (逾期, 临期, 未签收, 迟报, or empty);
    ``is_late`` marks what was completed after its date, for good.
    """

    light: Light
    why: str
    word: str = ""
    is_late: bool = False


def plain_workdays(start: date, count: int) -> date:
    """The ``count``-th Monday-to-Friday after ``start``: for want of a calendar with holidays and 调休."""
    day = start
    while count > 0:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def is_overdue(state: State, due_on: date | None, day: date, task_state: TaskState = TaskState.OPEN) -> bool:
    """Whether ``day`` lies after the due day of a part that is still chased.

    The one rule for lists, figures, flags, notices and calendars; ``tracker.store.overdue`` says it to databases.
    """
    return due_on is not None and due_on < day and is_chased(state, task_state)


def light_of(
    facts: AssignmentFacts,
    day: date,
    add_workdays: AddWorkdays = plain_workdays,
    pack: LightPack = DEFAULT_PACK,
) -> LitLight:
    """The light of an assignment on ``day``, with its reason; the same facts and day always give the same answer."""
    if not is_chased(facts.state, facts.task_state):
        return _resting(facts, pack)
    return (
        _overdue(facts, day, pack)
        or _due_soon(facts, day, pack)
        or _unsigned(facts, day, pack, add_workdays)
        or _report_late(facts, day, pack)
        or _calm(facts, day)
    )


def holds_for(
    facts: AssignmentFacts,
    day: date,
    add_workdays: AddWorkdays = plain_workdays,
    pack: LightPack = DEFAULT_PACK,
) -> tuple[date, date]:
    """The first and the last day, with ``day`` between them, on which the light and its word are the same.

    As long as nothing happens to the assignment; the sentence counts days and is another one every day.
    """
    return between(_turns(facts, add_workdays, pack), day)


def between(turns: Iterable[date], day: date) -> tuple[date, date]:
    """The span around ``day`` in which no day of ``turns`` begins anything new, both ends included."""
    days = sorted(turns)
    since = max((turn for turn in days if turn <= day), default=date.min)
    until = next((turn - ONE_DAY for turn in days if turn > day), date.max)
    return since, until


def _turns(facts: AssignmentFacts, add_workdays: AddWorkdays, pack: LightPack) -> Iterator[date]:
    """The days from which the light may be another one."""
    if not is_chased(facts.state, facts.task_state):
        return
    if facts.due_on is not None:
        yield facts.due_on - timedelta(days=pack.due_soon_days)
        yield facts.due_on + ONE_DAY
    if facts.state is State.DISPATCHED:
        yield (facts.sign_by_on or add_workdays(facts.dispatched_on, pack.sign_within)) + ONE_DAY
    if (owed_on := report_owed_on(facts, pack)) is not None:
        yield owed_on + ONE_DAY


def _resting(facts: AssignmentFacts, pack: LightPack) -> LitLight:
    if facts.state is State.WITHDRAWN:
        return LitLight(Light.NONE, "已撤销，不再亮灯。")
    if facts.state is State.SUSPENDED:
        return LitLight(Light.NONE, "已中止（挂账），恢复办理前不亮灯。")
    if facts.state is State.COMPLETED:
        return _completed(facts, pack.judged_by)
    return LitLight(Light.NONE, f"任务{facts.task_state.label}，本单位的分工不再催办，不亮灯。")


def _completed(facts: AssignmentFacts, by: JudgedBy) -> LitLight:
    ended_on = judged_on(facts.completed_on, facts.submitted_on, by)
    if facts.completed_on is None or ended_on is None:
        raise ValueError("已办结的事项缺少办结日期，无法判断是否按期。")
    done = f"已于{in_words(facts.completed_on)}办结"
    if facts.due_on is None:
        return LitLight(Light.NONE, f"{done}，未定时限，不亮灯。")
    judged = f"{done}，{_judged(facts, by)}"
    late = (ended_on - facts.due_on).days
    if late > 0:
        return LitLight(Light.GREEN, f"{judged}，比时限（{in_words(facts.due_on)}）晚{late}天。", is_late=True)
    return LitLight(Light.GREEN, f"{judged}，未超时限（{in_words(facts.due_on)}）。")


def _judged(facts: AssignmentFacts, by: JudgedBy) -> str:
    """By which day it was judged, in words."""
    if by is JudgedBy.SUBMISSION and facts.submitted_on:
        return f"按提交之日（{in_words(facts.submitted_on)}）认定"
    return "按办结之日认定"


def report_owed_on(facts: AssignmentFacts, pack: LightPack) -> date | None:
    """The last day for the unit's next report; None where none is asked for, or the work is not in its hands."""
    if facts.state is not State.IN_PROGRESS:
        return None
    return pack.reports.owed_on(facts.took_up_on or facts.dispatched_on)


def _overdue(facts: AssignmentFacts, day: date, pack: LightPack) -> LitLight | None:
    if facts.due_on is None or not is_overdue(facts.state, facts.due_on, day, facts.task_state):
        return None
    late = f"时限为{in_words(facts.due_on)}，已逾期{(day - facts.due_on).days}天，尚未办结"
    if facts.role is Role.SUPPORT and not pack.support_red:
        return LitLight(Light.YELLOW, f"{late}；配合单位逾期不亮红灯。", Light.RED.word)
    return LitLight(Light.RED, f"{late}。", Light.RED.word)


def _due_soon(facts: AssignmentFacts, day: date, pack: LightPack) -> LitLight | None:
    if facts.due_on is None or (left := (facts.due_on - day).days) > pack.due_soon_days:
        return None
    when = f"离时限（{in_words(facts.due_on)}）还有{left}天" if left else f"今天（{in_words(facts.due_on)}）到期"
    return LitLight(Light.YELLOW, f"{when}，尚未办结。", Light.YELLOW.word)


def _unsigned(facts: AssignmentFacts, day: date, pack: LightPack, add_workdays: AddWorkdays) -> LitLight | None:
    if facts.state is not State.DISPATCHED:
        return None
    if facts.sign_by_on is not None:
        why = f"应于{in_words(facts.sign_by_on)}前签收，至今未签收。"
        return LitLight(Light.YELLOW, why, "未签收") if day > facts.sign_by_on else None
    if day <= add_workdays(facts.dispatched_on, pack.sign_within):
        return None
    why = f"{in_words(facts.dispatched_on)}下达，超过{pack.sign_within}个工作日仍未签收。"
    return LitLight(Light.YELLOW, why, "未签收")


def _report_late(facts: AssignmentFacts, day: date, pack: LightPack) -> LitLight | None:
    owed_on = report_owed_on(facts, pack)
    if owed_on is None or day <= owed_on:
        return None
    return LitLight(Light.YELLOW, f"应于{in_words(owed_on)}前报进展，至今未报。", "迟报")


def _calm(facts: AssignmentFacts, day: date) -> LitLight:
    if facts.due_on is None:
        return LitLight(Light.NONE, "未定时限，不亮灯。")
    return LitLight(Light.GREEN, f"离时限（{in_words(facts.due_on)}）还有{(facts.due_on - day).days}天，正常办理。")
