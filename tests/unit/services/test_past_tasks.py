"""Pages of all tasks of a past day hold what the histories of all tasks tell, however few of them are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import cycle, product
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.builders import City, a_city, the_actor
from tests.unit.services.past_offices import DAYS, much_changed
from tests.unit.services.test_boards import OFFICE_NAMES, OFFICES, session_of
from tests.unit.services.test_ledger import ZONE
from tracker.domain.access import Actor
from tracker.domain.lifecycle import State
from tracker.domain.lights import Light
from tracker.services import marked_pages, past_tasks
from tracker.services.lit import When
from tracker.services.past_lists import in_order
from tracker.services.past_tasks import PastTaskRow
from tracker.services.task_pages import TaskFilter, TaskSort
from tracker.store.pages import Page

SIZE = 7
NARROWED: tuple[dict[str, Any], ...] = (
    {},
    {"overdue": True},
    {"light": Light.RED},
    {"light": Light.YELLOW},
    {"state": State.SUBMITTED},
    {"unit_id": "county"},
    {"plan_id": 1},
    {"words": "改"},
    {"words": "县政府"},
    {"words": "另一 静"},
    {"due_from": date(2023, 5, 26), "due_to": date(2023, 6, 11)},
)


# Everything in each order, and what is narrowed by the days and in one order or another.
ORDERS = tuple(product(TaskSort, (False, True)))
ASKED = (
    *((*order, {}) for order in ORDERS),
    *((TaskSort.DUE, bool(place % 2), more) for place, more in enumerate(NARROWED[1:])),
    *((*order, more) for order, more in zip(cycle(ORDERS[:1:-1]), NARROWED[1:])),
)


@pytest.fixture(params=OFFICES, ids=OFFICE_NAMES)
def session(request: pytest.FixtureRequest) -> Iterator[Session]:
    yield from session_of(request, request.param[0])


@pytest.fixture
def city(session: Session, request: pytest.FixtureRequest) -> City:
    made = a_city(session)
    much_changed(session, made, request.node.callspec.params["session"][1])
    return made


def whole(session: Session, actor: Actor, when: When, wanted: TaskFilter) -> list[PastTaskRow]:
    """The list out of the histories of all tasks there are."""
    told = past_tasks._told(session, actor, when, wanted, None)
    return [past_tasks._task_row(actor, *pair) for pair in in_order(told, past_tasks._task_order(wanted))]


def pages_of(session: Session, actor: Actor, when: When, wanted: TaskFilter) -> list[Page[PastTaskRow]]:
    """The pages from the first to the last."""
    found: list[Page[PastTaskRow]] = []
    while not found or (found[-1].has_next if found[-1].is_more else len(found) * SIZE < found[-1].total):
        found.append(past_tasks.past_tasks(session, actor, when, wanted, len(found) + 1))
        assert len(found) < 20, "the pages have no end"
    return found


@pytest.mark.parametrize("most", [12, 1000])
def test_the_pages_hold_what_the_histories_tell(
    session: Session, city: City, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(marked_pages, "PAGE_SIZE", SIZE)
    monkeypatch.setattr(marked_pages, "MOST_COUNTED", most)
    lengths = Counter[str]()
    for day, who in product(DAYS, (city.supervisor, city.county_supervisor)):
        when, actor = When(day, ZONE, is_past=True), the_actor(who)
        for sort, turned, more in ASKED if most == 12 else ASKED[: len(ORDERS)]:
            unit = {"unit_id": city.county.id} if more.get("unit_id") else {}
            wanted = TaskFilter(sort=sort, descending=turned, **{**more, **unit})
            expected, pages = whole(session, actor, when, wanted), pages_of(session, actor, when, wanted)
            assert [row for page in pages for row in page.rows] == expected, (day, wanted)
            is_more = len(expected) > most
            assert {(each.total, each.is_more) for each in pages} == {(min(len(expected), most), is_more)}
            lengths[str(more)] = max(lengths[str(more)], len(expected))
    assert min(lengths.values()) > 0, lengths
    assert lengths["{}"] > 4 * SIZE


def test_beyond_the_last_page_is_the_nearest_there_is(
    session: Session, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marked_pages, "PAGE_SIZE", SIZE)
    when, actor = When(DAYS[1], ZONE, is_past=True), the_actor(city.supervisor)
    first, last = (past_tasks.past_tasks(session, actor, when, TaskFilter(), number) for number in (0, 99))
    assert (first.number, last.number) == (1, (last.total - 1) // SIZE + 1)
    monkeypatch.setattr(marked_pages, "MOST_COUNTED", 12)
    assert past_tasks.past_tasks(session, actor, when, TaskFilter(), 99).rows == first.rows
