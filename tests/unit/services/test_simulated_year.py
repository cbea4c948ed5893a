"""A simulated year: 2,000 tasks, 60 units, random but seeded behaviour, and a machine that stands still now and then.

Three years are lived through: on SQLite swept every day, on SQLite and on PostgreSQL swept only on the days on which
the machine ran. Nobody acts while it stands still, in any of them, so that the people do the same in all three. What
the office must then have told, made and counted is the same too, or is what its own books say.

One difference is honest. A task of a series that should have come while the machine stood still comes when it runs
again, and is dispatched on that day, not on the earlier one. Of such a task compared is what is told after the later
of the two days; not that it was dispatched, nor that it was not signed for, because the time to sign runs from there.

How the acts are done (together, or through the full services) stands in tests/simulated_acts.py.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.databases import PostgresServer
from tests.simulated_acts import ZONE
from tests.simulated_books import MEASURES
from tests.simulated_notices import Key, Told
from tests.simulated_office import FIRST, LAST, ONE_DAY, PERIODS, Year, lived
from tests.simulated_people import up_days
from tracker.domain.audit import Head
from tracker.domain.figures import Basis, Period
from tracker.domain.history import EXTENSION_EVENTS, MILESTONE_REPORTED
from tracker.domain.lateness import JudgedBy
from tracker.domain.lifecycle import Event
from tracker.domain.lights import LightPack
from tracker.domain.measures import Measure, Numbers
from tracker.domain.notices import NoticeKind
from tracker.domain.series import next_due, occurrences
from tracker.domain.workdays import announced_calendar
from tracker.services.audit import verify
from tracker.services.boards import board
from tracker.services.figures import Board, figures
from tracker.services.histories import histories
from tracker.services.ledger import ledger
from tracker.services.lit import When
from tracker.store.engine import make_engine
from tracker.store.notices import MailState, Notice
from tracker.store.tasks import Assignment, Task
from tracker.store.timing import SeriesOccurrence, TaskSeries

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]  # a year took six minutes on a machine with others on it

TASKS = 2000
UP = frozenset(up_days(FIRST, LAST))
DOWN = [day for n in range((LAST - FIRST).days) if (day := FIRST + timedelta(days=n)) not in UP]
# In the middle of two times of standing still, and on two days of work.
REMEMBERED = (DOWN[len(DOWN) // 3], date(2023, 5, 31), DOWN[-len(DOWN) // 4], date(2023, 11, 30))
SWEPT_KINDS = {kind.value for kind in NoticeKind} - {"urged", "remark", "handed_over", "report_late"}
REMINDERS = {NoticeKind.DUE_SOON, NoticeKind.MILESTONE_SOON}


@contextmanager
def a_year(url: str, *, disturbed: bool) -> Iterator[Year]:
    engine = make_engine(url)
    try:
        yield lived(engine, TASKS, REMEMBERED, disturbed=disturbed)
    finally:
        engine.dispose()


@pytest.fixture(scope="module")
def undisturbed(_migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    """Swept every day."""
    file = shutil.copyfile(_migrated_file, tmp_path_factory.mktemp("undisturbed") / "tracker.sqlite3")
    with a_year(f"sqlite:///{file}", disturbed=False) as year:
        yield year


@pytest.fixture(scope="module")
def disturbed(_migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    """Swept on the days on which the machine ran."""
    file = shutil.copyfile(_migrated_file, tmp_path_factory.mktemp("disturbed") / "tracker.sqlite3")
    with a_year(f"sqlite:///{file}", disturbed=True) as year:
        yield year


@pytest.fixture(scope="module")
def disturbed_on_postgresql(postgres_server: PostgresServer, _migrated_template: str) -> Iterator[Year]:
    """The same on PostgreSQL."""
    url = postgres_server.create(_migrated_template)
    try:
        with a_year(url.render_as_string(hide_password=False), disturbed=True) as year:
            yield year
    finally:
        postgres_server.drop(url)


@pytest.fixture(
    scope="module",
    params=[
        "undisturbed",
        "disturbed",
        pytest.param("disturbed_on_postgresql", marks=pytest.mark.needs("postgresql")),
    ],
)
def year(request: pytest.FixtureRequest) -> Year:
    """Each of the three years."""
    lived_through: Year = request.getfixturevalue(request.param)
    return lived_through


def test_the_year_is_a_busy_one(year: Year) -> None:
    assert (len(PERIODS), len(year.actors) > 60, year.failures) == (5, True, [])
    assert len([key for key in year.tasks if key.startswith("t")]) == TASKS
    assert len(year.series) >= 14
    assert min(year.done[event] for event in (*Event, *EXTENSION_EVENTS, MILESTONE_REPORTED)) > 10
    kinds = Counter(each.kind for each in year.told)
    assert min(kinds[kind] for kind in SWEPT_KINDS) > 20
    gaps = Counter((later - day).days - 1 for day, later in zip(sorted(UP), sorted(UP)[1:], strict=False))
    assert (min(gaps), max(gaps)) == (0, 10)


def compared(first: Year, other: Year) -> tuple[set[Key], set[Key]]:
    """The notices of both that must be the same, by their keys; see above for those that need not be."""
    later = {
        part.key: max(part.first_on, other.tasks[key].parts[number].first_on)
        for key, task in first.tasks.items()
        for number, part in enumerate(task.parts)
        if part.first_on != other.tasks[key].parts[number].first_on
    }
    assert all(key.startswith("s") for key in later)

    def counts(told: Told) -> bool:
        if told.part not in later:
            return True
        starts = told.kind == NoticeKind.UNSIGNED or told.subject.startswith("adopt")
        return not starts and told.planned_on > later[told.part]

    one, two = ({each.key for each in year.told if counts(each)} for year in (first, other))
    assert len(one) > 0.97 * len(first.told)
    return one, two


def test_downtime_changes_nothing_that_is_told(undisturbed: Year, disturbed: Year) -> None:
    expected, found = compared(undisturbed, disturbed)
    assert (sorted(expected - found), sorted(found - expected)) == ([], [])
    assert undisturbed.done == disturbed.done


@pytest.mark.needs("postgresql")
def test_nor_does_it_on_postgresql(undisturbed: Year, disturbed_on_postgresql: Year) -> None:
    expected, found = compared(undisturbed, disturbed_on_postgresql)
    assert (sorted(expected - found), sorted(found - expected)) == ([], [])


@pytest.mark.needs("postgresql")
def test_both_databases_tell_the_same_to_the_day(disturbed: Year, disturbed_on_postgresql: Year) -> None:
    assert set(disturbed.told) == set(disturbed_on_postgresql.told)


def test_nothing_is_told_twice(year: Year) -> None:
    told = year.told
    assert len({each.key for each in told}) == len(told)


def test_of_reminders_told_at_once_only_the_last_is_new(year: Year) -> None:
    """Several come at once after downtime, and for work that was given out on the eve of a rung."""
    told = year.told
    last: dict[object, int] = {}
    for each in told:
        last[each.together] = max(each.step, last.get(each.together, each.step))
    for each in told:
        is_overtaken = each.kind in REMINDERS and each.step < last[each.together]
        assert (each.is_read, each.mail is MailState.UNNEEDED) == (is_overtaken, is_overtaken), each
    assert sum(each.is_read for each in told) > 20


def test_lateness_is_told_as_it_was(disturbed: Year) -> None:
    """What was recorded late was planned for a day on which the machine stood still, or came to light that day."""
    for each in disturbed.told:
        recorded_on = each.recorded_at.astimezone(ZONE).date()
        assert each.late_days == (recorded_on - each.planned_on).days, each


def test_the_days_of_series_are_whole(year: Year) -> None:
    with Session(year.engine) as session:
        found: dict[str, list[date]] = {}
        rows = select(Task.seed_key, SeriesOccurrence.due_on).select_from(SeriesOccurrence)
        rows = rows.join(TaskSeries).join(Task, TaskSeries.template_id == Task.id).order_by(SeriesOccurrence.due_on)
        for key, due_on in session.execute(rows):
            found.setdefault(str(key), []).append(due_on)
        tasks = session.scalars(select(Task.due_on).join(SeriesOccurrence, SeriesOccurrence.task_id == Task.id)).all()
    expected = {}
    for key, series in year.series.items():
        coming = next_due(series, LAST - ONE_DAY, announced_calendar())
        expected[key] = [*occurrences(series, FIRST, LAST - ONE_DAY, announced_calendar()), coming]
    assert found == expected
    assert len(tasks) == sum(map(len, expected.values()))


def numbers_of(told: Numbers) -> Counter[str]:
    """The numbers as the books have them: without those that are nought."""
    counted = Counter({measure.value: told.count(measure) for measure in Measure})
    return +(counted + Counter(days_late=told.days_late))


@pytest.mark.parametrize("by", JudgedBy)
@pytest.mark.parametrize("period", PERIODS, ids=["Q1", "Q2", "Q3", "Q4", "year"])
def test_figures_are_those_of_the_books(year: Year, period: tuple[date, date], by: JudgedBy) -> None:
    when = When(LAST, ZONE, pack=LightPack(judged_by=by))
    with Session(year.engine) as session:
        recount = figures(session, year.actors["supervisor"], when, Period(*period), known=histories(session))
        counted = board(session, year.actors["supervisor"], when, Period(*period))
    _is_that_of_the_books(year, recount, period, by)
    _is_that_of_the_books(year, counted, period, by)


def _is_that_of_the_books(year: Year, board: Board[Any], period: tuple[date, date], by: JudgedBy) -> None:
    for basis in Basis:
        told = {line.label: numbers_of(line.by_basis[basis]) for line in board.lines}
        counted = year.recounts[*period, basis is Basis.ORIGINAL, by is JudgedBy.SUBMISSION]
        assert counted != year.recounts[*period, basis is Basis.ORIGINAL, by is JudgedBy.ACCEPTANCE] or (
            by is JudgedBy.ACCEPTANCE
        )
        assert {unit: numbers for unit, numbers in told.items() if numbers} == counted
        total = sum(counted.values(), Counter())
        assert numbers_of(board.total.by_basis[basis]) == total
        late = total["late"] + total["missed"]
        assert board.total.by_basis[basis].mean_days_late == pytest.approx(total["days_late"] / late)
        assert set(total) == set(MEASURES)


def test_the_audit_chain_is_whole(year: Year) -> None:
    with Session(year.engine) as session:
        head = verify(session)
    assert isinstance(head, Head)
    assert head.number > sum(year.done.values()) - year.done["by service"]


@pytest.mark.parametrize("day", REMEMBERED)
def test_the_ledger_of_a_past_day_is_what_was_seen_then(year: Year, day: date) -> None:
    parts = year.parts
    with Session(year.engine) as session:
        rows = ledger(session, year.actors["supervisor"], When(day, ZONE))
    found = {
        parts[row.assignment_id].key: {
            "unit": row.unit.name,
            "state": row.then.state,
            "due_on": row.then.due_on,
            "original_due_on": row.then.original_due_on,
            "dispatched_on": row.then.dispatched_on,
            "completed_on": row.then.completed_on,
            "percent": row.then.percent,
            "outcome": row.then.outcome,
            "returned": row.then.returned,
            "extended": row.then.extended,
            "task_state": row.task_state,
        }
        for row in rows
    }
    assert found == year.stood[day]
    assert len({each["state"] for each in found.values()}) >= 6


def test_the_tables_end_as_the_books_do(year: Year) -> None:
    with Session(year.engine) as session:
        columns = (Assignment.id, Assignment.state, Assignment.due_on, Assignment.completed_on, Task.state)
        rows = {row[0]: tuple(row)[1:] for row in session.execute(select(*columns).join(Assignment.task))}
        told = session.scalar(select(Notice.id).where(Notice.person_id.is_(None)).limit(1))
    books = {
        part_id: (part.state, part.due_on, part.completed_on, part.task.state) for part_id, part in year.parts.items()
    }
    assert rows == books
    assert told is None
