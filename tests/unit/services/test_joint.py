"""Joint handling (会办): who leads waits for the opinions of the units in support."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_person, a_plan, a_task, the_actor
from tracker.domain.access import Forbidden, Office
from tracker.domain.lifecycle import Event, Outcome, State
from tracker.domain.roles import Role
from tracker.services.calendars import work_calendar
from tracker.services.errors import Invalid, NotFound, Stale
from tracker.services.joint import JointPage, ask_opinions, end_opinions, joint_page, mark_of, waive_opinion
from tracker.services.work import act
from tracker.store.people import Person
from tracker.store.tasks import Assignment, Task

ZONE = ZoneInfo("Asia/Shanghai")

DUE, DAY = date(2023, 6, 30), date(2023, 6, 20)


@pytest.fixture
def url(either_url: str) -> str:
    """Both kinds of database."""
    return either_url


@pytest.fixture
def task(session: Session, city: City) -> Task:
    """Education leads, finance and the county are in support; all have signed."""
    units = ((city.education, Role.LEAD), (city.finance, Role.SUPPORT), (city.county, Role.SUPPORT))
    made = a_task(session, a_plan(session, city.root), *units, state=State.IN_PROGRESS, due_on=DUE)
    session.commit()
    return made


def asked(session: Session, city: City, task: Task, day: date | None = DAY, **more: Any) -> bool:
    session.refresh(task)
    by, seen = more.get("by", city.supervisor), more.get("seen", mark_of(task))
    return ask_opinions(session, the_actor(by), more.get("at", NOW), ZONE, task.id, day, seen)[1]


def waived(session: Session, city: City, task: Task, part: Assignment, reason: str = "意见已在会上提出。") -> None:
    session.refresh(task)
    waive_opinion(session, the_actor(city.supervisor), NOW, task.id, part.id, reason, mark_of(task))


def done(session: Session, person: Person, part: Assignment, event: Event, **more: Any) -> Assignment:
    session.refresh(part)
    values = {"words": "同意，建议增设夜班。", "outcome": Outcome.SOLVED, **more}
    return act(session, the_actor(person), NOW, TODAY, part.id, event, part.version, **values)


def page_of(session: Session, city: City, task: Task) -> JointPage:
    session.refresh(task)
    return joint_page(session, the_actor(city.supervisor), work_calendar(session), task)


def test_support_units_get_their_own_day_in_the_history(session: Session, city: City, task: Task) -> None:
    lead, finance, county = task.assignments
    assert asked(session, city, task)
    assert task.awaits_opinions
    for part in (finance, county):
        session.refresh(part)
        last = part.history[-1]
        assert (part.due_on, part.original_due_on, part.changed_at) == (DAY, DUE, NOW)
        assert (last.event, last.due_from, last.due_to) == ("join", DUE, DAY)
    session.refresh(lead)
    assert (lead.due_on, len(lead.history)) == (DUE, 1)
    # The same day again is no new row.
    assert not asked(session, city, task)
    assert len(finance.history) == 2


def test_who_leads_waits_and_is_told_for_whom(session: Session, city: City, task: Task) -> None:
    lead, finance, county = task.assignments
    asked(session, city, task)
    with pytest.raises(Invalid) as refused:
        done(session, city.liaison, lead, Event.SUBMIT)
    assert "还有2个会办单位没有提出：市财政局（" in str(refused.value)
    assert "市财政局（应于2023年6月20日前提出）" in str(refused.value)
    session.rollback()
    session.refresh(lead)
    assert lead.state is State.IN_PROGRESS
    # Reporting goes on meanwhile.
    done(session, city.liaison, lead, Event.REPORT)
    done(session, city.neighbour, finance, Event.SUBMIT)
    with pytest.raises(Invalid) as refused:
        done(session, city.liaison, lead, Event.SUBMIT)
    assert "还有1个会办单位没有提出：东河县政府（" in str(refused.value)
    session.rollback()
    shown = page_of(session, city, task)
    assert [(each.words, each.given_at) for each in shown.opinions] == [("同意，建议增设夜班。", NOW), (None, None)]
    assert shown.missing == 1
    waived(session, city, task, county)
    assert done(session, city.liaison, lead, Event.SUBMIT).state is State.SUBMITTED


def test_an_opinion_that_is_sent_back_is_missing_again(session: Session, city: City, task: Task) -> None:
    lead, finance, county = task.assignments
    asked(session, city, task)
    waived(session, city, task, county)
    done(session, city.neighbour, finance, Event.SUBMIT)
    done(session, city.supervisor, finance, Event.RETURN)
    with pytest.raises(Invalid, match="须先收齐会办意见"):
        done(session, city.liaison, lead, Event.SUBMIT)
    session.rollback()
    done(session, city.supervisor, finance, Event.WITHDRAW)
    assert done(session, city.liaison, lead, Event.SUBMIT).state is State.SUBMITTED


def test_without_joint_handling_nobody_waits(session: Session, city: City, task: Task) -> None:
    assert done(session, city.liaison, task.assignments[0], Event.SUBMIT).state is State.SUBMITTED


def test_a_responsible_unit_waits_too_and_support_never_does(session: Session, city: City) -> None:
    units = ((city.education, Role.RESPONSIBLE), (city.finance, Role.SUPPORT), (city.county, Role.SUPPORT))
    task = a_task(session, a_plan(session, city.root), *units, state=State.IN_PROGRESS)
    session.commit()
    asked(session, city, task)
    with pytest.raises(Invalid, match="须先收齐会办意见"):
        done(session, city.liaison, task.assignments[0], Event.SUBMIT)
    session.rollback()
    done(session, city.neighbour, task.assignments[1], Event.SUBMIT)


def test_the_day_leaves_time_to_work_the_opinions_in(session: Session, city: City, task: Task) -> None:
    with pytest.raises(Invalid, match="至少早3个工作日，最晚2023年6月27日"):
        asked(session, city, task, date(2023, 6, 28))
    with pytest.raises(Invalid, match="早于任务下达日"):
        asked(session, city, task, date(2022, 6, 20))
    with pytest.raises(Invalid, match="请填写会办意见的提出日期"):
        asked(session, city, task, None)
    assert asked(session, city, task, date(2023, 6, 27))
    assert not page_of(session, city, task).is_too_late
    task.assignments[0].due_on = date(2023, 6, 29)
    session.commit()
    assert page_of(session, city, task).is_too_late


def test_a_waiver_is_kept_and_ends_when_asked_anew(session: Session, city: City, task: Task) -> None:
    _, finance, _ = task.assignments
    asked(session, city, task)
    waived(session, city, task, finance)
    waived(session, city, task, finance)  # pressed twice
    session.refresh(finance)
    assert [entry.words for entry in finance.history][2:] == ["会办意见免予等候：意见已在会上提出。"]
    assert [each.support.waived for each in page_of(session, city, task).opinions] == [True, False]
    assert asked(session, city, task)  # the same day: the waiver is what changes
    assert [each.support.waived for each in page_of(session, city, task).opinions] == [False, False]


def test_a_waiver_does_not_pass_to_another_unit(session: Session, city: City, task: Task) -> None:
    _, finance, _ = task.assignments
    asked(session, city, task)
    waived(session, city, task, finance)
    finance.unit = city.county_education
    session.commit()
    assert [each.support.waived for each in page_of(session, city, task).opinions] == [False, False]


def test_ending_gives_the_tasks_own_day_back(session: Session, city: City, task: Task) -> None:
    asked(session, city, task)
    session.refresh(task)
    end_opinions(session, the_actor(city.supervisor), NOW, task.id, mark_of(task))
    session.refresh(task)
    assert not task.awaits_opinions
    assert [part.due_on for part in task.assignments] == [DUE] * 3
    assert done(session, city.liaison, task.assignments[0], Event.SUBMIT).state is State.SUBMITTED


def test_who_may_and_what_is_refused(session: Session, city: City, task: Task) -> None:
    for person in (city.liaison, city.leader, city.county_supervisor):
        with pytest.raises(Forbidden):
            asked(session, city, task, by=person)
    with pytest.raises(Stale):
        asked(session, city, task, seen="old")
    with pytest.raises(NotFound):
        ask_opinions(session, the_actor(city.supervisor), NOW, ZONE, 9999, DAY, "")
    with pytest.raises(Invalid, match="现在不等候该单位"):
        waived(session, city, task, task.assignments[1])
    session.rollback()
    asked(session, city, task)
    with pytest.raises(Invalid, match="现在不等候该单位"):
        waived(session, city, task, task.assignments[0])
    with pytest.raises(Invalid, match="写明免予等候的理由"):
        waived(session, city, task, task.assignments[1], " ")
    session.rollback()
    alone = a_task(session, task.plan, city.education, state=State.IN_PROGRESS)
    session.commit()
    with pytest.raises(Invalid, match="没有配合单位"):
        asked(session, city, alone)


def test_since_when_an_opinion_is_owed(session: Session, city: City, task: Task) -> None:
    asked(session, city, task)
    asked(session, city, task, date(2023, 6, 19), at=NOW + timedelta(days=2))
    opinion = page_of(session, city, task).opinions[0].support
    assert (opinion.asked_at.astimezone(ZONE).date(), opinion.due_on) == (TODAY, date(2023, 6, 19))


def test_opinions_by_more_than_one_person(session: Session, city: City, task: Task) -> None:
    """A unit's second liaison may give the opinion as well."""
    second = a_person(session, "second", (Office.LIAISON, city.finance))
    session.commit()
    asked(session, city, task)
    done(session, second, task.assignments[1], Event.SUBMIT)
    assert page_of(session, city, task).opinions[0].support.is_given


def test_the_day_of_dispatch_is_the_offices(session: Session, city: City, task: Task) -> None:
    """22:00 UTC on the 15th is the 16th in the office."""
    for part in task.assignments:
        part.dispatched_at = datetime(2023, 6, 15, 22, tzinfo=UTC)
    session.commit()
    with pytest.raises(Invalid, match="下达日（2023年6月16日）"):
        asked(session, city, task, date(2023, 6, 15))
