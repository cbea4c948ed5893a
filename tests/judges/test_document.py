"""FEEDS checklist item 16: the table of docs/CALENDARS.md states what each parser reads of the demanding feeds."""

from __future__ import annotations

from collections import Counter
from importlib.metadata import version

import pytest

from tests.documents import table_after
from tests.judges.demanding import COLUMNS, HOSTILE, MILESTONES, SENT, STATES, Judge, demanding, figures
from tests.judges.test_read_back import EVERY_JUDGE
from tests.needs import ROOT
from tests.unit.export.items import NASTY, a_feed, components
from tracker.domain.lifecycle import State
from tracker.domain.lights import Light
from tracker.domain.milestones import Standing

STATED = {row["Parser"]: row for row in table_after("docs/CALENDARS.md", "## What parsers read")}
UNTOLD = {("khal", "Alarms"), ("khal", "Tasks"), ("khal", "Completed")}  # its list shows neither
NAMED = {"recurring": "recurring-ical-events"}


@pytest.mark.parametrize("judge", EVERY_JUDGE)
def test_16_the_table_states_what_the_parser_reads(judge: Judge, request: pytest.FixtureRequest) -> None:
    given = request.node.callspec.id
    name = NAMED.get(given, given)
    read = figures(judge)
    assert {column: STATED[name][column] for column in COLUMNS} == {
        column: "–" if (name, column) in UNTOLD else str(found) for column, found in read.items()
    }
    assert not [column for column in COLUMNS if (name, column) in UNTOLD and read[column]]


def test_16_the_table_states_what_is_sent() -> None:
    assert {column: STATED["(sent)"][column] for column in COLUMNS} == {
        column: str(number) for column, number in SENT.items()
    }


def test_16_the_demanding_feed_holds_everything() -> None:
    assert {(item.state, item.light) for item in STATES} == {(state, light) for state in State for light in Light}
    assert [item.title for item in HOSTILE] == NASTY
    assert {milestone.standing for milestone in MILESTONES} == set(Standing)
    found = components(demanding(a_feed(alarm=True)))
    assert len(found) == SENT["Events"]
    assert Counter(each["STATUS"] for each in found)["CANCELLED"] == SENT["Cancelled"]
    assert sum("VALARM/TRIGGER" in each for each in found) == SENT["Alarms"]


def test_16_the_table_states_the_versions_that_are_asked() -> None:
    pinned = (ROOT / "tests/judges/setup.sh").read_text("utf-8")
    for name, row in STATED.items():
        if name != "(sent)":
            assert f"{name}@{row['Version']}" in pinned or f"{name}=={row['Version']}" in pinned, name
    assert STATED["icalendar"]["Version"] == version("icalendar")
