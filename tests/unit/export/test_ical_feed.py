"""A whole feed: FEEDS checklist items 2, 3, 7, 9, 11 and 13. The item's number stands in each test's name."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from tests.unit.export.items import CHANGED, FEED, TODAY, a_feed, an_item, components, content_lines, head, rendered
from tracker.domain.lifecycle import State
from tracker.domain.lights import Light
from tracker.export.ical import Flavour, Redaction, etag_of, event_bytes, head_bytes

OVERDUE = an_item(2, title="已过时限的事项", due_on=date(2023, 6, 10), light=Light.RED)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_2_uids_are_unique_in_the_file() -> None:
    body = rendered(FEED, [an_item(n, due_on=ago(n), light=Light.RED) for n in range(60)])
    uids = [found["UID"] for found in components(body)]
    assert len(uids) == 61  # and the total
    assert len(set(uids)) == 61


@pytest.mark.parametrize("flavour", Flavour)
@pytest.mark.parametrize("redaction", Redaction)
def test_3_the_same_data_give_the_same_bytes_in_whatever_order(flavour: Flavour, redaction: Redaction) -> None:
    items = [an_item(n, due_on=ago(n % 7 - 3), light=Light.RED if n % 7 > 3 else Light.YELLOW) for n in range(1, 40)]
    spec = a_feed(flavour=flavour, redaction=redaction)
    body = rendered(spec, items)
    assert rendered(replace(spec), items[::-1]) == body


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "改过的标题"},
        {"due_on": date(2023, 7, 1)},
        {"light": Light.YELLOW},
        {"state": State.SUBMITTED},
        {"percent": 41},
        {"changed_at": CHANGED + timedelta(seconds=1)},
        {"sequence": 4},
        {"unit_name": "市财政局"},
        {"quote": "改过的原文"},
        {"plan_number": None},
    ],
)
def test_11_any_change_of_data_changes_the_etag(changes: dict[str, Any]) -> None:
    before, after = (rendered(FEED, [item]) for item in (an_item(1), an_item(1, **changes)))
    assert etag_of(before) != etag_of(after)


def test_11_midnight_changes_the_etag_where_something_is_overdue() -> None:
    tomorrow = replace(FEED, today=TODAY + timedelta(days=1))
    assert etag_of(rendered(FEED, [OVERDUE])) != etag_of(rendered(tomorrow, [OVERDUE]))


def test_11_the_etag_is_strong_and_follows_the_bytes() -> None:
    assert etag_of(b"one") == etag_of(b"one") == "7692c3ad3540bb803c020b3aee66cd88"
    assert etag_of(b"one") != etag_of(b"two")


def test_7_the_head() -> None:
    assert head(rendered(FEED, [OVERDUE])) | {"X-WR-CALDESC": "…"} == {
        "VERSION": "2.0",
        "PRODID": "-//Tracker//Duban Taizhang//ZH",
        "CALSCALE": "GREGORIAN",
        "NAME": "市教育局",
        "X-WR-CALNAME": "市教育局",
        "X-WR-CALDESC": "…",
        "X-WR-TIMEZONE": "Asia/Shanghai",
        "REFRESH-INTERVAL;VALUE=DURATION": "PT1H",
        "X-PUBLISHED-TTL": "PT1H",
    }


def test_7_version_and_prodid_come_first() -> None:
    lines = content_lines(rendered(FEED, []))
    assert [line.partition(":")[0] for line in lines[:3]] == ["BEGIN", "VERSION", "PRODID"]


def test_7_a_name_that_was_typed_is_escaped_in_the_head() -> None:
    name = "教育;体育,文化\\局\r\nMETHOD:CANCEL"
    found = head(rendered(replace(FEED, name=name, description=name), []))
    assert found["NAME"] == "教育\\;体育\\,文化\\\\局 METHOD:CANCEL"
    # Read alike by clients that undo escapes in X- properties and by those that do not.
    assert found["X-WR-CALNAME"] == "教育；体育，文化\uff3c局 METHOD:CANCEL"
    assert found["X-WR-CALDESC"].startswith("教育；体育，文化\uff3c局 METHOD:CANCEL ")
    assert "METHOD" not in found


def test_a_feed_is_its_head_its_kept_events_and_its_tail() -> None:
    items = [an_item(n) for n in (1, 2)]
    kept = [event_bytes(item, FEED.style) for item in items]
    assert rendered(FEED, items) == b"".join([head_bytes(FEED), *kept, b"END:VCALENDAR\r\n"])
    assert rendered(FEED, []) == head_bytes(FEED) + b"END:VCALENDAR\r\n"


def test_the_head_and_an_event_do_not_depend_on_the_day() -> None:
    assert head_bytes(replace(FEED, today=date(2030, 1, 1))) == head_bytes(FEED)
    assert event_bytes(an_item(1), FEED.style) in rendered(replace(FEED, today=ago(-3)), [an_item(1)])


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"uid": "7"}, "日历编号“7”不是 UUID。"),
        ({"changed_at": CHANGED.replace(tzinfo=None)}, "变更时间没有时区，无法写入日历。"),
        ({"state": State.COMPLETED}, "状态为“已办结（销号）”，却没有办结或撤销的日期。"),
        ({"url": "javascript:1"}, "链接“javascript:1”不是网页地址。"),
        ({"due_on": None}, "完成时限不是日期。"),
        ({"sequence": -1}, "变更序号 -1 超出范围。"),
    ],
)
@pytest.mark.parametrize("redaction", [Redaction.FULL, Redaction.TITLE_UNIT])
def test_13_a_row_that_fails_says_what_is_wrong_with_it(
    broken: dict[str, Any], reason: str, redaction: Redaction
) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        event_bytes(replace(an_item(1), **broken), a_feed(redaction=redaction).style)


def test_13_a_feed_that_cannot_be_rendered_raises() -> None:
    with pytest.raises(Exception, match="No time zone found"):
        rendered(a_feed(zone_name="Asia/Nowhere"), [an_item(4, state=State.COMPLETED, completed_on=ago(1))])
    with pytest.raises(ValueError, match="不是 UUID"):
        rendered(replace(FEED, uid="feed-1"), [OVERDUE])


@pytest.mark.parametrize("flavour", Flavour)
@pytest.mark.parametrize("alarm", [False, True])
def test_9_the_library_reads_the_feed_back_and_writes_the_same_bytes(flavour: Flavour, alarm: bool) -> None:
    items = [OVERDUE, an_item(1), an_item(4, state=State.COMPLETED, completed_on=ago(1), due_on=ago(2))]
    body = rendered(a_feed(flavour=flavour, alarm=alarm), items)
    assert Calendar.from_ical(body).to_ical() == body
