"""The overdue list as it opens is put together once for each reach and day; held against the same list, narrowed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.builders import TODAY, City, a_person, a_plan, a_task, the_actor
from tests.unit.services.test_ledger import ZONE
from tracker.domain.access import Actor, Office
from tracker.domain.lifecycle import State
from tracker.services.lit import Day
from tracker.services.supervision import OverdueFilter, overdue
from tracker.store.pages import Place

ALL = OverdueFilter(min_days=1)  # the same items, found by another way


@pytest.fixture
def url(either_url: str) -> str:
    return either_url


def shown(session: Session, actor: Actor, today: date, wanted: OverdueFilter) -> tuple[list[tuple[str, str]], int]:
    page = overdue(session, actor, Day(today, ZONE), wanted, Place())
    return [(item.title, item.unit) for item in page.rows], page.total


def test_each_sees_on_each_day_what_is_overdue_within_reach(session: Session, city: City) -> None:
    plan = a_plan(session, city.root)
    units = (city.education, city.finance, city.county, city.county_education)
    for number, unit in enumerate(units * 3):
        state = State.COMPLETED if number == 3 else State.IN_PROGRESS
        a_task(session, plan, unit, due_on=TODAY - timedelta(days=number - 4), state=state, title=f"第{number}件事")
    both = a_person(session, "both", (Office.SUPERVISOR, city.county), (Office.LIAISON, city.education))
    session.commit()
    seen = set()
    for _ in range(2):
        for person in (city.supervisor, city.county_supervisor, both, city.leader, city.liaison):
            for today in (TODAY, TODAY + timedelta(days=3), TODAY):
                as_it_opens = shown(session, the_actor(person), today, OverdueFilter())
                assert as_it_opens == shown(session, the_actor(person), today, ALL)
                seen.add((len(as_it_opens[0]), as_it_opens[1]))
    assert len(seen) > 3
    # Who is also a liaison elsewhere supervises nothing there.
    assert {unit for _, unit in shown(session, the_actor(both), TODAY, OverdueFilter())[0]} == {
        city.county.name,
        city.county_education.name,
    }


def test_what_changes_is_in_the_next_list(session: Session, city: City) -> None:
    part = a_task(session, a_plan(session, city.root), city.education, due_on=TODAY - timedelta(days=2)).assignments[0]
    session.commit()
    actor = the_actor(city.supervisor)
    before = overdue(session, actor, Day(TODAY, ZONE), OverdueFilter(), Place())
    assert [(item.id, item.due_on, item.state, item.told) for item in before.rows] == [
        (part.id, part.due_on, part.state, None)
    ]
    part.due_on = TODAY - timedelta(days=1)
    session.commit()
    (item,) = overdue(session, actor, Day(TODAY, ZONE), OverdueFilter(), Place()).rows
    assert (item.due_on, item.original_due_on) == (part.due_on, part.original_due_on)
    part.due_on = TODAY
    session.commit()
    assert not overdue(session, actor, Day(TODAY, ZONE), OverdueFilter(), Place()).rows
