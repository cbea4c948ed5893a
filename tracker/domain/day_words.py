"""A day as people write it."""

from __future__ import annotations

from datetime import date


def in_words(day: date) -> str:
    """2023年6月15日."""
    return f"{day.year}年{day.month}月{day.day}日"
