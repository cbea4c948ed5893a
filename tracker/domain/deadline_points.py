"""The grammar's rules for days and months: 2023年12月底前, 6月中旬, 2024.6.30, 3—5月."""

from __future__ import annotations

import re
from datetime import date, timedelta

from tracker.domain.deadline_days import add_months, day_before_month, day_before_third, month_end, third_end
from tracker.domain.deadline_rule import Context, Point, Rule
from tracker.domain.deadline_words import (
    BEFORE,
    BEGINS,
    CLOCK,
    DAY,
    DIGITS,
    END_BEFORE,
    MONTH,
    NUMBERS,
    TO,
    D,
    M,
    Y,
    dated,
    m,
)
from tracker.domain.numerals import number

_SEP = r" ?[-/.．] ?"
_FIGURES_END = r"(?![\d%])"


def _third_last_day(match: re.Match[str], year: int) -> date:
    return third_end(year, m(match), match["third"][-1])


def _before_third(match: re.Match[str], year: int) -> date:
    return day_before_third(year, m(match), match["third"][0])


def _week_of_month(match: re.Match[str], year: int) -> date:
    """The n-th week of a month ends on its n-th Sunday, or with the month."""
    first = date(year, m(match), 1)
    sunday = first + timedelta(days=6 - first.weekday() + 7 * (number(match["w"]) - 1))
    return min(sunday, month_end(year, m(match)))


_MONTHS_ON = {"下": 1, "次": 1}


def _this_month(match: re.Match[str], context: Context) -> Point:
    """本月底, 月底前, 次月15日前: counted from the month of issue."""
    if context.issued_on is None:
        return Point(doubts=("no-year-known",))
    first = add_months(context.issued_on.replace(day=1), _MONTHS_ON.get(match.group()[0], 0))
    if match["d"]:
        try:
            return Point(due_on=first.replace(day=number(match["d"])))
        except ValueError:
            return Point(doubts=("no-such-day",))
    part = match["part"] or match["bare"] or "底"
    if part in ("初", "中"):
        return Point(due_on=first.replace(day=10 if part == "初" else 15), doubts=("vague-date",))
    in_thirds = "旬" in part
    return Point(due_on=third_end(first.year, first.month, part[0] if in_thirds else "下"))


_WEEKDAYS = {char: day for day, char in enumerate("一二三四五六日")} | {"天": 6, "末": 6}


def _this_week(match: re.Match[str], context: Context) -> Point:
    """本周内, 下周五前: counted from the week of issue; a week ends on Sunday."""
    if context.issued_on is None:
        return Point(doubts=("no-year-known",))
    try:
        monday = context.issued_on - timedelta(days=context.issued_on.weekday())
        due = monday + timedelta(days=_WEEKDAYS.get(match["wd"] or "末", 6) + 7 * (match.group()[0] == "下"))
    except OverflowError:
        return Point(doubts=("no-such-day",))
    return Point(due_on=due)


def _day(match: re.Match[str], year: int) -> date:
    return date(year, m(match), number(match["d"]))


DAY_RULES: tuple[Rule, ...] = (
    Rule(
        "day-range",
        BEGINS,
        rf"(?:{Y} )?{M} (?:{DAY}) [日号]? {TO} {D}{CLOCK}{END_BEFORE}",
        "区间以末日为期：3月1日至15日为15日",
        "3月1日至15日",
        dated(_day),
    ),
    Rule(
        "day",
        BEGINS,
        rf"(?:{Y} )?{M} {D}{CLOCK}{END_BEFORE}",
        "写明的日子；「日」后的「前」按惯例含当日",
        "2023年3月10日前",
        dated(_day),
    ),
    Rule(
        "day-figures",
        DIGITS,
        rf"(?<!\d)(?=20\d\d ?(?:[.．] ?\d\d? ?[.．]|- ?\d\d? ?-|/ ?\d\d? ?/))"
        rf"(?P<y>20\d\d){_SEP}(?P<m>1[0-2]|0?[1-9]){_SEP}(?P<d>3[01]|[12]\d|0?[1-9])(?!\d)日?{CLOCK}{END_BEFORE}",
        "数字写法的日子",
        "2023-03-10",
        dated(_day),
    ),
    Rule(
        "day-digits",
        DIGITS,
        rf"(?<!\d)(?P<y>20\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d){END_BEFORE}",
        "八位数字写法的日子",
        "20240630",
        dated(_day),
        only_in_clause=True,
    ),
    Rule(
        "day-short",
        DIGITS,
        r"(?<![\d.])(?P<m>1[0-2]|0?[1-9])[./．](?P<d>3[01]|[12]\d|0?[1-9])(?![\d.%]) (?:之|以)?前",
        "不写年份的数字日子，须带「前」",
        "6.30前",
        dated(_day),
        only_in_clause=True,
    ),
    Rule(
        "day-alone",
        DIGITS,
        r"\A(?P<m>1[0-2]|0?[1-9])[./．](?P<d>3[01]|[12]\d)\Z",
        "整栏只写月日的数字日子",
        "12.31",
        dated(_day),
        only_in_clause=True,
    ),
)

MONTH_RULES: tuple[Rule, ...] = (
    Rule(
        "month-range",
        BEGINS,
        rf"(?:{Y} )?(?<![\d第十])(?:{MONTH}) {TO} {M}(?:[底末]{END_BEFORE}|以?内|{BEFORE})?",
        "月份区间以末月最后一日为期：3—5月为5月31日",
        "2023年3—5月",
        dated(lambda match, y: month_end(y, m(match))),
    ),
    Rule(
        "third",
        BEGINS,
        rf"(?:{Y} )?{M} 的?(?P<third>(?:[上中]、?)?[上中下])旬(?:[底末]{END_BEFORE}|{BEFORE}|以?内)?",
        "上旬至10日，中旬至20日，下旬至月末",
        "6月中旬",
        dated(_third_last_day, _before_third),
    ),
    Rule(
        "month-week",
        BEGINS,
        rf"(?:{Y} )?{M} 的?第 ?(?P<w>[1-5一二三四五]) ?个?(?:周|星期)(?:[末内底])?{END_BEFORE}",
        "月内第几周没有统一算法，按该周星期日推定",
        "6月第二周",
        dated(_week_of_month, doubts=("vague-date",)),
    ),
    Rule(
        "month-end",
        BEGINS,
        rf"(?:{Y} )?{M} 月?(?:[底末]|最后一[天日])(?:左右)?{END_BEFORE}",
        "月底、月底前均含当月",
        "2023年9月底前",
        dated(lambda match, y: month_end(y, m(match))),
    ),
    Rule(
        "month-beginning",
        BEGINS,
        rf"(?:{Y} )?{M} 月?初{END_BEFORE}",
        "月初没有确定的日子，按上旬推定",
        "2023年9月初",
        dated(lambda match, y: date(y, m(match), 10), doubts=("vague-date",)),
    ),
    Rule(
        "month-middle",
        BEGINS,
        rf"(?:{Y} )?{M} 月?中(?![旬国央心小学介医药转标等])(?:期)?{END_BEFORE}",
        "月中没有确定的日子，按15日推定",
        "2023年9月中",
        dated(lambda match, y: date(y, m(match), 15), doubts=("vague-date",)),
    ),
    Rule(
        "month",
        BEGINS,
        rf"(?:{Y} )?{M}(?:以?内|{BEFORE}|{END_BEFORE})",
        "月份以最后一日为期；「月前」不含当月，「月（含）前」含当月",
        "2022年12月",
        dated(lambda match, y: month_end(y, m(match)), lambda match, y: day_before_month(y, m(match))),
    ),
    Rule(
        "month-figures",
        DIGITS,
        rf"(?<![\d.])(?P<y>20\d\d){_SEP}(?:(?:1[0-2]|0?[1-9]) {TO} )?(?P<m>1[0-2]|0?[1-9]){_FIGURES_END}(?!\.\d)"
        rf"(?:月|[底末]?{END_BEFORE})",
        "数字写法的月份",
        "2023.12",
        dated(lambda match, y: month_end(y, m(match))),
        only_in_clause=True,
    ),
    Rule(
        "this-month",
        "本当这下次月",
        rf"(?<![\d{NUMBERS}个每当本下次上])(?:(?:[本当]|这个?|[下次]个?)月(?:份)?(?:{D}|(?P<part>[上中下]旬|[底末初中])|内)?"
        rf"|月(?P<bare>[底末初中])(?![国央心小学介医药转标旬])){CLOCK}{END_BEFORE}",
        "本月、下月、月底以文件印发当月推算",
        "本月底前",
        _this_month,
        only_in_clause=True,
    ),
    Rule(
        "this-week",
        "本下这",
        rf"(?:本|这|下)(?:周|星期)(?P<wd>[一二三四五六日天末])?(?:内)?{END_BEFORE}",
        "本周、下周以文件印发当周推算，以星期日为期",
        "本周内",
        _this_week,
        only_in_clause=True,
    ),
)
