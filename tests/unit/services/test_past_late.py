"""Pages of what was overdue on a past day hold what the histories of all tasks tell, however they are turned over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import cycle, product
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import City, a_city, the_actor
from tests.unit.services.past_offices import DAYS, much_changed
from tests.unit.services.test_boards import OFFICE_NAMES, OFFICES, session_of
from tests.unit.services.test_ledger import ZONE
from tracker.domain.access import Actor
from tracker.domain.roles import Role
from tracker.services import marked_pages, past_late
from tracker.services.lit import When
from tracker.services.past_late import OverdueThen, overdue_then
from tracker.services.past_lists import past_overdue, with_reports
from tracker.services.supervision import OverdueFilter, OverdueSort
from tracker.store.late_items import LateItem
from tracker.store.pages import Page, Place
from tracker.store.tasks import Task

SIZE = 4
NARROWED: tuple[dict[str, Any], ...] = (
    {},
    {"unit_id": "county"},
    {"plan_id": 1},
    {"plan_id": 2, "min_days": 3},
    {"words": "任务 财政"},
    {"words": "改"},
    {"words": "方案1"},
    {"words": "办公"},
    {"words": "县政府"},
    {"words": "另一 静"},
    {"role": Role.SUPPORT},
    {"role": Role.LEAD, "unit_id": "finance"},
    {"min_days": 9},
)


@pytest.fixture(params=OFFICES, ids=OFFICE_NAMES)
def session(request: pytest.FixtureRequest) -> Iterator[Session]:
    yield from session_of(request, request.param[0])


@pytest.fixture
def city(session: Session, request: pytest.FixtureRequest) -> City:
    made = a_city(session)
    much_changed(session, made, request.node.callspec.params["session"][1])
    return made


# Everything in each order, and what is narrowed in one or another.
ORDERS = tuple(product(OverdueSort, (False, True)))
ASKED = (*((*order, {}) for order in ORDERS), *((*o, more) for o, more in zip(cycle(ORDERS[::-1]), NARROWED[1:])))


def narrowed(city: City, sort: OverdueSort, turned: bool, wanted: dict[str, Any]) -> OverdueFilter:
    unit = wanted.get("unit_id")
    more = {**wanted, "unit_id": getattr(city, unit).id} if unit else wanted
    return OverdueFilter(sort=sort, descending=turned, **more)


def whole(session: Session, actor: Actor, when: When, wanted: OverdueFilter) -> list[LateItem]:
    """The list out of the histories of all tasks there are."""
    rows = past_overdue(session, actor, when, wanted, set(session.scalars(select(Task.id))))
    return with_reports(session, when, rows)


def turned_over(
    session: Session, actor: Actor, when: When, wanted: OverdueFilter, *, by_marks: bool = True
) -> Iterator[OverdueThen]:
    """The pages from the first to the last, each reached from the one before it."""
    place = Place()
    for number in range(2, 20):
        found = overdue_then(session, actor, when, wanted, place)
        yield found
        page = found.page
        if not (page.has_next if page.is_more else page.number * SIZE < page.total):
            return
        place = Place(number, after=page.last if by_marks else None)
    pytest.fail("the pages have no end")


def rows_of(pages: Sequence[OverdueThen]) -> list[LateItem]:
    return [row for found in pages for row in found.page.rows]


def small(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """Pages of a few rows, in lists that are counted up to a few."""
    for module in (marked_pages, past_late):
        monkeypatch.setattr(module, "PAGE_SIZE", SIZE)
        monkeypatch.setattr(module, "MOST_COUNTED", most)


@pytest.mark.parametrize("most", [5, 1000])
def test_the_pages_hold_what_the_histories_tell(
    session: Session, city: City, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    small(monkeypatch, most)
    lengths = Counter[str]()
    for day, who in product(DAYS, (city.supervisor, city.county_supervisor)):
        when, actor = When(day, ZONE, is_past=True), the_actor(who)
        for sort, turned, more in ASKED if most == 5 else ASKED[: len(ORDERS)]:
            wanted = narrowed(city, sort, turned, more)
            expected = whole(session, actor, when, wanted)
            pages = list(turned_over(session, actor, when, wanted))
            assert rows_of(pages) == expected, (day, wanted)
            for found in pages:
                is_more = len(expected) > most
                assert (found.page.total, found.page.is_more) == (min(len(expected), most), is_more)
                assert {len(each.page.rows) for each in pages[:-1]} <= {SIZE}
            lengths[str(more)] = max(lengths[str(more)], len(expected))
    assert min(lengths.values()) > 0, lengths
    assert lengths["{}"] > 3 * SIZE


def test_they_are_turned_back_and_typed_as_well(session: Session, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, 5)
    when, actor = When(DAYS[1], ZONE, is_past=True), the_actor(city.supervisor)
    for sort, turned in product(OverdueSort, (False, True)):
        wanted = OverdueFilter(sort=sort, descending=turned)
        pages = list(turned_over(session, actor, when, wanted))
        typed = list(turned_over(session, actor, when, wanted, by_marks=False))
        assert [each.page.rows for each in typed] == [each.page.rows for each in pages]
        back: Page[LateItem] = pages[-1].page
        for expected in pages[-2::-1]:
            back = overdue_then(session, actor, when, wanted, Place(back.number - 1, before=back.first)).page
            assert (back.rows, back.has_next) == (expected.page.rows, True)
        first = pages[0].page.rows
        beyond = Place(99, after=pages[-1].page.last)
        assert overdue_then(session, actor, when, wanted, beyond).page.rows == first


def test_the_units_with_the_most_are_counted_whichever_was_chosen(session: Session, city: City) -> None:
    actor = the_actor(city.supervisor)
    for day, unit in product(DAYS, (None, city.county.id)):
        when = When(day, ZONE, is_past=True)
        counts = Counter(item.unit for item in whole(session, actor, when, OverdueFilter()))
        found = overdue_then(session, actor, when, OverdueFilter(unit_id=unit), Place()).worst
        assert {unit.name: count for unit, count in found} == counts
        assert [count for _, count in found] == sorted(counts.values(), reverse=True)


def test_beyond_counting_no_units_are_named(session: Session, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, 5)
    when = When(DAYS[2], ZONE, is_past=True)
    for unit in (None, city.county.id):
        assert overdue_then(session, the_actor(city.supervisor), when, OverdueFilter(unit_id=unit), Place()).worst == ()


def test_who_supervises_nobody_is_told_nothing(session: Session, city: City) -> None:
    when = When(DAYS[1], ZONE, is_past=True)
    assert overdue_then(session, the_actor(city.liaison), when, OverdueFilter(), Place()).page.rows == []


def test_a_day_before_all_work_has_an_empty_page(session: Session, city: City) -> None:
    when = When(date(2022, 1, 1), ZONE, is_past=True)
    found = overdue_then(session, the_actor(city.supervisor), when, OverdueFilter(), Place())
    assert (found.page.rows, found.page.total, found.worst) == ([], 0, [])
