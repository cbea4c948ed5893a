"""Whole feeds of anything that rows can hold: items and milestones of every state, with other text in every place.

FEEDS checklist items 1 to 9 and 15 at once; the item's number stands in each test's name.
"""

from __future__ import annotations

import unicodedata
from dataclasses import fields, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from tests.unit.export.items import ANY_TEXT, FEED, NASTY, PLAIN, components, content_lines, overview_of, unescaped
from tests.unit.export.test_ical_any_text import assert_well_folded
from tracker.domain.lifecycle import State
from tracker.domain.lights import Light
from tracker.domain.milestones import Standing
from tracker.export.ical import (
    FeedItem,
    FeedSpec,
    FeedStyle,
    Flavour,
    MilestoneItem,
    Redaction,
    event_bytes,
    feed_bytes,
    milestone_bytes,
    numbered,
    own_bytes,
)

HOURS = st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-9, minutes=-30))])
DAYS = st.dates(date.min, date.max - timedelta(days=1))
LAST_DAY = date(2087, 12, 30)
NUMBER = 2**31 - 1  # the last that the format can hold
FIRST_INSTANT, LAST_INSTANT = (datetime.combine(day, time()) for day in (date(1970, 1, 2), LAST_DAY))
INSTANTS = st.datetimes(FIRST_INSTANT, LAST_INSTANT, timezones=HOURS)
# Long texts stand in titles and quotes; in every place they would only cost time.
WORDS = st.text(st.characters(codec=None, categories=None), max_size=12) | st.sampled_from(
    [text for text in NASTY if len(text) < 100]
)
LINES = st.lists(WORDS, max_size=2).map(tuple)
COMMON = {
    "due_on": DAYS,
    "changed_at": INSTANTS,
    "sequence": st.integers(0, 2**31 - 1),
    "url": WORDS.map("/x/{}".format),
}
WRITTEN = {"parts": LINES, "plan_title": WORDS, "plan_number": st.none() | WORDS, "path": LINES}

ITEMS = st.builds(
    FeedItem,
    uid=st.uuids().map(str),
    title=ANY_TEXT,
    unit_name=WORDS,
    role_label=WORDS,
    state=st.sampled_from(State),
    light=st.sampled_from(Light),
    original_due_on=st.none() | DAYS,
    light_word=st.none() | WORDS,
    completed_on=DAYS,
    percent=st.none() | st.integers(0, 100),
    quote=st.none() | ANY_TEXT,
    is_ahead=st.booleans(),
    **COMMON,
    **WRITTEN,
)
MILESTONES = st.builds(
    MilestoneItem,
    uid=st.uuids().map(str),
    text=ANY_TEXT,
    task_title=WORDS,
    units=WORDS,
    standing=st.sampled_from(Standing),
    reached_on=st.none() | DAYS,
    **COMMON,
    **WRITTEN,
)
STYLES = st.builds(
    FeedStyle,
    base_url=st.sampled_from(["https://duban.example.cn/", "http://127.0.0.1:5000", "https://督办.example/台账/"]),
    flavour=st.sampled_from(Flavour),
    alarm=st.booleans(),
    redaction=st.sampled_from(Redaction),
)
SPECS = st.builds(
    FeedSpec,
    st.uuids().map(str),
    name=WORDS,
    description=WORDS,
    today=st.dates(date(2020, 1, 1), LAST_DAY),
    style=STYLES,
)

OF_ALL = {"UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "SUMMARY", "STATUS", "URL"}
OF_KIND = {
    Flavour.EVENT: OF_ALL
    | {"DTSTART;VALUE=DATE", "DTEND;VALUE=DATE", "TRANSP"}
    | {"X-MICROSOFT-CDO-ALLDAYEVENT", "X-MICROSOFT-CDO-BUSYSTATUS"},
    Flavour.TODO: OF_ALL | {"DUE;VALUE=DATE"},
}
SOMETIMES = {"DESCRIPTION", "COLOR", "CATEGORIES", "PERCENT-COMPLETE", "COMPLETED"}
KINDS = {Flavour.EVENT: "VEVENT", Flavour.TODO: "VTODO"}


def body_of(spec: FeedSpec, items: list[FeedItem], milestones: list[MilestoneItem]) -> bytes:
    kept = [event_bytes(item, spec.style) for item in items]
    kept += [milestone_bytes(item, spec.style) for item in milestones]
    own = own_bytes(spec, overview_of(items)).values()
    return feed_bytes(spec, kept, [numbered(each, NUMBER) for each in own])


Feed = tuple[FeedSpec, list[FeedItem], list[MilestoneItem]]
FEEDS = st.tuples(SPECS, st.lists(ITEMS, max_size=2), st.lists(MILESTONES, max_size=1))


@given(FEEDS)
def test_9_any_feed_is_folded_and_holds_no_control_character(feed: Feed) -> None:
    body = body_of(*feed)
    assert_well_folded(body)
    text = body.decode("utf-8")
    assert text.splitlines() == text.removesuffix("\r\n").split("\r\n")
    assert not {char for char in text if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")} - {"\r", "\n"}


@given(FEEDS)
def test_1_to_8_any_feed_holds_what_it_must_and_nothing_else(feed: Feed) -> None:
    spec, items, milestones = feed
    body = body_of(*feed)
    found = components(body, KINDS[spec.style.flavour])
    other = KINDS[Flavour.TODO if spec.style.flavour is Flavour.EVENT else Flavour.EVENT]
    assert components(body, other) == []
    assert len({each["UID"] for each in found}) == len(found)
    for each in found:
        assert str(UUID(each["UID"])) == each["UID"]
        own = {name for name in each if not name.startswith("VALARM/")}
        assert OF_KIND[spec.style.flavour] <= own <= OF_KIND[spec.style.flavour] | SOMETIMES
        assert each["DTSTAMP"] == each["LAST-MODIFIED"]
        assert spec.style.alarm or own == set(each)
    if spec.style.redaction is not Redaction.COUNT:
        uids = [item.uid for item in items] + [milestone.uid for milestone in milestones]
        assert [each["UID"] for each in found][-len(uids) or len(found) :] == uids
    names = {line.partition(":")[0].partition(";")[0] for line in content_lines(body)}
    assert not {"METHOD", "ORGANIZER", "ATTENDEE", "TZID"} & names
    assert b"BEGIN:VTIMEZONE" not in body


@given(FEEDS)
def test_9_the_library_reads_any_feed_as_the_standard_says(feed: Feed) -> None:
    spec = feed[0]
    kind = KINDS[spec.style.flavour]
    body = body_of(*feed)
    read = Calendar.from_ical(body).walk(kind)
    written = components(body, kind)
    assert len(read) == len(written)
    for event, as_written in zip(read, written, strict=True):
        for name in ("UID", "SUMMARY", "DESCRIPTION", "STATUS"):
            assert str(event.get(name, "")) == unescaped(as_written.get(name, ""))
        assert event.decoded("DTSTAMP") == datetime.strptime(as_written["DTSTAMP"], "%Y%m%dT%H%M%SZ").replace(
            tzinfo=UTC
        )


@given(ITEMS, st.sampled_from(Flavour))
def test_15_nothing_but_title_and_unit_shapes_what_a_redacted_feed_says(item: FeedItem, flavour: Flavour) -> None:
    """Whatever stands in the fields that are not to be told, the bytes are the same."""
    style = FeedStyle("https://duban.example.cn/", flavour=flavour, redaction=Redaction.TITLE_UNIT)
    hidden = {
        name: getattr(PLAIN, name) for name in ("role_label", "parts", "plan_title", "plan_number", "path", "quote")
    }
    assert event_bytes(item, style) == event_bytes(replace(item, original_due_on=None, **hidden), style)


@given(MILESTONES, st.sampled_from(Flavour))
def test_15_nor_a_redacted_milestone(item: MilestoneItem, flavour: Flavour) -> None:
    style = FeedStyle("https://duban.example.cn/", flavour=flavour, redaction=Redaction.TITLE_UNIT)
    hidden: dict[str, Any] = {"task_title": "", "parts": (), "plan_title": "", "plan_number": None, "path": ()}
    assert milestone_bytes(item, style) == milestone_bytes(replace(item, **hidden), style)


@given(FEEDS)
def test_15_a_feed_of_counts_is_the_same_whatever_its_items_say(feed: Feed) -> None:
    spec, items, milestones = feed
    spec = replace(spec, style=replace(spec.style, redaction=Redaction.COUNT))
    said = {"title", "unit_name", "role_label", "url", "light_word", "quote", *WRITTEN}
    plain = [
        replace(item, **{each.name: getattr(PLAIN, each.name) for each in fields(item) if each.name in said})
        for item in items
    ]
    assert body_of(spec, items, milestones) == body_of(spec, plain, [])


def test_fed_with_nothing_it_is_head_and_tail() -> None:
    assert len(content_lines(body_of(FEED, [], []))) == 11
