"""Rows that raise: set aside, told, tried again by every run, forgotten once they are well; the others are told."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, select, text
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_city, a_plan, a_task
from tests.unit.services.sweep_counts import of_kind
from tracker.domain.history import ADOPTED
from tracker.domain.lifecycle import State
from tracker.domain.notices import NoticeKind
from tracker.services import sweep as sweeping
from tracker.services import sweep_batches, sweep_kinds
from tracker.services.sweep import sweep
from tracker.services.sweep_report import SweepReport
from tracker.store.engine import make_engine, write_session
from tracker.store.notices import Notice, SweepRun
from tracker.store.schedule import FaultKind, SweepFault
from tracker.store.tasks import Assignment, HistoryEntry, Task
from tracker.store.timing import SeriesOccurrence, TaskSeries

WORKED = State.IN_PROGRESS
MORNING = datetime.combine(TODAY, datetime.min.time(), UTC) - timedelta(hours=7, minutes=55)
HOUR = timedelta(hours=1)


@pytest.fixture
def url(either_url: str) -> str:
    """Each test runs on both kinds of database."""
    return either_url


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


def run(engine: Engine, after: timedelta = timedelta(), day: date = TODAY) -> SweepReport:
    return sweep(engine, MORNING + (day - TODAY) + after, day)


def read(session: Session, query: Any) -> list[Any]:
    """The rows as they are now; the transaction is ended at once."""
    session.commit()
    rows = [tuple(row) for row in session.execute(query)]
    session.commit()
    return rows


def aside(session: Session) -> list[tuple[FaultKind, int, str, int]]:
    query = select(SweepFault.kind, SweepFault.row_id, SweepFault.words, SweepFault.tries)
    return read(session, query.order_by(SweepFault.id))


def parts_told(session: Session, kind: NoticeKind) -> list[int]:
    return [part_id for (part_id,) in read(session, select(Notice.assignment_id).where(Notice.kind == kind).distinct())]


def poison(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, is_bad: Callable[..., bool]) -> Callable[[], None]:
    """Makes a function raise for what ``is_bad`` says of its arguments; gives back how to mend it."""
    real = getattr(module, name)

    def raising(*given: Any) -> Any:
        if is_bad(*given):
            raise ValueError("这一行读不出来\n第二行")
        return real(*given)

    monkeypatch.setattr(module, name, raising)
    return lambda: monkeypatch.setattr(module, name, real)


def test_a_part_is_set_aside_tried_again_and_told_once_it_is_well(
    engine: Engine, session: Session, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The runs after it find nothing that changed: they look at it because it is set aside."""
    plan = a_plan(session, city.root)
    days = (-1, -2, -3)
    parts = [
        a_task(session, plan, city.education, due_on=TODAY + timedelta(day), state=WORKED).assignments[0]
        for day in days
    ]
    session.commit()
    mend = poison(monkeypatch, sweeping, "owed", lambda due_on, *_: due_on == TODAY - timedelta(2))
    assert run(engine).failures == (f"分工 {parts[1].id}：这一行读不出来",)
    assert aside(session) == [(FaultKind.PART, parts[1].id, "这一行读不出来", 1)]
    assert parts_told(session, NoticeKind.OVERDUE) == [parts[0].id, parts[2].id]
    assert run(engine, HOUR).total == 0
    [(first_at, last_at)] = read(session, select(SweepFault.first_at, SweepFault.last_at))
    assert (first_at, last_at) == (MORNING, MORNING + HOUR)
    assert aside(session)[0][3] == 2
    mend()
    report = run(engine, 2 * HOUR)
    assert (report.failures, report.recorded) == ((), {1: 1})
    assert sorted(parts_told(session, NoticeKind.OVERDUE)) == [part.id for part in parts]
    assert aside(session) == []
    assert run(engine, 3 * HOUR).total == 0


def test_what_an_earlier_run_should_have_flagged_is_set_aside_too(
    engine: Engine, session: Session, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that came in behind the sweep's back are told with their flag: a poisoned one among them stops none."""
    run(engine)
    plan = a_plan(session, city.root)
    for day in (-2, -3, -4):
        a_task(session, plan, city.education, due_on=TODAY + timedelta(day), state=WORKED)
    session.commit()
    mend = poison(monkeypatch, sweeping, "owed", lambda due_on, *_: due_on == TODAY - timedelta(3))
    report = run(engine, HOUR)
    assert (report.flagged, report.total, len(report.failures)) == (3, 2, 1)
    mend()
    assert run(engine, 2 * HOUR).total == 1


def test_milestones(engine: Engine, session: Session, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = a_plan(session, city.root)
    days = [TODAY + timedelta(day) for day in (1, 2, 3)]
    tasks = [a_task(session, plan, city.education, state=WORKED, milestones=((f"到{day}", day),)) for day in days]
    session.commit()
    mend = poison(monkeypatch, sweep_kinds, "owed", lambda due_on, *_: due_on == days[1])
    bad = tasks[1].milestones[0].id
    assert run(engine).failures == (f"节点提醒（节点 {bad}）：这一行读不出来",)
    assert aside(session) == [(FaultKind.MILESTONE, bad, "这一行读不出来", 1)]
    assert len(parts_told(session, NoticeKind.MILESTONE_SOON)) == 2
    mend()
    assert of_kind(run(engine, HOUR), NoticeKind.MILESTONE_SOON) == 1
    assert aside(session) == []


def test_signing(engine: Engine, session: Session, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = a_plan(session, city.root)
    parts = [a_task(session, plan, city.education, due_on=None).assignments[0] for _ in range(3)]
    parts[1].dispatched_at -= timedelta(days=1)
    session.commit()
    bad_day = (parts[1].dispatched_at + timedelta(hours=8)).date()
    # It asks the same function, of other days.
    monkeypatch.setattr(sweep_kinds, "_latest_dispatch", lambda wanted: wanted.clock.start_of(TODAY - timedelta(7)))
    mend = poison(monkeypatch, sweep_kinds, "sign_limit", lambda _, day: day == bad_day)
    report = run(engine)
    assert report.failures == (f"超期未签收提醒（分工 {parts[1].id}）：这一行读不出来",)
    assert of_kind(report, NoticeKind.UNSIGNED) == 2
    mend()
    assert of_kind(run(engine, HOUR), NoticeKind.UNSIGNED) == 1


def test_an_event_is_told_although_it_has_become_old(
    engine: Engine, session: Session, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events are looked for since the last run alone: one that raised then is found by its id."""
    run(engine)
    plan = a_plan(session, city.root)
    for _ in range(3):
        part = a_task(session, plan, city.education, due_on=None, state=WORKED).assignments[0]
        part.history.append(HistoryEntry(event="return", at=MORNING + HOUR, actor_name="督", to_state=WORKED))
    session.commit()
    [_, (bad,), _] = read(session, select(HistoryEntry.id).where(HistoryEntry.event == "return"))
    mend = poison(monkeypatch, sweep_kinds, "_entry_row", lambda entry, _: entry.id == bad)
    report = run(engine, HOUR)
    assert of_kind(report, NoticeKind.DECIDED) == 2
    assert report.failures == (f"办理情况通知（办理记录 {bad}）：这一行读不出来",)
    assert of_kind(run(engine, 3 * HOUR), NoticeKind.DECIDED) == 0
    mend()
    assert of_kind(run(engine, 4 * HOUR), NoticeKind.DECIDED) == 1
    assert aside(session) == []


def test_a_series(engine: Engine, session: Session, city: City) -> None:
    plan = a_plan(session, city.root)
    rows = []
    for rhythm in ("M1:1-25", "?", "M1:1-25"):
        task = a_task(session, plan, city.education, due_on=TODAY - timedelta(30))
        row = TaskSeries(template=task, rhythm=rhythm, starts_on=TODAY - timedelta(60), created_at=NOW)
        row.occurrences = [SeriesOccurrence(due_on=TODAY - timedelta(30), task=task)]
        session.add(row)
        rows.append(row)
    session.commit()
    report = run(engine)
    assert report.made == 4  # of each of the two: the day that passed, and the next
    assert report.failures == (f"周期任务 {rows[1].id}：不是周期代码：?",)
    rows[1].rhythm = "M1:1-25"
    session.commit()
    assert run(engine, HOUR).made == 2
    assert aside(session) == []


def test_a_row_that_is_gone_is_forgotten(
    engine: Engine, session: Session, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = a_task(session, a_plan(session, city.root), city.education, due_on=TODAY - timedelta(1), state=WORKED)
    session.commit()
    poison(monkeypatch, sweeping, "owed", lambda *_: True)
    run(engine)
    assert len(aside(session)) == 1
    session.execute(delete(Task).where(Task.id == task.id))
    session.commit()
    assert run(engine, HOUR).failures == ()
    assert aside(session) == []


def test_a_fault_that_stays_leaves_no_row_for_every_run(
    engine: Engine, session: Session, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_task(session, a_plan(session, city.root), city.education, due_on=TODAY - timedelta(1), state=WORKED)
    session.commit()
    poison(monkeypatch, sweeping, "owed", lambda *_: True)
    for hours in range(5):
        run(engine, hours * HOUR)
    assert [flagged for (flagged,) in read(session, select(SweepRun.flagged).order_by(SweepRun.id))] == [1, 0]
    assert aside(session)[0][3] == 5


def test_batches_are_committed_one_by_one(
    engine: Engine, session: Session, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stops the whole run takes nothing back of what was told before it."""
    plan = a_plan(session, city.root)
    for n in range(6):
        a_task(session, plan, city.education, due_on=TODAY - timedelta(1), state=WORKED, title=f"第{n}项")
    session.commit()
    monkeypatch.setattr(sweep_batches, "ROWS_AT_ONCE", 2)
    real, calls = sweeping.decide, []

    def dies_at_the_third(*given: Any) -> Any:
        calls.append(given)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(*given)

    monkeypatch.setattr(sweeping, "decide", dies_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        run(engine)
    assert len(parts_told(session, NoticeKind.OVERDUE)) == 4
    monkeypatch.setattr(sweeping, "decide", real)
    assert run(engine, HOUR).total == 2


def test_days_that_are_none_stop_nobody(sqlite_url: str) -> None:
    """SQLite lets any text stand in a date's place, and the driver raises when it reads one: in every kind of row."""
    engine = make_engine(sqlite_url)
    with write_session(engine) as session:
        city = a_city(session)
        plan = a_plan(session, city.root)
        tasks = [
            a_task(session, plan, city.education, due_on=None, milestones=(("节点", TODAY + timedelta(1)),))
            for _ in range(2)
        ]
        good, bad = (task.assignments[0].id for task in tasks)
        new = HistoryEntry(event=ADOPTED, at=MORNING, actor_name="督", to_state=State.DISPATCHED)
        tasks[1].assignments[0].history.append(new)
        session.commit()
        milestone = tasks[1].milestones[0].id
        session.execute(text("UPDATE milestone SET due_on = '2023-06-1x' WHERE id = :id"), {"id": milestone})
        session.execute(text("UPDATE assignment SET dispatched_at = '2023-05-01 25:00' WHERE id = :id"), {"id": bad})
        session.execute(text("UPDATE history_entry SET at = '2023-06-15 25:00' WHERE id = :id"), {"id": new.id})
        session.commit()
        report = run(engine)
        kinds = {(kind, row_id) for kind, row_id, _, _ in aside(session)}
        assert kinds == {
            (FaultKind.MILESTONE, milestone),
            (FaultKind.UNSIGNED, bad),
            (FaultKind.ENTRY, new.id),
        }
        assert len(report.failures) == 3
        assert parts_told(session, NoticeKind.UNSIGNED) == [good]
        assert good in parts_told(session, NoticeKind.MILESTONE_SOON)
        assert read(session, select(Assignment.id).where(Assignment.id == good))
    engine.dispose()
