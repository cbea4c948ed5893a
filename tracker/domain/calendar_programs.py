"""Calendar programs by the names that their users know; a program calls itself something else when it asks."""

from __future__ import annotations

# A part of what a program calls itself, and its name; the first that fits counts.
_KNOWN = (
    ("Google-Calendar-Importer", "谷歌日历"),
    ("OfficeCalendarSyncService", "Outlook（由微软服务器读取）"),
    ("Microsoft.Exchange", "Outlook（由微软服务器读取）"),
    ("Outlook", "Outlook"),
    ("Thunderbird", "Thunderbird"),
    ("ICSx5", "ICSx⁵"),
    ("iOS/", "iPhone、iPad 日历"),
    ("macOS/", "苹果电脑日历"),
    ("CalendarAgent", "苹果电脑日历"),
    ("Mozilla/", "浏览器"),
)
UNNAMED = "未说明的程序"


def known_name(called: str | None) -> str | None:
    """The name by which people know a program that calls itself so; None for one that is not known."""
    if not called:
        return UNNAMED
    return next((name for part, name in _KNOWN if part in called), None)
