"""The grammar's rules for days and periods: 2023年12月底前, 三季度末, 到2025年, “十四五”期间."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from tracker.domain.deadline_days import (
    day_before_month,
    day_before_third,
    five_year_plan_end,
    month_end,
    quarter_end,
    third_end,
    year_end,
)
from tracker.domain.deadline_rule import Context, Point, Rule
from tracker.domain.drafts import DeadlineKind
from tracker.domain.numerals import number

_Y4 = r"(?:19|20)\d\d|[二一][〇○零九][〇○零一二三四五六七八九]{2}"
_Y = (
    rf"(?:(?<!\d)(?P<y>{_Y4}) 年度?|(?P<rel>今年|本年度?|明年|次年|后年|当年|同年)"
    r"|(?<![\d第])(?P<short>[23]\d) ?年(?=年?[底末]|\d{1,2}月))"
)
_MONTH = r"1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九]"
_M = rf"(?<![\d第十])(?P<m>{_MONTH}) 月份?"
_DAY = r"3[01]|[12]\d|0?[1-9]|三十一?|二十[一二三四五六七八九]?|十[一二三四五六七八九]?|[一二三四五六七八九]"
_D = rf"(?P<d>{_DAY}) [日号]"
_BEFORE = r"(?P<before>(?:之|以)?前)"
_TO = r"(?:[—–\-－~～至到]|--|——)"
_CLOCK = r"(?: \d{1,2} [时点：:]\d{0,2} 分?)?"

DayOf = Callable[[re.Match[str], int], date]
Reader = Callable[[re.Match[str], Context], Point]

_RELATIVE_YEARS = {"明年": 1, "次年": 1, "后年": 2}


def _year(match: re.Match[str], context: Context) -> int | None:
    groups = match.groupdict()
    if groups.get("y"):
        return number(groups["y"])
    if groups.get("short"):
        return 2000 + int(groups["short"])
    word = groups.get("rel")
    if word in ("当年", "同年") or not word:
        return context.year_meant
    return None if context.issued_on is None else context.issued_on.year + _RELATIVE_YEARS.get(word, 0)


def _told(match: re.Match[str], name: str) -> bool:
    return bool(match.groupdict().get(name))


def _dated(last_day: DayOf, before: DayOf | None = None) -> Reader:
    """A reading function: the period's last day, or (「前」 without 底) the day before the period begins."""

    def read(match: re.Match[str], context: Context) -> Point:
        if context.each_year and match.groupdict().get("rel") in ("当年", "同年"):
            return Point(DeadlineKind.RECURRING, recurrence="yearly")
        year = _year(match, context)
        if year is None:
            return Point(doubts=("no-year-known",))
        excluded = before is not None and _told(match, "before")
        try:
            day = before(match, year) if before and excluded else last_day(match, year)
        except (ValueError, OverflowError):
            return Point(doubts=("no-such-day",), year=year)
        return Point(due_on=day, doubts=("before-reading",) if excluded else (), year=year)

    return read


def _vague(last_day: DayOf) -> Reader:
    dated = _dated(last_day)

    def read(match: re.Match[str], context: Context) -> Point:
        point = dated(match, context)
        return Point(point.kind, point.due_on, point.recurrence, (*point.doubts, "vague-date"), point.year)

    return read


def _m(match: re.Match[str]) -> int:
    return number(match["m"])


def _q(match: re.Match[str]) -> int:
    return number(match["q"])


def _range_day(match: re.Match[str], year: int) -> date:
    return date(year, _m(match), number(match["d2"]))


def _half_end(match: re.Match[str], year: int) -> date:
    return month_end(year, 6) if match["half"] == "上" else year_end(year)


def _before_half(match: re.Match[str], year: int) -> date:
    return year_end(year - 1) if match["half"] == "上" else month_end(year, 6)


def _five_year(match: re.Match[str], context: Context) -> Point:
    year = five_year_plan_end(number(match["plan"]))
    if _told(match, "before"):
        return Point(due_on=year_end(year - 5), doubts=("before-reading",), year=year)
    return Point(due_on=year_end(year), year=year)


_NO_FESTIVAL = r"(?! ?(?:春节|元旦|清明|五一|端午|中秋|国庆|入?汛|供暖|采暖))"
"""A year before a festival (2024年国庆前) tells no last day of its own."""

POINT_RULES: tuple[Rule, ...] = (
    Rule(
        "day-range",
        rf"(?:{_Y} )?{_M} (?P<d>{_DAY}) [日号]? {_TO} (?P<d2>{_DAY}) [日号]{_CLOCK}",
        "区间以末日为期：3月1日至15日为15日",
        "3月1日至15日",
        _dated(_range_day),
    ),
    Rule(
        "day",
        rf"(?:{_Y} )?{_M} {_D}{_CLOCK}(?: (?:之|以)?前)?",
        "写明的日子；「日」后的「前」按惯例含当日",
        "2023年3月10日前",
        _dated(lambda m, y: date(y, _m(m), number(m["d"]))),
    ),
    Rule(
        "day-figures",
        r"(?<!\d)(?P<y>20\d\d) ?[-/.．] ?(?P<m>1[0-2]|0?[1-9]) ?[-/.．] ?(?P<d>3[01]|[12]\d"
        r"|0?[1-9])(?!\d)(?: (?:之|以)?前)?",
        "数字写法的日子",
        "2023-03-10",
        _dated(lambda m, y: date(y, _m(m), int(m["d"]))),
    ),
    Rule(
        "month-range",
        rf"(?:{_Y} )?(?<![\d第十])(?:{_MONTH}) {_TO} {_M}(?:[底末](?:之|以)?前?|以?内)?",
        "月份区间以末月最后一日为期：3—5月为5月31日",
        "2023年3—5月",
        _dated(lambda m, y: month_end(y, _m(m))),
    ),
    Rule(
        "third",
        rf"(?:{_Y} )?{_M} 的?(?P<third>[上中下])旬(?:[底末](?:之|以)?前?|{_BEFORE})?",
        "上旬至10日，中旬至20日，下旬至月末",
        "6月中旬",
        _dated(
            lambda m, y: third_end(y, _m(m), m["third"]),
            lambda m, y: day_before_third(y, _m(m), m["third"]),
        ),
    ),
    Rule(
        "month-end",
        rf"(?:{_Y} )?{_M} 月?[底末](?: (?:之|以)?前)?",
        "月底、月底前均含当月",
        "2023年9月底前",
        _dated(lambda m, y: month_end(y, _m(m))),
    ),
    Rule(
        "month-beginning",
        rf"(?:{_Y} )?{_M} 月?初(?: (?:之|以)?前)?",
        "月初没有确定的日子，按上旬推定",
        "2023年9月初",
        _vague(lambda m, y: date(y, _m(m), 10)),
    ),
    Rule(
        "month",
        rf"(?:{_Y} )?{_M}(?:以?内| {_BEFORE})?",
        "月份以最后一日为期；「月前」不含当月",
        "2022年12月",
        _dated(lambda m, y: month_end(y, _m(m)), lambda m, y: day_before_month(y, _m(m))),
    ),
    Rule(
        "month-figures",
        r"(?<![\d.])(?P<y>20\d\d) ?[-/.．] ?(?P<m>1[0-2]|0?[1-9])(?![\d.%])(?: (?:[底末]前?))?",
        "数字写法的月份",
        "2023.12",
        _dated(lambda m, y: month_end(y, _m(m))),
        only_in_clause=True,
    ),
    Rule(
        "three-quarters",
        rf"(?:{_Y} )?前三个?季度",
        "前三季度至9月30日",
        "2023年前三季度",
        _dated(lambda _m_, y: quarter_end(y, 3)),
    ),
    Rule(
        "quarter",
        rf"(?:{_Y} )?(?:第?[一二三1-3]? ?{_TO} ?)?第? ?(?P<q>[一二三四1-4]) ?季度?(?:[底末](?:之"
        rf"|以)?前?|内|{_BEFORE})?",
        "季度以最后一日为期；不带「末」的「季度前」不含该季度",
        "三季度末",
        _dated(
            lambda m, y: quarter_end(y, _q(m)),
            lambda m, y: day_before_month(y, _q(m) * 3 - 2),
        ),
    ),
    Rule(
        "half-year",
        rf"(?:{_Y} )?(?P<half>[上下])半年(?:[底末](?:之|以)?前?|内|{_BEFORE})?",
        "上半年至6月30日，下半年至12月31日",
        "上半年",
        _dated(_half_end, _before_half),
    ),
    Rule(
        "mid-year",
        rf"(?:{_Y} ?年?|年)中(?:旬|期)?(?![国央心小学介医药转标])(?: (?:之|以)?前)?",
        "年中按上半年末理解",
        "2023年中",
        _dated(lambda _m_, y: month_end(y, 6)),
        only_in_clause=True,
    ),
    Rule(
        "year-beginning",
        rf"(?:{_Y} ?年?|年)初(?: (?:之|以)?前)?",
        "年初没有确定的日子，按1月推定",
        "2024年初",
        _vague(lambda _m_, y: month_end(y, 1)),
        only_in_clause=True,
    ),
    Rule(
        "five-year-plan",
        rf"[“\"「『]? ?(?P<plan>十[二三四五六七]) ?五 ?[”\"」』]? ?(?:规划)?(?:时期|期间|期末"
        rf"|末期?|期内|[底末]前?|{_BEFORE})",
        "五年规划以末年12月31日为期：十四五至2025年，十五五至2030年",
        "“十四五”期间",
        _five_year,
        in_prose=True,
    ),
    Rule(
        "years-range",
        rf"(?<!\d)(?:{_Y4}) ?年? ?{_TO} ?(?P<y>{_Y4}) ?年度?(?: ?年?[底末])?(?: ?(?:期间|内|(?:之|以)?前))?",
        "年份区间以末年12月31日为期",
        "2023—2025年",
        _dated(lambda _m_, y: year_end(y)),
    ),
    Rule(
        "year-end",
        rf"{_Y} ?年?(?:度)?[底末终](?: ?(?:之|以)?前)?",
        "年底、年底前均含当年",
        "2023年底前",
        _dated(lambda _m_, y: year_end(y)),
    ),
    Rule(
        "this-year-end",
        r"(?<![\d〇一二三四五六七八九十当每多近])(?:年[底末终](?:之|以)?前?|年度?内(?!部|容|涵)|全年内?)",
        "不写年份的年底、年内为文件印发当年",
        "年底前",
        _dated(lambda _m_, y: year_end(y)),
        only_in_clause=False,
    ),
    Rule(
        "before-year",
        rf"{_Y} ?{_BEFORE}(?![一二三两]|期)",
        "「年前」不含当年，各单位习惯不一，故存疑",
        "2025年前",
        _dated(lambda _m_, y: year_end(y), lambda _m_, y: year_end(y - 1)),
    ),
    Rule(
        "year",
        rf"{_Y}{_NO_FESTIVAL}(?: ?(?:年内|全年|期间|以?内(?!部|容|涵)))?",
        "年份以12月31日为期",
        "2025年",
        _dated(lambda _m_, y: year_end(y)),
    ),
    Rule(
        "five-year-plan-name",
        r"[“\"「『]? ?(?P<plan>十[二三四五六七]) ?五(?: ?[”\"」』]|$)",
        "只写规划名称的，以规划末年为期",
        "“十四五”",
        _five_year,
        only_in_clause=True,
    ),
)
