"""A spreadsheet's cell to the words that a person sees in it: dates as their format shows them, numbers, 是 and 否."""

from __future__ import annotations

import re
from datetime import date, datetime, time

_ESCAPED = re.compile(r"_x00(0[9AD])_")
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_CONTROLS = {"09": "\t", "0A": "\n", "0D": ""}


def words_of(value: object, number_format: str = "General") -> str:
    """The words of a value; a date as 2024-06-30, or 2024年6月 where its format leaves the day out."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date | time):
        return _moment(value, number_format)
    if isinstance(value, int | float):
        return _number(value, number_format)
    return _plain(str(value))


def _moment(value: date | time, number_format: str) -> str:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, datetime):
        return _day(value.date(), number_format) + ("" if value.time() == time() else f" {value:%H:%M}")
    return _day(value, number_format)


def _day(day: date, number_format: str) -> str:
    """A date with the parts that its format shows, for 2024年6月 means another day than 2024-06-01."""
    shown = _LITERAL.sub("", number_format).lower()
    year, month, has_day = "y" in shown or "e" in shown, "m" in shown, "d" in shown
    if year and month and not has_day:
        return f"{day.year}年{day.month}月"
    if year and not month and not has_day:
        return f"{day.year}年"
    if month and has_day and not year:
        return f"{day.month}月{day.day}日"
    return day.isoformat()


def _number(value: float, number_format: str) -> str:
    if "%" in _LITERAL.sub("", number_format):
        return f"{value * 100:.10g}%"
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else f"{value:.15g}"


def _plain(text: str) -> str:
    """A text with its line ends made ``\\n``; Excel writes a carriage return as _x000D_."""
    return _ESCAPED.sub(lambda found: _CONTROLS[found[1]], text).replace("\r\n", "\n").replace("\r", "\n")
