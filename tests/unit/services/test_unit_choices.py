"""The units that filters offer: those within reach as the database holds them, the same tuple while nothing is new."""

from __future__ import annotations

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from tests.builders import City, the_actor
from tracker.domain.access import Permission
from tracker.domain.units import UnitKind
from tracker.store.choices import UnitChoice, units_within
from tracker.store.people import Person
from tracker.store.units import Unit


@pytest.fixture
def url(either_url: str) -> str:
    return either_url


def offered(session: Session, person: Person) -> tuple[UnitChoice, ...]:
    return units_within(session, the_actor(person).reach(Permission.READ))


def test_each_is_offered_the_active_units_within_reach_in_the_order_of_lists(session: Session, city: City) -> None:
    session.commit()
    assert [unit.id for unit in offered(session, city.supervisor)] == [
        unit.id for unit in sorted(session.query(Unit), key=lambda unit: (unit.position, unit.id)) if unit.active
    ]
    own = city.education
    assert offered(session, city.liaison) == (UnitChoice(own.id, own.name, own.kind, own.path),)
    assert {unit.id for unit in offered(session, city.county_supervisor)} == {city.county.id, city.county_education.id}


def test_who_reaches_nothing_is_offered_nothing(session: Session) -> None:
    assert units_within(session, ()) == ()


@pytest.mark.parametrize(
    "change", [{"name": "市“教体”局"}, {"kind": UnitKind.COUNTY}, {"position": 99}, {"active": False}]
)
def test_what_changes_is_offered_to_the_next(session: Session, city: City, change: dict[str, object]) -> None:
    session.commit()
    before = offered(session, city.supervisor)
    assert offered(session, city.supervisor) is before  # pages keep what they wrote of it
    session.execute(update(Unit).where(Unit.id == city.education.id).values(change))
    session.commit()
    after = offered(session, city.supervisor)
    assert after != before
    told = [(unit.name, unit.kind) for unit in after if unit.id == city.education.id]
    assert told == ([] if "active" in change else [(city.education.name, city.education.kind)])


def test_who_counts_statements_counts_this_one(session: Session, city: City) -> None:
    found, engine = list[str](), session.get_bind()

    def note(_connection: object, _cursor: object, words: str, *_: object) -> None:
        found.append(words)

    offered(session, city.supervisor)
    event.listen(engine, "before_cursor_execute", note)
    offered(session, city.supervisor)
    event.remove(engine, "before_cursor_execute", note)
    assert len(found) == 1
    assert found[0].startswith("SELECT unit.id")
