"""Calendar programs by the names that their users know."""

from __future__ import annotations

import pytest

from tracker.domain.calendar_programs import known_name

EXCHANGE = "Microsoft.Exchange/15.20 (Windows NT 10.0; Win64; x64; OfficeCalendarSyncService; build 16.0.17126)"


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("iOS/17.4.1 (21E236) dataaccessd/1.0", "iPhone、iPad 日历"),
        ("macOS/14.4 (23E214) dataaccessd/1.0", "苹果电脑日历"),
        ("Mac OS X/10.15.7 (19H15) CalendarAgent/930.5.1", "苹果电脑日历"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5.0", "Thunderbird"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36", "浏览器"),
        (EXCHANGE, "Outlook（由微软服务器读取）"),
        ("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17126; Pro)", "Outlook"),
        ("Google-Calendar-Importer", "谷歌日历"),
        ("ICSx5/2.2.3 (okhttp/4.12.0) Android/13", "ICSx⁵"),
        ("", "未说明的程序"),
        (None, "未说明的程序"),
        ("curl/8.5.0", None),
    ],
)
def test_known_name(called: str | None, name: str | None) -> None:
    assert known_name(called) == name
