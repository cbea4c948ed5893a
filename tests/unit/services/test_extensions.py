"""Requests for a later date: who may ask and decide, what follows for the date, and that nothing is done twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_city, a_plan, a_task, the_actor
from tracker.domain.access import Forbidden
from tracker.domain.lifecycle import Event, Outcome, Refused, State
from tracker.domain.roles import Role
from tracker.services import extensions
from tracker.services.changing import SAME_PRESS, Changed
from tracker.services.errors import Invalid, NotFound
from tracker.services.extensions import Decision
from tracker.services.ledger import ledger
from tracker.services.lit import When
from tracker.services.sweep import sweep
from tracker.services.work import act
from tracker.store.engine import make_engine, write_session
from tracker.store.extensions import Extension, ExtensionState
from tracker.store.people import Person
from tracker.store.tasks import Assignment, HistoryEntry

DUE, LATER_DAY = date(2023, 6, 30), date(2023, 7, 31)
EVERYBODY = ["liaison", "neighbour", "leader", "supervisor", "county_supervisor", "administrator", "nobody"]


@dataclass
class Desk:
    """The small city with one part of the education bureau, and the deeds of its people on it."""

    session: Session
    city: City
    part: Assignment

    def ask(self, person: Person | None = None, wanted: date | None = LATER_DAY, **given: Any) -> Extension:
        values = {"version": self.part.version, "reason": "招标流标，须重新组织。", "now": NOW, "today": TODAY, **given}
        who = the_actor(person or self.city.liaison)
        at, today = values["now"], values["today"]
        return extensions.ask(self.session, who, at, today, self.part.id, values["version"], wanted, values["reason"])

    def decide(self, request: Extension, granted: date | None, words: str | None = None, **given: Any) -> Extension:
        values = {"version": self.part.version, "person": self.city.supervisor, "now": NOW, "today": TODAY, **given}
        who, at, today = the_actor(values["person"]), values["now"], values["today"]
        decision = Decision(granted, words)
        return extensions.decide(self.session, who, at, today, request.id, values["version"], decision)

    def recall(self, request: Extension, person: Person | None = None, version: int | None = None) -> Extension:
        who = the_actor(person or self.city.liaison)
        return extensions.recall(self.session, who, NOW, request.id, version or self.part.version)

    def told(self) -> list[HistoryEntry]:
        query = select(HistoryEntry).where(HistoryEntry.assignment_id == self.part.id).order_by(HistoryEntry.id)
        return list(self.session.scalars(query))

    def as_it_is(self) -> tuple[Any, ...]:
        """All that may change, read afresh."""
        self.session.rollback()
        self.session.refresh(self.part)
        requests = self.session.scalars(select(Extension).execution_options(populate_existing=True)).all()
        part = tuple(getattr(self.part, column.key) for column in Assignment.__table__.columns)
        rows = [tuple(getattr(each, c.key) for c in Extension.__table__.columns) for each in requests]
        return part, self.part.task.due_on, rows, len(self.told())


@pytest.fixture
def desk(session: Session, city: City) -> Desk:
    return a_desk(session, city, State.IN_PROGRESS)


def a_desk(session: Session, city: City, state: State, due_on: date | None = DUE) -> Desk:
    task = a_task(session, a_plan(session, city.root), city.education, state=state, due_on=due_on)
    session.commit()
    return Desk(session, city, task.assignments[0])


class TestAsking:
    def test_is_written_down_and_moves_nothing(self, desk: Desk) -> None:
        changed_at = desk.part.changed_at
        request = desk.ask(reason=" 招标流标。\r\n须重新组织。 ")
        assert (request.state, request.due_from, request.wanted_on) == (ExtensionState.ASKED, DUE, LATER_DAY)
        assert request.reason == "招标流标。\n须重新组织。"
        assert (request.asked_by_id, request.asked_by_name, request.asked_at) == (desk.city.liaison.id, "李联络", NOW)
        desk.session.refresh(desk.part)
        assert (desk.part.due_on, desk.part.version, desk.part.sequence) == (DUE, 2, 0)
        assert desk.part.changed_at == changed_at  # what calendars and queues go by
        last = desk.told()[-1]
        assert (last.event, last.to_state, last.due_from, last.due_to) == (
            "ask_extension",
            State.IN_PROGRESS,
            None,
            None,
        )
        assert last.words == "申请延期至2023年7月31日。招标流标。\n须重新组织。"

    @pytest.mark.parametrize("days_late", [0, 1, 200])
    def test_is_possible_on_the_day_and_after_it(self, desk: Desk, days_late: int) -> None:
        today = DUE + timedelta(days_late)
        assert desk.ask(wanted=today + timedelta(1), today=today).state is ExtensionState.ASKED

    @pytest.mark.parametrize("who", EVERYBODY)
    def test_is_the_liaisons_own(self, desk: Desk, who: str) -> None:
        before = desk.as_it_is()
        if who == "liaison":
            desk.ask()
            return
        with pytest.raises(Forbidden, match=r"申请延期.*联络员"):
            desk.ask(getattr(desk.city, who))
        assert desk.as_it_is() == before

    @pytest.mark.parametrize("state", State)
    def test_only_what_is_worked_on(self, session: Session, city: City, state: State) -> None:
        desk = a_desk(session, city, state)
        before = desk.as_it_is()
        if state is State.IN_PROGRESS:
            desk.ask()
            return
        with pytest.raises(Refused, match=f"现为“{state.label}”，不能申请延期。.+"):
            desk.ask()
        assert desk.as_it_is() == before

    def test_what_has_no_date_needs_none(self, session: Session, city: City) -> None:
        with pytest.raises(Refused, match="没有定完成时限"):
            a_desk(session, city, State.IN_PROGRESS, None).ask()

    @pytest.mark.parametrize(
        ("wanted", "today", "said"),
        [
            (None, TODAY, "请填写申请延期到的日期"),
            (DUE, TODAY, "须晚于现行时限2023年6月30日"),
            (DUE - timedelta(1), TODAY, "须晚于现行时限"),
            (date(2023, 7, 5), date(2023, 7, 6), "2023年7月5日已经过去"),
            (date(2203, 7, 5), TODAY, "请检查年份"),
        ],
    )
    def test_days_that_cannot_be_used(self, desk: Desk, wanted: date | None, today: date, said: str) -> None:
        before = desk.as_it_is()
        with pytest.raises(Invalid, match=said):
            desk.ask(wanted=wanted, today=today)
        assert desk.as_it_is() == before

    def test_today_can_be_wanted_of_what_is_overdue(self, desk: Desk) -> None:
        assert desk.ask(wanted=date(2023, 7, 6), today=date(2023, 7, 6)).wanted_on == date(2023, 7, 6)

    @pytest.mark.parametrize("reason", [None, "", " \r\n　"])
    def test_a_reason_is_demanded(self, desk: Desk, reason: str | None) -> None:
        with pytest.raises(Invalid, match="请写明申请延期的理由"):
            desk.ask(reason=reason)

    def test_one_waits_at_a_time(self, desk: Desk) -> None:
        desk.ask()
        with pytest.raises(Refused, match="已有一份申请延期至2023年7月31日的申请待批复"):
            desk.ask(wanted=date(2023, 8, 31))

    def test_the_same_form_sent_twice_is_one_request(self, desk: Desk) -> None:
        first = desk.ask(version=1)
        before = desk.as_it_is()
        assert desk.ask(version=1, now=NOW + timedelta(minutes=1)).id == first.id
        assert desk.as_it_is() == before

    @pytest.mark.parametrize(
        "change", [{"reason": "别的理由。"}, {"wanted": DUE + timedelta(9)}, {"now": NOW + SAME_PRESS * 2}]
    )
    def test_a_stale_form_is_told_what_changed(self, desk: Desk, change: dict[str, Any]) -> None:
        desk.ask(version=1)
        before = desk.as_it_is()
        with pytest.raises(Changed, match="李联络已“申请延期”（现为“办理中”）"):
            desk.ask(**{"version": 1, **change})
        assert desk.as_it_is() == before


class TestGranting:
    def test_moves_the_date_and_keeps_the_original(self, desk: Desk) -> None:
        request = desk.ask()
        desk.part.overdue_flagged_on = TODAY
        desk.session.commit()
        at = NOW + timedelta(hours=1)
        desk.decide(request, LATER_DAY, now=at)
        desk.session.refresh(desk.part)
        part = desk.part
        assert (part.due_on, part.original_due_on, part.overdue_flagged_on) == (LATER_DAY, DUE, None)
        assert (part.sequence, part.changed_at, part.state) == (1, at, State.IN_PROGRESS)
        assert (part.task.due_on, part.task.original_due_on) == (LATER_DAY, DUE)
        assert (request.state, request.granted_on, request.decided_by_name) == (
            ExtensionState.GRANTED,
            LATER_DAY,
            "杜督查",
        )
        last = desk.told()[-1]
        assert (last.event, last.due_from, last.due_to, last.words) == ("grant_extension", DUE, LATER_DAY, None)

    def test_another_day_than_the_one_asked_for_is_told(self, desk: Desk) -> None:
        desk.decide(desk.ask(), date(2023, 7, 15), "压缩半个月。")
        assert desk.told()[-1].words == "申请延期至2023年7月31日，同意延期至2023年7月15日。压缩半个月。"
        assert desk.part.due_on == date(2023, 7, 15)

    @pytest.mark.parametrize(
        ("granted", "today", "said"),
        [
            (DUE, TODAY, "同意延期到的日期须晚于现行时限"),
            (date(2023, 7, 5), date(2023, 7, 6), "2023年7月5日已经过去"),
        ],
    )
    def test_days_that_cannot_be_granted(self, desk: Desk, granted: date, today: date, said: str) -> None:
        request = desk.ask()
        before = desk.as_it_is()
        with pytest.raises(Invalid, match=said):
            desk.decide(request, granted, today=today)
        assert desk.as_it_is() == before

    def test_the_ledger_of_any_day_tells_the_date_of_that_day(self, desk: Desk) -> None:
        desk.decide(desk.ask(), LATER_DAY, now=NOW + timedelta(days=2))
        who, zone = the_actor(desk.city.supervisor), ZoneInfo("Asia/Shanghai")
        days = [ledger(desk.session, who, When(TODAY + timedelta(n), zone))[0].then for n in (1, 2)]
        assert [(then.due_on, then.original_due_on, then.extended) for then in days] == [
            (DUE, DUE, 0),
            (LATER_DAY, DUE, 1),
        ]

    @pytest.mark.parametrize("state", [State.SUBMITTED, State.SUSPENDED])
    def test_what_was_asked_before_may_still_be_decided_while_the_part_is_open(self, desk: Desk, state: State) -> None:
        request = desk.ask()
        event = Event.SUBMIT if state is State.SUBMITTED else Event.SUSPEND
        person = desk.city.liaison if state is State.SUBMITTED else desk.city.supervisor
        act(desk.session, the_actor(person), NOW, TODAY, desk.part.id, event, desk.part.version, "说明。")
        desk.decide(request, LATER_DAY)
        assert (desk.part.state, desk.part.due_on) == (state, LATER_DAY)


class TestTheTasksOwnDate:
    """It is the latest of the parts that complete the task, and is never brought forward."""

    def extended(self, session: Session, city: City, *dates: tuple[Role, date], to: date) -> date | None:
        units = [city.education, city.finance, city.county]
        task = a_task(session, a_plan(session, city.root), *zip(units, (r for r, _ in dates), strict=False))
        for part, (_, due_on) in zip(task.assignments, dates, strict=True):
            part.due_on, part.state, part.signed_at = due_on, State.IN_PROGRESS, NOW
        session.commit()
        desk = Desk(session, city, task.assignments[0])
        desk.decide(desk.ask(wanted=to), to)
        return task.due_on

    def test_follows_the_later_of_two(self, session: Session, city: City) -> None:
        assert self.extended(session, city, (Role.LEAD, DUE), (Role.RESPONSIBLE, DUE), to=LATER_DAY) == LATER_DAY

    def test_stays_where_another_part_is_later(self, session: Session, city: City) -> None:
        far = date(2023, 9, 30)
        dates = [(Role.LEAD, DUE), (Role.RESPONSIBLE, far)]
        assert self.extended(session, city, *dates, to=LATER_DAY) == far

    def test_does_not_follow_a_support_unit(self, session: Session, city: City) -> None:
        assert self.extended(session, city, (Role.SUPPORT, DUE), (Role.LEAD, DUE), to=LATER_DAY) == DUE

    def test_is_never_brought_forward(self, session: Session, city: City) -> None:
        early = date(2023, 6, 18)
        assert self.extended(session, city, (Role.LEAD, early), (Role.LEAD, early), to=date(2023, 6, 20)) == DUE


class TestRefusing:
    def test_keeps_the_date(self, desk: Desk) -> None:
        before = desk.part.due_on, desk.part.sequence, desk.part.changed_at
        request = desk.decide(desk.ask(), None, "任务是全年重点，不予延期。")
        desk.session.refresh(desk.part)
        assert (desk.part.due_on, desk.part.sequence, desk.part.changed_at) == before
        assert (request.state, request.granted_on) == (ExtensionState.REFUSED, None)
        assert request.decision_words == "任务是全年重点，不予延期。"
        last = desk.told()[-1]
        assert (last.event, last.words, last.due_to) == ("refuse_extension", "任务是全年重点，不予延期。", None)
        assert desk.ask(wanted=date(2023, 7, 10)).state is ExtensionState.ASKED

    @pytest.mark.parametrize("words", [None, "", "  "])
    def test_asks_for_words(self, desk: Desk, words: str | None) -> None:
        request = desk.ask()
        before = desk.as_it_is()
        with pytest.raises(Invalid, match="不同意延期须写明理由"):
            desk.decide(request, None, words)
        assert desk.as_it_is() == before


class TestDeciding:
    @pytest.mark.parametrize("who", EVERYBODY)
    @pytest.mark.parametrize("granted", [LATER_DAY, None])
    def test_is_the_supervisors(self, desk: Desk, who: str, granted: date | None) -> None:
        request = desk.ask()
        before = desk.as_it_is()
        if who == "supervisor":
            desk.decide(request, granted, "意见。")
            return
        with pytest.raises(Forbidden, match=r"批复延期申请.*督查员"):
            desk.decide(request, granted, "意见。", person=getattr(desk.city, who))
        assert desk.as_it_is() == before

    @pytest.mark.parametrize("granted", [LATER_DAY, None])
    def test_twice_is_once(self, desk: Desk, granted: date | None) -> None:
        request, version = desk.ask(), desk.part.version
        desk.decide(request, granted, "意见。", version=version)
        before = desk.as_it_is()
        assert desk.decide(request, granted, "意见。 ", version=version).id == request.id
        assert desk.as_it_is() == before

    def test_otherwise_after_another_is_told(self, desk: Desk) -> None:
        request, version = desk.ask(), desk.part.version
        desk.decide(request, LATER_DAY)
        with pytest.raises(Changed, match="杜督查已“同意延期”"):
            desk.decide(request, None, "不行。", version=version)
        with pytest.raises(Refused, match="这份延期申请已同意，不能再批复"):
            desk.decide(request, None, "不行。")

    def test_what_does_not_exist(self, desk: Desk) -> None:
        with pytest.raises(NotFound):
            extensions.decide(desk.session, the_actor(desk.city.supervisor), NOW, TODAY, 999, 1, Decision(None))


class TestRecalling:
    def test_ends_the_request_and_keeps_the_date(self, desk: Desk) -> None:
        request, version = desk.ask(), desk.part.version
        desk.recall(request)
        assert (request.state, desk.part.due_on) == (ExtensionState.RECALLED, DUE)
        assert [entry.event for entry in desk.told()] == ["adopt", "ask_extension", "recall_extension"]
        before = desk.as_it_is()
        desk.recall(request, version=version)  # the same press once more
        assert desk.as_it_is() == before
        with pytest.raises(Refused, match="已撤回"):
            desk.recall(request)
        desk.ask(wanted=date(2023, 7, 10))

    @pytest.mark.parametrize("who", ["neighbour", "supervisor", "leader"])
    def test_is_the_units_own(self, desk: Desk, who: str) -> None:
        request = desk.ask()
        with pytest.raises(Forbidden, match="联络员"):
            desk.recall(request, getattr(desk.city, who))

    def test_after_the_decision_is_told(self, desk: Desk) -> None:
        request, version = desk.ask(), desk.part.version
        desk.decide(request, LATER_DAY)
        with pytest.raises(Changed, match="已“同意延期”"):
            desk.recall(request, version=version)
        assert request.state is ExtensionState.GRANTED


class TestAPartThatIsClosed:
    @pytest.mark.parametrize("event", [Event.ACCEPT, Event.WITHDRAW])
    def test_ends_what_waits(self, desk: Desk, event: Event) -> None:
        request = desk.ask()
        actor = the_actor(desk.city.supervisor)
        if event is Event.ACCEPT:
            act(desk.session, the_actor(desk.city.liaison), NOW, TODAY, desk.part.id, Event.SUBMIT, 2, "完成。")
        version = desk.part.version
        act(desk.session, actor, NOW, TODAY, desk.part.id, event, version, "结。", outcome=Outcome.SOLVED)
        desk.session.refresh(request)
        assert request.state is ExtensionState.RECALLED
        assert request.decision_words == f"事项{desk.part.state.label}，申请自动终止。"
        assert desk.part.due_on == DUE

    def test_otherwise_closed_leaves_nothing_to_decide(self, desk: Desk) -> None:
        request = desk.ask()
        desk.part.state, desk.part.withdrawn_on = State.WITHDRAWN, TODAY  # as a new version of the plan does
        desk.session.commit()
        with pytest.raises(Refused, match="不必再批复"):
            desk.decide(request, LATER_DAY)


class TestTheSweepFollows:
    @pytest.fixture
    def late(self, either_url: str) -> Iterator[Desk]:
        engine = make_engine(either_url)
        with write_session(engine) as session:
            yield a_desk(session, a_city(session), State.IN_PROGRESS, TODAY - timedelta(days=1))
        engine.dispose()

    def test_flags_again_only_after_the_new_date(self, late: Desk) -> None:
        def swept(day: date) -> date | None:
            late.session.commit()
            sweep(late.session.get_bind(), NOW + (day - TODAY), day)  # type: ignore[arg-type]
            late.session.refresh(late.part)
            return late.part.overdue_flagged_on

        assert swept(TODAY) == TODAY
        granted = TODAY + timedelta(days=3)
        late.decide(late.ask(wanted=granted), granted)
        assert late.part.overdue_flagged_on is None
        assert swept(granted) is None
        assert swept(granted + timedelta(days=1)) == granted + timedelta(days=1)
