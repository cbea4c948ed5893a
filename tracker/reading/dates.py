"""Dates as documents write them on a line of their own (成文日期): 2023年1月7日, 二〇二三年一月七日, 2023-01-07."""

from __future__ import annotations

import re
from datetime import date

from tracker.domain.numerals import NUMERAL, number
from tracker.domain.text import compact, same_length_ascii

DATE = (
    rf"(?P<y>(?:19|20)\d\d|[{NUMERAL}]{{4}})(?:年|[-./])(?P<m>[{NUMERAL}]{{1,3}})(?:月"
    rf"|[-./])(?P<d>[{NUMERAL}]{{1,3}})日?"
)
_DATE = re.compile(DATE)
_LAST_SIGN = re.compile(rf"[日{NUMERAL}（）()发布\u200b\ufeff]")


def date_in(text: str) -> date | None:
    """The first date that stands in the text, or None."""
    found = _DATE.search(same_length_ascii(compact(text)))
    return _day(found) if found else None


def may_end_in_date(line: str) -> bool:
    """Whether the last character of a line could be that of a date, or of what is passed over behind one; cheap."""
    return _LAST_SIGN.match(line.rstrip()[-1:]) is not None


def date_line(text: str) -> date | None:
    """The date if the line holds nothing else (brackets aside), or None."""
    if not may_end_in_date(text):
        return None
    found = _date_alone(text)
    return _day(found) if found else None


def _date_alone(text: str) -> re.Match[str] | None:
    return _DATE.fullmatch(same_length_ascii(compact(text)).strip("（）()").removesuffix("印发").removesuffix("发布"))


def _day(found: re.Match[str]) -> date | None:
    try:
        return date(number(found["y"]), number(found["m"]), number(found["d"]))
    except ValueError:
        return None
