"""A simulated year of an office on a database: every up day its sweep, then its people (see simulated_acts)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, selectinload

from tests.builders import a_person, a_plan, a_unit, the_actor
from tests.simulated_acts import at, do_by_service, do_together, has_service, loaded, who_does
from tests.simulated_books import PartBook, StoneBook, TaskBook, recounted
from tests.simulated_notices import Told, told_in
from tests.simulated_people import Given, deeds_of, tasks_given, up_days, write_down
from tracker.domain.access import Actor, Office
from tracker.domain.deadlines import series_in
from tracker.domain.drafts import DeadlineKind, Form
from tracker.domain.roles import Role
from tracker.domain.series import Series, next_due
from tracker.domain.workdays import announced_calendar
from tracker.services.assigning import PlannedAssignment
from tracker.services.dispatching import Dispatch, dispatched_part
from tracker.services.sweep import sweep
from tracker.store.engine import write_session
from tracker.store.plans import Plan
from tracker.store.tasks import Milestone, Task
from tracker.store.timing import SeriesOccurrence, TaskSeries
from tracker.store.units import Unit

FIRST, LAST = date(2023, 1, 1), date(2023, 12, 31)
ONE_DAY = timedelta(days=1)
EVENINGS = 15
UNITS = tuple(f"模拟{number:02d}局" for number in range(60))
PERIODS = (
    (date(2023, 1, 1), date(2023, 3, 31)),
    (date(2023, 4, 1), date(2023, 6, 30)),
    (date(2023, 7, 1), date(2023, 9, 30)),
    (date(2023, 10, 1), LAST),
    (FIRST, LAST),
)
PHRASES = (
    *("每月25日前", "每月10日前", "每月底前", "每月5日前", "次月5日前"),
    *("每季度末", "每季度末", "每半年末", "每年6月、12月底前", "每年3月底前", "每年11月15日前"),
    *("每周五前", "每周一前", "每两个月底前", "每季度末", "每月第3个工作日前"),
)
"""Recurring duties; what the program reads no days in makes no series."""


@dataclass
class Year:
    """What became of a year: the database, the books, and what the books said on the way.

    ``recounts`` by (first day, last day, whether by the original date, whether by submission), ``stood`` by day and
    part, ``makes`` the series by their keys, ``done`` how often each thing happened.
    """

    engine: Engine
    days_up: frozenset[date]
    tasks: dict[str, TaskBook] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)
    recounts: dict[tuple[date, date, bool, bool], dict[str, Counter[str]]] = field(default_factory=dict)
    stood: dict[date, dict[str, dict[str, Any]]] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    actors: dict[str, Actor] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)

    @property
    def parts(self) -> dict[int, PartBook]:
        """The parts by their ids in this database."""
        return {part.part_id: part for task in self.tasks.values() for part in task.parts}


def lived(engine: Engine, task_count: int, remembered: Sequence[date], *, disturbed: bool) -> Year:
    """Lives through the year. On days when the machine stands still nobody acts.

    Only ``disturbed`` is nothing swept then, and some days are swept a second time in the evening. ``remembered`` are
    the days whose evening is written down.
    """
    days = up_days(FIRST, LAST)
    year = Year(engine, frozenset(days))
    with write_session(engine) as session:
        plan_id, unit_ids = _found(session, year)
        session.commit()
    coming: dict[date, list[Given]] = {}
    for given in tasks_given(task_count, UNITS, days):
        coming.setdefault(given.day, []).append(given)
    day = FIRST
    while day <= LAST:
        if day in year.days_up or not disturbed:
            _sweep(year, day)
        if day in year.days_up:
            _work(year, day, plan_id, unit_ids, coming.get(day, ()))
            if disturbed and day.day % EVENINGS == 0:
                _sweep(year, day, hour=20)
        _remember(year, day, remembered)
        day += ONE_DAY
    year.told = told_in(engine, year.parts, year.people)
    return year


def _found(session: Session, year: Year) -> tuple[int, dict[str, int]]:
    """The units with their people, the plan, and the series; the ids of the plan and the units."""
    root = a_unit(session, "模拟市政府")
    supervisor = a_person(session, "supervisor", (Office.SUPERVISOR, root))
    units = {name: a_unit(session, name, root, position=number) for number, name in enumerate(UNITS)}
    people = {"supervisor": supervisor}
    for number, (name, unit) in enumerate(units.items()):
        people[name] = a_person(session, f"liaison{number}", (Office.LIAISON, unit))
        if number % 3 == 0:
            people[f"head {name}"] = a_person(session, f"head{number}", (Office.LEADER, unit))
    year.actors = {key: the_actor(person) for key, person in people.items()}
    year.people = {f"person:{person.id}": person.login for person in people.values()}
    plan = a_plan(session, root, issued_on=FIRST)
    for number, phrase in enumerate(PHRASES):
        series = series_in(phrase, FIRST, None, FIRST)
        if series is not None:
            _begin_series(
                session, year, plan, f"s{number:02d}", series, list(units.values())[number * 3 : number * 3 + 3]
            )
    return plan.id, {name: unit.id for name, unit in units.items()}


def _begin_series(session: Session, year: Year, plan: Plan, key: str, series: Series, units: Sequence[Unit]) -> None:  # noqa: PLR0917
    """Adopts a recurring duty as services.series.begin_series does, for the first of its days."""
    due_on = next_due(series, FIRST - ONE_DAY, announced_calendar())
    assert due_on
    roles = (Role.LEAD, Role.RESPONSIBLE, Role.SUPPORT)
    given = Given(
        key, FIRST, due_on, tuple((unit.name, role) for unit, role in zip(units, roles, strict=True)), (), None
    )
    task = _task(given, plan.id, {unit.name: unit.id for unit in units}, at(FIRST, 9), year.actors["supervisor"])
    first = SeriesOccurrence(due_on=due_on, task=task)
    started = {"starts_on": series.starts_on, "ends_on": series.ends_on, "created_at": at(FIRST, 9)}
    session.add(TaskSeries(template=task, rhythm=series.rhythm.code, occurrences=[first], **started))
    session.flush()
    year.series[key] = series
    _enter(year, f"{key}@{due_on}", task, FIRST)


def _task(given: Given, plan_id: int, unit_ids: dict[str, int], now: datetime, actor: Actor) -> Task:
    task = Task(
        plan_id=plan_id,
        seed_key=given.key,
        title=f"任务{given.key}",
        form=Form.BRACKET,
        deadline_kind=DeadlineKind.FIXED if given.due_on else DeadlineKind.NONE,
        original_due_on=given.due_on,
        due_on=given.due_on,
        created_at=now,
    )
    dispatch = Dispatch(now, actor.name, actor.person_id)
    for position, (unit, role) in enumerate(given.parts):
        share = PlannedAssignment(unit_ids[unit], role, unit, inherited=False, leads_by_custom=False)
        part = dispatched_part(share, position, given.due_on, dispatch)
        part.sign_by_on = given.sign_by_on
        task.assignments.append(part)
    task.milestones = [Milestone(position=n, text=f"节点{n}", due_on=due_on) for n, due_on in enumerate(given.stones)]
    return task


def _enter(year: Year, key: str, task: Task, today: date) -> None:
    """Writes a new task into the books."""
    names = {actor.standings[0].unit_id: name for name, actor in year.actors.items() if name in UNITS}
    book = TaskBook(key)
    for part in task.assignments:
        entry = (part.position, part.role, names[part.unit_id], part.id, today, today)
        book.parts.append(PartBook(book, *entry, part.original_due_on, part.due_on))
    book.stones = [StoneBook(stone.id, stone.due_on) for stone in task.milestones if stone.due_on]
    year.tasks[key] = book


def _sweep(year: Year, today: date, hour: int = 7) -> None:
    """The morning's sweep, or another; what it let come goes into the books."""
    report = sweep(year.engine, at(today, hour), today)
    year.failures += report.failures
    if report.made:
        with Session(year.engine) as session:
            loaded = select(SeriesOccurrence).options(
                selectinload(SeriesOccurrence.task).selectinload(Task.assignments),
                selectinload(SeriesOccurrence.series).selectinload(TaskSeries.template),
            )
            for row in session.scalars(loaded):
                key = f"{row.series.template.seed_key}@{row.due_on}"
                if key not in year.tasks:
                    _enter(year, key, row.task, today)


def _work(year: Year, today: date, plan_id: int, unit_ids: dict[str, int], given: Sequence[Given]) -> None:
    deeds = list(deeds_of(list(year.tasks.values()), UNITS, today))
    with write_session(year.engine) as session:
        found = loaded(session, [deed.part.part_id for deed in deeds])

        def do(how: Callable[..., None], *, by_service: bool) -> None:
            for number, deed in enumerate(deeds):
                if has_service(deed) is by_service:
                    actor, part = year.actors[who_does(deed)], found[deed.part.part_id]
                    how(session, actor, part, deed, at(today, 9, number), unit_ids)

        do(do_together, by_service=False)
        for each in given:
            task = _task(each, plan_id, unit_ids, at(today, 9), year.actors["supervisor"])
            session.add(task)
            session.flush()
            _enter(year, each.key, task, today)
        session.commit()
        do(do_by_service, by_service=True)
    for deed in deeds:
        write_down(deed, today)
        year.done[deed.event] += 1
        year.done["by service"] += has_service(deed)


def _remember(year: Year, today: date, remembered: Sequence[date]) -> None:
    for since, until in PERIODS:
        if until == today:
            for original, submission in product((False, True), repeat=2):
                books = year.tasks.values()
                found = recounted(books, since, until, by_original=original, by_submission=submission)
                year.recounts[since, until, original, submission] = found
    if today in remembered:
        year.stood[today] = {part.key: part.standing for part in year.parts.values()}
