"""Whose names count in a plan: the scope's own before those above it, and none that can be given no work."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.builders import City, a_unit
from tracker.domain.units import name_key
from tracker.services.intake_naming import Naming
from tracker.store.unit_directory import names_for, place_of
from tracker.store.units import Unit, UnitName


def naming(session: Session, scope: Unit) -> Naming:
    session.flush()
    return Naming(names_for(session, scope))


def called(session: Session, unit: Unit, name: str, scope: Unit) -> None:
    session.add(UnitName(scope_id=scope.id, unit_id=unit.id, name=name, key=name_key(name)))


def test_a_countys_own_name_goes_before_the_citys(session: Session, city: City) -> None:
    called(session, city.county_education, "市教育局", city.county)
    own = naming(session, city.county).meaning_of_name("市教育局")
    above = naming(session, city.root).meaning_of_name("市教育局")
    assert own is not None
    assert above is not None
    assert (own.unit_ids, above.unit_ids) == ((city.county_education.id,), (city.education.id,))


def test_a_county_may_name_the_citys_units(session: Session, city: City) -> None:
    found = naming(session, city.county).meaning_of_name("市财政局")
    assert found is not None
    assert found.unit_ids == (city.finance.id,)


def test_a_city_does_not_know_a_countys_names(session: Session, city: City) -> None:
    called(session, city.county_education, "县教育局", city.county)
    assert naming(session, city.root).meaning_of_name("县教育局") is None


def test_a_unit_no_longer_active_means_nothing(session: Session, city: City) -> None:
    city.finance.active = False
    known = naming(session, city.root)
    assert known.meaning_of_name("市财政局") is None
    assert known.meaning({"name": "市财政局", "unit_id": city.finance.id}) is None
    assert "市财政局" not in {choice.label for choice in known.choices("市财政局")}


def test_what_a_person_matched_goes_before_the_name(session: Session, city: City) -> None:
    found = naming(session, city.root).meaning({"name": "市教育局", "unit_id": city.finance.id})
    assert found is not None
    assert found.label == "市财政局"


def test_the_places_full_name_is_the_short_name(session: Session, city: City) -> None:
    found = naming(session, city.root).meaning_of_name("示例市教育局")
    assert found is not None
    assert found.unit_ids == (city.education.id,)


@pytest.mark.parametrize("key", ["", "unit:", "unit:x", "unit:987654", "group:1", "something:1"])
def test_a_key_of_nothing(session: Session, city: City, key: str) -> None:
    assert naming(session, city.root).meaning_of_key(key) is None


@pytest.mark.parametrize(
    ("full_name", "place"),
    [("廊坊市人民政府", "廊坊市"), ("东河县政府", "东河县"), ("市政府", None), ("示例市教育局", None)],
)
def test_the_place_of_a_scope(session: Session, full_name: str, place: str | None) -> None:
    assert place_of(a_unit(session, "某", full_name=full_name)) == place
