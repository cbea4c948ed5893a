"""A year's days off and make-up days (放假安排): read from the words of the notice, and checked before they count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.domain.text import same_length_ascii
from tracker.domain.workdays import SATURDAY, runs_of

FIRST_YEAR, LAST_YEAR = 2000, 2100
FEWEST_DAYS_OFF = 10
"""The statutory holidays alone are more than this many days; fewer means that some were left out."""
_LONGEST_RUN = 31

_BRACKETS = re.compile(r"[（(][^（）()]*[）)]")
_SENTENCE = re.compile(r"[。；;\n]")
_TO = r"(?:至|到|[—–\-~～]+)"
_DATE = r"(?:(?P<{p}y>20\d\d) ?[年\-/.] ?)?(?P<{p}m>1[0-2]|0?[1-9]) ?[月\-/.] ?(?P<{p}d>3[01]|[12]\d|0?[1-9]) ?[日号]?"
_RANGE = re.compile(
    (
        _DATE.format(p="") + rf"(?: ?{_TO} ?(?:" + _DATE.format(p="t") + r"|(?P<only>3[01]|[12]\d|0?[1-9]) ?[日号]))?"
    ).replace(" ", r"\s{0,4}")
    + r"|(?P<off>放假|调休|休息)|(?P<work>上班|补班|工作)"
)


@dataclass(frozen=True, slots=True)
class YearDays:
    """What a notice says: the days off, and the weekend days that are worked."""

    off: frozenset[date] = frozenset()
    worked: frozenset[date] = frozenset()

    def within(self, year: int) -> YearDays:
        """Those in one year: a notice for the new year may begin in the old one."""
        return YearDays(
            frozenset(day for day in self.off if day.year == year),
            frozenset(day for day in self.worked if day.year == year),
        )


def notice_days(year: int, text: str) -> YearDays:
    """The days in the words of a notice: 2月15日至23日放假调休，共9天。2月14日、2月28日上班.

    A list of days without 放假 or 上班 counts as days off. Refuses (ValueError, in Chinese) a day that does not exist.
    """
    off: set[date] = set()
    worked: set[date] = set()
    for sentence in _SENTENCE.split(_BRACKETS.sub("", same_length_ascii(text))):
        waiting: list[date] = []
        for found in _RANGE.finditer(sentence):
            if found["work"]:
                worked.update(waiting)
                waiting = []
            elif found["off"]:
                off.update(waiting)
                waiting = []
            else:
                waiting += _days(found, year)
        off.update(waiting)
    return YearDays(frozenset(off - worked), frozenset(worked))


def listed_days(year: int, text: str) -> frozenset[date]:
    """The days of a list such as 1月1日至1月3日、2月14日, whatever words stand between; refuses as ``notice_days``."""
    plain = _BRACKETS.sub("", same_length_ascii(text))
    return frozenset(day for found in _RANGE.finditer(plain) if found["m"] for day in _days(found, year))


def _days(found: re.Match[str], year: int) -> Iterator[date]:
    first = _date(found["y"] or year, found["m"], found["d"], found.group())
    if found["tm"]:
        last = _date(found["ty"] or first.year, found["tm"], found["td"], found.group())
        if last < first and not found["ty"]:
            first = first.replace(year=first.year - 1)
    else:
        last = _date(first.year, found["m"], found["only"], found.group()) if found["only"] else first
    length = (last - first).days
    if not 0 <= length <= _LONGEST_RUN:
        raise ValueError(f"“{found.group()}”起止日期不对，请检查。")
    return (first + timedelta(days=n) for n in range(length + 1))


def _date(year: str | int, month: str, day: str, written: str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise ValueError(f"“{written}”不是存在的日期，请检查。") from None


def faults_of(year: int, days: YearDays) -> list[str]:
    """What is wrong with a year's days, in sentences; none when they may count."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return [f"年份应在{FIRST_YEAR}年至{LAST_YEAR}年之间。"]
    faults = []
    if both := days.off & days.worked:
        faults.append(f"{told(both)}既写了放假又写了上班，请只保留一处。")
    if weekdays := {day for day in days.worked if day.weekday() < SATURDAY}:
        faults.append(f"{told(weekdays)}本来就是工作日，不必列为调休上班，请核对。")
    if (count := len(days.off)) < FEWEST_DAYS_OFF:
        faults.append(f"放假只有{count}天，法定节假日没有填全，请对照通知补齐。")
    return faults


def told(days: Iterable[date]) -> str:
    """Days in words, neighbours joined: 1月1日至1月3日、2月14日."""
    return "、".join(_run(first, last) for first, last in runs_of(days))


def _run(first: date, last: date) -> str:
    begin = f"{first.month}月{first.day}日"
    return begin if first == last else f"{begin}至{last.month}月{last.day}日"
