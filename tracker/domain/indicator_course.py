"""Whether an indicator is on its way from the base to the target (指标进度), and why, in one sentence.

The way is a straight line from the base in its year to the target in its own. Which side of it is good follows from the
target's own words first (≥, 不低于; ≤, 控制在, 以内), then from base and target (a base above the target is to fall),
then from the name. A target that tells a change (下降18%, or a name like 排放降低（%）without base) is counted from 0.
A base that is beyond the target already must not fall behind it: then the target itself is the line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from tracker.domain.figures_asked import Aim, figure_of, plain

_AT_MOST = re.compile(
    r"[≤<≦]|(?<!不)(?:低于|小于|少于)|不(?:得)?(?:超过|高于|大于|多于)|控制在|以内|以下|之内|(?:降|减|压减|压缩)[到至]"
)
_AT_LEAST = re.compile(r"[≥>≧]|不(?:得)?(?:低于|小于|少于)|以上|(?<!不)(?:超过|高于|大于)|突破")
_CHANGE = re.compile(r"下降|降低|减少|削减|压减|增长|增加|提高|提升|上升|累计")
_FALLING_NAME = re.compile(r"下降|降低|减少|削减|压减")
_KEPT_DOWN_NAME = re.compile(r"控制|失业率|死亡率|死亡人数|发生率|漏损率|伤亡")


class CourseState(StrEnum):
    """How an indicator stands by its latest reading."""

    REACHED = "reached"
    ON_COURSE = "on_course"
    BEHIND = "behind"
    MISSED = "missed"
    NO_READING = "no_reading"
    UNJUDGED = "unjudged"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def light(self) -> str:
        """Its colour: red, yellow, green or none."""
        return {"reached": "green", "on_course": "green", "behind": "yellow", "missed": "red"}.get(self.value, "none")


_LABELS = {
    CourseState.REACHED: "已达目标",
    CourseState.ON_COURSE: "进度正常",
    CourseState.BEHIND: "进度落后",
    CourseState.MISSED: "到期未达",
    CourseState.NO_READING: "尚无完成值",
    CourseState.UNJUDGED: "不作判断",
}


@dataclass(frozen=True, slots=True)
class Goal:
    """What an indicator is to come to. ``base`` and ``target`` are in ``measure``; None where they are no one number.

    ``is_change``: base 0 and readings count how much it changed (下降18%), not how high it stands.
    """

    measure: str
    base: float | None
    base_year: int | None
    target: float | None
    target_year: int | None
    aim: Aim
    is_change: bool = False

    def is_met_by(self, value: float) -> bool:
        """Whether the value reaches the target."""
        return self.target is not None and self._good(value, self.target)

    def expected(self, year: int) -> float | None:
        """What the line from base to target says for a year; None where there is no line."""
        if self.target is None or self.target_year is None:
            return None
        if self.base is None or self.base_year is None or self.base_year >= self.target_year:
            return self.target if year >= self.target_year else None
        if year >= self.target_year or self._good(self.base, self.target):
            return self.target
        share = max(year - self.base_year, 0) / (self.target_year - self.base_year)
        return self.base + (self.target - self.base) * share

    def _good(self, value: float, line: float) -> bool:
        # Sums of tenths are not exact in binary.
        slack = 1e-9 * max(abs(value), abs(line), 1)
        return value >= line - slack if self.aim is Aim.AT_LEAST else value <= line + slack

    def keeps_to(self, value: float, line: float) -> bool:
        """Whether the value lies on the good side of the line, or on it."""
        return self._good(value, line)


@dataclass(frozen=True, slots=True)
class Course:
    """The judgement with its one sentence; ``expected`` is what the line says for the year of the latest reading."""

    state: CourseState
    why: str
    expected: float | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """An indicator as its row of the target table has it."""

    name: str
    measure: str | None = None
    base: str | None = None
    base_value: float | None = None
    base_year: int | None = None
    target: str | None = None
    target_value: float | None = None
    target_year: int | None = None
    growth: str | None = None


def goal_of(row: Written) -> Goal:
    """What the row asks for."""
    words = row.target or ""
    target = row.target_value
    changes = target is None and bool(_CHANGE.search(words)) and not _AT_MOST.search(words)
    if target is None:
        figure = figure_of(words)
        target = figure.value if figure else None
    falls = row.base_value is None and bool(_FALLING_NAME.search(row.name))
    is_change = target is not None and (changes or falls)
    base = 0.0 if is_change else row.base_value
    return Goal(
        row.measure or "", base, row.base_year, target, row.target_year, _aim(row, target, is_change), is_change
    )


def _aim(row: Written, target: float | None, is_change: bool) -> Aim:
    if is_change:
        return Aim.AT_LEAST
    words = row.target or ""
    if _AT_LEAST.search(words):
        return Aim.AT_LEAST
    if _AT_MOST.search(words):
        return Aim.AT_MOST
    if row.base_value is not None and target is not None and row.base_value != target:
        return Aim.AT_MOST if row.base_value > target else Aim.AT_LEAST
    return Aim.AT_MOST if _KEPT_DOWN_NAME.search(row.name) else Aim.AT_LEAST


def course_of(  # noqa: PLR0911 - one line for each way to stand
    goal: Goal, year: int | None, value: float | None
) -> Course:
    """How the indicator stands by its latest reading, that of ``year``; both None when there is none."""
    if goal.target is None:
        return Course(CourseState.UNJUDGED, "目标不是一个明确的数值，只登记完成值，不判断进度。")
    if year is None or value is None:
        return Course(CourseState.NO_READING, "还没有登记完成值，不能判断进度。")
    told = f"{year}年完成值为{_said(goal, value)}"
    aimed = f"{f'{goal.target_year}年' if goal.target_year else ''}目标{goal.aim.words}{_said(goal, goal.target)}"
    if goal.target_year is not None and year >= goal.target_year:
        return _at_the_end(goal, value, told, aimed)
    if goal.is_met_by(value):
        return Course(CourseState.REACHED, f"{told}，已达到{aimed}。", goal.expected(year))
    line = goal.expected(year)
    if line is None:
        short = _apart(goal, goal.target, value)
        return Course(CourseState.UNJUDGED, f"{told}，距{aimed}还差{short}；没有基期数，不判断年度进度。")
    should = f"按基期到目标的进程，{year}年应{goal.aim.words}{_said(goal, line)}"
    if goal.keeps_to(value, line):
        return Course(CourseState.ON_COURSE, f"{told}，{should}，进度正常。", line)
    return Course(CourseState.BEHIND, f"{told}，{should}，相差{_apart(goal, line, value)}。", line)


def _at_the_end(goal: Goal, value: float, told: str, aimed: str) -> Course:
    assert goal.target is not None
    if goal.is_met_by(value):
        return Course(CourseState.REACHED, f"{told}，达到{aimed}。", goal.target)
    return Course(CourseState.MISSED, f"{told}，没有达到{aimed}，相差{_apart(goal, goal.target, value)}。", goal.target)


def _said(goal: Goal, value: float) -> str:
    return number_said(value) + goal.measure


def _apart(goal: Goal, one: float, other: float) -> str:
    """How far two values lie apart; two percentages do so by 个百分点."""
    return number_said(abs(one - other)) + ("个百分点" if goal.measure in ("%", "％") else goal.measure)


def number_said(value: float) -> str:
    """A number for people: at most four places, without needless zeros."""
    return plain(round(value, 4))


def years_missing(goal: Goal, known: set[int], last_full_year: int) -> tuple[int, ...]:
    """The years after the base, up to the target's, that are over and have no reading; empty without a base year."""
    if goal.base_year is None:
        return ()
    last = min(last_full_year, goal.target_year or last_full_year)
    return tuple(year for year in range(goal.base_year + 1, last + 1) if year not in known)
