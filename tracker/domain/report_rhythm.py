"""How often a unit reports its progress (报送频次), and by which day the next report is owed.

A report counts for the calendar month, or the week from Monday to Sunday, in which it is made; so does taking the
work up. The next one is owed by the rhythm's day in the month or week after. A late report is thus late once, and an
early one is not asked for again.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Every(StrEnum):
    """The kinds of rhythm: no reports asked for, every N days, by a day of the month, by a day of the week."""

    NEVER = "never"
    DAYS = "days"
    MONTH = "month"
    WEEK = "week"

    @property
    def label(self) -> str:
        """The word a clerk reads."""
        return {"never": "不要求", "days": "每隔若干天", "month": "每月", "week": "每周"}[self.value]


NUMBERS = {Every.NEVER: (0, 0), Every.DAYS: (1, 180), Every.MONTH: (1, 31), Every.WEEK: (1, 7)}
"""The least and the greatest number that a rhythm may have."""
WEEKDAYS = "一二三四五六日"
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ReportRhythm:
    """``number`` is the count of days, the day of the month (the last one where a month is shorter), or the day of
    the week from 1, Monday; 0 where no reports are asked for."""

    every: Every = Every.NEVER
    number: int = 0

    def owed_on(self, since: date) -> date | None:
        """The last day for the next report of a unit that took its work up, or last reported, on ``since``."""
        match self.every:
            case Every.NEVER:
                return None
            case Every.DAYS:
                return since + timedelta(days=self.number)
            case Every.MONTH:
                return self._in_month(_month_after(since))
            case Every.WEEK:
                return _monday(since) + timedelta(days=6 + self.number)

    def first_in_time(self, day: date) -> date | None:
        """The first day from which no report is late yet on ``day``; None where none is ever owed.

        What was taken up or reported before it is late: the rule of ``owed_on``, asked the other way round.
        """
        match self.every:
            case Every.NEVER:
                return None
            case Every.DAYS:
                return day - timedelta(days=self.number)
            case Every.MONTH:
                first = day.replace(day=1)
                return first if day > self._in_month(first) else (first - ONE_DAY).replace(day=1)
            case Every.WEEK:
                return _monday(day) if day.isoweekday() > self.number else _monday(day) - timedelta(days=7)

    @property
    def words(self) -> str:
        """The rhythm as a clerk says it: 每月25日前, 每周五前, 每10天一次, 不要求定期报进展."""
        match self.every:
            case Every.NEVER:
                return "不要求定期报进展"
            case Every.DAYS:
                return f"每{self.number}天一次"
            case Every.MONTH:
                return f"每月{self.number}日前" if self.number < 31 else "每月最后一天前"
            case Every.WEEK:
                return f"每周{WEEKDAYS[self.number - 1]}前"

    def _in_month(self, first: date) -> date:
        return first.replace(day=min(self.number, monthrange(first.year, first.month)[1]))


NO_REPORTS = ReportRhythm()


def _month_after(day: date) -> date:
    """The first day of the month after the one of ``day``."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
