"""The first page counted from the tables, held against the lists behind its numbers, which the ledger tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.builders import TODAY, City, a_city, the_actor
from tests.unit.services.test_boards import turbulent
from tests.unit.services.test_ledger import STRICT, ZONE
from tracker.domain.lights import DEFAULT_PACK
from tracker.services.dashboard import Dashboard, dashboard
from tracker.services.lit import When


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
