"""The plans that filters offer are remembered, and right after every change."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, event, update
from sqlalchemy.orm import Session

from tests.builders import TODAY, City, a_person, a_plan, a_task, the_actor
from tracker.domain.access import Office, Permission
from tracker.services.offered_plans import offered_plans
from tracker.store.people import Person
from tracker.store.plans import Plan
from tracker.store.tasks import Assignment


@pytest.fixture
def url(either_url: str) -> str:
    return either_url


def titles(session: Session, person: Person) -> list[str]:
    return [plan.title for plan in offered_plans(session, the_actor(person), Permission.READ)]


def test_each_sees_what_is_within_reach(session: Session, city: City) -> None:
    a_task(session, a_plan(session, city.root, "教育方案"), city.education)
    a_task(session, a_plan(session, city.root, "县里方案"), city.county)
    a_plan(session, city.root, "没有任务的方案")
    session.commit()
    for _ in range(2):
        assert titles(session, city.supervisor) == ["县里方案", "教育方案"]
        assert titles(session, city.liaison) == ["教育方案"]


def test_one_reach_is_not_taken_for_another(session: Session, city: City) -> None:
    """At the same unit with other rights, and with the same rights at another unit."""
    for title, unit in (("县里方案", city.county), ("县教育方案", city.county_education), ("教育方案", city.education)):
        a_task(session, a_plan(session, city.root, title), unit)
    county, bureau = (
        a_person(session, f"liaison-{unit.id}", (Office.LIAISON, unit)) for unit in (city.county, city.county_education)
    )
    session.commit()
    assert titles(session, city.county_supervisor) == ["县教育方案", "县里方案"]
    assert titles(session, county) == ["县里方案"]
    assert titles(session, bureau) == ["县教育方案"]


def test_whatever_changes_is_seen_by_the_next(session: Session, city: City) -> None:
    first, second = (a_plan(session, city.root, title) for title in ("甲方案", "乙方案"))
    part = a_task(session, first, city.education).assignments[0]
    session.commit()
    assert titles(session, city.supervisor) == ["甲方案"]
    a_task(session, second, city.education)
    session.commit()
    assert titles(session, city.supervisor) == ["乙方案", "甲方案"]
    session.execute(update(Plan).where(Plan.id == first.id).values(title="甲方案（修订）"))
    session.commit()
    assert titles(session, city.supervisor) == ["乙方案", "甲方案（修订）"]
    session.execute(update(Plan).where(Plan.id == first.id).values(issued_on=TODAY))
    session.commit()
    assert titles(session, city.supervisor) == ["甲方案（修订）", "乙方案"]
    session.execute(delete(Assignment).where(Assignment.id == part.id))
    session.commit()
    assert titles(session, city.supervisor) == ["乙方案"]


def asked(session: Session, person: Person) -> int:
    """How many questions it takes to tell the person's plans."""
    actor, found = the_actor(person), list[str]()

    def note(_connection: object, _cursor: object, words: str, *_: object) -> None:
        found.append(words)

    event.listen(session.get_bind(), "before_cursor_execute", note)
    offered_plans(session, actor, Permission.READ)
    event.remove(session.get_bind(), "before_cursor_execute", note)
    return len([words for words in found if words.startswith("SELECT")])


def test_nothing_changed_costs_one_statement(session: Session, city: City) -> None:
    a_task(session, a_plan(session, city.root, "甲方案"), city.education)
    session.commit()
    assert [asked(session, city.supervisor) for _ in range(2)] == [2, 1]


def test_no_more_are_remembered_than_memory_has_room_for(
    session: Session, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.services.offered_plans.MOST_KEPT", 2)
    people = (city.supervisor, city.liaison, city.neighbour, city.supervisor)
    assert [asked(session, person) for person in people] == [2, 2, 2, 2]
