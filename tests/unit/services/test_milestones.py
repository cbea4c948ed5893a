"""Milestones reported, corrected and flagged, each by itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_city, a_plan, a_task, the_actor
from tracker.domain.access import Forbidden, Permission
from tracker.domain.lifecycle import CHASED_STATES, State
from tracker.domain.milestones import Standing
from tracker.domain.roles import Role
from tracker.services.errors import Invalid, NotFound
from tracker.services.milestone_lists import late_milestones, own_late_milestones
from tracker.services.milestones import (
    Given,
    Reported,
    ReportedMeanwhile,
    is_awaited,
    lines_of,
    report_milestone,
    reporting_page,
)
from tracker.services.moves import settle_task
from tracker.services.supervision import Filter
from tracker.services.sweep import sweep
from tracker.store.engine import make_engine, write_session
from tracker.store.measures import MilestoneReport
from tracker.store.milestone_queries import flag_late_milestones, late_on
from tracker.store.people import Person
from tracker.store.tasks import Milestone, Task

YESTERDAY = TODAY - timedelta(days=1)
SEATS = "建成示范点40座以上"


@pytest.fixture
def task(session: Session, city: City) -> Task:
    """Education leads, finance supports; three milestones: with a figure, a tick, and one without a day."""
    made = a_task(
        session,
        a_plan(session, city.root),
        (city.education, Role.LEAD),
        (city.finance, Role.SUPPORT),
        state=State.IN_PROGRESS,
        milestones=((SEATS, YESTERDAY), ("印发方案", TODAY + timedelta(days=20)), ("随时受理", None)),
    )
    session.commit()
    return made


def report(
    session: Session, who: Person, task: Task, given: Given, *, stone: int = 0, part: int = 0, seen: str | None = None,
    today: date = TODAY,
) -> Reported:  # fmt: skip
    ids = task.assignments[part].id, task.milestones[stone].id
    actor = the_actor(who)
    mark = reporting_page(session, actor, today, *ids).seen if seen is None else seen
    moment = NOW + (today - TODAY)
    return report_milestone(session, actor, moment, today, *ids, given, mark)


class TestReporting:
    def test_the_figure_decides(self, session: Session, city: City, task: Task) -> None:
        stone, part = task.milestones[0], task.assignments[0]
        done = report(session, city.liaison, task, Given("39", words="还差一座"))
        assert (done.stood.standing, stone.reached_on) == (Standing.LATE, None)
        done = report(session, city.liaison, task, Given("42", words="全部建成"))
        assert (done.stood.standing, done.stood.days_late, stone.reached_on) == (Standing.REACHED_LATE, 1, TODAY)
        assert [entry.words for entry in part.history[1:]] == [
            "节点“建成示范点40座以上”：完成39座（要求不少于40座），尚未达到。\n还差一座",
            "节点“建成示范点40座以上”：完成42座（要求不少于40座），超期达到。\n全部建成",
        ]
        assert {entry.event for entry in part.history[1:]} == {"report_milestone"}
        assert part.version == 3
        assert [(r.value, r.is_reached) for r in session.scalars(select(MilestoneReport))] == [(39, False), (42, True)]

    def test_a_correction_that_falls_short_opens_it_again(self, session: Session, city: City, task: Task) -> None:
        report(session, city.liaison, task, Given("42"), today=YESTERDAY)
        assert task.milestones[0].reached_on == YESTERDAY
        report(session, city.liaison, task, Given("45"))
        assert task.milestones[0].reached_on == YESTERDAY  # since when it is reached stays
        report(session, city.liaison, task, Given("38", words="重复计数"))
        assert task.milestones[0].reached_on is None

    def test_a_liaison_cannot_tick_what_has_a_figure(self, session: Session, city: City, task: Task) -> None:
        report(session, city.liaison, task, Given("12", reached=True, words="差不多了"))
        assert task.milestones[0].reached_on is None
        with pytest.raises(Invalid, match="有数值要求（不少于40座）"):
            report(session, city.liaison, task, Given("", reached=True))

    def test_a_supervisor_may_say_otherwise_with_a_reason(self, session: Session, city: City, task: Task) -> None:
        with pytest.raises(Invalid, match="理由"):
            report(session, city.supervisor, task, Given("", reached=True))
        report(session, city.supervisor, task, Given("", reached=True, words="现场核实"))
        assert task.milestones[0].reached_on == TODAY
        report(session, city.supervisor, task, Given("50"))
        assert task.milestones[0].reached_on == TODAY

    def test_without_a_figure_it_is_ticked(self, session: Session, city: City, task: Task) -> None:
        with pytest.raises(Invalid, match="已达到”还是“尚未达到"):
            report(session, city.liaison, task, Given(), stone=1)
        with pytest.raises(Invalid, match="理由"):
            report(session, city.liaison, task, Given(reached=False), stone=1)
        done = report(session, city.liaison, task, Given(reached=True), stone=1)
        assert (done.stood.standing, task.milestones[1].reached_on) == (Standing.ON_TIME, TODAY)

    @pytest.mark.parametrize("value", ["很多", "40公里", "1,23", "99999999999999"])
    def test_what_is_no_figure_is_refused(self, session: Session, city: City, task: Task, value: str) -> None:
        with pytest.raises(Invalid, match="不是一个数，请只填数字（单位：座）"):
            report(session, city.liaison, task, Given(value))
        assert session.scalars(select(MilestoneReport)).all() == []


class TestWhoMayReport:
    def test_others_may_not(self, session: Session, city: City, task: Task) -> None:
        for who in (city.neighbour, city.leader, city.county_supervisor):
            with pytest.raises(Forbidden):
                report(session, who, task, Given("42"), seen="1-0")

    def test_support_units_do_not(self, session: Session, city: City, task: Task) -> None:
        with pytest.raises(Invalid, match="配合单位"):
            report(session, city.neighbour, task, Given("42"), part=1)

    def test_support_units_alone_do(self, session: Session, city: City) -> None:
        plan = a_plan(session, city.root)
        stones = (("报送清单", TODAY),)
        task = a_task(session, plan, (city.finance, Role.SUPPORT), state=State.IN_PROGRESS, milestones=stones)
        session.commit()
        assert report(session, city.neighbour, task, Given(reached=True)).milestone.reached_on == TODAY

    @pytest.mark.parametrize("state", list(State))
    def test_by_state(self, session: Session, city: City, task: Task, state: State) -> None:
        part = task.assignments[0]
        part.state = state
        part.completed_on = TODAY if state is State.COMPLETED else None
        part.withdrawn_on = TODAY if state is State.WITHDRAWN else None
        settle_task(task)
        session.commit()
        allowed: dict[int, list[State]] = {city.liaison.id: [], city.supervisor.id: []}
        for who in (city.liaison, city.supervisor):
            try:
                report(session, who, task, Given("42"))
                allowed[who.id].append(state)
            except Invalid as fault:
                assert state.label in str(fault)
                session.rollback()
        own = state in (State.IN_PROGRESS, State.SUBMITTED)
        assert allowed == {
            city.liaison.id: [state] * own,
            city.supervisor.id: [state] * (own or state in (State.SUSPENDED, State.COMPLETED)),
        }

    def test_what_is_not_there(self, session: Session, city: City, task: Task) -> None:
        other = a_task(session, task.plan, city.education, milestones=(("别的", TODAY),))
        session.commit()
        for stone in (other.milestones[0].id, 999):
            with pytest.raises(NotFound):
                reporting_page(session, the_actor(city.liaison), TODAY, task.assignments[0].id, stone)


class TestAtOnce:
    def test_a_stale_page_changes_nothing(self, session: Session, city: City, task: Task) -> None:
        seen = reporting_page(
            session, the_actor(city.liaison), TODAY, task.assignments[0].id, task.milestones[0].id
        ).seen
        report(session, city.supervisor, task, Given("30"))
        with pytest.raises(ReportedMeanwhile, match="最近一次由杜督查报送：数值30，尚未达到"):
            report(session, city.liaison, task, Given("42"), seen=seen)
        assert len(session.scalars(select(MilestoneReport)).all()) == 1

    def test_the_same_form_twice_is_one_report(self, session: Session, city: City, task: Task) -> None:
        seen = reporting_page(
            session, the_actor(city.liaison), TODAY, task.assignments[0].id, task.milestones[0].id
        ).seen
        first = report(session, city.liaison, task, Given("42"), seen=seen)
        second = report(session, city.liaison, task, Given("42"), seen=seen)
        assert (first.already, second.already) == (False, True)
        assert len(session.scalars(select(MilestoneReport)).all()) == 1
        assert task.assignments[0].version == 2


class TestLists:
    def test_late_ones_of_the_own_units(self, session: Session, city: City, task: Task) -> None:
        page = own_late_milestones(session, the_actor(city.liaison), TODAY)
        assert [(row.line.milestone.text, row.line.stood.days_late) for row in page.rows] == [(SEATS, 1)]
        assert own_late_milestones(session, the_actor(city.neighbour), TODAY).total == 0  # support
        report(session, city.liaison, task, Given("42"))
        assert own_late_milestones(session, the_actor(city.liaison), TODAY).total == 0

    def test_filters(self, session: Session, city: City, task: Task) -> None:
        actor = the_actor(city.supervisor)

        def found(wanted: Filter) -> int:
            return late_milestones(session, actor, TODAY, wanted, 1, Permission.SUPERVISE).total

        assert found(Filter()) == 1
        assert [found(Filter(words)) for words in ("示范点", "印发", "教育局 示范", "分流转办")] == [1, 0, 1, 1]
        assert [found(Filter(unit_id=unit.id)) for unit in (city.education, city.finance, city.root)] == [1, 0, 1]
        assert [found(Filter(plan_id=plan)) for plan in (task.plan_id, 999)] == [1, 0]
        county = the_actor(city.county_supervisor)
        assert late_milestones(session, county, TODAY, Filter(), 1, Permission.SUPERVISE).total == 0

    def test_the_database_says_what_the_rule_says(self, session: Session, city: City) -> None:
        """Every pair of states of a lead and a support unit, with milestones before, on and after the day."""
        plan = a_plan(session, city.root)
        tasks = []
        for lead in State:
            for support in State:
                task = a_task(
                    session, plan, (city.education, Role.LEAD), (city.finance, Role.SUPPORT), state=lead,
                    milestones=tuple((f"节点{n}", day) for n, day in enumerate((YESTERDAY, TODAY, None))),
                )  # fmt: skip
                other = task.assignments[1]
                other.state = support
                other.completed_on = TODAY if support is State.COMPLETED else None
                other.withdrawn_on = TODAY if support is State.WITHDRAWN else None
                settle_task(task)
                tasks.append(task)
        session.commit()
        said = {stone.id for task in tasks for line in lines_of(session, task, TODAY)
                if line.stood.standing is Standing.LATE for stone in [line.milestone]}  # fmt: skip
        query = select(Milestone.id).join(Task, Milestone.task_id == Task.id).where(late_on(TODAY))
        assert set(session.scalars(query)) == said
        assert len(said) == sum(is_awaited(task) for task in tasks) > len(CHASED_STATES)


class TestFlags:
    def test_each_is_flagged_by_itself_and_once(self, session: Session, task: Task) -> None:
        assert [flag_late_milestones(session, TODAY) for _ in range(2)] == [1, 0]
        session.expire_all()
        assert [stone.overdue_flagged_on for stone in task.milestones] == [TODAY, None, None]
        later = TODAY + timedelta(days=21)
        assert flag_late_milestones(session, later) == 1
        session.expire_all()
        assert [stone.overdue_flagged_on for stone in task.milestones] == [TODAY, later, None]

    def test_a_moved_day_takes_the_flag_away(self, session: Session, task: Task) -> None:
        flag_late_milestones(session, TODAY)
        stone = task.milestones[0]
        session.refresh(stone)
        stone.due_on = TODAY + timedelta(days=5)
        session.commit()
        assert flag_late_milestones(session, TODAY + timedelta(days=1)) == 0
        session.refresh(stone)
        assert stone.overdue_flagged_on is None
        assert flag_late_milestones(session, TODAY + timedelta(days=6)) == 1

    def test_a_day_moved_but_past_again_is_flagged_anew(self, session: Session, task: Task) -> None:
        flag_late_milestones(session, TODAY)
        stone = task.milestones[0]
        session.refresh(stone)
        stone.due_on = TODAY + timedelta(days=1)
        session.commit()
        assert flag_late_milestones(session, TODAY + timedelta(days=9)) == 1
        session.refresh(stone)
        assert stone.overdue_flagged_on == TODAY + timedelta(days=9)

    def test_the_sweep_does_it(self, either_url: str) -> None:
        engine = make_engine(either_url)
        with write_session(engine) as session:
            city = a_city(session)
            a_task(session, a_plan(session, city.root), city.education, milestones=((SEATS, YESTERDAY),))
            session.commit()
        sweep(engine, NOW, TODAY)
        with Session(engine) as session:
            assert session.scalars(select(Milestone.overdue_flagged_on)).all() == [TODAY]
        engine.dispose()
