"""FEEDS checklist item 9 over all of Unicode: lines, folding, escaping, and nothing typed becomes a property."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Todo

from tests.unit.export.items import (
    ANY_TEXT,
    FEED,
    NASTY,
    a_feed,
    an_item,
    components,
    content_lines,
    head,
    rendered,
    unescaped,
)
from tracker.domain.lights import Light
from tracker.export.ical import FeedItem, FeedSpec, Flavour
from tracker.export.ical.wire import Text, wire_bytes
from tracker.export.text import few_blanks, one_line, plain_text

PROPERTIES = {
    *("SUMMARY", "DTSTART;VALUE=DATE", "DTEND;VALUE=DATE", "DTSTAMP", "UID", "SEQUENCE", "CATEGORIES", "COLOR"),
    *("DESCRIPTION", "LAST-MODIFIED", "STATUS", "TRANSP", "URL", "X-MICROSOFT-CDO-ALLDAYEVENT"),
    *("X-MICROSOFT-CDO-BUSYSTATUS", "VALARM/ACTION", "VALARM/DESCRIPTION", "VALARM/TRIGGER"),
}


def an_item_of(text: str) -> FeedItem:
    """An item that says the text everywhere a person can say something."""
    return an_item(
        title=text,
        unit_name=text,
        role_label=text,
        light=Light.YELLOW,
        light_word=text,
        url=f"/assignments/{text}",
        parts=(text, text),
        plan_title=text,
        plan_number=text,
        path=(text, text),
        quote=text,
    )


def a_feed_of(text: str, spec: FeedSpec = FEED) -> bytes:
    return rendered(replace(spec, name=text, description=text), [an_item_of(text)])


def assert_well_folded(body: bytes) -> None:
    """RFC 5545 3.1: CRLF ends every line, none is longer than 75 octets, none begins inside a character."""
    assert body.endswith(b"\r\n")
    physical = body.removesuffix(b"\r\n").split(b"\r\n")
    assert not [line for line in physical if b"\r" in line or b"\n" in line]
    assert max(map(len, physical)) <= 75
    for line in physical:
        line.decode("utf-8")  # raises when a character was split


@given(ANY_TEXT, st.sampled_from(Flavour), st.booleans())
def test_9_lines_end_with_crlf_and_are_folded_between_characters(text: str, flavour: Flavour, alarm: bool) -> None:
    assert_well_folded(a_feed_of(text, a_feed(flavour=flavour, alarm=alarm)))


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("lead", range(76))
def test_9_folding_at_every_place_of_characters_of_every_width(width: int, lead: int) -> None:
    char = {1: "a", 2: "é", 3: "字", 4: "𠮷"}[width]
    body = rendered(FEED, [an_item(title="b" * lead + char * 80)])
    assert_well_folded(body)
    assert components(body)[0]["SUMMARY"] == "b" * lead + char * 80 + " · 市教育局"


@given(ANY_TEXT)
def test_9_lines_are_folded_where_the_library_folds_them(text: str) -> None:
    todo = Todo()
    todo["SUMMARY"], todo["DESCRIPTION"] = Text(plain_text(text)), Text(plain_text(text) * 40)
    assert wire_bytes(todo) == todo.to_ical()


@pytest.mark.parametrize("lead", range(76))
@pytest.mark.parametrize("typed", [",;\\", "^^", "\\", "字,", "𠮷^"])
def test_9_no_fold_stands_inside_an_escape(lead: int, typed: str) -> None:
    """Legal, but there are readers that undo escapes before they join the lines."""
    todo = Todo()
    todo["SUMMARY"] = Text("b" * lead + typed * 60)
    body = wire_bytes(todo)
    assert_well_folded(body)
    assert body == todo.to_ical()


@given(ANY_TEXT)
def test_9_no_line_is_blank(text: str) -> None:
    assert all(line.strip() for line in a_feed_of(text).decode("utf-8").removesuffix("\r\n").split("\r\n"))


@given(ANY_TEXT)
def test_9_nothing_typed_starts_a_property_or_a_component(text: str) -> None:
    body = a_feed_of(text, a_feed(alarm=True))
    (found,) = components(body)
    assert set(found) == PROPERTIES
    assert set(head(body)) == set(head(rendered(FEED, [])))
    assert [line for line in content_lines(body) if line.startswith(("BEGIN:", "END:"))] == [
        "BEGIN:VCALENDAR",
        "BEGIN:VEVENT",
        "BEGIN:VALARM",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


@given(ANY_TEXT)
def test_9_no_parser_that_splits_at_other_line_ends_sees_another_line(text: str) -> None:
    body = a_feed_of(text).decode("utf-8")
    assert body.splitlines() == body.removesuffix("\r\n").split("\r\n")


@given(ANY_TEXT)
def test_9_text_reads_back_as_it_was_typed(text: str) -> None:
    (found,) = components(rendered(FEED, [an_item(title=text, quote=text)]))
    title = one_line(text) or "（未命名事项）"
    assert unescaped(found["SUMMARY"]) == f"{title} · 市教育局"
    quote = f"\n原文：{few_blanks(plain_text(text))}\n" if text else "\n时限："
    assert quote in unescaped(found["DESCRIPTION"])


@given(ANY_TEXT)
def test_9_the_library_reads_the_same(text: str) -> None:
    (event,) = Calendar.from_ical(a_feed_of(text)).walk("VEVENT")
    title = one_line(text) or "（未命名事项）"
    mark = f"【{one_line(text)}】" if text else ""
    assert str(event["SUMMARY"]) == one_line(f"{mark}{title} · {one_line(text)}")
    assert event.decoded("DTSTART") == date(2023, 6, 30)


@given(ANY_TEXT)
def test_3_any_text_gives_the_same_bytes_twice(text: str) -> None:
    assert a_feed_of(text) == a_feed_of(text)


@pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
def test_9_what_has_broken_feeds_before(text: str) -> None:
    body = a_feed_of(text)
    assert_well_folded(body)
    assert len(components(body)) == 1
