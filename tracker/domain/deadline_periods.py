"""The grammar's rules for periods: 三季度末, 上半年, 2025年前, 到2025年, 2023—2025年, “十四五”期间."""

from __future__ import annotations

import re
from datetime import date

from tracker.domain.deadline_days import day_before_month, five_year_plan_end, month_end, quarter_end, year_end
from tracker.domain.deadline_rule import Context, Point, Rule
from tracker.domain.deadline_words import (
    BEFORE,
    DIGITS,
    END_BEFORE,
    NUMBERS,
    TO,
    Y4,
    YEAR_BEGINS,
    Y,
    dated,
    told,
)
from tracker.domain.numerals import number

_HOLLOW = r"(?!部|容|涵|蒙|外|在|参)"
"""内 that belongs to a word of its own (内部, 内容, 内蒙古) closes no period."""
_NO_EVENT = (
    r"(?! ?(?:春节|元旦|清明|五一|[“\"]?五一|[“\"]?十一[”\"]?(?=假|黄|长|小|前)"
    r"|劳动节|端午|中秋|国庆|[“\"]?两会|[“\"]?[双两]节|[主入]?汛"
    r"|供暖|采暖|春耕|三夏|三秋|高考|中考|开学|[春秋夏冬][季季天耕]|新学期|学[年期]|暑[期假]|寒假|换届|雨季|麦收|防火期|封冻|旅游旺季))"
)
"""A year before an event (2024年国庆前) tells no last day of its own."""
_QUOTES = r"[“\"「『‘']?"
_UNQUOTES = r"[”\"」』’']?"


def _q(match: re.Match[str]) -> int:
    return number(match["q"])


def _half_end(match: re.Match[str], year: int) -> date:
    return month_end(year, 6) if match["half"] == "上" else year_end(year)


def _before_half(match: re.Match[str], year: int) -> date:
    return year_end(year - 1) if match["half"] == "上" else month_end(year, 6)


def _five_year(match: re.Match[str], _context: Context) -> Point:
    year = five_year_plan_end(number(match["plan"]))
    if told(match, "before") and not told(match, "incl"):
        return Point(due_on=year_end(year - 5), doubts=("before-reading",), year=year)
    return Point(due_on=year_end(year), year=year)


_end_of_year = dated(lambda _match, y: year_end(y))

PERIOD_RULES: tuple[Rule, ...] = (
    Rule(
        "three-quarters",
        YEAR_BEGINS + "前",
        rf"(?:{Y} ?的?)?前三个?季度(?:[底末]{END_BEFORE}|内)?",
        "前三季度至9月30日",
        "2023年前三季度",
        dated(lambda _match, y: quarter_end(y, 3)),
    ),
    Rule(
        "quarter",
        YEAR_BEGINS + "第三四Qq",
        rf"(?:{Y} ?的?)?(?:(?:第?[一二三1-3](?: ?季度)? ?(?:{TO}|[、和及]) ?)*第? ?(?P<q>[一二三四1-4]) ?季度?"
        rf"|[Qq](?P<q4>[1-4])(?!\d))(?:[底末]{END_BEFORE}|内{_HOLLOW}|{BEFORE}|{END_BEFORE})",
        "季度以最后一日为期；不带「末」的「季度前」不含该季度",
        "三季度末",
        dated(
            lambda match, y: quarter_end(y, number(match["q"] or match["q4"])),
            lambda match, y: day_before_month(y, number(match["q"] or match["q4"]) * 3 - 2),
        ),
    ),
    Rule(
        "half-year",
        YEAR_BEGINS + "上下",
        rf"(?:{Y} ?的?)?(?P<half>[上下])半年度?(?:[底末]{END_BEFORE}|内{_HOLLOW}|{BEFORE}|{END_BEFORE})",
        "上半年至6月30日，下半年至12月31日",
        "上半年",
        dated(_half_end, _before_half),
    ),
    Rule(
        "mid-year",
        YEAR_BEGINS + "年",
        rf"(?:{Y} ?年?|(?<![{DIGITS}{NUMBERS}近多学几青成少老中])年)中"
        rf"(?:旬|期)?(?![国央心小学介医药转标])(?:左右)?{END_BEFORE}",
        "年中按上半年末理解",
        "2023年中",
        dated(lambda _match, y: month_end(y, 6)),
        only_in_clause=True,
    ),
    Rule(
        "year-beginning",
        YEAR_BEGINS + "年",
        rf"(?:{Y} ?年?|(?<![{DIGITS}{NUMBERS}学])年)初{END_BEFORE}",
        "年初没有确定的日子，按1月推定",
        "2024年初",
        dated(lambda _match, y: month_end(y, 1), doubts=("vague-date",)),
        only_in_clause=True,
    ),
    Rule(
        "five-year-plan",
        "十“\"「『‘'",
        rf"{_QUOTES} ?(?P<plan>十[一二三四五六七]) ?五 ?{_UNQUOTES} ?(?:规划)?"
        rf"(?:时期|期间|期末|末期?|期内|[底末]{END_BEFORE}|{BEFORE})",
        "五年规划以末年12月31日为期：十四五至2025年，十五五至2030年",
        "“十四五”期间",
        _five_year,
        in_prose=True,
    ),
    Rule(
        "years-range",
        YEAR_BEGINS,
        rf"(?<!\d)(?:{Y4}) ?年? ?{TO} ?(?P<y>{Y4})(?: ?年度?(?! ?\d{{1,2}} ?月)|(?=$|[，；。、]))(?: ?年?[底末])?"
        rf"(?: ?期间| ?内{_HOLLOW}|{END_BEFORE})",
        "年份区间以末年12月31日为期",
        "2023—2025年",
        _end_of_year,
    ),
    Rule(
        "year-end",
        YEAR_BEGINS,
        rf"{Y} ?年?(?:度)?[底末终](?:左右)?{END_BEFORE}",
        "年底、年底前均含当年",
        "2023年底前",
        _end_of_year,
    ),
    Rule(
        "this-year-end",
        "年全",
        rf"(?:(?<![\d〇{NUMBERS}当每多近去上前往历逐跨几数两隔全半学成])年(?:[底末终]{END_BEFORE}|度?内{_HOLLOW}|度[底末]{END_BEFORE})"
        r"|全年内)",
        "不写年份的年底、年内为文件印发当年",
        "年底前",
        _end_of_year,
    ),
    Rule(
        "before-year",
        YEAR_BEGINS,
        rf"{Y}{BEFORE}(?![一二三两]|期)",
        "「年前」不含当年，各单位习惯不一，故存疑",
        "2025年前",
        dated(lambda _match, y: year_end(y), lambda _match, y: year_end(y - 1)),
    ),
    Rule(
        "year",
        YEAR_BEGINS,
        rf"{Y}{_NO_EVENT}(?: ?(?:年内{_HOLLOW}|年?全年|期间|以?内{_HOLLOW}))?",
        "年份以12月31日为期",
        "2025年",
        _end_of_year,
    ),
    Rule(
        "bare-year",
        DIGITS,
        rf"(?<![\d.〔\[第号])(?P<y>20\d\d)(?:[底末]{END_BEFORE}|{BEFORE}|(?=$|[，；、]))",
        "表格里省去「年」字的年份",
        "2025",
        dated(lambda _match, y: year_end(y), lambda _match, y: year_end(y - 1)),
        only_in_clause=True,
    ),
    Rule(
        "five-year-plan-name",
        "十“\"「『‘'",
        rf"{_QUOTES} ?(?P<plan>十[一二三四五六七]) ?五(?: ?[”\"」』’']|$)",
        "只写规划名称的，以规划末年为期",
        "“十四五”",
        _five_year,
        only_in_clause=True,
    ),
)
