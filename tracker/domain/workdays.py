"""Chinese working days (工作日) with moved weekends (调休): a value, so that an office can load a new year."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from tracker.domain.holidays import ANNOUNCED

SATURDAY = 5
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days are worked. A year outside ``known_years`` is computed from plain weekdays and is provisional."""

    holidays: frozenset[date]
    makeup_days: frozenset[date]
    known_years: frozenset[int]

    def is_workday(self, day: date) -> bool:
        """Whether offices work on ``day``."""
        if day in self.makeup_days:
            return True
        return day not in self.holidays and day.weekday() < SATURDAY

    def knows(self, first: date, last: date) -> bool:
        """Whether every year from ``first`` to ``last`` has been announced; False means provisional."""
        return all(year in self.known_years for year in range(first.year, last.year + 1))

    def add_workdays(self, start: date, count: int) -> date:
        """The ``count``-th working day after ``start`` (``start`` itself is not counted; 民法典第二百零一条).

        A negative count goes back. Refuses zero, which names no working day, and a day past the calendar.
        """
        if count == 0:
            raise ValueError("工作日天数不能为零")
        step = ONE_DAY if count > 0 else -ONE_DAY
        day, left = start, abs(count)
        while left:
            day += step
            left -= self.is_workday(day)
        return day


def days_of(year: int, spans: str) -> Iterator[date]:
    """The days that ``0101-0103 0214`` names in a year, in the order written; ValueError for what names none."""
    for span in spans.split():
        first, _, last = span.partition("-")
        day, end = _day(year, first), _day(year, last or first)
        while day <= end:
            yield day
            day += ONE_DAY


def _day(year: int, text: str) -> date:
    return date(year, int(text[:2]), int(text[2:]))


def spans_of(days: Iterable[date]) -> str:
    """Days of one year as ``0101-0103 0214``, in order, neighbours joined."""
    return " ".join(f"{first:%m%d}" if first == last else f"{first:%m%d}-{last:%m%d}" for first, last in runs_of(days))


def runs_of(days: Iterable[date]) -> list[tuple[date, date]]:
    """Days as runs of neighbours, each with its first and last day, in order."""
    runs: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if runs and runs[-1][1] + ONE_DAY == day:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


Years = tuple[tuple[int, str, str], ...]
"""Years that are announced: each with its days off and its worked weekend days, as ``spans_of`` writes them."""


@lru_cache(maxsize=4)
def calendar_of(years: Years) -> WorkCalendar:
    """The calendar of these years."""
    return WorkCalendar(
        holidays=frozenset(day for year, off, _ in years for day in days_of(year, off)),
        makeup_days=frozenset(day for year, _, worked in years for day in days_of(year, worked)),
        known_years=frozenset(year for year, _, _ in years),
    )


@lru_cache(maxsize=1)
def announced_calendar() -> WorkCalendar:
    """The calendar of all years announced so far (see ``tracker.domain.holidays``)."""
    return calendar_of(tuple((year, off, worked) for year, (off, worked) in ANNOUNCED.items()))
