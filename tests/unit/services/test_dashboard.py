"""The first page counted from the tables, held against the lists behind its numbers, which the ledger tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import TODAY, City, a_city, a_plan, a_task, the_actor
from tests.unit.services.test_boards import turbulent
from tests.unit.services.test_ledger import STRICT, ZONE
from tracker.domain.access import Permission
from tracker.domain.lifecycle import State
from tracker.domain.lights import DEFAULT_PACK
from tracker.services.dashboard import Dashboard, dashboard
from tracker.services.lit import When, limits
from tracker.store.handling import Division
from tracker.store.reach import within
from tracker.store.standing_queries import families, first_of
from tracker.store.tasks import Assignment, Task


@pytest.fixture
def url(either_url: str) -> str:
    return either_url


@pytest.fixture
def city(session: Session) -> City:
    made = a_city(session)
    turbulent(session, made, 5)
    return made


def shelves(found: Dashboard) -> list[object]:
    return [found.standing, found.waiting, found.newly_red, found.soon, found.lights, found.more_units]


@pytest.mark.parametrize("pack", [DEFAULT_PACK, STRICT], ids=["default", "strict"])
def test_the_tables_tell_what_the_ledger_does(session: Session, city: City, pack: object) -> None:
    for person in (city.supervisor, city.county_supervisor, city.liaison):
        for days in (0, 9):
            when = When(TODAY + timedelta(days=days), ZONE, pack=pack)  # type: ignore[arg-type]
            from_tables = dashboard(session, the_actor(person), when)
            from_ledger = dashboard(session, the_actor(person), replace(when, is_past=True))
            assert shelves(from_tables) == shelves(from_ledger), person.login
    told = dashboard(session, the_actor(city.supervisor), When(TODAY, ZONE))
    assert all(shelf.count for shelf in told.standing)
    assert told.lights


def test_only_what_was_divided_and_its_pieces_are_read_one_by_one(session: Session, city: City) -> None:
    when = When(TODAY, ZONE)
    reach = [within(the_actor(city.supervisor), Permission.SUPERVISE)]
    read = {part.assignment_id for part in families(session, reach, TODAY, limits(when), when.pack)}
    divided = set(session.scalars(select(Division.parent_id)))
    pieces = set(session.scalars(select(Assignment.id).join(Division, Division.task_id == Assignment.task_id)))
    assert read == divided | pieces
    assert read < set(session.scalars(select(Assignment.id)))


def test_of_the_first_rows_those_without_a_day_come_last(session: Session, city: City) -> None:
    plan = a_plan(session, city.root)
    for due_on in (None, TODAY, TODAY - timedelta(days=2)):
        a_task(session, plan, city.education, due_on=due_on)
    a_task(session, plan, city.education, due_on=TODAY - timedelta(days=1), state=State.SUSPENDED)  # never late
    rows = first_of(session, [Task.plan_id == plan.id], TODAY, 4)
    told = [(row.due_on and (TODAY - row.due_on).days, row.days_late) for row in rows]
    assert told == [(2, 2), (1, 0), (0, 0), (None, 0)]
