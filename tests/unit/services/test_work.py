"""Acting on assignments: every pair of state and event, for those who may and those who may not, on a real file."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.builders import LAST_MONTH, NOW, TODAY, City, a_plan, a_task, the_actor
from tracker.domain.access import Forbidden
from tracker.domain.lifecycle import TRANSITIONS, Event, Outcome, Refused, State, TaskState
from tracker.domain.roles import Role
from tracker.services.errors import Invalid, NotFound
from tracker.services.moves import settle_task
from tracker.services.work import PERMISSION_FOR, SAME_PRESS, Changed, act, events_for
from tracker.store.people import Person
from tracker.store.tasks import Assignment, HistoryEntry, Task

LATER = NOW + timedelta(minutes=1)
Do = Callable[..., Assignment]


@pytest.fixture
def do(session: Session) -> Do:
    """Acts as a person, by default with what every event asks for and on the version that is in the database."""

    def done(person: Person, assignment: Assignment, event: Event, **given: Any) -> Assignment:
        values = {"version": assignment.version, "words": "已按要求办理。", "outcome": Outcome.SOLVED, **given}
        at = values.pop("now", NOW)
        return act(session, the_actor(person), at, TODAY, assignment.id, event, **values)

    return done


def a_part(session: Session, city: City, state: State = State.DISPATCHED) -> Assignment:
    """The education bureau's part in a task that it has alone, committed."""
    task = a_task(session, a_plan(session, city.root), city.education, state=state)
    session.commit()
    return task.assignments[0]


def entries(session: Session, assignment: Assignment) -> list[HistoryEntry]:
    query = select(HistoryEntry).where(HistoryEntry.assignment_id == assignment.id).order_by(HistoryEntry.id)
    return list(session.scalars(query))


def as_it_is(session: Session, assignment: Assignment) -> tuple[Any, ...]:
    """Everything that an act may change, read afresh."""
    session.rollback()
    session.refresh(assignment)
    own = tuple(getattr(assignment, column.key) for column in Assignment.__table__.columns)
    return (*own, assignment.task.state, assignment.task.completed_on, len(entries(session, assignment)))


def who_may(city: City, event: Event) -> Person:
    return city.liaison if PERMISSION_FOR[event].value == "work_own" else city.supervisor


@pytest.mark.parametrize(("state", "event"), list(itertools.product(State, Event)))
def test_every_state_and_event(session: Session, city: City, do: Do, state: State, event: Event) -> None:
    assignment = a_part(session, city, state)
    before = as_it_is(session, assignment)
    row = TRANSITIONS.get((state, event))
    if row is None:
        with pytest.raises(Refused, match=f"现为“{state.label}”，不能“{event.label}”"):
            do(who_may(city, event), assignment, event)
        assert as_it_is(session, assignment) == before
        return
    do(who_may(city, event), assignment, event)
    session.refresh(assignment)
    last = entries(session, assignment)[-1]
    assert (assignment.state, last.from_state, last.to_state) == (row.to, state, row.to)
    assert (last.event, last.at, last.actor_name) == (event.value, NOW, who_may(city, event).name)
    assert last.words == "已按要求办理。"
    assert len(entries(session, assignment)) == before[-1] + 1
    assert assignment.changed_at == NOW
    assert assignment.version == 2
    assert assignment.sequence == (row.to is not state)


@pytest.mark.parametrize("pair", TRANSITIONS, ids="-".join)
@pytest.mark.parametrize(
    "who", ["liaison", "neighbour", "leader", "supervisor", "county_supervisor", "administrator", "nobody"]
)
def test_every_role(session: Session, city: City, do: Do, pair: tuple[State, Event], who: str) -> None:
    state, event = pair
    assignment = a_part(session, city, state)
    before = as_it_is(session, assignment)
    person = getattr(city, who)
    if person is who_may(city, event):
        assert event in events_for(the_actor(person), assignment)
        do(person, assignment, event)
        return
    assert event not in events_for(the_actor(person), assignment)
    with pytest.raises(Forbidden, match=PERMISSION_FOR[event].holders):
        do(person, assignment, event)
    assert as_it_is(session, assignment) == before


@pytest.mark.parametrize("pair", [pair for pair, row in TRANSITIONS.items() if row.words_required], ids="-".join)
@pytest.mark.parametrize("words", [None, "", " \r\n　"])
def test_words_are_demanded_where_the_table_says(
    session: Session, city: City, do: Do, pair: tuple[State, Event], words: str | None
) -> None:
    state, event = pair
    assignment = a_part(session, city, state)
    before = as_it_is(session, assignment)
    with pytest.raises(Invalid, match="请填写说明"):
        do(who_may(city, event), assignment, event, words=words)
    assert as_it_is(session, assignment) == before


@pytest.mark.parametrize(("state", "event"), [pair for pair, row in TRANSITIONS.items() if not row.words_required])
def test_elsewhere_words_may_be_left_out(session: Session, city: City, do: Do, state: State, event: Event) -> None:
    assignment = do(who_may(city, event), a_part(session, city, state), event, words="  ")
    assert entries(session, assignment)[-1].words is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"words": "长" * 5001}, "不能超过5000字，现有5001字"),
        ({"percent": 101}, "0到100"),
        ({"percent": -1}, "0到100"),
    ],
)
def test_what_cannot_be_used_is_refused(session: Session, city: City, do: Do, given: dict[str, Any], said: str) -> None:
    assignment = a_part(session, city, State.IN_PROGRESS)
    before = as_it_is(session, assignment)
    with pytest.raises(Invalid, match=said):
        do(city.liaison, assignment, Event.REPORT, **given)
    assert as_it_is(session, assignment) == before


def test_acceptance_asks_for_an_outcome_and_records_it(session: Session, city: City, do: Do) -> None:
    assignment = a_part(session, city, State.SUBMITTED)
    with pytest.raises(Invalid, match="请选择办结结果"):
        do(city.supervisor, assignment, Event.ACCEPT, outcome=None)
    do(city.supervisor, assignment, Event.ACCEPT, outcome=Outcome.PLANNED, words=None)
    assert (assignment.outcome, assignment.completed_on) == (Outcome.PLANNED, TODAY)
    assert entries(session, assignment)[-1].outcome is Outcome.PLANNED


def test_an_outcome_or_percent_that_does_not_belong_to_the_event_is_left_out(
    session: Session, city: City, do: Do
) -> None:
    assignment = do(city.liaison, a_part(session, city), Event.SIGN_FOR, outcome=Outcome.SOLVED, percent=90)
    last = entries(session, assignment)[-1]
    assert (assignment.outcome, assignment.percent, last.outcome, last.percent) == (None, 0, None, None)


def test_the_whole_road_from_dispatch_to_the_end_and_back(session: Session, city: City, do: Do) -> None:
    assignment = a_part(session, city)
    do(city.liaison, assignment, Event.SIGN_FOR, now=NOW)
    assert assignment.signed_at == NOW
    do(city.liaison, assignment, Event.REPORT, now=NOW + timedelta(hours=1), percent=40)
    assert (assignment.reported_at, assignment.percent, assignment.sequence) == (NOW + timedelta(hours=1), 40, 1)
    do(city.liaison, assignment, Event.SUBMIT, now=NOW + timedelta(hours=2), percent=100)
    assert assignment.reported_at == assignment.submitted_at == NOW + timedelta(hours=2)
    do(city.supervisor, assignment, Event.RETURN, now=NOW + timedelta(hours=3))
    assert (assignment.submitted_at, assignment.percent) == (None, 100)
    do(city.liaison, assignment, Event.SUBMIT, now=NOW + timedelta(hours=4))
    do(city.supervisor, assignment, Event.ACCEPT, now=NOW + timedelta(hours=5))
    assert (assignment.task.state, assignment.task.completed_on) == (TaskState.COMPLETED, TODAY)
    do(city.supervisor, assignment, Event.REOPEN, now=NOW + timedelta(hours=6))
    assert (assignment.outcome, assignment.completed_on, assignment.submitted_at) == (None, None, None)
    assert (assignment.task.state, assignment.task.completed_on) == (TaskState.OPEN, None)
    told = [entry.event for entry in entries(session, assignment)]
    assert told == ["adopt", "sign_for", "report", "submit", "return", "submit", "accept", "reopen"]
    assert assignment.sequence == 6


class TestDispatchingAnew:
    def test_to_the_same_unit(self, session: Session, city: City, do: Do) -> None:
        assignment = a_part(session, city, State.DECLINED)
        do(city.supervisor, assignment, Event.DISPATCH, words=None, unit_id=city.education.id)
        assert (assignment.unit_id, assignment.dispatched_at, assignment.signed_at) == (city.education.id, NOW, None)
        assert entries(session, assignment)[-1].words is None

    def test_to_another_unit(self, session: Session, city: City, do: Do) -> None:
        assignment = a_part(session, city, State.DECLINED)
        do(city.supervisor, assignment, Event.DISPATCH, words="属财政职责。", unit_id=city.finance.id)
        session.refresh(assignment)
        assert (assignment.unit.name, assignment.state) == ("市财政局", State.DISPATCHED)
        assert entries(session, assignment)[-1].words == "由“市教育局”转办至“市财政局”。属财政职责。"
        with pytest.raises(Forbidden):
            do(city.liaison, assignment, Event.SIGN_FOR)
        do(city.neighbour, assignment, Event.SIGN_FOR)

    def test_to_a_unit_that_has_a_part_already(self, session: Session, city: City, do: Do) -> None:
        task = a_task(session, a_plan(session, city.root), city.education, city.finance, state=State.DECLINED)
        session.commit()
        with pytest.raises(Invalid, match="“市财政局”已承担本任务的另一分工"):
            do(city.supervisor, task.assignments[0], Event.DISPATCH, unit_id=city.finance.id)

    def test_to_a_unit_out_of_reach(self, session: Session, city: City, do: Do) -> None:
        task = a_task(session, a_plan(session, city.root), city.county_education, state=State.DECLINED)
        session.commit()
        with pytest.raises(Forbidden, match="转办至“市财政局”"):
            do(city.county_supervisor, task.assignments[0], Event.DISPATCH, unit_id=city.finance.id)
        do(city.county_supervisor, task.assignments[0], Event.DISPATCH, unit_id=city.county.id)

    @pytest.mark.parametrize("unit_id", [999])
    def test_to_no_unit(self, session: Session, city: City, do: Do, unit_id: int) -> None:
        assignment = a_part(session, city, State.DECLINED)
        with pytest.raises(Invalid, match="不存在或已停用"):
            do(city.supervisor, assignment, Event.DISPATCH, unit_id=unit_id)

    def test_sent_twice(self, session: Session, city: City, do: Do) -> None:
        assignment = a_part(session, city, State.DECLINED)
        for _ in range(2):
            do(city.supervisor, assignment, Event.DISPATCH, version=1, words="改派。", unit_id=city.finance.id)
        assert [entry.event for entry in entries(session, assignment)] == ["adopt", "dispatch"]


class TestTwoPeople:
    def test_the_second_is_told_who_did_what_and_nothing_is_lost(self, session: Session, city: City, do: Do) -> None:
        assignment = a_part(session, city, State.SUBMITTED)
        do(city.supervisor, assignment, Event.RETURN, words="请补充名单。")
        before = as_it_is(session, assignment)
        with pytest.raises(Changed, match="杜督查已“退回补充”（现为“办理中”）") as told:
            do(city.supervisor, assignment, Event.ACCEPT, version=1, now=LATER)
        assert [entry.words for entry in told.value.entries] == ["请补充名单。"]
        assert as_it_is(session, assignment) == before

    def test_as_many_changes_are_told_as_there_were(self, session: Session, city: City, do: Do) -> None:
        assignment = a_part(session, city)
        do(city.liaison, assignment, Event.SIGN_FOR)
        do(city.liaison, assignment, Event.REPORT, words="一")
        do(city.liaison, assignment, Event.REPORT, words="二")
        with pytest.raises(Changed) as told:
            do(city.liaison, assignment, Event.SUBMIT, version=2)
        assert [entry.words for entry in told.value.entries] == ["一", "二"]

    def test_a_version_from_the_future_is_no_better(self, session: Session, city: City, do: Do) -> None:
        with pytest.raises(Changed):
            do(city.liaison, a_part(session, city), Event.SIGN_FOR, version=9)

    def test_who_may_not_is_not_told(self, session: Session, city: City, do: Do) -> None:
        assignment = a_part(session, city)
        with pytest.raises(Forbidden):
            do(city.neighbour, assignment, Event.SIGN_FOR, version=9)


class TestSentTwice:
    def test_is_done_once(self, session: Session, city: City, do: Do) -> None:
        assignment = a_part(session, city, State.IN_PROGRESS)
        do(city.liaison, assignment, Event.REPORT, version=1, words="已开会部署。\r\n", percent=30)
        once = as_it_is(session, assignment)
        again = do(city.liaison, assignment, Event.REPORT, version=1, words="已开会部署。", percent=30, now=LATER)
        assert again.id == assignment.id
        assert as_it_is(session, assignment) == once

    @pytest.mark.parametrize(
        "change", [{"words": "又开一次会。"}, {"percent": 31}, {"now": NOW + SAME_PRESS + timedelta(seconds=1)}]
    )
    def test_with_other_words_or_much_later_is_another_deed(
        self, session: Session, city: City, do: Do, change: dict[str, Any]
    ) -> None:
        assignment = a_part(session, city, State.IN_PROGRESS)
        do(city.liaison, assignment, Event.REPORT, version=1, words="已开会部署。", percent=30)
        with pytest.raises(Changed):
            do(
                city.liaison,
                assignment,
                Event.REPORT,
                **{"version": 1, "words": "已开会部署。", "percent": 30, **change},
            )

    def test_on_the_new_version_is_another_deed(self, session: Session, city: City, do: Do) -> None:
        assignment = a_part(session, city, State.IN_PROGRESS)
        do(city.liaison, assignment, Event.REPORT)
        do(city.liaison, assignment, Event.REPORT)
        assert [entry.event for entry in entries(session, assignment)] == ["adopt", "report", "report"]

    def test_by_a_colleague_is_another_deed(self, session: Session, city: City, do: Do) -> None:
        assignment = a_part(session, city, State.SUBMITTED)
        do(city.supervisor, assignment, Event.ACCEPT, version=1)
        other = city.county_supervisor
        other.standings[0].unit = city.root
        session.commit()
        with pytest.raises(Changed, match="杜督查已“审核销号”"):
            do(other, assignment, Event.ACCEPT, version=1)


def test_what_does_not_exist(session: Session, city: City) -> None:
    with pytest.raises(NotFound):
        act(session, the_actor(city.supervisor), NOW, TODAY, 999, Event.ACCEPT, 1)


class TestTheTaskFollows:
    def test_when_the_last_needed_unit_completes(self, session: Session, city: City, do: Do) -> None:
        parts = [(city.education, Role.LEAD), (city.finance, Role.RESPONSIBLE), (city.county, Role.SUPPORT)]
        task = a_task(session, a_plan(session, city.root), *parts, state=State.SUBMITTED)
        session.commit()
        lead, responsible, support = task.assignments
        do(city.supervisor, support, Event.ACCEPT)
        do(city.supervisor, lead, Event.ACCEPT)
        assert task.state is TaskState.OPEN
        do(city.supervisor, responsible, Event.ACCEPT)
        assert (task.state, task.completed_on) == (TaskState.COMPLETED, TODAY)

    def test_when_the_others_are_withdrawn(self, session: Session, city: City, do: Do) -> None:
        task = a_task(session, a_plan(session, city.root), city.education, city.finance, state=State.SUBMITTED)
        session.commit()
        done, dropped = task.assignments
        do(city.supervisor, done, Event.ACCEPT)
        do(city.supervisor, dropped, Event.RETURN)
        assert task.state is TaskState.OPEN
        do(city.supervisor, dropped, Event.WITHDRAW)
        assert dropped.withdrawn_on == TODAY
        assert (task.state, task.completed_on) == (TaskState.COMPLETED, TODAY)

    def test_withdrawing_every_needed_unit_withdraws_the_task(self, session: Session, city: City, do: Do) -> None:
        parts = [(city.education, Role.LEAD), (city.county, Role.SUPPORT)]
        task = a_task(session, a_plan(session, city.root), *parts, state=State.IN_PROGRESS)
        session.commit()
        do(city.supervisor, task.assignments[0], Event.WITHDRAW)
        assert (task.state, task.completed_on) == (TaskState.WITHDRAWN, None)

    def test_a_task_of_support_units_waits_for_them(self, session: Session, city: City) -> None:
        parts = [(city.education, Role.SUPPORT), (city.county, Role.SUPPORT)]
        task = a_task(session, a_plan(session, city.root), *parts, state=State.IN_PROGRESS)
        settle_task(task)
        assert task.state is TaskState.OPEN

    def test_the_day_is_that_of_the_last_completion(self, session: Session, city: City) -> None:
        task = a_task(session, a_plan(session, city.root), city.education, city.finance, state=State.COMPLETED)
        task.assignments[1].completed_on = date(2023, 6, 9)
        settle_task(task)
        assert task.completed_on == date(2023, 6, 9)


def test_an_act_leaves_all_others_alone(session: Session, city: City, do: Do) -> None:
    other = a_part(session, city)
    before = as_it_is(session, other)
    do(city.liaison, a_part(session, city), Event.SIGN_FOR)
    assert as_it_is(session, other) == before
    assert session.scalar(select(func.count()).select_from(Task).where(Task.state != TaskState.OPEN)) == 0
    assert other.changed_at == LAST_MONTH
