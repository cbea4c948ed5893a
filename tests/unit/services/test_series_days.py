"""The days that come are those of the pure list, whatever series, calendar, downtime and order of sweeps."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, a_city, a_plan, a_task, the_actor
from tracker.domain.access import Actor
from tracker.domain.drafts import DeadlineKind
from tracker.domain.lifecycle import State, TaskState
from tracker.domain.series import Cycle, Mark, Rhythm, Series, next_due, occurrences, rhythm_of
from tracker.domain.workdays import announced_calendar, spans_of
from tracker.services.calendars import work_calendar
from tracker.services.recounting import recount
from tracker.services.series import make_due_tasks
from tracker.services.sweep import sweep
from tracker.store.engine import make_engine, write_session
from tracker.store.people import Person
from tracker.store.tasks import Task
from tracker.store.timing import CalendarYear, SeriesOccurrence, TaskSeries
from tracker.store.units import Unit

CALENDAR = announced_calendar()
MARKS = st.builds(Mark, st.integers(1, 3), st.integers(0, 31)) | st.builds(
    Mark, st.integers(1, 2), st.integers(1, 10), st.just(True)
)
RHYTHMS = st.one_of(
    st.builds(
        Rhythm,
        st.sampled_from([Cycle.YEAR, Cycle.HALF_YEAR, Cycle.QUARTER, Cycle.MONTH]),
        st.lists(MARKS, min_size=1, max_size=3).map(tuple),
        st.integers(1, 3),
    ),
    st.builds(
        Rhythm,
        st.just(Cycle.WEEK),
        st.lists(st.builds(Mark, st.just(0), st.integers(1, 7)), min_size=1, max_size=2).map(tuple),
        st.integers(1, 2),
    ),
)


@pytest.fixture
def engine(either_url: str) -> Iterator[Engine]:
    made = make_engine(either_url)
    with write_session(made) as session:
        a_city(session)
    yield made
    made.dispose()


def begin(session: Session, series: Series) -> int | None:
    """A series in the database as adoption begins it on TODAY; its id, None where it is over."""
    due_on = next_due(series, TODAY - timedelta(days=1), CALENDAR)
    if due_on is None:
        return None
    root = session.scalars(select(Unit).where(Unit.parent_id.is_(None))).one()
    unit = session.scalars(select(Unit).where(Unit.name == "市教育局")).one()
    kind: dict[str, Any] = {"deadline_kind": DeadlineKind.RECURRING, "deadline_text": "每月"}
    task = a_task(session, a_plan(session, root), unit, due_on=due_on, **kind)
    row = TaskSeries(template=task, rhythm=series.rhythm.code, starts_on=series.starts_on, ends_on=series.ends_on)
    row.created_at, row.occurrences = NOW, [SeriesOccurrence(due_on=due_on, task=task)]
    session.add(row)
    session.commit()
    return row.id


def came(session: Session, series_id: int) -> list[date]:
    query = select(SeriesOccurrence.due_on).where(SeriesOccurrence.series_id == series_id)
    return list(session.scalars(query.order_by(SeriesOccurrence.due_on)))


def at(day: date) -> datetime:
    return datetime.combine(day, time(0, 5), ZoneInfo("Asia/Shanghai"))


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    RHYTHMS,
    st.integers(0, 200),
    st.none() | st.integers(0, 500),
    st.lists(st.integers(0, 45), min_size=1, max_size=12),
    st.sets(st.integers(0, 11)),
)
def test_the_union_is_the_pure_list(  # noqa: PLR0917 - what is random
    engine: Engine, rhythm: Rhythm, before: int, length: int | None, gaps: list[int], withdrawn: set[int]
) -> None:
    """Sweeps on random days, some twice on a day, with downtime between; some days are withdrawn on the way."""
    ends_on = None if length is None else TODAY + timedelta(days=length)
    series = Series(rhythm, TODAY - timedelta(days=before), ends_on)
    with write_session(engine) as session:
        series_id = begin(session, series)
        if series_id is None:
            return
        first, day = came(session, series_id)[0], TODAY
        for number, gap in enumerate(gaps):
            day += timedelta(days=gap)
            make_due_tasks(session, at(day), day)
            session.commit()
            assert make_due_tasks(session, at(day), day) == 0
            if number in withdrawn:
                withdraw_latest(session, series_id)
            there = came(session, series_id)
            last = max(there[-1], day - timedelta(days=1))
            assert there == list(occurrences(series, first, last, CALENDAR))
            coming = next_due(series, day - timedelta(days=1), CALENDAR)
            assert coming is None or coming in there
        session.execute(delete(SeriesOccurrence))
        session.execute(delete(TaskSeries))
        session.commit()


def withdraw_latest(session: Session, series_id: int) -> None:
    latest = session.get_one(SeriesOccurrence, (series_id, came(session, series_id)[-1])).task
    latest.state = TaskState.WITHDRAWN
    for part in latest.assignments:
        part.state, part.withdrawn_on = State.WITHDRAWN, TODAY
    session.commit()


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.builds(Mark, st.integers(1, 2), st.integers(1, 9), st.just(True)), min_size=1, max_size=2, unique=True),
    st.lists(st.tuples(st.integers(0, 40), st.sets(st.integers(0, 59), max_size=8)), min_size=1, max_size=6),
)
def test_the_calendar_changes_on_the_way(engine: Engine, marks: list[Mark], steps: list[tuple[int, set[int]]]) -> None:
    """Days of 2027, of which no notice is known, are given off at random; what came lies where the last calendar says.

    Two duties that fall on one day are left out: which of the two stays is another test's.
    """
    series = Series(Rhythm(Cycle.MONTH, tuple(sorted(marks)[:1])), date(2026, 12, 20))
    with write_session(engine) as session:
        administrator = the_actor(session.scalars(select(Person).where(Person.login == "administrator")).one())
        day = date(2026, 12, 28)
        series_id = begin_at(session, series, day)
        first_before = came(session, series_id)[0]
        for gap, off in steps:
            day += timedelta(days=gap)
            make_due_tasks(session, at(day), day)
            session.commit()
            change_calendar(session, administrator, at(day), {date(2027, 1, 1) + timedelta(days=3 * n) for n in off})
            calendar = work_calendar(session)
            make_due_tasks(session, at(day), day)
            session.commit()
            there = came(session, series_id)
            assert there == list(occurrences(series, there[0], there[-1], calendar))
            open_days = session.scalars(
                select(Task.due_on).join(SeriesOccurrence).where(SeriesOccurrence.series_id == series_id)
            )
            assert sorted(each for each in open_days if each) == there
            assert abs((there[0] - first_before).days) < 40
        session.execute(delete(SeriesOccurrence))
        session.execute(delete(TaskSeries))
        session.execute(delete(CalendarYear))
        session.commit()


def change_calendar(session: Session, actor: Actor, now: datetime, off: set[date]) -> None:
    """What saving a year's days does, for days that no notice would name."""
    before, row = work_calendar(session), session.get(CalendarYear, 2027)
    if row is None:
        row = CalendarYear(year=2027, days_worked="")
        session.add(row)
    row.days_off = spans_of(off)
    session.flush()
    recount(session, actor, now, before, work_calendar(session))
    session.commit()


def begin_at(session: Session, series: Series, day: date) -> int:
    due_on = next_due(series, day - timedelta(days=1), work_calendar(session))
    assert due_on
    root = session.scalars(select(Unit).where(Unit.parent_id.is_(None))).one()
    unit = session.scalars(select(Unit).where(Unit.name == "市教育局")).one()
    task = a_task(session, a_plan(session, root), unit, due_on=due_on)
    row = TaskSeries(template=task, rhythm=series.rhythm.code, starts_on=series.starts_on, created_at=NOW)
    row.occurrences = [SeriesOccurrence(due_on=due_on, task=task)]
    session.add(row)
    session.commit()
    return row.id


def test_two_sweeps_at_once_make_each_day_once(engine: Engine) -> None:
    with write_session(engine) as session:
        ids = [begin(session, Series(rhythm_of(code), TODAY)) for code in ("M1:1-25", "W1:0-5", "Q1:4-5w")]
    day, together = TODAY + timedelta(days=120), Barrier(3)

    def run(_number: int) -> int:
        together.wait(timeout=20)
        return sweep(engine, at(day), day).made

    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(run, range(3)))
    with Session(engine) as session:
        for series_id, code in zip(ids, ("M1:1-25", "W1:0-5", "Q1:4-5w"), strict=True):
            assert series_id is not None
            there = came(session, series_id)
            series = Series(rhythm_of(code), TODAY)
            assert there == list(occurrences(series, there[0], there[-1], CALENDAR))
            assert there[-1] >= day
        total = len(session.scalars(select(SeriesOccurrence.task_id)).all())
    assert sum(made) == total - len(ids)
