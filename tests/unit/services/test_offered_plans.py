"""The plans that filters offer are remembered, and right after every change."""

from __future__ import annotations

from sqlalchemy import delete, event, update
from sqlalchemy.orm import Session

from tests.builders import City, a_plan, a_task, the_actor
from tracker.domain.access import Permission
from tracker.services.offered_plans import offered_plans
from tracker.store.people import Person
from tracker.store.plans import Plan
from tracker.store.tasks import Assignment


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
    session.execute(delete(Assignment).where(Assignment.id == part.id))
    session.commit()
    assert titles(session, city.supervisor) == ["乙方案"]


def test_nothing_changed_costs_one_statement(session: Session, city: City) -> None:
    a_task(session, a_plan(session, city.root, "甲方案"), city.education)
    session.commit()
    actor = the_actor(city.supervisor)
    offered_plans(session, actor, Permission.READ)
    asked: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda _c, _k, words, *_: asked.append(words))
    offered_plans(session, actor, Permission.READ)
    assert len([words for words in asked if words.startswith("SELECT")]) == 1
