"""Recurring duties: adoption begins a series, the sweep lets its days come, each once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_city, the_actor
from tests.intake_texts import a_draft, a_reading
from tracker.domain.deadlines import read_deadline
from tracker.domain.drafts import Deadline
from tracker.domain.lifecycle import State, TaskState
from tracker.services.intake import import_source
from tracker.services.intake_adopt import adopt, adopt_sure
from tracker.services.intake_review import review
from tracker.services.series import label_of, make_due_tasks, series_of_task
from tracker.services.sweep import sweep
from tracker.store.audit import AuditEntry
from tracker.store.engine import make_engine, write_session
from tracker.store.plan_queries import drafts_of
from tracker.store.plans import Draft, Source
from tracker.store.tasks import Assignment, Task
from tracker.store.timing import SeriesOccurrence, TaskSeries

ISSUED = date(2023, 1, 4)


def a_recurring_draft(session: Session, city: City, phrase: str, until: date | None = None) -> Draft:
    reading = read_deadline(phrase, ISSUED)
    draft = a_draft(
        "报送情况", "市教育局", deadline=reading.deadline, doubts=reading.doubts, milestones=reading.milestones
    )
    done = import_source(session, the_actor(city.supervisor), NOW, a_reading(draft), city.root.id)
    row = drafts_of(session, session.get_one(Source, done.source_id).plans[0].id)[0]
    row.plan.issued_on, row.plan.effective_until = ISSUED, until
    session.commit()
    return row


def adopted(session: Session, city: City, phrase: str, until: date | None = None) -> Task:
    draft = a_recurring_draft(session, city, phrase, until)
    done = adopt(session, the_actor(city.supervisor), NOW, TODAY, draft.id, draft.version)
    return session.get_one(Task, done.task_id)


def due_days(session: Session) -> list[str]:
    return [day.isoformat() for day in session.scalars(select(Task.due_on).order_by(Task.due_on)) if day]


@pytest.mark.parametrize(
    ("phrase", "until", "due_on", "told"),
    [
        ("每月25日前", None, "2023-06-25", "每月25日"),
        ("每季度末", date(2025, 12, 31), "2023-06-30", "每季度末，至2025年12月31日"),
        ("每年6月、12月底前", None, "2023-06-30", "每年6月底、12月底"),
        ("每年3月底前", None, "2024-03-31", "每年3月底"),
        ("自2024年起，每年3月底前", None, "2024-03-31", "每年3月底"),
        ("从2025年开始，每季度末", None, "2025-03-31", "每季度末"),
    ],
)
def test_the_task_is_due_on_the_next_day_of_its_series(  # noqa: PLR0917 - the cells of a row
    session: Session, city: City, phrase: str, until: date | None, due_on: str, told: str
) -> None:
    task = adopted(session, city, phrase, until)
    assert {str(task.due_on), str(task.original_due_on)} == {due_on}
    assert [(str(part.due_on), str(part.history[0].due_to)) for part in task.assignments] == [(due_on, due_on)]
    series = series_of_task(session, task.id)
    assert series is not None
    assert (label_of(series), series.template_id) == (told, task.id)


def test_a_duty_without_days_of_its_own_stays_undated(session: Session, city: City) -> None:
    task = adopted(session, city, "每年汛期前")
    assert (task.due_on, session.scalar(select(func.count()).select_from(TaskSeries))) == (None, 0)


def test_a_series_that_is_over_stays_undated(session: Session, city: City) -> None:
    assert adopted(session, city, "每月25日前", date(2023, 5, 31)).due_on is None


def test_other_drafts_make_no_series(session: Session, city: City) -> None:
    draft = a_draft("报送情况", "市教育局", deadline=Deadline())
    done = import_source(session, the_actor(city.supervisor), NOW, a_reading(draft), city.root.id)
    row = drafts_of(session, session.get_one(Source, done.source_id).plans[0].id)[0]
    adopt(session, the_actor(city.supervisor), NOW, TODAY, row.id, row.version)
    assert session.scalar(select(func.count()).select_from(TaskSeries)) == 0


def test_a_series_is_looked_at_before_it_is_adopted(session: Session, city: City) -> None:
    draft = a_recurring_draft(session, city, "每月25日前")
    assert adopt_sure(session, the_actor(city.supervisor), NOW, TODAY, draft.plan_id) == 0
    (row,) = review(session, the_actor(city.supervisor), draft.plan_id).page.rows
    assert [question.words for question in row.questions] == [
        "周期任务（每月25日），采纳后每到一期自动新立一项任务，请核对"
    ]


def test_days_come_once_in_order_and_the_next_is_there(session: Session, city: City) -> None:
    task = adopted(session, city, "每月25日前")
    task.assignments[0].state, task.assignments[0].percent = State.IN_PROGRESS, 60
    assert make_due_tasks(session, NOW, TODAY) == 0
    for day in (date(2023, 6, 25), date(2023, 6, 26), date(2023, 6, 27)):
        make_due_tasks(session, NOW, day)
        session.commit()
    assert due_days(session) == ["2023-06-25", "2023-07-25"]
    made = session.scalars(select(Task).where(Task.id != task.id)).one()
    part = made.assignments[0]
    assert (made.title, made.quote, made.state, made.draft_id) == (task.title, task.quote, TaskState.OPEN, None)
    assert (part.unit_id, part.state, part.percent, str(part.due_on)) == (
        task.assignments[0].unit_id,
        State.DISPATCHED,
        0,
        "2023-07-25",
    )
    assert make_due_tasks(session, NOW, date(2023, 10, 1)) == 3
    assert due_days(session)[2:] == ["2023-08-25", "2023-09-25", "2023-10-25"]


def test_the_end_of_the_plan_ends_the_series(session: Session, city: City) -> None:
    adopted(session, city, "每月25日前", date(2023, 7, 31))
    assert make_due_tasks(session, NOW, date(2024, 1, 1)) == 1
    assert due_days(session) == ["2023-06-25", "2023-07-25"]


def test_a_withdrawn_day_stays_withdrawn_and_the_others_come(session: Session, city: City) -> None:
    task = adopted(session, city, "每月25日前")
    task.state = TaskState.WITHDRAWN
    task.assignments[0].state, task.assignments[0].withdrawn_on = State.WITHDRAWN, TODAY
    session.commit()
    assert make_due_tasks(session, NOW, date(2023, 9, 1)) == 3
    assert due_days(session) == ["2023-06-25", "2023-07-25", "2023-08-25", "2023-09-25"]


def test_the_sweep_lets_them_come(sqlite_url: str) -> None:
    engine: Engine = make_engine(sqlite_url)
    with write_session(engine) as session:
        adopted(session, a_city(session), "每季度末")
    day = date(2023, 7, 1)
    reports = [sweep(engine, NOW + timedelta(days=16), day) for _ in range(2)]
    assert [report.made for report in reports] == [1, 0]
    assert [report.flagged for report in reports] == [1, 0]
    with Session(engine) as session:
        assert due_days(session) == ["2023-06-30", "2023-09-30"]
        assert session.scalar(select(func.count()).select_from(SeriesOccurrence)) == 2
        assert session.scalar(select(func.count()).select_from(Assignment)) == 2
    engine.dispose()


def test_the_audit_log_tells_of_a_day_that_came_at_the_sweeps_own_instant(
    session: Session, city: City, engine: Engine
) -> None:
    adopted(session, city, "每月25日前")
    later = NOW + timedelta(days=16)
    sweep(engine, later, TODAY + timedelta(days=16))
    made = select(AuditEntry.actor_name, AuditEntry.at).where(
        AuditEntry.act == "create", AuditEntry.subject == "task", AuditEntry.detail.contains("2023-07-25")
    )
    assert [tuple(row) for row in session.execute(made)] == [("系统", later)]
