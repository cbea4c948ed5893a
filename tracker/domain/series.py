"""Recurring duties (周期任务): on which days they fall due.

A rhythm is what a phrase says (每季度末, 每年6月、12月底前); a series is a rhythm with the days between which it runs.
Months of a period are counted from 1; a month past the period's last is one of the next period (次月5日前), and day 0
is the month's last day. A day that a month does not have (2月30日) is that month's last.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tracker.domain.workdays import WorkCalendar

LAST = 0
_MOST_WORKDAYS = 15


class Cycle(StrEnum):
    """How long a period of a rhythm is; the value is what a rhythm's code begins with."""

    YEAR = "Y"
    HALF_YEAR = "H"
    QUARTER = "Q"
    MONTH = "M"
    WEEK = "W"
    DAY = "D"

    @property
    def months(self) -> int:
        """Calendar months in a period; 0 for weeks and days."""
        return {"Y": 12, "H": 6, "Q": 3, "M": 1}.get(self.value, 0)

    @property
    def label(self) -> str:
        return {"Y": "年", "H": "半年", "Q": "季度", "M": "月", "W": "周", "D": "日"}[self.value]


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A day within a period: the ``day``-th of its ``month``-th month, or that working day when ``worked``.

    In a week ``day`` is the weekday, Monday 1 to Sunday 7, and ``month`` says nothing.
    """

    month: int
    day: int = LAST
    worked: bool = False


@dataclass(frozen=True, slots=True)
class Rhythm:
    """On which days of which periods a duty falls due: of every period, or of every n-th."""

    cycle: Cycle
    marks: tuple[Mark, ...]
    every: int = 1

    @property
    def code(self) -> str:
        """The rhythm as a short word for storing: ``Y1:6-0,12-0``; a working day ends in ``w``."""
        marks = ",".join(f"{mark.month}-{mark.day}{'w' if mark.worked else ''}" for mark in self.marks)
        return f"{self.cycle.value}{self.every}:{marks}"

    @property
    def label(self) -> str:
        """The rhythm in words: 每年6月底、12月底."""
        days = "、".join(dict.fromkeys(_words(self.cycle, mark) for mark in self.marks))
        return f"每{self.every if self.every > 1 else ''}{self.cycle.label}{days}"

    def with_marks(self, more: tuple[Mark, ...]) -> Rhythm:
        """The rhythm with further days in the same period."""
        return Rhythm(self.cycle, tuple(sorted({*self.marks, *more})), self.every)


_WEEKDAYS = "一二三四五六日"


def _words(cycle: Cycle, mark: Mark) -> str:
    if cycle is Cycle.DAY:
        return ""
    if cycle is Cycle.WEEK:
        return _WEEKDAYS[mark.day - 1]
    day = "底" if mark.day == LAST else f"第{mark.day}个工作日" if mark.worked else f"{mark.day}日"
    if cycle is Cycle.MONTH:
        return ("次月" if mark.month > 1 else "") + day
    if mark.month > cycle.months:
        later = mark.month - cycle.months
        return f"次年{later}月{day}" if cycle is Cycle.YEAR else f"期后第{later}个月{day}"
    if cycle is Cycle.YEAR:
        return f"{mark.month}月{day}"
    return "末" if (mark.month, mark.day) == (cycle.months, LAST) else f"第{mark.month}个月{day}"


_CODE = re.compile(r"([YHQMWD])([1-9]\d{0,3}):(\d{1,2}-\d{1,2}w?(?:,\d{1,2}-\d{1,2}w?)*)")


def rhythm_of(code: str) -> Rhythm:
    """The rhythm that was stored as this code; refuses (ValueError) a word that is none."""
    found = _CODE.fullmatch(code)
    if found is None:
        raise ValueError(f"不是周期代码：{code}")
    marks = []
    for written in found[3].split(","):
        month, day = written.removesuffix("w").split("-")
        marks.append(Mark(int(month), int(day), written.endswith("w")))
    return Rhythm(Cycle(found[1]), tuple(marks), int(found[2]))


@dataclass(frozen=True, slots=True)
class Series:
    """A rhythm from ``starts_on`` to ``ends_on``, both included; without end where ``ends_on`` is None.

    The period in which ``starts_on`` lies is the first that counts; of every n periods the n-th is the one.
    """

    rhythm: Rhythm
    starts_on: date
    ends_on: date | None = None


def occurrences(series: Series, first: date, last: date, calendar: WorkCalendar) -> Iterator[date]:
    """The days from ``first`` to ``last``, both included, on which the duty falls due: in order, each once."""
    begin = max(first, series.starts_on)
    end = min(last, series.ends_on) if series.ends_on else last
    if begin > end:
        return
    days = _by_months(series, begin, end, calendar) if series.rhythm.cycle.months else _by_days(series, begin, end)
    yield from days


def next_due(series: Series, after: date, calendar: WorkCalendar) -> date | None:
    """The first day after ``after`` on which the duty falls due; None when the series has ended by then."""
    from_day = max(after + timedelta(days=1), series.starts_on)
    span = timedelta(days=(series.rhythm.cycle.months * 31 or 7) * (series.rhythm.every + 2))
    try:
        until = from_day + span
    except OverflowError:
        until = date.max
    return next(occurrences(series, from_day, until, calendar), None)


def moved_days(series: Series, days: Collection[date], before: WorkCalendar, after: WorkCalendar) -> dict[date, date]:
    """Where days that one calendar gave lie by another: only working days of a month can move, and they alone are told.

    A day that would leave the span of the series, and one that ``before`` did not give, stays.
    """
    if not days or not any(mark.worked for mark in series.rhythm.marks):
        return {}
    rhythm, size = series.rhythm, series.rhythm.cycle.months
    reach = max(mark.month for mark in rhythm.marks)
    moved: dict[date, date] = {}
    for period in range((_months(min(days)) - reach + 1) // size, _months(max(days)) // size + 1):
        for mark in rhythm.marks:
            old, new = (_day_of(period * size + mark.month - 1, mark, calendar) for calendar in (before, after))
            if old in days and old is not None and new is not None and _within(series, new):
                moved.setdefault(old, new)
    return {old: new for old, new in moved.items() if old != new}


def _within(series: Series, day: date) -> bool:
    return series.starts_on <= day and (series.ends_on is None or day <= series.ends_on)


def _by_days(series: Series, begin: date, end: date) -> Iterator[date]:
    rhythm = series.rhythm
    length = 7 if rhythm.cycle is Cycle.WEEK else 1
    for day in _every_day(begin, end):
        period = (day.toordinal() - 1) // length - (series.starts_on.toordinal() - 1) // length
        counts = (period + 1) % rhythm.every == 0
        if counts and (length == 1 or any(mark.day == day.isoweekday() for mark in rhythm.marks)):
            yield day


def _every_day(begin: date, end: date) -> Iterator[date]:
    return (date.fromordinal(n) for n in range(begin.toordinal(), end.toordinal() + 1))


def _by_months(series: Series, begin: date, end: date, calendar: WorkCalendar) -> Iterator[date]:
    rhythm, size = series.rhythm, series.rhythm.cycle.months
    reach = max(mark.month for mark in rhythm.marks)
    started = _months(series.starts_on) // size
    earliest = max(started, (_months(begin) - reach + 1) // size)
    days = set()
    for period in range(earliest, _months(end) // size + 1):
        if (period - started + 1) % rhythm.every == 0:
            days |= {_day_of(period * size + mark.month - 1, mark, calendar) for mark in rhythm.marks}
    yield from sorted(day for day in days if day and begin <= day <= end)


def _months(day: date) -> int:
    return day.year * 12 + day.month - 1


def _day_of(months: int, mark: Mark, calendar: WorkCalendar) -> date | None:
    year, month = divmod(months, 12)
    if not date.min.year <= year <= date.max.year:
        return None
    length = monthrange(year, month + 1)[1]
    if mark.worked:
        return _workday_of(date(year, month + 1, 1), mark.day, calendar)
    return date(year, month + 1, min(mark.day or length, length))


def _workday_of(first: date, count: int, calendar: WorkCalendar) -> date:
    day, left = first, min(max(count, 1), _MOST_WORKDAYS) - calendar.is_workday(first)
    while left:
        day += timedelta(days=1)
        left -= calendar.is_workday(day)
    return day
