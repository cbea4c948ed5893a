"""FEEDS checklist item 16: what other programs read in our feeds is what went in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.judges.judges import (
    Read,
    parse_with_icalendar,
    parse_with_icaljs,
    parse_with_khal,
    parse_with_node_ical,
    parse_with_recurring,
    parse_with_vdirsyncer,
)
from tests.unit.export.items import NASTY, TODAY, a_feed, an_item, rendered
from tracker.domain.lifecycle import State
from tracker.domain.lights import Light
from tracker.export.ical import FeedItem, Flavour, Redaction
from tracker.export.text import few_blanks, one_line, plain_text

Judge = Callable[[bytes], Read]
FIRST, LAST = TODAY - timedelta(days=3000), TODAY + timedelta(days=400)

NODE, KHAL = pytest.mark.needs("node"), pytest.mark.needs("khal")
ICALENDAR = pytest.param(parse_with_icalendar, id="icalendar")
ICALJS = pytest.param(parse_with_icaljs, id="ical.js", marks=NODE)
NODE_ICAL = pytest.param(parse_with_node_ical, id="node-ical", marks=NODE)
VDIRSYNCER = pytest.param(parse_with_vdirsyncer, id="vdirsyncer", marks=KHAL)
RECURRING = pytest.param(lambda body: parse_with_recurring(body, FIRST, LAST), id="recurring", marks=KHAL)
KHAL_LIST = pytest.param(lambda body: parse_with_khal(body, FIRST, LAST), id="khal", marks=KHAL)

EVERY_JUDGE = [ICALENDAR, ICALJS, NODE_ICAL, VDIRSYNCER, RECURRING, KHAL_LIST]
JUDGES_OF_TODOS = EVERY_JUDGE[:-1]  # khal lists no tasks


def by_uid(read: Read) -> dict[str, dict[str, str]]:
    found = {event["uid"]: event for event in read}
    assert len(found) == len(read), "an event was read twice"
    return found


def assert_read(read: Read, items: list[FeedItem], titles: dict[str, str]) -> None:
    """The events are the items, one each, on their days and under their titles."""
    found = by_uid(read)
    assert {uid: event["title"] for uid, event in found.items()} == titles
    for item in items:
        event = found[item.uid]
        assert item.due_on is not None
        assert (event["start"], event["kind"]) == (item.due_on.isoformat(), "vevent")
        assert event["end"] == (item.due_on + timedelta(days=1)).isoformat()


# A list as an office has it: every state and light, days at the ends of months and years, old and far ones.
OFFICE: list[tuple[FeedItem, str]] = [
    (an_item(1), "建立分流转办机制 · 市教育局"),
    (an_item(2, due_on=date(2023, 6, 10), light=Light.RED), "【逾期】建立分流转办机制 · 市教育局"),
    (an_item(3, due_on=date(2016, 2, 29), light=Light.RED), "【逾期】建立分流转办机制 · 市教育局"),
    (an_item(4, due_on=TODAY, light=Light.YELLOW), "【临期】建立分流转办机制 · 市教育局"),
    (an_item(5, due_on=date(2023, 12, 31), light_word="未签收"), "【未签收】建立分流转办机制 · 市教育局"),
    (an_item(6, due_on=date(2024, 2, 29), title="达到95%，新建40座"), "达到95%，新建40座 · 市教育局"),
    (
        an_item(7, due_on=date(2023, 5, 31), state=State.COMPLETED, completed_on=date(2023, 6, 1)),
        "✔ 建立分流转办机制 · 市教育局",
    ),
    (
        an_item(8, due_on=date(2023, 6, 20), state=State.WITHDRAWN, withdrawn_on=date(2023, 6, 1)),
        "【撤销】建立分流转办机制 · 市教育局",
    ),
    (an_item(9, due_on=LAST, state=State.SUSPENDED, light=Light.NONE), "建立分流转办机制 · 市教育局"),
]
OFFICE_ITEMS = [item for item, _ in OFFICE]


def total_of(body: bytes) -> dict[str, str]:
    """UID and title of the feed's own event."""
    own = [event for event in parse_with_icalendar(body) if event["title"].startswith("逾期 ")]
    return {event["uid"]: event["title"] for event in own}


@pytest.mark.parametrize("judge", EVERY_JUDGE)
def test_16_an_office_s_feed(judge: Judge) -> None:
    body = rendered(a_feed(alarm=True), OFFICE_ITEMS)
    total = total_of(body)
    assert list(total.values()) == ["逾期 2 项"]
    read = judge(body)
    assert_read(read, OFFICE_ITEMS, {item.uid: title for item, title in OFFICE} | total)
    statuses = {event["uid"]: event["status"] for event in read}
    assert statuses.pop(OFFICE_ITEMS[7].uid) == "CANCELLED"
    assert set(statuses.values()) == {"CONFIRMED"}
    ((own, _),) = total.items()
    assert by_uid(read)[own]["start"] == TODAY.isoformat()


@pytest.mark.parametrize("judge", EVERY_JUDGE)
def test_16_description_and_link(judge: Judge) -> None:
    (event,) = judge(rendered(a_feed(), [an_item(1)]))
    assert event["url"] == "https://duban.example.cn/assignments/7"
    assert event["description"].split("\n") == [
        "单位：市教育局（牵头）",
        "分工：牵头：市教育局；配合：市财政局",
        "文件：《优化服务实施方案》（廊政办字〔2023〕1号）",
        "位置：三、工作任务 → 1.直接转办",
        "原文：（责任单位：市教育局，完成时间：2023年6月）",
        "时限：2023-06-30",
        "现状：办理中，进度 40%",
        "查看详情：https://duban.example.cn/assignments/7",
    ]


@pytest.mark.parametrize("judge", JUDGES_OF_TODOS)
def test_16_the_todo_flavour(judge: Judge) -> None:
    body = rendered(a_feed(flavour=Flavour.TODO, alarm=True), OFFICE_ITEMS)
    found = by_uid(judge(body))
    assert {uid: event["title"] for uid, event in found.items()} == {
        item.uid: title for item, title in OFFICE
    } | total_of(body)
    assert {event["kind"] for event in found.values()} == {"vtodo"}
    for item in OFFICE_ITEMS:
        assert found[item.uid]["start"] == str(item.due_on)
    assert found[OFFICE_ITEMS[0].uid]["status"] == "IN-PROCESS"
    assert found[OFFICE_ITEMS[6].uid]["status"] == "COMPLETED"
    assert found[OFFICE_ITEMS[7].uid]["status"] == "CANCELLED"


@KHAL
def test_16_khal_takes_the_todo_flavour_and_lists_no_event() -> None:
    body = rendered(a_feed(flavour=Flavour.TODO), OFFICE_ITEMS)
    assert parse_with_khal(body, FIRST, LAST) == []


@pytest.mark.parametrize("judge", EVERY_JUDGE)
def test_16_the_feed_of_counts(judge: Judge) -> None:
    read = judge(rendered(a_feed(redaction=Redaction.COUNT), OFFICE_ITEMS))
    assert sorted((event["start"], event["title"]) for event in by_uid(read).values()) == [
        ("2016-02-29", "到期 1 项，未办结 1 项"),
        ("2023-05-31", "✔ 到期 1 项，均已办结"),
        ("2023-06-10", "到期 1 项，未办结 1 项"),
        ("2023-06-15", "到期 1 项，未办结 1 项"),
        ("2023-06-15", "逾期 2 项"),
        ("2023-06-30", "到期 1 项，未办结 1 项"),
        ("2023-12-31", "到期 1 项，未办结 1 项"),
        ("2024-02-29", "到期 1 项，未办结 1 项"),
        (LAST.isoformat(), "到期 1 项，未办结 1 项"),
    ]


@pytest.mark.parametrize("judge", EVERY_JUDGE)
def test_16_an_empty_feed(judge: Judge) -> None:
    assert judge(rendered(a_feed(), [])) == []


def nasty_items(texts: list[str]) -> list[FeedItem]:
    return [
        an_item(number, title=text, quote=text, due_on=TODAY + timedelta(days=number))
        for number, text in enumerate(texts, 1)
    ]


def titles_of(items: list[FeedItem]) -> dict[str, str]:
    return {item.uid: f"{one_line(item.title) or '（未命名事项）'} · 市教育局" for item in items}


# Two judges err on backslashes themselves: node-ical undoes \\n as a line break (it replaces in the wrong order),
# and khal keeps events through icalendar's writer, which makes a line break of \N. The others must get them right.
@pytest.mark.parametrize("judge", [ICALENDAR, ICALJS, VDIRSYNCER, RECURRING])
def test_16_what_has_broken_feeds_before(judge: Judge) -> None:
    items = nasty_items(NASTY)
    read = judge(rendered(a_feed(), items))
    assert_read(read, items, titles_of(items))
    told = {event["uid"]: event["description"] for event in read}
    for item in items:
        assert not item.quote or f"\n原文：{few_blanks(plain_text(item.quote))}\n" in told[item.uid]


@pytest.mark.parametrize("judge", [NODE_ICAL, KHAL_LIST])
def test_16_what_has_broken_feeds_before_backslashes_apart(judge: Judge) -> None:
    items = nasty_items(NASTY)
    read = judge(rendered(a_feed(), items))
    assert {event["uid"]: event["start"] for event in read} == {item.uid: str(item.due_on) for item in items}
    fair = [item for item in items if "\\" not in item.title]
    assert len(fair) >= 15
    fairly_read = [event for event in read if event["uid"] in {item.uid for item in fair}]
    assert_read(fairly_read, fair, titles_of(fair))


@pytest.mark.parametrize("judge", [ICALJS, NODE_ICAL])
def test_16_the_feed_s_name_shows_no_backslash(judge: Judge) -> None:
    named = replace(a_feed(), name="教育;体育,文化局")
    (event,) = judge(rendered(named, [an_item(1)]))
    assert event["calendar"] == "教育；体育，文化局"


@pytest.mark.parametrize("judge", JUDGES_OF_TODOS)  # khal takes a quarter of a minute for them, without need
def test_16_a_thousand_events(judge: Judge) -> None:
    items = [an_item(n, title=f"第{n}项", due_on=TODAY + timedelta(days=n % 300)) for n in range(1, 1001)]
    assert_read(judge(rendered(a_feed(), items)), items, titles_of(items))
