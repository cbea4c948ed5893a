"""Figures over a worked month: what they count is what their lists show, and the ledger of several days is one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.builders import TODAY, City, a_city, a_plan, a_task, the_actor
from tests.unit.services.test_ledger import ZONE, busy
from tracker.domain.figures import Basis, Period
from tracker.domain.lights import Light
from tracker.domain.measures import Measure
from tracker.domain.roles import Role
from tracker.services.errors import NotFound
from tracker.services.figures import By, figures
from tracker.services.ledger import LedgerFilter, ledger
from tracker.services.listings import Listing, Show, listed
from tracker.services.lit import When

WHEN = When(TODAY, ZONE)
PERIODS = (
    Period(date(2023, 1, 1), TODAY),
    Period(date(2023, 5, 20), date(2023, 6, 5)),
    Period(date(2023, 6, 10), date(2023, 6, 10)),
)


@pytest.fixture
def city(session: Session) -> City:
    made = a_city(session)
    busy(session, made)
    return made


def shown(session: Session, city: City, listing: Listing) -> list[int]:
    when = When(listing.period.until, ZONE)
    return [row.assignment_id for row in listed(session, the_actor(city.supervisor), when, listing)]


@pytest.mark.parametrize("period", PERIODS)
def test_a_number_and_its_list_agree(session: Session, city: City, period: Period) -> None:
    board = figures(session, the_actor(city.supervisor), WHEN, period)
    assert sum(board.total.current.count(measure) for measure in Measure) > 0
    for line in board.lines:
        for basis, numbers in line.by_basis.items():
            for measure in Measure:
                listing = Listing(Show(measure.value), period, line.id, alone=True, basis=basis)
                assert shown(session, city, listing) == numbers.parts[measure], (line.label, basis, measure)
    for measure in Measure:
        assert shown(session, city, Listing(Show(measure.value), period)) == board.total.current.parts[measure]


def test_the_lines_add_up_to_the_total_either_way(session: Session, city: City) -> None:
    for by in By:
        board = figures(session, the_actor(city.supervisor), WHEN, PERIODS[0], by)
        for measure in Measure:
            given = sorted(part for line in board.lines for part in line.current.parts[measure])
            assert given == sorted(board.total.current.parts[measure])


def test_units_are_ranked_by_what_was_completed_on_time(session: Session) -> None:
    city = a_city(session)
    plan = a_plan(session, city.root)
    for unit, role in ((city.education, Role.LEAD), (city.finance, Role.LEAD), (city.county, Role.SUPPORT)):
        a_task(session, plan, (unit, role), due_on=TODAY - timedelta(days=1 if unit is city.finance else -9))
    session.commit()
    lines = figures(session, the_actor(city.supervisor), WHEN, PERIODS[0]).lines
    assert [(line.label, line.rank) for line in lines] == [("市财政局", 1), ("市教育局", None), ("东河县政府", None)]


def test_support_alone_counts_and_beside_a_lead_does_not(session: Session) -> None:
    city = a_city(session)
    plan = a_plan(session, city.root)
    a_task(session, plan, (city.county, Role.SUPPORT))
    a_task(session, plan, (city.education, Role.LEAD), (city.county, Role.SUPPORT))
    session.commit()
    lines = figures(session, the_actor(city.supervisor), WHEN, PERIODS[0]).lines
    assert {line.label: line.current.count(Measure.ASSIGNED) for line in lines} == {"东河县政府": 1, "市教育局": 1}


def test_only_what_is_in_reach_is_counted(session: Session, city: City) -> None:
    board = figures(session, the_actor(city.county_supervisor), WHEN, PERIODS[0])
    assert {line.id for line in board.lines} <= {city.county.id, city.county_education.id}
    assert figures(session, the_actor(city.liaison), WHEN, PERIODS[0]).lines == []
    narrow = figures(session, the_actor(city.supervisor), WHEN, PERIODS[0], wanted=LedgerFilter(city.education.path))
    assert {line.id for line in narrow.lines} == {city.education.id}


def test_the_last_month_is_the_period_when_it_is_one(session: Session, city: City) -> None:
    period = Period(TODAY.replace(day=1), TODAY)
    board = figures(session, the_actor(city.supervisor), WHEN, period)
    assert board.months[-1] == (period, board.total.current)


@pytest.mark.parametrize(
    ("until", "first", "count"),
    [
        (TODAY, date(2023, 1, 1), 6),
        (date(2023, 12, 31), date(2023, 5, 1), 8),
        (date(2024, 8, 31), date(2023, 9, 1), 12),
    ],
)
def test_months_before_the_ledger_began_are_left_out(
    session: Session, city: City, until: date, first: date, count: int
) -> None:
    """It began in May 2023; six months are told of at least, and twelve at most."""
    period = Period(until.replace(day=1), until)
    months = figures(session, the_actor(city.supervisor), When(until, ZONE), period).months
    assert (months[0][0].since, len(months)) == (first, count)
    assert months[-1][0] == period


def test_lists_by_the_light_show_those_that_show_it(session: Session, city: City) -> None:
    rows = ledger(session, the_actor(city.supervisor), WHEN)
    period = Period(TODAY - timedelta(days=6), TODAY)
    for show, light in ((Show.RED, Light.RED), (Show.YELLOW, Light.YELLOW)):
        wanted = [row.assignment_id for row in rows if row.lit.light is light]
        assert shown(session, city, Listing(show, period)) == wanted
    newly = shown(session, city, Listing(Show.NEWLY_RED, period))
    assert newly == [r.assignment_id for r in rows if 0 < r.days_late <= 7]
    assert newly
    soon = shown(session, city, Listing(Show.SOON, period))
    assert soon == [
        r.assignment_id for r in rows if r.is_chased and r.then.due_on and 0 <= (r.then.due_on - TODAY).days <= 7
    ]


def test_a_list_of_what_is_not_there_is_refused(session: Session, city: City) -> None:
    for wrong in (Listing(Show.ALL, PERIODS[0], unit_id=9999), Listing(Show.ALL, PERIODS[0], plan_id=9999)):
        with pytest.raises(NotFound, match="没有所选的单位或文件"):
            shown(session, city, wrong)


def test_both_dates_are_told(session: Session, city: City) -> None:
    board = figures(session, the_actor(city.supervisor), WHEN, PERIODS[0])
    assert board.total.by_basis.keys() == set(Basis)
