"""Numbers that are remembered unit by unit are those that would be counted now, whatever was changed and how."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from tests.builders import LAST_MONTH, NOW, TODAY, City, a_city, a_person, a_plan, a_task, the_actor
from tests.unit.services.test_boards import PERIODS, asked_of, something, told_of, turbulent
from tests.unit.services.test_ledger import STRICT, ZONE
from tracker.domain.access import Office
from tracker.domain.lifecycle import Event, State
from tracker.domain.lights import DEFAULT_PACK, LightPack
from tracker.domain.measures import Measure
from tracker.domain.roles import Role
from tracker.services import known_by_unit
from tracker.services.boards import board, course
from tracker.services.dashboard import dashboard
from tracker.services.known_by_unit import MOST_QUESTIONS, KnownByUnit
from tracker.services.lit import When, limits
from tracker.store.engine import begin_reading, make_engine
from tracker.store.tasks import Assignment, HistoryEntry
from tracker.store.unit_marks import unit_marks

STEPS = 40
Reader = Callable[[], Session]


@pytest.fixture
def url(either_url: str) -> str:
    return either_url


@pytest.fixture
def city(session: Session) -> City:
    made = a_city(session)
    session.commit()
    return made


@pytest.fixture
def reader(url: str) -> Iterator[Reader]:
    """Begins sessions as pages have them, one at a time."""
    engine = make_engine(url)
    session = Session(engine)

    def read() -> Session:
        session.rollback()
        begin_reading(session)
        return session

    yield read
    session.close()
    engine.dispose()


def seen_by(session: Session, city: City) -> list[object]:
    """All that pages remember, of two who see more and less."""
    found: list[object] = []
    for person in (city.supervisor, city.county_supervisor):
        for pack in (DEFAULT_PACK, STRICT):
            told = dashboard(session, the_actor(person), When(TODAY, ZONE, pack=pack))
            found += [told.standing, told.waiting, told.newly_red, told.soon, told.lights, told_of(told.year)]
    for period in PERIODS:
        when = When(period.until, ZONE, is_past=period.until < TODAY)
        found += [told_of(told(session, the_actor(city.supervisor), when, period)) for told in (board, course)]
    return found


def test_whatever_happens_a_page_tells_what_would_be_counted(session: Session, city: City, reader: Reader) -> None:
    turbulent(session, city, 7)
    units = (city.education, city.finance, city.county, city.county_education)
    anybody = the_actor(
        a_person(session, "one more", (Office.SUPERVISOR, city.root), *((Office.LIAISON, unit) for unit in units))
    )
    session.commit()
    chance, changed = Random(7), 0
    before = seen_by(reader(), city)
    for step in range(STEPS):
        something(session, city, anybody, chance, 280 + step)
        session.commit()
        session.expunge_all()
        counted = seen_by(session, city)
        session.rollback()
        assert seen_by(reader(), city) == counted, step
        changed, before = changed + (counted != before), counted
    assert changed > STEPS / 4


def test_only_the_units_of_what_changed_are_counted_anew(session: Session, city: City, reader: Reader) -> None:
    plan = a_plan(session, city.root)
    task = a_task(session, plan, (city.education, Role.LEAD), (city.finance, Role.SUPPORT))
    a_task(session, plan, city.county)
    session.commit()
    units = [city.education.id, city.finance.id, city.county.id]
    asked: list[list[int]] = []

    def count(unit_ids: Collection[int]) -> dict[int, int]:
        asked.append(sorted(unit_ids))
        return {unit_id: len(asked) for unit_id in unit_ids if unit_id != city.finance.id}

    def told() -> dict[int, int]:
        return KnownByUnit(reader()).ask("how many", units, count)

    assert told() == told() == {city.education.id: 1, city.county.id: 1}
    assert asked == [sorted(units)]  # a unit of which nothing counts is known too
    task.assignments[0].percent = 40
    session.commit()
    assert told() == {city.education.id: 2, city.county.id: 1}
    task.title = "另一个名称"
    session.commit()
    assert told()
    assert asked[1:] == [[city.education.id], sorted([city.education.id, city.finance.id])]


def test_a_page_that_is_asked_again_counts_nothing(session: Session, city: City, reader: Reader) -> None:
    turbulent(session, city, 3)
    seen_by(reader(), city)
    page = reader()
    asked = asked_of(page, lambda: seen_by(page, city))
    assert not [each for each in asked if "GROUP BY assignment.unit_id" in each]


def test_what_is_not_committed_is_nobodys_to_remember(session: Session, city: City, reader: Reader) -> None:
    """Else it would be told when another change brings the count of changes to where it was."""
    part = a_task(session, a_plan(session, city.root), city.education, state=State.IN_PROGRESS).assignments[0]
    session.commit()
    actor, when = the_actor(city.supervisor), When(TODAY, ZONE)

    def submitted(session: Session) -> int:
        return dashboard(session, actor, when).waiting[0].count

    assert submitted(reader()) == 0
    part.state = State.SUBMITTED
    session.flush()
    assert submitted(session) == 1
    session.rollback()
    part.percent = 40
    session.commit()
    assert submitted(reader()) == 0


def test_the_rules_are_part_of_the_question(session: Session, city: City, reader: Reader) -> None:
    """Also those that move no limit: how soon is soon, and whether support shows red."""
    soon, late = TODAY + timedelta(days=20), TODAY - timedelta(days=2)
    plan = a_plan(session, city.root)
    a_task(session, plan, city.education, due_on=soon, state=State.IN_PROGRESS)
    a_task(session, plan, (city.finance, Role.LEAD), (city.county, Role.SUPPORT), due_on=late)
    session.commit()
    actor, told = the_actor(city.supervisor), {}
    for pack in (DEFAULT_PACK, LightPack(due_soon_days=30), LightPack(support_red=not DEFAULT_PACK.support_red)):
        when = When(TODAY, ZONE, pack=pack)
        told[pack] = [shelf.count for shelf in dashboard(reader(), actor, when).standing]
        assert told[pack] == [shelf.count for shelf in dashboard(session, actor, when).standing]
        session.rollback()
    assert len({tuple(each) for each in told.values()}) == len(told)


def test_so_is_the_day(session: Session, city: City, reader: Reader) -> None:
    """Also where no limit moves from one day to the next: over a weekend."""
    saturday, sunday = (When(date(2023, 6, day), ZONE) for day in (17, 18))
    assert limits(saturday) == limits(sunday)
    a_task(session, a_plan(session, city.root), city.education, due_on=saturday.today, state=State.IN_PROGRESS)
    session.commit()
    actor = the_actor(city.supervisor)
    assert [dashboard(reader(), actor, when).standing[1].count for when in (saturday, sunday)] == [0, 1]


def test_the_questions_asked_longest_ago_are_forgotten(city: City, reader: Reader) -> None:
    asked: list[object] = []

    def ask(question: object) -> None:
        def count(_unit_ids: Collection[int]) -> dict[int, int]:
            asked.append(question)
            return {}

        KnownByUnit(reader()).ask(question, [city.root.id], count)

    for number in range(MOST_QUESTIONS):
        ask(number)
    ask(0)
    ask("one more")
    asked.clear()
    ask(0)
    ask(1)
    assert asked == [1]
    assert len(known_by_unit._KEPT[reader().connection().engine.pool]._of) == MOST_QUESTIONS


# What the numbers ask of the tables, and a value that is another one.
OF_PARTS: dict[str, Any] = {
    "unit_id": None,  # given to another unit
    "task_id": None,  # moved to another task
    "state": "declined",
    "role": "responsible",
    "due_on": TODAY + timedelta(days=40),
    "original_due_on": TODAY + timedelta(days=40),
    "completed_on": TODAY,
    "dispatched_at": LAST_MONTH - timedelta(days=3),
    "submitted_at": NOW,
    "sign_by_on": TODAY - timedelta(days=2),
}
OF_TASKS = {"state": "completed"}
BY_THE_WAY = {"submitted_at", "completed_on"}  # none of them is set without the state


def test_the_numbers_ask_nothing_whose_change_is_not_counted(session: Session, city: City, reader: Reader) -> None:
    """What is asked beside this needs a trigger that marks the unit, and a line here."""
    turbulent(session, city, 3)
    page = reader()
    told = "\n".join(each for each in asked_of(page, lambda: seen_by(page, city)) if " AS assigned" in each)
    standing = [each for each in asked_of(page, lambda: standing_of(page, city)) if "SELECT assignment.unit_id" in each]
    assert told
    assert standing
    asked = told + "\n".join(standing)
    assert set(re.findall(r"\b(?:assignment|other_part)\.(\w+)", asked)) - {"id"} == set(OF_PARTS)
    assert set(re.findall(r"\btask\.(\w+)", asked)) - {"id"} <= {"state", "plan_id"}
    assert set(re.findall(r"\bhistory_entry\.(\w+)", asked)) == {"assignment_id", "event", "at"}


def standing_of(session: Session, city: City) -> object:
    """Of a day on which nothing is remembered."""
    return dashboard(session, the_actor(city.supervisor), When(TODAY + timedelta(days=1), ZONE, pack=STRICT))


@pytest.mark.parametrize("column", [each for each in OF_PARTS if each not in BY_THE_WAY])
def test_each_of_them_marks_the_unit(session: Session, city: City, reader: Reader, column: str) -> None:
    plan = a_plan(session, city.root)
    part = a_task(session, plan, (city.education, Role.LEAD), (city.finance, Role.SUPPORT)).assignments[0]
    elsewhere = a_task(session, plan, city.county)
    session.commit()
    value = {"unit_id": city.county_education.id, "task_id": elsewhere.id}.get(column, OF_PARTS[column])
    concerned = [city.education.id, *({"unit_id": [value, city.finance.id], "role": [city.finance.id]}.get(column, []))]
    before = [unit_marks(reader()).of(unit_id) for unit_id in concerned]
    session.execute(update(Assignment).where(Assignment.id == part.id).values({column: value}))
    session.commit()
    after = [unit_marks(reader()).of(unit_id) for unit_id in concerned]
    assert [was == now for was, now in zip(before, after, strict=True)] == [False] * len(concerned)


def test_so_does_the_end_of_the_task(session: Session, city: City, reader: Reader) -> None:
    part = a_task(session, a_plan(session, city.root), city.education, due_on=TODAY - timedelta(days=2)).assignments[0]
    session.commit()
    actor, when = the_actor(city.supervisor), When(TODAY, ZONE)
    assert dashboard(reader(), actor, when).standing[1].count == 1
    session.execute(text("UPDATE task SET state = 'completed', completed_on = :day").bindparams(day=TODAY))
    session.commit()
    assert dashboard(reader(), actor, when).standing[1].count == 0
    assert session.scalar(select(Assignment.state).where(Assignment.id == part.id)) is State.DISPATCHED


def test_so_does_a_history_that_is_altered(session: Session, city: City, reader: Reader) -> None:
    """Nobody does so but by hand, in the database: whoever mends what an import put in wrongly."""
    turbulent(session, city, 3)
    actor, when = the_actor(city.supervisor), When(TODAY, ZONE)

    def returned(session: Session) -> int:
        return board(session, actor, when, PERIODS[0]).total.current.count(Measure.RETURNED)

    assert returned(reader()) > 0
    session.execute(update(HistoryEntry).where(HistoryEntry.event == Event.RETURN).values(event=Event.REPORT))
    session.commit()
    assert returned(reader()) == returned(session) == 0
