"""Lists that read few histories hold what they hold when all are read, in offices where much goes wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_city, a_person, a_plan, a_task, the_actor
from tests.unit.services.past_offices import calm
from tests.unit.services.test_boards import OFFICE_NAMES, OFFICES, PERIODS, session_of, turbulent
from tests.unit.services.test_ledger import ZONE
from tracker.domain.access import Office
from tracker.domain.figures import Basis, Period
from tracker.domain.lateness import JudgedBy
from tracker.domain.lifecycle import State
from tracker.domain.lights import LightPack
from tracker.services import listing_pages, past_lists
from tracker.services.extensions import ask
from tracker.services.histories import end_of, histories
from tracker.services.listing_pages import list_page
from tracker.services.listings import Listing, Show, filter_of, listed
from tracker.services.lit import When
from tracker.store.audit_trail import Who, acts_as
from tracker.store.tasks import Assignment
from tracker.store.untold import untold_tasks


@pytest.fixture(params=OFFICES, ids=OFFICE_NAMES)
def session(request: pytest.FixtureRequest) -> Iterator[Session]:
    yield from session_of(request, request.param[0])


@pytest.fixture
def city(session: Session, request: pytest.FixtureRequest) -> City:
    made = a_city(session)
    turbulent(session, made, request.node.callspec.params["session"][1])
    calm(session, made)
    return made


def test_every_list_holds_what_it_holds_when_all_is_read(session: Session, city: City) -> None:
    filled = set()
    a_request(session)
    for period, who, unit in product(
        PERIODS, (city.supervisor, city.county_supervisor), (None, city.finance, city.county)
    ):
        when = When(period.until, ZONE, is_past=period.until < TODAY)
        known = histories(session, filter_of(session, unit.id if unit else None, None))
        for show, basis in product(Show, Basis):
            wanted = Listing(show, period, unit.id if unit else None, basis=basis)
            actor = the_actor(who)
            found = listed(session, actor, when, wanted)
            assert found == listed(session, actor, when, wanted, known), (show, period, unit)
            filled |= {show} if found else set()
    assert filled == set(Show)


def test_the_pages_of_today_s_lists_hold_what_the_lists_hold(
    session: Session, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (listing_pages, past_lists):
        monkeypatch.setattr(module, "PAGE_SIZE", 7)
    a_request(session)
    lengths = Counter[Show]()
    asked: list[tuple[int | None, bool, int | None]] = [
        (None, False, None),
        (city.finance.id, False, None),
        (city.county.id, False, None),
        (city.county.id, True, None),
        (None, False, 1),
    ]
    when, year = When(TODAY, ZONE), Period(date(2023, 1, 1), TODAY)
    periods = (year, Period(TODAY - timedelta(days=6), TODAY))
    for period, who, (unit_id, alone, plan_id) in product(periods, (city.supervisor, city.county_supervisor), asked):
        for show in Show:
            wanted, actor = Listing(show, period, unit_id, alone, plan_id), the_actor(who)
            rows = listed(session, actor, when, wanted)
            numbers = range(1, max(len(rows) - 1, 0) // 7 + 2)
            found = [list_page(session, actor, when, wanted, number) for number in numbers]
            assert [row for page in found for row in page.rows] == rows, (show, period, unit_id, alone, plan_id)
            assert {page.total for page in found} == {len(rows)}
            lengths[show] = max(lengths[show], len(rows))
    assert {show for show in Show if not lengths[show]} <= {Show.DECLINED}  # one office has none today
    assert lengths[Show.RED] > 7


def test_the_pages_behind_figures_hold_what_the_lists_hold(
    session: Session, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of any period, by either date and either rule, in the lists' order."""
    monkeypatch.setattr(listing_pages, "PAGE_SIZE", 7)
    measures = [show for show in Show if show.measure]
    asked: list[tuple[int | None, bool, int | None]] = [
        (None, False, None),
        (city.county.id, False, None),
        (city.county.id, True, None),
        (None, False, 1),
    ]
    lengths = Counter[Show]()
    for period, by, (unit_id, alone, plan_id) in product(PERIODS, JudgedBy, asked):
        when = When(period.until, ZONE, pack=LightPack(judged_by=by), is_past=period.until < TODAY)
        for show, basis in product(measures, Basis):
            wanted, actor = Listing(show, period, unit_id, alone, plan_id, basis), the_actor(city.supervisor)
            rows = listed(session, actor, when, wanted)
            numbers = range(1, max(len(rows) - 1, 0) // 7 + 2)
            found = [list_page(session, actor, when, wanted, number) for number in numbers]
            assert [row for page in found for row in page.rows] == rows, wanted
            assert {page.total for page in found} == {len(rows)}
            lengths[show] = max(lengths[show], len(rows))
    assert all(lengths[show] for show in measures)
    assert lengths[Show.DUE] > 14


def test_what_went_to_another_plan_since_is_listed_in_the_plan_of_then(session: Session, city: City) -> None:
    period, actor = PERIODS[-1], the_actor(city.supervisor)
    old, new = (a_plan(session, city.root, title=title) for title in ("旧方案", "新方案"))
    task = a_task(session, old, city.education, due_on=period.until, state=State.IN_PROGRESS)
    session.commit()
    acts_as(session, lambda: Who(None, "测试", end_of(TODAY, ZONE)))
    task.plan = new
    session.commit()
    when = When(period.until, ZONE, is_past=True)
    for plan in (old, new):
        wanted = Listing(Show.ASSIGNED, period, plan_id=plan.id)
        rows = listed(session, actor, when, wanted)
        assert len(rows) == (plan is old)
        assert list_page(session, actor, when, wanted, 1).rows == rows


def a_request(session: Session) -> None:
    """One unit waits for the answer to its request for a later date."""
    dated = select(Assignment).where(Assignment.state == State.IN_PROGRESS, Assignment.due_on.is_not(None))
    part = session.scalars(dated.order_by(Assignment.id)).first()
    assert part
    assert part.due_on
    asker = the_actor(a_person(session, "asker", (Office.LIAISON, part.unit)))
    wanted_on = max(part.due_on, TODAY) + timedelta(days=9)
    ask(session, asker, NOW, TODAY, part.id, part.version, wanted_on, "需要时间")
    session.expunge_all()


def test_most_tasks_are_told_by_their_rows(session: Session, city: City) -> None:
    """What the comparison is worth: some tasks are on either side."""
    (untold,) = untold_tasks(session, [end_of(date(2023, 6, 10), ZONE)]).values()
    everything = Listing(Show.ALL, PERIODS[0])
    rows = listed(session, the_actor(city.supervisor), When(TODAY, ZONE), everything)
    assert 0 < len(untold) < len({row.task_id for row in rows})
