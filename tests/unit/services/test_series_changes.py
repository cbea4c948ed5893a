"""Ending a series, changing its end, and following a new version of the plan."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_plan, a_task, the_actor
from tracker.domain.access import Forbidden
from tracker.domain.drafts import DeadlineKind
from tracker.domain.lifecycle import State, TaskState
from tracker.domain.roles import Role
from tracker.services.errors import Invalid, NotFound, Stale
from tracker.services.extensions import ask
from tracker.services.intake_facts import PlanFacts, correct_facts, facts_of
from tracker.services.ledger import ledger
from tracker.services.lit import When
from tracker.services.series import make_due_tasks
from tracker.services.series_changes import Stamp, change_end, end_with_clause, follow_clause, mark_of
from tracker.services.series_pages import series_page, series_view
from tracker.store.extensions import ExtensionState
from tracker.store.handling import Division
from tracker.store.tasks import Task
from tracker.store.timing import SeriesOccurrence, TaskSeries

END = date(2023, 12, 31)


@pytest.fixture
def row(session: Session, city: City) -> TaskSeries:
    """Every month on the 25th until the plan's end; the education bureau's first day is 25 June."""
    plan = a_plan(session, city.root, effective_until=END)
    kind = {"deadline_kind": DeadlineKind.RECURRING, "deadline_text": "每月25日前"}
    task = a_task(
        session, plan, city.education, due_on=date(2023, 6, 25), state=State.IN_PROGRESS, **kind  # type: ignore[arg-type]
    )  # fmt: skip
    made = TaskSeries(template=task, rhythm="M1:1-25", starts_on=plan.issued_on, ends_on=END, created_at=NOW)
    made.occurrences = [SeriesOccurrence(due_on=date(2023, 6, 25), task=task)]
    session.add(made)
    session.commit()
    return made


def days(session: Session) -> list[tuple[str, str]]:
    query = select(SeriesOccurrence.due_on, Task.state).join(Task).order_by(SeriesOccurrence.due_on)
    return [(day.isoformat()[5:], state.value) for day, state in session.execute(query)]


def change(  # noqa: PLR0917 - the fields of a form
    session: Session, city: City, row: TaskSeries, ends_on: date | None, today: date = TODAY, seen: str | None = None
) -> TaskSeries:
    now = NOW + (today - TODAY)
    mark = mark_of(row) if seen is None else seen
    return change_end(session, the_actor(city.supervisor), now, today, row.template_id, ends_on, "不再需要", mark)


def sweep_on(session: Session, day: date) -> int:
    made = make_due_tasks(session, NOW + (day - TODAY), day)
    session.commit()
    return made


def test_ended_today_what_lies_ahead_is_withdrawn(session: Session, city: City, row: TaskSeries) -> None:
    change(session, city, row, TODAY)
    assert days(session) == [("06-25", "withdrawn")]
    part = row.template.assignments[0]
    assert [(entry.event, entry.words) for entry in part.history[1:]] == [
        ("change_series", "周期由“每月25日，至2023年12月31日”改为“每月25日，至2023年6月15日”：不再需要"),
        ("withdraw", "周期任务已结束：不再需要"),
    ]
    assert sweep_on(session, date(2023, 9, 1)) == 0
    assert series_page(session, the_actor(city.supervisor), date(2023, 7, 1), row.template_id).is_over


def test_what_hangs_on_a_withdrawn_day_ends_with_it(session: Session, city: City, row: TaskSeries) -> None:
    part = row.template.assignments[0]
    asked = ask(session, the_actor(city.liaison), NOW, TODAY, part.id, part.version, date(2023, 7, 1), "材料未齐")
    child = a_task(session, row.template.plan, city.county, state=State.IN_PROGRESS)
    session.add(Division(task_id=child.id, parent_id=part.id, made_at=NOW))
    session.commit()
    change(session, city, row, TODAY)
    session.refresh(asked)
    assert (asked.state, asked.decision_words) == (ExtensionState.RECALLED, "事项撤销，申请自动终止。")
    session.refresh(child.assignments[0])
    assert "分工已撤销" in (child.assignments[0].history[-1].words or "")


def test_moved_out_again_the_days_ahead_are_dispatched_anew(session: Session, city: City, row: TaskSeries) -> None:
    change(session, city, row, TODAY)
    change(session, city, row, None)
    part = row.template.assignments[0]
    assert (part.state, part.withdrawn_on, part.due_on) == (State.DISPATCHED, None, date(2023, 6, 25))
    assert days(session) == [("06-25", "open")]
    (told,) = ledger(session, the_actor(city.supervisor), When(TODAY, ZoneInfo("Asia/Shanghai")))
    assert (told.then.state, told.then.due_on, told.then.withdrawn_on) == (State.DISPATCHED, date(2023, 6, 25), None)
    assert sweep_on(session, date(2023, 7, 1)) == 1


def test_days_of_a_pause_are_not_owed(session: Session, city: City, row: TaskSeries) -> None:
    change(session, city, row, date(2023, 6, 30))
    assert sweep_on(session, date(2023, 9, 10)) == 0
    change(session, city, row, END, today=date(2023, 9, 10))
    assert days(session) == [("06-25", "open"), ("09-25", "open")]
    assert sweep_on(session, date(2023, 9, 26)) == 1


def test_what_was_owed_before_the_change_comes(session: Session, city: City, row: TaskSeries) -> None:
    """The sweep did not run for two months; the change of the end must not swallow what fell due in them."""
    change(session, city, row, None, today=date(2023, 9, 10))
    assert [day for day, _ in days(session)] == ["06-25", "07-25", "08-25", "09-25"]


def test_what_is_done_stays(session: Session, city: City, row: TaskSeries) -> None:
    part = row.template.assignments[0]
    part.state, part.completed_on = State.COMPLETED, TODAY
    row.template.state, row.template.completed_on = TaskState.COMPLETED, TODAY
    session.commit()
    change(session, city, row, TODAY)
    assert days(session) == [("06-25", "completed")]


def test_refusals(session: Session, city: City, row: TaskSeries) -> None:
    with pytest.raises(Invalid, match="不能早于今天"):
        change(session, city, row, TODAY - timedelta(days=1))
    with pytest.raises(Invalid, match="理由"):
        change_end(session, the_actor(city.supervisor), NOW, TODAY, row.template_id, None, " ", mark_of(row))
    for who in (city.liaison, city.county_supervisor, city.leader):
        with pytest.raises(Forbidden):
            change_end(session, the_actor(who), NOW, TODAY, row.template_id, None, "x", mark_of(row))
    other = a_task(session, row.template.plan, city.education)
    session.commit()
    with pytest.raises(NotFound):
        change_end(session, the_actor(city.supervisor), NOW, TODAY, other.id, None, "x", "")


def test_a_stale_page_is_told_and_the_same_form_twice_is_one(session: Session, city: City, row: TaskSeries) -> None:
    seen = mark_of(row)
    change(session, city, row, None, seen=seen)
    change(session, city, row, None, seen=seen)
    assert len(row.template.assignments[0].history) == 2
    with pytest.raises(Stale, match="已被改为“每月25日”"):
        change(session, city, row, TODAY, seen=seen)


def stamp(city: City, today: date = TODAY) -> Stamp:
    return Stamp(the_actor(city.supervisor), NOW + (today - TODAY), today, "依据新版")


class TestNewVersion:
    def test_a_longer_plan_moves_the_end(self, session: Session, city: City, row: TaskSeries) -> None:
        row.template.plan = a_plan(session, city.root, effective_until=date(2025, 12, 31))
        follow_clause(session, row.template, END, stamp(city))
        assert row.ends_on == date(2025, 12, 31)

    def test_an_end_that_a_supervisor_set_stays(self, session: Session, city: City, row: TaskSeries) -> None:
        change(session, city, row, date(2023, 8, 31))
        row.template.plan = a_plan(session, city.root, effective_until=date(2025, 12, 31))
        follow_clause(session, row.template, END, stamp(city))
        assert row.ends_on == date(2023, 8, 31)

    def test_another_rhythm_moves_the_day_ahead(self, session: Session, city: City, row: TaskSeries) -> None:
        row.template.deadline_text = "每季度末"
        follow_clause(session, row.template, END, stamp(city))
        session.commit()
        session.expire_all()
        assert days(session) == [("06-30", "open")]
        assert (row.template.due_on, row.template.assignments[0].due_on) == (date(2023, 6, 30), date(2023, 6, 30))
        assert sweep_on(session, date(2023, 7, 1)) == 1
        assert days(session)[1] == ("09-30", "open")

    def test_a_clause_that_recurs_no_longer_ends_it(self, session: Session, city: City, row: TaskSeries) -> None:
        row.template.deadline_kind = DeadlineKind.ONGOING
        follow_clause(session, row.template, END, stamp(city))
        assert row.ends_on == TODAY - timedelta(days=1)

    def test_a_clause_left_out_ends_it(self, session: Session, city: City, row: TaskSeries) -> None:
        sweep_on(session, date(2023, 6, 26))
        end_with_clause(session, row.template, stamp(city, date(2023, 6, 26)))
        session.commit()
        assert days(session) == [("06-25", "open"), ("07-25", "withdrawn")]
        assert sweep_on(session, date(2023, 12, 1)) == 0

    def test_a_corrected_end_of_the_plan(self, session: Session, city: City, row: TaskSeries) -> None:
        plan = row.template.plan
        given = PlanFacts(plan.title, plan.number, plan.issuer, plan.issued_on, date(2023, 7, 31))
        correct_facts(session, the_actor(city.supervisor), NOW, TODAY, plan.id, given, facts_of(plan).mark)
        assert row.ends_on == date(2023, 7, 31)


class TestUnits:
    def test_a_closed_unit_gets_no_work_and_the_office_is_told(
        self, session: Session, city: City, row: TaskSeries
    ) -> None:
        city.education.active = False
        session.commit()
        sweep_on(session, date(2023, 6, 26))
        made = session.scalars(select(Task).where(Task.due_on == date(2023, 7, 25))).one()
        part = made.assignments[0]
        assert (part.state, [entry.event for entry in part.history]) == (State.DECLINED, ["adopt", "decline"])
        assert "“市教育局”已停用" in (part.history[1].words or "")

    def test_a_closed_unit_in_support_is_left_out(self, session: Session, city: City) -> None:
        plan = a_plan(session, city.root)
        units = (city.education, Role.LEAD), (city.finance, Role.SUPPORT)
        task = a_task(session, plan, *units, due_on=date(2023, 6, 25))
        row = TaskSeries(template=task, rhythm="M1:1-25", starts_on=TODAY, created_at=NOW)
        row.occurrences = [SeriesOccurrence(due_on=date(2023, 6, 25), task=task)]
        session.add(row)
        city.finance.active = False
        session.commit()
        sweep_on(session, date(2023, 6, 26))
        made = session.scalars(select(Task).where(Task.due_on == date(2023, 7, 25))).one()
        assert [part.unit_id for part in made.assignments] == [city.education.id]

    def test_a_new_day_asks_what_its_series_asks(self, session: Session, city: City, row: TaskSeries) -> None:
        row.template.evidence_required = row.template.awaits_opinions = True
        row.template.title = "按新版改过的名称"
        sweep_on(session, date(2023, 6, 26))
        made = session.scalars(select(Task).where(Task.due_on == date(2023, 7, 25))).one()
        assert (made.evidence_required, made.awaits_opinions, made.title) == (True, True, "按新版改过的名称")


def test_the_days_on_the_page(session: Session, city: City, row: TaskSeries) -> None:
    sweep_on(session, date(2023, 7, 26))
    view = series_view(session, the_actor(city.liaison), date(2023, 7, 26), row.template_id)
    assert view is not None
    assert [(day.due_on.isoformat()[5:], day.may_read, day.is_this) for day in view.past] == [
        ("06-25", True, True),
        ("07-25", True, False),
        ("08-25", True, False),
    ]
    assert [day.isoformat()[5:] for day in view.ahead] == ["09-25", "10-25", "11-25", "12-25"]
    assert (view.may_change, view.is_over, view.label) == (False, False, "每月25日，至2023年12月31日")
