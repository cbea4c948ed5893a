"""One event's bytes: FEEDS checklist items 1 to 5, 8, 9 and 15. The item's number stands in each test's name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import pytest

from tests.unit.export.items import CHANGED, PLAIN, STYLE, an_item, components, unescaped
from tracker.domain.lifecycle import State
from tracker.domain.lights import Light
from tracker.export.ical import FeedItem, Flavour, Redaction, event_bytes

TODO = replace(STYLE, flavour=Flavour.TODO)
COMPLETED = an_item(state=State.COMPLETED, completed_on=date(2023, 6, 10))
WITHDRAWN = an_item(state=State.WITHDRAWN, withdrawn_on=date(2023, 6, 10))


def event(item: FeedItem = PLAIN, **style: Any) -> dict[str, str]:
    (found,) = components(event_bytes(item, replace(STYLE, **style)))
    return found


def todo(item: FeedItem = PLAIN, **style: Any) -> dict[str, str]:
    (found,) = components(event_bytes(item, replace(TODO, **style)), "VTODO")
    return found


def test_1_an_event_is_all_day_free_and_ends_on_the_next_day() -> None:
    found = event()
    assert found["DTSTART;VALUE=DATE"] == "20230630"
    assert found["DTEND;VALUE=DATE"] == "20230701"
    assert found["TRANSP"] == "TRANSPARENT"
    assert found["X-MICROSOFT-CDO-ALLDAYEVENT"] == "TRUE"
    assert found["X-MICROSOFT-CDO-BUSYSTATUS"] == "FREE"


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [(date(2024, 2, 28), "20240228", "20240229"), (date(2023, 12, 31), "20231231", "20240101")],
)
def test_1_the_next_day_crosses_months_and_years(day: date, start: str, end: str) -> None:
    found = event(an_item(due_on=day))
    assert (found["DTSTART;VALUE=DATE"], found["DTEND;VALUE=DATE"]) == (start, end)


def test_1_no_time_zone_is_named_in_an_event() -> None:
    rendered = event_bytes(PLAIN, STYLE)
    assert b"VTIMEZONE" not in rendered
    assert b"TZID" not in rendered


@pytest.mark.parametrize(
    ("state", "percent", "expected"),
    [
        (State.DISPATCHED, 0, "NEEDS-ACTION"),
        (State.DECLINED, None, "NEEDS-ACTION"),
        (State.IN_PROGRESS, 0, "NEEDS-ACTION"),
        (State.IN_PROGRESS, None, "NEEDS-ACTION"),
        (State.IN_PROGRESS, 1, "IN-PROCESS"),
        (State.SUBMITTED, 0, "IN-PROCESS"),
        (State.SUSPENDED, 40, "NEEDS-ACTION"),
        (State.COMPLETED, 90, "COMPLETED"),
        (State.WITHDRAWN, 40, "CANCELLED"),
    ],
)
def test_1_the_todo_flavour_tells_how_far_the_work_is(state: State, percent: int | None, expected: str) -> None:
    item = an_item(state=state, percent=percent, completed_on=date(2023, 6, 10))
    assert todo(item)["STATUS"] == expected


def test_1_a_todo_is_due_on_its_day_and_has_no_event_s_properties() -> None:
    found = todo()
    assert found["DUE;VALUE=DATE"] == "20230630"
    assert found["PERCENT-COMPLETE"] == "40"
    assert not [name for name in found if name.startswith(("DTSTART", "DTEND", "TRANSP", "X-MICROSOFT", "COMPLETED"))]


def test_1_a_completed_todo_is_complete_on_its_day_in_the_office_s_zone() -> None:
    found = todo(COMPLETED)
    assert found["PERCENT-COMPLETE"] == "100"
    assert found["COMPLETED"] == "20230610T040000Z"  # noon in Shanghai


def test_1_a_todo_without_a_known_percent_tells_none() -> None:
    assert "PERCENT-COMPLETE" not in todo(an_item(percent=None))


def test_2_the_uid_is_the_stored_uuid_whatever_else_changes() -> None:
    changed = an_item(title="另一标题", due_on=date(2024, 1, 1), url="/x/9", sequence=9, unit_name="市财政局")
    other_style = replace(STYLE, base_url="https://new.example.cn/", alarm=True, redaction=Redaction.TITLE_UNIT)
    assert event()["UID"] == str(UUID(int=1))
    assert components(event_bytes(changed, other_style))[0]["UID"] == str(UUID(int=1))
    assert todo(changed)["UID"] == str(UUID(int=1))


@pytest.mark.parametrize("uid", ["7", "assignment-7@host", "", "建立", "1" * 31])
def test_2_what_is_no_uuid_is_refused(uid: str) -> None:
    with pytest.raises(ValueError, match="不是 UUID"):
        event_bytes(replace(PLAIN, uid=uid), STYLE)


def test_3_the_stamp_is_the_last_change_in_utc() -> None:
    in_shanghai = datetime(2023, 6, 2, 7, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=8)))
    found = event(an_item(changed_at=in_shanghai))
    assert found["DTSTAMP"] == found["LAST-MODIFIED"] == "20230601T235959Z"


def test_3_a_change_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="没有时区"):
        event_bytes(an_item(changed_at=CHANGED.replace(tzinfo=None)), STYLE)


def test_3_the_sequence_is_the_row_s() -> None:
    assert event(an_item(sequence=12))["SEQUENCE"] == "12"


@pytest.mark.parametrize("sequence", [-1, 2**31])
def test_3_a_sequence_that_the_format_cannot_hold_is_refused(sequence: int) -> None:
    with pytest.raises(ValueError, match="变更序号"):
        event_bytes(an_item(sequence=sequence), STYLE)


@pytest.mark.parametrize("style", [STYLE, TODO])
def test_3_nobody_is_invited(style: Any) -> None:
    rendered = event_bytes(PLAIN, style)
    assert not [name for name in (b"METHOD", b"ORGANIZER", b"ATTENDEE") if name in rendered]


def test_3_the_same_item_gives_the_same_bytes() -> None:
    assert event_bytes(an_item(), STYLE) == event_bytes(an_item(), replace(STYLE))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"light": Light.RED}, "【逾期】建立分流转办机制 · 市教育局"),
        ({"light": Light.YELLOW}, "【临期】建立分流转办机制 · 市教育局"),
        ({"light": Light.YELLOW, "light_word": "未签收"}, "【未签收】建立分流转办机制 · 市教育局"),
        ({"light": Light.GREEN}, "建立分流转办机制 · 市教育局"),
        ({"light": Light.NONE}, "建立分流转办机制 · 市教育局"),
        ({"light": Light.GREEN, "light_word": ""}, "建立分流转办机制 · 市教育局"),
        ({"title": " \r\n "}, "（未命名事项） · 市教育局"),
    ],
)
def test_4_the_summary_begins_with_the_light_in_words(changes: dict[str, Any], expected: str) -> None:
    assert unescaped(event(an_item(**changes))["SUMMARY"]) == expected


@pytest.mark.parametrize(
    ("light", "colour", "category"),
    [(Light.RED, "red", "红灯"), (Light.YELLOW, "gold", "黄灯"), (Light.GREEN, "green", "绿灯")],
)
def test_4_colour_and_category_stand_besides(light: Light, colour: str, category: str) -> None:
    found = event(an_item(light=light))
    assert (found["COLOR"], found["CATEGORIES"]) == (colour, category)


def test_4_no_light_has_no_colour() -> None:
    assert not {"COLOR", "CATEGORIES"} & event(an_item(light=Light.NONE)).keys()


def test_4_the_description_tells_all_and_links() -> None:
    found = event(an_item(original_due_on=date(2023, 5, 31)))
    assert unescaped(found["DESCRIPTION"]).split("\n") == [
        "单位：市教育局（牵头）",
        "分工：牵头：市教育局；配合：市财政局",
        "文件：《优化服务实施方案》（廊政办字〔2023〕1号）",
        "位置：三、工作任务 → 1.直接转办",
        "原文：（责任单位：市教育局，完成时间：2023年6月）",
        "时限：2023-06-30（原定 2023-05-31）",
        "现状：办理中，进度 40%",
        "查看详情：https://duban.example.cn/assignments/7",
    ]
    assert found["URL"] == "https://duban.example.cn/assignments/7"


def test_4_what_is_not_known_leaves_no_empty_label() -> None:
    bare = an_item(parts=(), plan_title="", plan_number=None, path=(), quote=None, percent=None)
    assert unescaped(event(bare)["DESCRIPTION"]).split("\n") == [
        "单位：市教育局（牵头）",
        "时限：2023-06-30",
        "现状：办理中",
        "查看详情：https://duban.example.cn/assignments/7",
    ]


@pytest.mark.parametrize("url", ["/x\r\nATTENDEE:a", "/搜索?词=甲 乙", '/"<>\\^`{|}', "/\ud800"])
def test_4_a_link_holds_only_what_a_link_may(url: str) -> None:
    link = event(an_item(url=url))["URL"]
    assert link.startswith("https://duban.example.cn/")
    assert link.isascii()
    assert not set(link) & set(' \r\n"<>\\^`{|}')


@pytest.mark.parametrize("url", ["javascript:alert(1)", "mailto:a@example.cn", "file:///etc/passwd"])
def test_4_a_link_leads_to_a_page_only(url: str) -> None:
    with pytest.raises(ValueError, match="不是网页地址"):
        event_bytes(an_item(url=url), STYLE)


def test_5_completed_carries_a_tick_and_no_warning() -> None:
    found = event(replace(COMPLETED, light=Light.RED))
    assert found["SUMMARY"] == "✔ 建立分流转办机制 · 市教育局"
    assert found["STATUS"] == "CONFIRMED"
    assert "COLOR" not in found
    assert "现状：已办结（销号），2023-06-10" in unescaped(found["DESCRIPTION"])


def test_5_withdrawn_is_cancelled() -> None:
    found = event(replace(WITHDRAWN, light=Light.RED))
    assert found["STATUS"] == "CANCELLED"
    assert found["SUMMARY"] == "【撤销】建立分流转办机制 · 市教育局"


@pytest.mark.parametrize("state", [state for state in State if not state.is_closed])
def test_5_everything_else_is_confirmed(state: State) -> None:
    assert event(an_item(state=state))["STATUS"] == "CONFIRMED"


def test_8_alarms_are_off_unless_asked_for() -> None:
    assert b"VALARM" not in event_bytes(PLAIN, STYLE)
    found = event(alarm=True)
    assert found["VALARM/TRIGGER"] == "-PT15H"
    assert found["VALARM/ACTION"] == "DISPLAY"
    assert found["VALARM/DESCRIPTION"] == found["SUMMARY"]


def test_8_a_todo_s_alarm_counts_from_its_due_day() -> None:
    assert todo(alarm=True)["VALARM/TRIGGER;RELATED=END"] == "-PT15H"


def test_8_nothing_rings_for_what_is_over_or_past() -> None:
    assert b"VALARM" not in event_bytes(an_item(is_ahead=False), replace(STYLE, alarm=True))


def test_9_what_was_typed_reads_back_as_it_was_typed() -> None:
    title = "D:\\New\\n甲;乙,丙:丁\"戊'"  # the library alone would make a line break of \N
    assert unescaped(event(an_item(title=title))["SUMMARY"]) == f"{title} · 市教育局"


def test_15_full_tells_what_the_other_levels_do_not() -> None:
    full = event_bytes(PLAIN, STYLE).replace(b"\r\n ", b"").decode()
    assert all(word in full for word in ("廊政办字", "责任单位", "40%", "牵头", "配合", "直接转办", "办理中"))


@pytest.mark.parametrize("flavour", Flavour)
def test_15_title_and_unit_is_title_and_unit(flavour: Flavour) -> None:
    style = replace(STYLE, flavour=flavour, redaction=Redaction.TITLE_UNIT)
    text = event_bytes(PLAIN, style).replace(b"\r\n ", b"").decode()
    assert "SUMMARY:建立分流转办机制 · 市教育局\r\n" in text
    assert "DESCRIPTION:查看详情：https://duban.example.cn/assignments/7\r\n" in text
    assert not [w for w in ("廊政办字", "责任单位", "40%", "牵头", "配合", "直接转办", "办理中") if w in text]


@pytest.mark.parametrize("due_on", [None, CHANGED, "2023-06-30"])
def test_an_event_needs_a_day(due_on: Any) -> None:
    with pytest.raises(ValueError, match="完成时限不是日期"):
        event_bytes(an_item(due_on=due_on), STYLE)


@pytest.mark.parametrize("percent", [-1, 101])
def test_a_percent_outside_the_hundred_is_refused(percent: int) -> None:
    with pytest.raises(ValueError, match="不在 0 到 100 之间"):
        event_bytes(an_item(percent=percent), STYLE)
