"""The overdue list as it opens is put together once for each reach and day; held against the same list, narrowed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_person, a_plan, a_task, the_actor
from tests.unit.services.test_ledger import ZONE
from tracker.domain.access import Actor, Office
from tracker.domain.history import URGED
from tracker.domain.lifecycle import Event, State
from tracker.services import supervision
from tracker.services.lit import Day
from tracker.services.supervision import OverdueFilter, overdue
from tracker.store.late_items import LateItem
from tracker.store.pages import Page, Place
from tracker.store.tasks import HistoryEntry

ALL = OverdueFilter(min_days=1)  # the same items, found by another way


@pytest.fixture
def url(either_url: str) -> str:
    return either_url


def shown(session: Session, actor: Actor, today: date, wanted: OverdueFilter) -> Page[LateItem]:
    return overdue(session, actor, Day(today, ZONE), wanted, Place())


@pytest.mark.parametrize("counted", [3, 8, 9, 1000])
def test_each_sees_on_each_day_what_is_overdue_within_reach(
    session: Session, city: City, monkeypatch: pytest.MonkeyPatch, counted: int
) -> None:
    monkeypatch.setattr(supervision, "MOST_COUNTED", counted)
    plan = a_plan(session, city.root)
    units = (city.education, city.finance, city.county, city.county_education)
    for number, unit in enumerate(units * 3):
        state = State.COMPLETED if number == 3 else State.IN_PROGRESS
        due_on = TODAY - timedelta(days=number - 4)
        (part,) = a_task(session, plan, unit, due_on=due_on, state=state, title=f"第{number}件事").assignments
        part.original_due_on = due_on - timedelta(days=number % 3)
        for event in (Event.REPORT.value, URGED)[: number % 3]:
            part.history.append(
                HistoryEntry(event=event, at=NOW, actor_name="李", words=f"{number}：已开展。", to_state=part.state)
            )
    both = a_person(session, "both", (Office.SUPERVISOR, city.county), (Office.LIAISON, city.education))
    session.commit()
    seen = set[tuple[str | None, datetime | None]]()
    for _ in range(2):
        for person in (city.supervisor, city.county_supervisor, both, city.leader, city.liaison):
            for today in (TODAY, TODAY + timedelta(days=3), TODAY):
                as_it_opens = shown(session, the_actor(person), today, OverdueFilter())
                assert as_it_opens == shown(session, the_actor(person), today, ALL)
                seen.update((item.told, item.urged_at) for item in as_it_opens.rows)
    assert len({told for told, _ in seen}) > 3
    assert {urged_at for _, urged_at in seen} == {None, NOW}
    # Who is also a liaison elsewhere supervises nothing there.
    supervised = {item.unit for item in shown(session, the_actor(both), TODAY, OverdueFilter()).rows}
    assert supervised == {city.county.name, city.county_education.name}


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
