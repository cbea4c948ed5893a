"""A leader's remarks: written once, told to those whom they concern, and refused to everybody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_city, a_person, a_plan, a_task, the_actor
from tracker.domain.access import Forbidden, Office
from tracker.domain.lifecycle import Event
from tracker.domain.notices import NoticeKind
from tracker.domain.roles import Role
from tracker.services.changing import version_of
from tracker.services.errors import Invalid, NotFound
from tracker.services.remarks import Press, remark_on_part, remark_on_task
from tracker.services.work import Changed, act
from tracker.store.engine import make_engine
from tracker.store.notices import Notice
from tracker.store.people import Person
from tracker.store.tasks import Assignment, HistoryEntry, Task

WORDS = "请抓紧办理，月底前报结果。"


@pytest.fixture
def session(sqlite_url: str) -> Iterator[Session]:
    engine = make_engine(sqlite_url)
    with Session(engine, expire_on_commit=False) as session:
        yield session
    engine.dispose()


@pytest.fixture
def city(session: Session) -> City:
    return a_city(session)


@pytest.fixture
def task(session: Session, city: City) -> Task:
    plan = a_plan(session, city.root)
    units = ((city.education, Role.LEAD), (city.county, Role.RESPONSIBLE), (city.finance, Role.SUPPORT))
    made = a_task(session, plan, *units)
    session.commit()
    return made


def press(person: Person, parts: list[Assignment], words: str = WORDS, minutes: int = 0) -> Press:
    return Press(the_actor(person), NOW + timedelta(minutes=minutes), TODAY, words, version_of(parts))


def written(session: Session) -> list[tuple[int, str]]:
    found = select(HistoryEntry).where(HistoryEntry.event == "remark").order_by(HistoryEntry.id)
    return [(entry.assignment_id, entry.words or "") for entry in session.scalars(found)]


def told(session: Session) -> set[tuple[int, str]]:
    found = select(Notice).where(Notice.kind == NoticeKind.REMARK)
    return {(notice.assignment_id, notice.recipient_key) for notice in session.scalars(found)}


def test_a_remark_on_a_part_is_kept_and_told(session: Session, city: City, task: Task) -> None:
    part = task.assignments[0]
    changed_at = part.changed_at
    remark_on_part(session, press(city.leader, [part]), part.id)
    assert written(session) == [(part.id, WORDS)]
    assert told(session) == {(part.id, f"person:{city.liaison.id}"), (part.id, f"person:{city.supervisor.id}")}
    assert (part.version, part.changed_at) == (2, changed_at)
    notice = session.scalars(select(Notice)).first()
    assert notice is not None
    assert (notice.words, notice.author_name, notice.due_on) == (WORDS, "林领导", TODAY)


def test_a_remark_on_the_task_goes_to_the_parts_it_waits_for(session: Session, city: City, task: Task) -> None:
    lead, county, _support = task.assignments
    parts = remark_on_task(session, press(city.leader, [lead, county]), task.id)
    assert parts == [lead, county]
    assert written(session) == [(lead.id, WORDS), (county.id, WORDS)]
    # The county has no liaison: the unit as such is told; its own supervisor reaches it.
    assert {key for part_id, key in told(session) if part_id == county.id} == {
        f"unit:{city.county.id}",
        f"person:{city.supervisor.id}",
        f"person:{city.county_supervisor.id}",
    }


def test_the_same_form_twice_writes_once(session: Session, city: City, task: Task) -> None:
    part = task.assignments[0]
    same = press(city.leader, [part])
    remark_on_part(session, same, part.id)
    remark_on_part(session, same, part.id)
    assert len(written(session)) == 1
    remark_on_part(session, press(city.leader, [part], minutes=1), part.id)
    assert len(written(session)) == 2


def test_a_stale_page_is_told_what_changed(session: Session, city: City, task: Task) -> None:
    part = task.assignments[0]
    old = press(city.leader, [part])
    act(session, the_actor(city.liaison), NOW, TODAY, part.id, Event.SIGN_FOR, part.version)
    with pytest.raises(Changed, match="李联络已“签收”"):
        remark_on_part(session, old, part.id)
    session.rollback()
    assert written(session) == []


def test_only_leaders_in_reach_may(session: Session, city: City, task: Task) -> None:
    lead, county, _support = task.assignments
    there = a_person(session, "county_leader", (Office.LEADER, city.county))
    session.commit()
    for person in (city.liaison, city.supervisor, city.administrator, there):
        with pytest.raises(Forbidden, match="分管领导"):
            remark_on_part(session, press(person, [lead]), lead.id)
    for person in (city.supervisor, city.nobody):
        with pytest.raises(Forbidden):
            remark_on_task(session, press(person, []), task.id)
    assert remark_on_task(session, press(there, [county]), task.id) == [county]


@pytest.mark.parametrize("words", ["", "  \r\n ", "字" * 1001])
def test_words_are_wanted_and_not_too_many(session: Session, city: City, task: Task, words: str) -> None:
    part = task.assignments[0]
    with pytest.raises(Invalid, match="批示"):
        remark_on_part(session, press(city.leader, [part], words), part.id)


def test_what_is_not_there_is_said(session: Session, city: City) -> None:
    with pytest.raises(NotFound):
        remark_on_part(session, press(city.leader, []), 999)
    with pytest.raises(NotFound):
        remark_on_task(session, press(city.leader, []), 999)
