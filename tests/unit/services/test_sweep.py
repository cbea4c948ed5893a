"""The sweep on SQLite and on PostgreSQL: what it flags, whom it tells, and that it tells each thing once."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, text
from sqlalchemy.orm import Session

from tests.builders import TODAY, City, a_city, a_person, a_plan, a_task, a_unit, the_actor
from tests.unit.services.sweep_counts import of_kind
from tracker.domain.access import Office
from tracker.domain.lifecycle import CHASED_STATES, Event, State, TaskState
from tracker.domain.notices import Ladder, NoticeKind, owed
from tracker.domain.roles import Role
from tracker.services import sweep as sweeping
from tracker.services.notice_policies import make_version
from tracker.services.sweep import sweep
from tracker.services.sweep_report import SweepReport
from tracker.store import sweep_queries
from tracker.store.engine import make_engine, write_session
from tracker.store.notices import MailState, Notice, SweepRun
from tracker.store.sweep_queries import DATED_KINDS
from tracker.store.tasks import Assignment, HistoryEntry


@pytest.fixture
def url(either_url: str) -> str:
    """Each test runs on both kinds of database."""
    return either_url


def in_days(count: int) -> date:
    return TODAY + timedelta(days=count)


def at(day: date) -> datetime:
    """00:05 in the office on that day."""
    return datetime.combine(day, datetime.min.time(), UTC) - timedelta(hours=7, minutes=55)


def run(engine: Engine, day: date = TODAY) -> SweepReport:
    return sweep(engine, at(day), day)


def task_due(session: Session, city: City, due_on: date | None, **changes: Any) -> Assignment:
    """A part of the education bureau that is signed for, committed."""
    changes.setdefault("state", State.IN_PROGRESS)
    task = a_task(session, a_plan(session, city.root), city.education, due_on=due_on, **changes)
    session.commit()
    return task.assignments[0]


def read(session: Session, query: Any) -> list[Any]:
    """The rows as they are now. The transaction is ended at once: it would keep the sweep from writing."""
    session.commit()
    rows = [tuple(row) for row in session.execute(query)]
    session.commit()
    return rows


def told(session: Session) -> list[tuple[int, str, int]]:
    """(step, recipient, days late) of every notice on a part's own date."""
    query = select(Notice.step, Notice.recipient_key, Notice.late_days).where(Notice.kind.in_(DATED_KINDS))
    return read(session, query.order_by(Notice.id))


def flag_of(session: Session, part: Assignment) -> date | None:
    found: date | None = read(session, select(Assignment.overdue_flagged_on).where(Assignment.id == part.id))[0][0]
    return found


def test_what_is_overdue_is_flagged_and_told(engine: Engine, session: Session, city: City) -> None:
    part = task_due(session, city, in_days(-1), state=State.IN_PROGRESS)
    before = part.version, part.sequence, part.changed_at
    report = run(engine)
    assert (report.flagged, report.recorded, report.total) == (1, {1: 1}, 1)
    assert of_kind(report, NoticeKind.OVERDUE) == 1
    assert of_kind(report, NoticeKind.DUE_SOON) == 0
    assert flag_of(session, part) == TODAY
    assert told(session) == [(1, f"person:{city.liaison.id}", 0)]
    session.refresh(part)
    session.commit()
    # Somebody who has the part open in a form is not told that it changed, and calendars are not stirred.
    assert (part.version, part.sequence, part.changed_at) == before


def test_a_notice_says_all(engine: Engine, session: Session, city: City) -> None:
    part = task_due(session, city, in_days(3))
    run(engine)
    notice = session.scalars(select(Notice)).one()
    assert (notice.assignment_id, notice.kind, notice.due_on) == (part.id, NoticeKind.DUE_SOON, in_days(3))
    assert (notice.planned_on, notice.recorded_at, notice.person_id) == (TODAY, at(TODAY), city.liaison.id)
    assert (notice.mail_state, notice.mail_attempts, notice.read_at) == (MailState.WAITING, 0, None)


def test_due_today_is_not_overdue(engine: Engine, session: Session, city: City) -> None:
    part = task_due(session, city, TODAY)
    assert run(engine).flagged == 0
    assert flag_of(session, part) is None
    assert [step for step, _, _ in told(session)] == [0]


@pytest.mark.parametrize("state", State)
def test_only_what_a_unit_still_owes_is_chased(engine: Engine, session: Session, city: City, state: State) -> None:
    part = task_due(session, city, in_days(-1), state=state)
    report = run(engine)
    chased = state in CHASED_STATES
    assert (report.flagged, report.total - of_kind(report, NoticeKind.UNSIGNED)) == ((1, 1) if chased else (0, 0))
    assert (flag_of(session, part) is not None) == chased


@pytest.mark.parametrize("task_state", [TaskState.COMPLETED, TaskState.WITHDRAWN])
def test_support_of_a_settled_task_is_neither_flagged_nor_told(
    engine: Engine, session: Session, city: City, task_state: TaskState
) -> None:
    task = a_task(session, a_plan(session, city.root), (city.education, Role.SUPPORT), due_on=in_days(-1))
    task.state, task.completed_on = task_state, in_days(-2) if task_state is TaskState.COMPLETED else None
    session.commit()
    report = run(engine)
    assert (report.flagged, report.total) == (0, 0)


def test_support_of_a_task_that_was_reopened_is_told_of_what_it_missed(
    engine: Engine, session: Session, city: City
) -> None:
    task = a_task(session, a_plan(session, city.root), (city.education, Role.SUPPORT), due_on=in_days(-3))
    task.state, task.completed_on = TaskState.COMPLETED, in_days(-4)
    session.commit()
    run(engine)
    task.state, task.completed_on = TaskState.OPEN, None
    session.commit()
    report = run(engine, in_days(1))
    assert (report.flagged, report.recorded) == (1, {1: 1})


def test_what_has_no_date_is_left_alone(engine: Engine, session: Session, city: City) -> None:
    task_due(session, city, None)
    report = run(engine)
    assert (report.flagged, report.total) == (0, 0)


def test_twice_is_once(engine: Engine, session: Session, city: City) -> None:
    for days in (-40, -8, -1, 0, 1, 7, 25, 31):
        task_due(session, city, in_days(days))
    first = run(engine)
    notices = told(session)
    assert first.flagged == 3
    # Given out on 15 May: the one due on 6 May starts at its last rung before that.
    assert len(notices) == first.total == 2 + 2 + 1 + 1 + 1 + 1 + 1
    for _ in range(2):
        again = run(engine)
        assert (again.flagged, again.total) == (0, 0)
    assert told(session) == notices


def test_day_by_day_up_the_ladder(engine: Engine, session: Session, city: City) -> None:
    """A month before to more than a month after, a sweep each day: every rung on its day, once."""
    task_due(session, city, in_days(31))
    liaison = f"person:{city.liaison.id}"
    expected = {31 + days: [(days, liaison, 0)] for days in (-30, -7, -3, -1, 0, 1, 7, 15, 30)}
    for day in range(70):
        known = len(told(session))
        run(engine, in_days(day))
        assert told(session)[known:] == expected.get(day, []), day


def test_all_liaisons_and_the_head(engine: Engine, session: Session, city: City) -> None:
    second = a_person(session, "second", (Office.LIAISON, city.education))
    a_person(session, "gone", (Office.LIAISON, city.education), active=False)
    head = a_person(session, "head", (Office.LEADER, city.education))
    both = a_person(session, "both", (Office.LEADER, city.education), (Office.LIAISON, city.education))
    task_due(session, city, in_days(-1))
    task_due(session, city, in_days(3))
    run(engine)
    liaisons = {f"person:{each.id}" for each in (city.liaison, second, both)}
    assert {key for step, key, _ in told(session) if step == -3} == liaisons
    assert {key for step, key, _ in told(session) if step == 1} == liaisons | {f"person:{head.id}"}
    assert len(told(session)) == 3 + 4


def test_a_leader_above_is_not_the_units_head(engine: Engine, session: Session, city: City) -> None:
    task_due(session, city, in_days(-1))
    run(engine)
    assert f"person:{city.leader.id}" not in {key for _, key, _ in told(session)}


def test_a_unit_without_liaison_is_named(engine: Engine, session: Session, city: City) -> None:
    lonely = a_unit(session, "市气象局", city.root)
    closed = a_unit(session, "市旧局", city.root, active=False)
    a_person(session, "old", (Office.LIAISON, closed))
    a_task(session, a_plan(session, city.root), lonely, closed, city.education, due_on=in_days(-1))
    session.commit()
    report = run(engine)
    assert set(report.unreachable) == {"市气象局", "市旧局"}
    assert {key for _, key, _ in told(session)} == {
        f"unit:{lonely.id}",
        f"unit:{closed.id}",
        f"person:{city.liaison.id}",
    }
    assert run(engine).unreachable == ()


def test_ten_days_of_downtime(engine: Engine, session: Session, city: City) -> None:
    """What fell due meanwhile is recorded with how late; what was told before is not told again.

    A reminder that a later rung has overtaken stands on record, and nobody is bothered with it.
    """
    old = task_due(session, city, in_days(-12))
    run(engine, in_days(-10))
    assert told(session) == [(1, f"person:{city.liaison.id}", 1)]
    meanwhile = task_due(session, city, in_days(-9))
    task_due(session, city, in_days(1))
    report = run(engine)
    assert report.late_days == 9
    assert report.late_notices == 6
    assert report.flagged == 1
    later = select(Notice.assignment_id, Notice.step, Notice.late_days).where(Notice.recorded_at == at(TODAY))
    assert set(read(session, later.where(Notice.assignment_id.in_([old.id, meanwhile.id])))) == {
        (old.id, 7, 5),
        (meanwhile.id, 0, 9),
        (meanwhile.id, 1, 8),
        (meanwhile.id, 7, 2),
    }
    unread = select(Notice.step).where(Notice.recorded_at == at(TODAY), Notice.read_at.is_(None))
    assert sorted(step for (step,) in read(session, unread)) == [-1, 1, 7, 7]
    assert [step for step, _, late in told(session) if step <= 0 and not late] == [-1]


def test_work_given_out_on_the_eve_of_a_rung_is_told_of_the_last_alone(
    engine: Engine, session: Session, city: City
) -> None:
    run(engine)
    part = task_due(session, city, in_days(4))
    part.dispatched_at = part.changed_at = at(TODAY) + timedelta(hours=5)
    session.commit()
    run(engine, in_days(1))
    steps = select(Notice.step, Notice.mail_state).order_by(Notice.step)
    assert read(session, steps) == [(-7, MailState.UNNEEDED), (-3, MailState.WAITING)]
    assert read(session, steps.where(Notice.read_at.is_(None))) == [(-3, MailState.WAITING)]


def test_the_head_is_told_the_last_rung_that_heads_are_told_of(engine: Engine, session: Session, city: City) -> None:
    """A later rung that only liaisons hear of overtakes nothing for the head."""
    head = a_person(session, "head", (Office.LEADER, city.education))
    steps = [{"days": days, "label": f"{days}天", "copies_head": days in {-7, -3}} for days in (-7, -3, -1)]
    rules = {"steps": steps}
    make_version(
        session, the_actor(city.supervisor), at(TODAY), in_days(-20), rules, words="试行", day=in_days(-19), seen=0
    )
    run(engine, in_days(-7))
    task_due(session, city, in_days(1))
    run(engine)
    unread = select(Notice.step, Notice.recipient_key).where(Notice.read_at.is_(None)).order_by(Notice.step)
    assert read(session, unread) == [(-3, f"person:{head.id}"), (-1, f"person:{city.liaison.id}")]
    done = select(Notice.step, Notice.recipient_key, Notice.mail_state).where(Notice.read_at.is_not(None))
    assert set(read(session, done)) == {
        (-7, f"person:{head.id}", MailState.UNNEEDED),
        (-7, f"person:{city.liaison.id}", MailState.UNNEEDED),
        (-3, f"person:{city.liaison.id}", MailState.UNNEEDED),
    }


def test_a_day_without_sweep_in_between_is_no_downtime(engine: Engine, session: Session, city: City) -> None:
    assert run(engine).late_days == 0
    assert run(engine, in_days(1)).late_days == 0
    assert run(engine, in_days(3)).late_days == 1


def test_a_moved_date_clears_the_flag_and_is_told_anew(engine: Engine, session: Session, city: City) -> None:
    part = task_due(session, city, in_days(-1))
    run(engine)
    move(session, part, in_days(2), at(TODAY) + timedelta(hours=9))
    run(engine)
    assert flag_of(session, part) is None
    assert [step for step, _, _ in told(session)] == [1, -3]
    run(engine, in_days(3))
    assert flag_of(session, part) == in_days(3)
    assert [step for step, _, _ in told(session)] == [1, -3, -1, 0, 1]


def test_a_date_moved_within_the_past_keeps_the_flag_and_is_told_anew(
    engine: Engine, session: Session, city: City
) -> None:
    part = task_due(session, city, in_days(-9))
    run(engine)
    part.due_on, part.changed_at = in_days(-1), at(TODAY) + timedelta(hours=1)  # a correction, without history
    session.commit()
    run(engine)
    assert flag_of(session, part) == TODAY
    assert [step for step, _, _ in told(session)] == [1, 7, 1]


def move(session: Session, part: Assignment, due_on: date, when: datetime) -> None:
    """Moves a part's date the way the services do."""
    entry = HistoryEntry(event=Event.REPORT, at=when, actor_name="督查员", to_state=part.state)
    entry.due_from, entry.due_to = part.due_on, due_on
    part.history.append(entry)
    part.due_on, part.changed_at = due_on, when
    session.commit()


def test_resumed_long_after_is_told_once(engine: Engine, session: Session, city: City) -> None:
    """Suspended through its date: on resuming, the last rung alone, and not as if the sweep had been late."""
    part = task_due(session, city, in_days(-20), state=State.SUSPENDED)
    run(engine, in_days(-1))
    assert told(session) == []
    when = at(TODAY) - timedelta(minutes=1)
    part.history.append(
        HistoryEntry(
            event=Event.RESUME, at=when, actor_name="督", from_state=State.SUSPENDED, to_state=State.IN_PROGRESS
        )
    )
    part.state, part.changed_at = State.IN_PROGRESS, when
    session.commit()
    report = run(engine)
    assert report.flagged == 1
    assert told(session) == [(15, f"person:{city.liaison.id}", 0)]


def test_dispatched_during_the_day_is_told_the_same_day(engine: Engine, session: Session, city: City) -> None:
    run(engine)
    noon = at(TODAY) + timedelta(hours=12)
    part = task_due(session, city, in_days(5))
    part.dispatched_at = part.changed_at = noon
    session.commit()
    report = sweep(engine, noon + timedelta(minutes=5), TODAY)
    assert report.recorded == {-7: 1}


def test_what_came_in_behind_its_back_is_told(engine: Engine, session: Session, city: City) -> None:
    """Rows loaded with instants of last month, after the day was swept."""
    run(engine)
    task_due(session, city, in_days(-9))
    report = run(engine)
    assert (report.flagged, report.recorded) == (1, {7: 1})


def test_a_new_liaison_is_not_told_all_that_was(engine: Engine, session: Session, city: City) -> None:
    part = task_due(session, city, in_days(-20))
    run(engine)
    known = told(session)
    a_person(session, "new", (Office.LIAISON, city.education))
    part.changed_at = at(TODAY) + timedelta(hours=1)
    session.commit()
    run(engine)
    assert told(session) == known
    run(engine, in_days(10))
    assert len(told(session)) == len(known) + 2


def test_one_poisoned_row_stops_nobody(
    engine: Engine, session: Session, city: City, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    parts = [task_due(session, city, in_days(-days)) for days in (1, 2, 3)]

    def poisoned(due_on: date, since: date, today: date, ladder: Ladder, swept_on: date | None) -> Any:
        if due_on == in_days(-2):
            raise ValueError("this row cannot be read")
        return owed(due_on, since, today, ladder, swept_on)

    monkeypatch.setattr(sweeping, "owed", poisoned)
    report = run(engine)
    assert report.flagged == 3
    assert report.recorded == {1: 2}
    assert report.failures == (f"分工 {parts[1].id}：this row cannot be read",)
    [(error, finished_at)] = read(session, select(SweepRun.error, SweepRun.finished_at))
    assert (error, finished_at is not None) == (report.failures[0], True)


def test_a_date_that_is_none_stops_nobody(sqlite_url: str, caplog: pytest.LogCaptureFixture) -> None:
    """SQLite lets any text stand in a date's place."""
    caplog.set_level(logging.CRITICAL)
    engine = make_engine(sqlite_url)
    with write_session(engine) as session:
        city = a_city(session)
        good, bad = task_due(session, city, in_days(-1)), task_due(session, city, in_days(-1))
        session.execute(text("UPDATE assignment SET due_on = '2023-02-31' WHERE id = :id"), {"id": bad.id})
        session.commit()
        report = run(engine)
        assert report.flagged == 2
        assert [failure.split("：")[0] for failure in report.failures] == [f"分工 {bad.id}"]
        assert read(session, select(Notice.assignment_id)) == [(good.id,)]
    engine.dispose()


def test_sets_that_cannot_be_told_together_are_told_one_by_one(
    engine: Engine, session: Session, city: City, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    task_due(session, city, in_days(3))
    run(engine, in_days(-1))

    def broken(*_: Any) -> Any:
        raise RuntimeError("no sets today")

    monkeypatch.setattr(sweep_queries, "record_reached", broken)
    assert run(engine).recorded == {-3: 1}


def test_runs_that_found_nothing_leave_one_row(engine: Engine, session: Session, city: City) -> None:
    task_due(session, city, in_days(-1))
    for _ in range(4):
        run(engine)
    runs = read(session, select(SweepRun.day, SweepRun.flagged, SweepRun.recorded).order_by(SweepRun.id))
    assert runs == [(TODAY, 1, 1), (TODAY, 0, 0)]
    assert all(finished >= at(TODAY) for (finished,) in read(session, select(SweepRun.finished_at)))


def statements_of(engine: Engine, day: date) -> int:
    count = 0

    def counted(*_: Any) -> None:
        nonlocal count
        count += 1

    event.listen(engine, "before_cursor_execute", counted)
    try:
        run(engine, day)
    finally:
        event.remove(engine, "before_cursor_execute", counted)
    return count


def test_statements_do_not_grow_with_rows(engine: Engine, session: Session, city: City) -> None:
    """Three rows or three hundred on every rung: the same number of statements; nothing new: no more than that."""
    run(engine, in_days(-1))
    counts = []
    for day, rows in ((0, 3), (1, 300), (2, 0)):
        plan = a_plan(session, city.root, number=None)
        for n in range(rows):
            units = (city.education, city.finance)
            a_task(session, plan, *units, due_on=in_days(day + (-1, -7, 7, 3, 0)[n % 5]), state=State.IN_PROGRESS)
        session.commit()
        counts.append(statements_of(engine, in_days(day)))
    few, many, none = counts
    assert many == few
    assert none <= few
    assert few < 40
    assert len(told(session)) >= 600


def test_a_fixed_clock_that_comes_back_to_its_morning(engine: Engine, session: Session, city: City) -> None:
    """The sample's hours run round on one day: a change in the morning is seen although a run was in the evening."""
    sweep(engine, at(TODAY) + timedelta(hours=23), TODAY)
    part = task_due(session, city, in_days(5))
    part.dispatched_at = part.changed_at = at(TODAY) + timedelta(minutes=30)
    session.commit()
    assert sweep(engine, at(TODAY) + timedelta(hours=1), TODAY).recorded == {-7: 1}


def test_a_day_of_the_past_is_swept_from_its_own_runs(engine: Engine, session: Session, city: City) -> None:
    """A database that was swept for a later day: an earlier one neither counts as late nor loses anything."""
    task_due(session, city, in_days(3))
    run(engine, in_days(400))
    report = run(engine)
    assert report.late_days == 0
    assert report.recorded.get(-3) == 1
