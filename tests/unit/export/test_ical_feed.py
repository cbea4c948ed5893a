"""A whole feed: FEEDS checklist items 2, 3, 5, 6, 7, 9, 11, 13 and 15. The item's number stands in each test's name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from tests.unit.export.items import CHANGED, FEED, TODAY, a_feed, an_item, components, content_lines, head, unescaped
from tracker.domain.lifecycle import State
from tracker.domain.lights import Light
from tracker.export.ical import (
    FeedItem,
    FeedUnrenderableError,
    Flavour,
    Redaction,
    etag_of,
    event_bytes,
    head_bytes,
    in_window,
    join_feed,
    render_feed,
)

OVERDUE = an_item(2, title="已过时限的事项", due_on=date(2023, 6, 10), light=Light.RED)
OLD_OVERDUE = an_item(3, due_on=date(2019, 1, 1), light=Light.RED, state=State.SUBMITTED)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def summaries(items: list[FeedItem], **style: Any) -> list[str]:
    body = render_feed(a_feed(**style), items).body
    kind = "VTODO" if style.get("flavour") is Flavour.TODO else "VEVENT"
    return [unescaped(found["SUMMARY"]) for found in components(body, kind)]


def test_2_uids_are_unique_in_the_file() -> None:
    body = render_feed(FEED, [an_item(n, due_on=ago(n)) for n in range(60)]).body
    uids = [found["UID"] for found in components(body)]
    assert len(uids) == 61  # and the total
    assert len(set(uids)) == 61


def test_2_a_second_row_with_the_same_uid_is_left_out_and_named() -> None:
    first, second = an_item(1), an_item(1, title="另一事项")
    rendered = render_feed(FEED, [first, replace(second, uid=second.uid.upper())])
    assert len(components(rendered.body)) == 1
    assert [skip.reason for skip in rendered.skipped] == ["日历编号与另一事项重复。"]


@pytest.mark.parametrize("flavour", Flavour)
@pytest.mark.parametrize("redaction", Redaction)
def test_3_the_same_data_give_the_same_bytes_in_whatever_order(flavour: Flavour, redaction: Redaction) -> None:
    items = [an_item(n, due_on=ago(n % 7 - 3)) for n in range(1, 40)]
    spec = a_feed(flavour=flavour, redaction=redaction)
    body = render_feed(spec, items).body
    assert render_feed(replace(spec), items[::-1]).body == body
    assert render_feed(replace(spec), list(items)).body == body


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
    before, after = (render_feed(FEED, [item]).body for item in (an_item(1), an_item(1, **changes)))
    assert etag_of(before) != etag_of(after)


def test_11_midnight_changes_the_etag_where_something_is_overdue() -> None:
    tomorrow = replace(FEED, today=TODAY + timedelta(days=1))
    assert etag_of(render_feed(FEED, [OVERDUE]).body) != etag_of(render_feed(tomorrow, [OVERDUE]).body)


def test_11_the_etag_is_strong_and_follows_the_bytes() -> None:
    assert etag_of(b"one") == etag_of(b"one") == '"7692c3ad3540bb803c020b3aee66cd88"'
    assert etag_of(b"one") != etag_of(b"two")


@pytest.mark.parametrize(
    ("due_on", "expected"),
    [(ago(90), True), (ago(91), True), (ago(3000), True), (TODAY, True), (ago(-400), True), (ago(-401), False)],
)
@pytest.mark.parametrize("state", [state for state in State if not state.is_closed])
def test_6_what_is_open_never_falls_out_of_the_past(state: State, due_on: date, expected: bool) -> None:
    assert in_window(an_item(state=state, due_on=due_on), TODAY) is expected


@pytest.mark.parametrize(
    ("due_on", "closed_on", "expected"),
    [
        (ago(10), ago(0), True),
        (ago(10), ago(30), True),
        (ago(10), ago(31), False),
        (ago(90), ago(1), True),
        (ago(91), ago(1), False),
        (ago(-400), ago(1), True),
        (ago(-401), ago(1), False),
    ],
)
@pytest.mark.parametrize("state", [State.COMPLETED, State.WITHDRAWN])
def test_5_what_is_closed_stays_for_thirty_days(state: State, due_on: date, closed_on: date, expected: bool) -> None:
    day: dict[str, Any] = {"completed_on" if state is State.COMPLETED else "withdrawn_on": closed_on}
    item = replace(an_item(state=state, due_on=due_on), **day)
    assert in_window(item, TODAY) is expected
    assert len(components(render_feed(FEED, [item]).body)) == expected


def test_6_the_window_is_told_in_the_calendar_s_description() -> None:
    text = unescaped(head(render_feed(FEED, []).body)["X-WR-CALDESC"])
    assert text.startswith("本单位承担的督办事项。 ")
    assert all(words in text for words in ("今日前90天", "今日后400天", "逾期未办结的事项不受此限", "30天后移出"))


def test_6_the_total_stands_on_today_and_names_what_is_overdue() -> None:
    total = components(render_feed(FEED, [OVERDUE, OLD_OVERDUE, an_item(1)]).body)[0]
    assert total["SUMMARY"] == "逾期 2 项"
    assert total["DTSTART;VALUE=DATE"] == "20230615"
    assert total["DTEND;VALUE=DATE"] == "20230616"
    assert unescaped(total["DESCRIPTION"]).split("\n") == [
        "截至 2023-06-15，逾期未办结的事项共 2 项。",
        "1. 建立分流转办机制 · 市教育局（时限 2019-01-01）",
        "2. 已过时限的事项 · 市教育局（时限 2023-06-10）",
    ]


def test_6_a_long_list_of_overdue_items_is_cut_with_a_word() -> None:
    items = [an_item(n, due_on=ago(5), light=Light.RED) for n in range(1, 43)]
    lines = unescaped(components(render_feed(FEED, items).body)[0]["DESCRIPTION"]).split("\n")
    assert lines[0].endswith("共 42 项。")
    assert len(lines) == 32
    assert lines[-1] == "……其余请登录督办台账查看。"


def test_6_the_total_s_uid_is_the_same_every_day_and_another_in_another_feed() -> None:
    def uid(spec: Any) -> str:
        return components(render_feed(spec, [OVERDUE]).body)[0]["UID"]

    assert uid(FEED) == uid(replace(FEED, today=TODAY + timedelta(days=40), name="新名"))
    assert uid(FEED) != uid(replace(FEED, uid=OVERDUE.uid))


def test_6_the_total_s_stamp_comes_from_the_day_and_the_data_never_from_a_clock() -> None:
    def stamp(*items: FeedItem, today: date = TODAY) -> tuple[str, int]:
        total = components(render_feed(replace(FEED, today=today), items).body)[0]
        assert total["DTSTAMP"] == total["LAST-MODIFIED"]
        return total["DTSTAMP"], int(total["SEQUENCE"])

    day, changed, next_day = (
        stamp(OVERDUE),
        stamp(OVERDUE, an_item(1, changed_at=datetime(2023, 6, 15, 3, tzinfo=UTC))),
        stamp(OVERDUE, today=TODAY + timedelta(days=1)),
    )
    assert (day[0], changed[0], next_day[0]) == ("20230614T160000Z", "20230615T030000Z", "20230615T160000Z")
    assert day[1] < changed[1] < next_day[1] < 2**31


def test_6_nothing_overdue_leaves_no_total() -> None:
    suspended = an_item(2, due_on=ago(5), state=State.SUSPENDED, light=Light.NONE)
    assert summaries([an_item(1), suspended, an_item(3, due_on=TODAY)]) == [
        "建立分流转办机制 · 市教育局",
        "建立分流转办机制 · 市教育局",
        "建立分流转办机制 · 市教育局",
    ]


def test_6_the_todo_flavour_has_its_total_too() -> None:
    assert summaries([OVERDUE], flavour=Flavour.TODO) == ["逾期 1 项", "【逾期】已过时限的事项 · 市教育局"]


def test_items_without_a_date_are_no_events_and_no_faults() -> None:
    rendered = render_feed(FEED, [an_item(1, due_on=None), an_item(2)])
    assert len(components(rendered.body)) == 1
    assert rendered.skipped == ()


def test_7_the_head() -> None:
    assert head(render_feed(FEED, [OVERDUE]).body) | {"X-WR-CALDESC": "…"} == {
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
    lines = content_lines(render_feed(FEED, []).body)
    assert [line.partition(":")[0] for line in lines[:3]] == ["BEGIN", "VERSION", "PRODID"]


def test_7_a_name_that_was_typed_is_escaped_in_the_head() -> None:
    name = "教育;体育,文化\\局\r\nMETHOD:CANCEL"
    found = head(render_feed(replace(FEED, name=name, description=name), []).body)
    assert found["NAME"] == "教育\\;体育\\,文化\\\\局 METHOD:CANCEL"
    # Read alike by clients that undo escapes in X- properties and by those that do not.
    assert found["X-WR-CALNAME"] == "教育；体育，文化＼局 METHOD:CANCEL"
    assert found["X-WR-CALDESC"].startswith("教育；体育，文化＼局 METHOD:CANCEL ")
    assert "METHOD" not in found


def test_a_feed_is_its_head_its_kept_events_and_its_tail() -> None:
    items = [an_item(n) for n in (1, 2)]
    kept = [event_bytes(item, FEED.style) for item in items]
    assert join_feed(FEED, kept) == render_feed(FEED, items).body
    assert render_feed(FEED, []).body == head_bytes(FEED) + b"END:VCALENDAR\r\n"


def test_the_head_and_an_event_do_not_depend_on_the_day() -> None:
    assert head_bytes(replace(FEED, today=date(2030, 1, 1))) == head_bytes(FEED)
    assert event_bytes(an_item(1), FEED.style) in render_feed(replace(FEED, today=ago(-3)), [an_item(1)]).body


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"uid": "7"}, "日历编号“7”不是 UUID。"),
        ({"changed_at": CHANGED.replace(tzinfo=None)}, "变更时间没有时区，无法写入日历。"),
        ({"state": State.COMPLETED}, "状态为“已办结（销号）”，却没有办结或撤销的日期。"),
        ({"url": "javascript:1"}, "链接“javascript:1”不是网页地址。"),
        ({"title": None}, "TypeError：…"),
    ],
)
@pytest.mark.parametrize("redaction", Redaction)
def test_13_a_row_that_fails_is_left_out_and_named(broken: dict[str, Any], reason: str, redaction: Redaction) -> None:
    bad, good = replace(an_item(1), **broken), an_item(2)
    rendered = render_feed(a_feed(redaction=redaction), [bad, good])
    ((uid, told),) = rendered.skipped
    assert uid == bad.uid
    assert told == reason or (reason.endswith("…") and told.startswith(reason[:-1]))
    assert len(components(rendered.body)) == 1
    assert rendered.body == render_feed(a_feed(redaction=redaction), [good]).body


def test_13_rows_that_all_fail_are_no_empty_calendar() -> None:
    with pytest.raises(FeedUnrenderableError, match="全部 2 项都无法写入日历"):
        render_feed(FEED, [an_item(1, sequence=-1), an_item(2, sequence=-1)])


def test_13_a_feed_with_nothing_due_is_an_empty_calendar_and_no_fault() -> None:
    assert components(render_feed(FEED, [an_item(1, due_on=None)]).body) == []


def test_13_a_feed_that_cannot_be_rendered_raises() -> None:
    with pytest.raises(Exception, match="No time zone found"):
        render_feed(a_feed(zone_name="Asia/Nowhere"), [OVERDUE])
    with pytest.raises(ValueError, match="不是 UUID"):
        render_feed(replace(FEED, uid="feed-1"), [OVERDUE])


def test_15_counts_tell_how_many_fall_due_on_a_day_and_nothing_else() -> None:
    done, gone = {"state": State.COMPLETED, "completed_on": ago(1)}, {"state": State.WITHDRAWN, "withdrawn_on": ago(1)}
    items = [
        an_item(1, due_on=ago(5), light=Light.RED),
        an_item(2, due_on=ago(5), **done),
        an_item(3, due_on=ago(3), **done),
        an_item(4, due_on=ago(2), **gone),
        an_item(5),
        an_item(6),
    ]
    body = render_feed(a_feed(redaction=Redaction.COUNT), items).body
    assert [(found["DTSTART;VALUE=DATE"], unescaped(found["SUMMARY"])) for found in components(body)] == [
        ("20230615", "逾期 1 项"),
        ("20230610", "到期 2 项，未办结 1 项"),
        ("20230612", "✔ 到期 1 项，均已办结"),
        ("20230630", "到期 2 项，未办结 2 项"),
    ]
    text = "\n".join(content_lines(body)[10:])
    assert not [word for word in ("建立", "教育", "assignments", "廊政", *(i.uid for i in items)) if word in text]


def test_15_a_day_s_count_keeps_its_uid_when_the_count_changes() -> None:
    spec = a_feed(redaction=Redaction.COUNT)
    one, two = (components(render_feed(spec, [an_item(n) for n in range(count)]).body)[0] for count in (1, 2))
    assert one["UID"] == two["UID"]
    assert one["SUMMARY"] != two["SUMMARY"]


def test_15_a_count_s_sequence_rises_with_a_change() -> None:
    spec = a_feed(redaction=Redaction.COUNT)
    later = an_item(1, changed_at=CHANGED + timedelta(minutes=1))
    before, after = (components(render_feed(spec, [item]).body)[0] for item in (an_item(1), later))
    assert int(before["SEQUENCE"]) < int(after["SEQUENCE"])


def test_15_the_total_names_nothing_in_a_feed_of_counts() -> None:
    total = components(render_feed(a_feed(redaction=Redaction.COUNT), [OVERDUE]).body)[0]
    assert total["DESCRIPTION"] == "截至 2023-06-15，逾期未办结的事项共 1 项。"


@pytest.mark.parametrize("flavour", Flavour)
@pytest.mark.parametrize("alarm", [False, True])
def test_9_the_library_reads_the_feed_back_and_writes_the_same_bytes(flavour: Flavour, alarm: bool) -> None:
    items = [OVERDUE, an_item(1), an_item(4, state=State.COMPLETED, completed_on=ago(1), due_on=ago(2))]
    body = render_feed(a_feed(flavour=flavour, alarm=alarm), items).body
    assert Calendar.from_ical(body).to_ical() == body
