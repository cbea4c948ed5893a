"""What stands in a feed on a day, and the feed's own entries: FEEDS checklist items 5, 6 and 15."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.unit.export.items import (
    CHANGED,
    FEED,
    TODAY,
    a_feed,
    an_item,
    components,
    content_lines,
    head,
    overview_of,
    rendered,
    unescaped,
)
from tracker.domain.lifecycle import State
from tracker.domain.lights import Light
from tracker.export.ical import FeedItem, Flavour, Outside, Redaction, feed_bytes, numbered, outside, own_bytes

OVERDUE = an_item(2, title="已过时限的事项", due_on=date(2023, 6, 10), light=Light.RED)
OLD_OVERDUE = an_item(3, due_on=date(2019, 1, 1), light=Light.RED, state=State.SUBMITTED)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def summaries(items: list[FeedItem], **style: Any) -> list[str]:
    body = rendered(a_feed(**style), items)
    kind = "VTODO" if style.get("flavour") is Flavour.TODO else "VEVENT"
    return [unescaped(found["SUMMARY"]) for found in components(body, kind)]


@pytest.mark.parametrize(
    ("due_on", "expected"),
    [
        (ago(90), None),
        (ago(91), None),
        (ago(3000), None),
        (TODAY, None),
        (ago(-400), None),
        (ago(-401), Outside.FAR),
        (None, Outside.UNDATED),
    ],
)
def test_6_what_is_open_never_falls_out_of_the_past(due_on: date | None, expected: Outside | None) -> None:
    assert outside(due_on, None, TODAY) is expected


@pytest.mark.parametrize(
    ("due_on", "closed_on", "expected"),
    [
        (ago(10), ago(0), None),
        (ago(10), ago(30), None),
        (ago(10), ago(31), Outside.CLOSED),
        (ago(90), ago(1), None),
        (ago(91), ago(1), Outside.LONG_PAST),
        (ago(-400), ago(1), None),
        (ago(-401), ago(1), Outside.FAR),
        (None, ago(1), Outside.UNDATED),
    ],
)
def test_5_what_is_closed_stays_for_thirty_days(due_on: date | None, closed_on: date, expected: Outside | None) -> None:
    assert outside(due_on, closed_on, TODAY) is expected


@pytest.mark.parametrize("reason", Outside)
def test_every_reason_is_told_in_a_sentence(reason: Outside) -> None:
    assert reason.why.endswith("。")


def test_6_the_window_is_told_in_the_calendar_s_description() -> None:
    text = unescaped(head(rendered(FEED, []))["X-WR-CALDESC"])
    assert text.startswith("本单位承担的督办事项。 ")
    assert all(words in text for words in ("今日前90天", "今日后400天", "逾期未办结的事项不受此限", "30天后移出"))


def test_6_the_total_stands_on_today_and_names_what_is_overdue() -> None:
    total = components(rendered(FEED, [OVERDUE, OLD_OVERDUE, an_item(1)]))[0]
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
    lines = unescaped(components(rendered(FEED, items))[0]["DESCRIPTION"]).split("\n")
    assert lines[0].endswith("共 42 项。")
    assert len(lines) == 32
    assert lines[-1] == "……其余请登录督办台账查看。"


def test_6_the_total_s_uid_is_the_same_every_day_and_another_in_another_feed() -> None:
    def uid(spec: Any) -> str:
        return components(rendered(spec, [OVERDUE]))[0]["UID"]

    assert uid(FEED) == uid(replace(FEED, today=TODAY + timedelta(days=40), name="新名"))
    assert uid(FEED) != uid(replace(FEED, uid=OVERDUE.uid))


@pytest.mark.parametrize("flavour", Flavour)
@pytest.mark.parametrize(
    ("number", "stamp"), [(1, "20200101T000001Z"), (108_921_600, "20230614T160000Z"), (2**31 - 1, "20880119T031407Z")]
)
def test_6_the_total_s_number_tells_when_it_was_last_changed(flavour: Flavour, number: int, stamp: str) -> None:
    """It stands in the number's three lines, and nothing else is touched."""
    spec = a_feed(flavour=flavour)
    (own,) = own_bytes(spec, overview_of([OVERDUE])).values()
    kind = "VTODO" if flavour is Flavour.TODO else "VEVENT"
    (before,), (after,) = (components(feed_bytes(spec, [], [each]), kind) for each in (own, numbered(own, number)))
    assert (after["DTSTAMP"], after["LAST-MODIFIED"], after["SEQUENCE"]) == (stamp, stamp, str(number))
    assert list(after) == list(before)
    assert {name for name in after if after[name] != before[name]} == {"DTSTAMP", "LAST-MODIFIED", "SEQUENCE"}


@pytest.mark.parametrize("number", [-1, 2**31])
def test_6_a_number_that_the_format_cannot_hold_is_refused(number: int) -> None:
    (own,) = own_bytes(FEED, overview_of([OVERDUE])).values()
    with pytest.raises(ValueError, match="变更序号"):
        numbered(own, number)


def test_6_nothing_that_was_typed_is_taken_for_the_number() -> None:
    """Titles stand below the total, and may hold the very words of the lines that are replaced."""
    typed = "SEQUENCE:0 DTSTAMP:20200101T000000Z\nSEQUENCE:0\r\nLAST-MODIFIED:20200101T000000Z"
    titles = [an_item(n, title="题" * n + typed, due_on=ago(5), light=Light.RED) for n in range(30)]
    (own,) = own_bytes(FEED, overview_of(titles)).values()
    (before,), (after,) = (components(feed_bytes(FEED, [], [each])) for each in (own, numbered(own, 7)))
    assert before["DESCRIPTION"] == after["DESCRIPTION"]


def test_6_nothing_overdue_leaves_no_total() -> None:
    suspended = an_item(2, due_on=ago(5), state=State.SUSPENDED, light=Light.NONE)
    assert summaries([an_item(1), suspended, an_item(3, due_on=TODAY)]) == [
        "建立分流转办机制 · 市教育局",
        "建立分流转办机制 · 市教育局",
        "建立分流转办机制 · 市教育局",
    ]


def test_6_the_todo_flavour_has_its_total_too() -> None:
    assert summaries([OVERDUE], flavour=Flavour.TODO) == ["逾期 1 项", "【逾期】已过时限的事项 · 市教育局"]


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
    body = rendered(a_feed(redaction=Redaction.COUNT), items)
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
    one, two = (components(rendered(spec, [an_item(n) for n in range(count)]))[0] for count in (1, 2))
    assert one["UID"] == two["UID"]
    assert one["SUMMARY"] != two["SUMMARY"]


def test_15_counts_are_the_same_whatever_else_changes() -> None:
    """Their bytes tell whether they have a new number."""
    spec = a_feed(redaction=Redaction.COUNT)
    items = [an_item(1, changed_at=CHANGED), an_item(1, changed_at=CHANGED + timedelta(minutes=1), percent=90)]
    one, other = (own_bytes(spec, overview_of([item])) for item in items)
    assert one == other


def test_15_each_day_has_a_key_of_its_own() -> None:
    spec = a_feed(redaction=Redaction.COUNT)
    items = [an_item(1), an_item(2, due_on=ago(3), light=Light.RED)]
    assert list(own_bytes(spec, overview_of(items))) == ["overdue", "count:2023-06-12", "count:2023-06-30"]


def test_15_the_total_names_nothing_in_a_feed_of_counts() -> None:
    total = components(rendered(a_feed(redaction=Redaction.COUNT), [OVERDUE]))[0]
    assert total["DESCRIPTION"] == "截至 2023-06-15，逾期未办结的事项共 1 项。"
