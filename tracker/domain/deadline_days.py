"""Calendar arithmetic of deadlines: every period ends on its last day (DOMAIN, Deadlines 2)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, monthrange(year, month)[1])


def quarter_end(year: int, quarter: int) -> date:
    """The last day of a quarter, 1 to 4."""
    return month_end(year, quarter * 3)


def year_end(year: int) -> date:
    """The last day of a year."""
    return date(year, 12, 31)


def third_end(year: int, month: int, third: str) -> date:
    """The last day of 上旬 (10th), 中旬 (20th) or 下旬 (last) of a month."""
    return month_end(year, month) if third == "下" else date(year, month, 10 if third == "上" else 20)


def day_before_third(year: int, month: int, third: str) -> date:
    """The day before 上旬, 中旬 or 下旬 of a month begins."""
    return date(year, month, {"上": 1, "中": 11, "下": 21}[third]) - timedelta(days=1)


def day_before_month(year: int, month: int) -> date:
    """The last day before a month begins."""
    return date(year, month, 1) - timedelta(days=1)


def five_year_plan_end(ordinal: int) -> int:
    """The last year of the n-th five-year plan: 十四五 is 2025, 十五五 is 2030."""
    return 1955 + 5 * ordinal


def add_months(day: date, count: int) -> date:
    """The same day ``count`` months on, or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
