"""Indicators: their owners, yearly values, and who sees what."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_plan, a_task, the_actor
from tracker.domain.access import Forbidden
from tracker.domain.indicator_course import CourseState
from tracker.services.errors import Invalid, NotFound, Stale
from tracker.services.indicators import (
    ReadingGiven,
    ReadMeanwhile,
    accept_proposals,
    indicator_list,
    indicator_page,
    own_indicators,
    record_reading,
    set_owner,
)
from tracker.store.measures import IndicatorReading
from tracker.store.people import Person
from tracker.store.plans import Indicator, Plan
from tracker.store.units import Unit


@pytest.fixture
def plan(session: Session, city: City) -> Plan:
    return a_plan(session, city.root)


def an_indicator(session: Session, plan: Plan, name: str = "污水处理率", owner: Unit | None = None) -> Indicator:
    one = Indicator(plan_id=plan.id, position=session.query(Indicator).count(), name=name, measure="%", start=0, end=1)
    one.base, one.base_value, one.base_year = "70", 70, 2020
    one.target, one.target_value, one.target_year = "≥90", 90, 2025
    one.owner_id, one.units = owner.id if owner else None, []
    session.add(one)
    session.commit()
    return one


def record(  # noqa: PLR0917 - the fields of a form
    session: Session, who: Person, one: Indicator, year: str, value: str, version: int = 0
) -> IndicatorReading:
    given = ReadingGiven(year, value, version=version)
    return record_reading(session, the_actor(who), NOW, TODAY, one.id, given)


class TestOwners:
    def test_proposed_from_the_names_as_written(self, session: Session, city: City, plan: Plan) -> None:
        first, second, third = (an_indicator(session, plan, name) for name in "甲乙丙")
        first.units, second.units, third.units = ["无名局", "市教育局"], ["无名局"], []
        session.commit()
        actor = the_actor(city.supervisor)
        listed = indicator_list(session, actor, TODAY, plan.id)
        assert {key: unit.name for key, unit in listed.proposed.items()} == {first.id: "市教育局"}
        page = indicator_page(session, actor, TODAY, first.id)
        assert page.proposed is not None
        assert page.proposed.name == "市教育局"
        with pytest.raises(Stale, match="现在是1项"):
            accept_proposals(session, actor, TODAY, plan.id, 2)
        assert [accept_proposals(session, actor, TODAY, plan.id, 1) for _ in range(2)] == [1, 0]
        assert [each.owner_id for each in (first, second, third)] == [city.education.id, None, None]

    def test_a_county_plan_proposes_nobody_outside_its_scope(self, session: Session, city: City) -> None:
        one = an_indicator(session, a_plan(session, city.county))
        one.units = ["市教育局"]
        session.commit()
        page = indicator_page(session, the_actor(city.county_supervisor), TODAY, one.id)
        assert page.proposed is None
        assert {unit.name for unit in page.units} == {"东河县政府", "东河县教育局"}
        with pytest.raises(Invalid, match="不在本级管理范围内"):
            set_owner(session, the_actor(city.county_supervisor), one.id, city.education.id, None)

    def test_set_changed_and_taken_away(self, session: Session, city: City, plan: Plan) -> None:
        one, actor = an_indicator(session, plan), the_actor(city.supervisor)
        set_owner(session, actor, one.id, city.education.id, None)
        with pytest.raises(ReadMeanwhile, match="已被改为“市教育局”"):
            set_owner(session, actor, one.id, city.finance.id, None)
        set_owner(session, actor, one.id, city.education.id, None)  # the same form again
        set_owner(session, actor, one.id, None, city.education.id)
        assert one.owner_id is None

    def test_only_a_supervisor_of_the_plan_sets_them(self, session: Session, city: City, plan: Plan) -> None:
        one = an_indicator(session, plan)
        for who in (city.liaison, city.leader, city.county_supervisor, city.administrator):
            with pytest.raises(Forbidden):
                set_owner(session, the_actor(who), one.id, city.education.id, None)
        with pytest.raises(Forbidden):
            a_task(session, plan, city.education)
            accept_proposals(session, the_actor(city.liaison), TODAY, plan.id, 0)


class TestReadings:
    @pytest.mark.parametrize(("typed", "value"), [("78.5", 78.5), ("1,234.5", 1234.5), ("95%", 95.0), ("８０", 80.0)])
    def test_numbers_as_people_write_them(
        self, session: Session, city: City, plan: Plan, typed: str, value: float
    ) -> None:
        one = an_indicator(session, plan, owner=city.education)
        assert record(session, city.liaison, one, "2022年", typed).value == value

    @pytest.mark.parametrize(
        ("year", "value", "said"),
        [
            ("2024", "80", "2020年至2023年"),
            ("2019", "80", "2020年至2023年"),
            ("去年", "80", "四位数"),
            ("2022", "", "请填写一个数（计量单位：%）"),
            ("2022", "很高", "“很高”不是一个数"),
            ("2022", "80亩", "不是一个数"),
        ],
    )
    def test_what_is_refused(  # noqa: PLR0917 - the cells of a row
        self, session: Session, city: City, plan: Plan, year: str, value: str, said: str
    ) -> None:
        one = an_indicator(session, plan, owner=city.education)
        with pytest.raises(Invalid, match=said):
            record(session, city.liaison, one, year, value)

    def test_who_may(self, session: Session, city: City, plan: Plan) -> None:
        one = an_indicator(session, plan, owner=city.education)
        record(session, city.liaison, one, "2021", "74")
        record(session, city.supervisor, one, "2022", "75")
        for who in (city.neighbour, city.leader, city.county_supervisor):
            with pytest.raises(Forbidden):
                record(session, who, one, "2023", "80")

    def test_a_correction_carries_the_version_it_saw(self, session: Session, city: City, plan: Plan) -> None:
        one = an_indicator(session, plan, owner=city.education)
        first = record(session, city.liaison, one, "2022", "75")
        assert record(session, city.liaison, one, "2022", "75").id == first.id  # the same press
        with pytest.raises(ReadMeanwhile, match="李联络已填报2022年完成值75%"):
            record(session, city.supervisor, one, "2022", "76")
        assert record(session, city.supervisor, one, "2022", "76", version=1).version == 2
        with pytest.raises(ReadMeanwhile, match="杜督查已填报"):
            record(session, city.liaison, one, "2022", "77", version=1)
        assert [row.value for row in session.scalars(select(IndicatorReading))] == [76]

    def test_the_latest_year_is_judged_and_gaps_are_told(self, session: Session, city: City, plan: Plan) -> None:
        one = an_indicator(session, plan, owner=city.education)
        record(session, city.liaison, one, "2022", "77")
        (row,) = own_indicators(session, the_actor(city.liaison), TODAY)
        assert (row.course.state, row.missing) == (CourseState.BEHIND, (2021,))
        record(session, city.liaison, one, "2021", "90")
        (row,) = own_indicators(session, the_actor(city.liaison), TODAY)
        assert (row.course.state, row.missing) == (CourseState.BEHIND, ())
        assert row.course.why == "2022年完成值为77%，按基期到目标的进程，2022年应不少于78%，相差1个百分点。"


class TestReach:
    def test_who_sees_the_plan_sees_its_indicators(self, session: Session, city: City, plan: Plan) -> None:
        one = an_indicator(session, plan, owner=city.education)
        countys = an_indicator(session, a_plan(session, city.county), "乙")
        for who, reports in ((city.liaison, True), (city.neighbour, False)):
            page = indicator_page(session, the_actor(who), TODAY, one.id)
            assert (page.may_report, page.may_decide) == (reports, False)
        for who, unseen in ((city.liaison, countys), (city.nobody, one)):
            with pytest.raises(NotFound):
                indicator_page(session, the_actor(who), TODAY, unseen.id)
            with pytest.raises(NotFound):
                indicator_list(session, the_actor(who), TODAY, unseen.plan_id)
        assert own_indicators(session, the_actor(city.neighbour), TODAY) == []

    def test_a_leader_reads_and_changes_nothing(self, session: Session, city: City, plan: Plan) -> None:
        one = an_indicator(session, plan, owner=city.education)
        page = indicator_page(session, the_actor(city.leader), TODAY, one.id)
        assert (page.may_report, page.may_decide, page.units) == (False, False, ())

    def test_who_has_a_task_of_the_plan_sees_its_list(self, session: Session, city: City, plan: Plan) -> None:
        an_indicator(session, plan)
        a_task(session, plan, city.finance, due_on=TODAY + timedelta(days=9))
        session.commit()
        assert len(indicator_list(session, the_actor(city.neighbour), TODAY, plan.id).rows) == 1
