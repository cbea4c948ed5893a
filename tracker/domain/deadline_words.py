"""Pieces of patterns that the deadline rules share, and the years they name."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from tracker.domain.deadline_rule import Context, Point
from tracker.domain.drafts import DeadlineKind
from tracker.domain.numerals import number
from tracker.domain.series import LAST, Cycle, Mark, Rhythm

DIGITS = "0123456789"
NUMBERS = "一二三四五六七八九十"
YEAR_BEGINS = DIGITS + "二一今本明次后当同翌来"
MONTH_BEGINS = DIGITS + NUMBERS
BEGINS = YEAR_BEGINS + MONTH_BEGINS
"""The characters with which a date may begin: those of a year, those of a month."""

Y4 = r"(?:19|20)\d\d|[二一][〇○零九][〇○零一二三四五六七八九]{2}"
Y = (
    rf"(?:(?<!\d)(?P<y>{Y4}) 年度?|(?P<rel>今年|本年度?|明年|次年|翌年|来年|后年|当年|同年)"
    r"|(?<![\d第近])(?P<short>[23]\d) ?年(?=年?[底末初]|\d{1,2}月|[上下]半年|第?[一二三四1-4] ?季度))"
)
MONTH = r"1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九]"
M = rf"(?<![\d第十.])(?P<m>{MONTH}) 月份?"
DAY = r"3[01]|[12]\d|0?[1-9]|三十一?|二十[一二三四五六七八九]?|十[一二三四五六七八九]?|[一二三四五六七八九]"
D = rf"(?P<d>{DAY}) [日号]"
WITH = r"(?P<incl>[（(]含[^（）()]{0,4}[）)])?"
"""（含）, （含当月）: the words that settle what 前 leaves open."""
BEFORE = rf" {WITH}(?P<before>(?:之|以)?前)"
END_BEFORE = r"(?: (?:[（(]含[^（）()]{0,4}[）)])?(?:之|以)?前)?"
TO = r"(?:[—–\-－~～至到]|--|——)"
CLOCK = (
    r"(?: [（(](?:周|星期|礼拜)[一二三四五六日天][）)])?(?: (?:上午|下午|中午|晚上?|凌晨|早上?|夜间|全天))?"
    r"(?: \d{1,2} (?:[时点：:]\d{0,2} (?:分|整|半)?)(?:[：:]\d\d)?)?(?:下班|上班|零时)?"
)

DayOf = Callable[[re.Match[str], int], date]
Reader = Callable[[re.Match[str], Context], Point]

_YEARS_ON = {"明年": 1, "次年": 1, "翌年": 1, "来年": 1, "后年": 2}
_FROM_THE_PHRASE = ("次年", "翌年")
_SAME_YEAR = ("当年", "同年", "", None)
_PLAIN_YEAR = 2000
"""The year in which the days of a yearly duty are worked out: a leap year, which tells 2月底 from 2月28日."""


def year_of(match: re.Match[str], context: Context) -> int | None:
    """The year that the match names or means; None when nobody knows it."""
    groups = match.groupdict()
    if groups.get("y"):
        return number(groups["y"])
    if groups.get("short"):
        return 2000 + int(groups["short"])
    word = groups.get("rel")
    if word in _SAME_YEAR:
        return context.year_meant
    if word in _FROM_THE_PHRASE and context.year is not None:
        return context.year + 1
    return None if context.issued_on is None else context.issued_on.year + _YEARS_ON.get(word, 0)


def told(match: re.Match[str], name: str) -> bool:
    """Whether the group stands in the match."""
    return bool(match.groupdict().get(name))


def dated(last_day: DayOf, before: DayOf | None = None, doubts: tuple[str, ...] = ()) -> Reader:
    """A reading function: the period's last day, or (「前」 without 底 or 含) the day before the period begins."""

    def read(match: re.Match[str], context: Context) -> Point:
        excluded = before is not None and told(match, "before") and not told(match, "incl")
        day_of = before if before and excluded else last_day
        recurs = context.dates_recur or (context.each_year and match.groupdict().get("rel") in ("当年", "同年"))
        if recurs and not any(told(match, name) for name in ("y", "short")):
            return _each_year(match, day_of)
        year = year_of(match, context)
        if year is None:
            return Point(doubts=("no-year-known",))
        try:
            day = day_of(match, year)
        except (ValueError, OverflowError):
            return Point(doubts=("no-such-day",), year=year)
        return Point(due_on=day, doubts=(*(("before-reading",) if excluded else ()), *doubts), year=year)

    return read


def _each_year(match: re.Match[str], day_of: DayOf) -> Point:
    """A date after 每年 that names no year of its own comes back every year, too."""
    later = _YEARS_ON.get(match.groupdict().get("rel") or "", 0)
    try:
        day = day_of(match, _PLAIN_YEAR + later)
    except (ValueError, OverflowError):
        return Point(DeadlineKind.RECURRING, recurrence="yearly")
    return Point(DeadlineKind.RECURRING, recurrence="yearly", rhythm=Rhythm(Cycle.YEAR, (yearly_mark(day),)))


def yearly_mark(day: date) -> Mark:
    """The day's place in a year that begins in ``_PLAIN_YEAR``; a month's last day stays its last in every year."""
    months = (day.year - _PLAIN_YEAR) * 12 + day.month
    return Mark(months, LAST if (day + timedelta(days=1)).day == 1 else day.day)


def m(match: re.Match[str]) -> int:
    """The month that the match names."""
    return number(match["m"])
