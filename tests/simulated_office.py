"""A simulated year of an office on a real database: every up day its sweep, and then what its people do.

Most of a day's acts go into one commit, with the functions that the services themselves use: ``moves.move``,
``moves.settle_task``, ``extensions.end_request``, ``dispatching.dispatched_part`` and rows of HistoryEntry. Through
the full services, with a commit each, go all requests for a later date and all decisions on them, all reports on
milestones, and a few per cent of the lifecycle's events (``FULL_SERVICE``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, selectinload

from tests.builders import a_person, a_plan, a_unit, the_actor
from tests.simulated_books import PartBook, StoneBook, TaskBook, recounted
from tests.simulated_people import Deed, Given, deeds_of, tasks_given, up_days, write_down
from tracker.domain.access import Actor, Office
from tracker.domain.deadlines import series_in
from tracker.domain.drafts import DeadlineKind, Form
from tracker.domain.history import (
    EXTENSION_ASKED,
    EXTENSION_EVENTS,
    EXTENSION_GRANTED,
    EXTENSION_RECALLED,
    MILESTONE_REPORTED,
)
from tracker.domain.lifecycle import Event, Outcome, transition
from tracker.domain.roles import Role
from tracker.domain.series import Series, next_due
from tracker.domain.workdays import announced_calendar
from tracker.services import extensions, milestones, work
from tracker.services.assigning import PlannedAssignment
from tracker.services.dispatching import Dispatch, dispatched_part
from tracker.services.moves import Act, move, settle_task
from tracker.services.sweep import sweep
from tracker.store.engine import write_session
from tracker.store.extension_queries import waiting_of
from tracker.store.milestone_queries import last_reports
from tracker.store.notices import MailState, Notice
from tracker.store.plans import Plan
from tracker.store.tasks import Assignment, HistoryEntry, Milestone, Task
from tracker.store.timing import SeriesOccurrence, TaskSeries
from tracker.store.units import Unit

ZONE = ZoneInfo("Asia/Shanghai")
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

    ``recounts`` by (first day, last day, whether by the original date), ``stood`` by day and part, ``makes`` the
    series by their keys, ``done`` how often each thing happened.
    """

    engine: Engine
    days_up: frozenset[date]
    tasks: dict[str, TaskBook] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)
    recounts: dict[tuple[date, date, bool], dict[str, Counter[str]]] = field(default_factory=dict)
    stood: dict[date, dict[str, dict[str, Any]]] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    actors: dict[str, Actor] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)

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


def at(day: date, hour: int, seconds: float = 0) -> datetime:
    """An instant of a day in the office's zone."""
    return datetime.combine(day, time(hour), ZONE) + timedelta(seconds=seconds)


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
        found = _loaded(session, [deed.part.part_id for deed in deeds])
        for number, deed in enumerate(deeds):
            if not _has_service(deed):
                _do_together(session, year, found[deed.part.part_id], deed, at(today, 9, number), unit_ids)
        for each in given:
            task = _task(each, plan_id, unit_ids, at(today, 9), year.actors["supervisor"])
            session.add(task)
            session.flush()
            _enter(year, each.key, task, today)
        session.commit()
        for number, deed in enumerate(deeds):
            if _has_service(deed):
                _do_by_service(session, year, found[deed.part.part_id], deed, at(today, 9, number), unit_ids)
    for deed in deeds:
        write_down(deed, today)
        year.done[deed.event] += 1
        year.done["by service"] += _has_service(deed)


def _has_service(deed: Deed) -> bool:
    return deed.by_service or deed.event in (*EXTENSION_EVENTS, MILESTONE_REPORTED)


def _loaded(session: Session, ids: Sequence[int]) -> dict[int, Assignment]:
    query = select(Assignment).where(Assignment.id.in_(ids))
    loaded = query.options(selectinload(Assignment.task).selectinload(Task.assignments), selectinload(Assignment.unit))
    return {part.id: part for part in session.scalars(loaded)}


def _actor(year: Year, deed: Deed) -> Actor:
    own = (Event.SIGN_FOR, Event.DECLINE, Event.REPORT, Event.SUBMIT, MILESTONE_REPORTED)
    is_own = deed.event in (*own, EXTENSION_ASKED, EXTENSION_RECALLED)
    return year.actors[deed.part.unit if is_own else "supervisor"]


def _do_together(  # noqa: PLR0917 - who does what, when
    session: Session, year: Year, part: Assignment, deed: Deed, now: datetime, unit_ids: dict[str, int]
) -> None:
    """An event of the lifecycle as services.work.act does it, in the day's one commit."""
    actor, event, unit_from = _actor(year, deed), Event(deed.event), part.unit_id
    unit = session.get(Unit, unit_ids[deed.unit]) if deed.unit else None
    outcome = Outcome(deed.outcome) if deed.outcome else None
    row = transition(part.state, event)
    act = Act(event, "情况说明", deed.percent, outcome, unit, deed.day)
    came_from = move(part, row, act, now, now.astimezone(ZONE).date())
    entry = HistoryEntry(
        assignment_id=part.id,
        event=event.value,
        at=now,
        actor_id=actor.person_id,
        actor_name=actor.name,
        from_state=came_from,
        to_state=part.state,
        words=act.words,
        percent=act.percent,
        outcome=act.outcome,
    )
    if unit is not None:
        entry.unit_from_id, entry.unit_to_id = unit_from, unit.id
    session.add(entry)
    if row.to.is_closed and deed.part.wanted_on:
        extensions.end_request(session, actor, now, part)
    settle_task(part.task)


def _do_by_service(  # noqa: PLR0917 - who does what, when
    session: Session, year: Year, part: Assignment, deed: Deed, now: datetime, unit_ids: dict[str, int]
) -> None:
    """The deed through the service that pages call, which commits."""
    actor, today = _actor(year, deed), now.astimezone(ZONE).date()
    if deed.event == MILESTONE_REPORTED:
        assert deed.stone is not None
        stone_id = deed.part.task.stones[deed.stone].stone_id
        last = last_reports(session, [stone_id]).get(stone_id)
        seen = f"{part.version}-{last.id if last else 0}"
        given = milestones.Given(reached=deed.reached, words="情况说明")
        milestones.report_milestone(session, actor, now, today, part.id, stone_id, given, seen)
    elif deed.event == EXTENSION_ASKED:
        extensions.ask(session, actor, now, today, part.id, part.version, deed.day, "条件尚未具备")
    elif deed.event in EXTENSION_EVENTS:
        request = waiting_of(session, part.id)
        assert request
        if deed.event == EXTENSION_RECALLED:
            extensions.recall(session, actor, now, request.id, part.version)
        else:
            decision = extensions.Decision(deed.day if deed.event == EXTENSION_GRANTED else None, "意见")
            extensions.decide(session, actor, now, today, request.id, part.version, decision)
    else:
        more = {"unit_id": unit_ids[deed.unit] if deed.unit else None, "sign_by_on": deed.day}
        outcome = Outcome(deed.outcome) if deed.outcome else None
        event = Event(deed.event)
        work.act(
            session,
            actor,
            now,
            today,
            part.id,
            event,
            part.version,
            "情况说明",
            deed.percent,
            outcome,
            **more,  # type: ignore[arg-type]
        )


def _remember(year: Year, today: date, remembered: Sequence[date]) -> None:
    for since, until in PERIODS:
        if until == today:
            for by_original in (False, True):
                found = recounted(year.tasks.values(), since, until, by_original=by_original)
                year.recounts[since, until, by_original] = found
    if today in remembered:
        year.stood[today] = {part.key: part.standing for part in year.parts.values()}


@dataclass(frozen=True)
class Told:
    """A notice under names that are the same in every run."""

    part: str
    kind: str
    due_on: date
    step: int
    recipient: str
    subject: str
    planned_on: date
    late_days: int
    recorded_at: datetime
    is_read: bool
    mail: MailState

    @property
    def together(self) -> object:
        """What the rungs of one day, told to one recipient at one instant, have in common."""
        return self.part, self.recipient, self.subject, self.due_on, self.recorded_at

    @property
    def key(self) -> tuple[str, str, date, int, str, str]:
        return self.part, self.kind, self.due_on, self.step, self.recipient, self.subject


def told_in(year: Year) -> list[Told]:
    """Every notice of the year."""
    with Session(year.engine) as session:
        subjects = dict(_subjects(session))
        parts = year.parts
        return [
            Told(
                parts[row.assignment_id].key,
                row.kind.value,
                row.due_on,
                row.step,
                year.people[row.recipient_key],
                subjects[row.subject],
                row.planned_on,
                row.late_days,
                row.recorded_at,
                row.read_at is not None,
                row.mail_state,
            )
            for row in session.scalars(select(Notice).order_by(Notice.id))
        ]


def _subjects(session: Session) -> Iterator[tuple[str, str]]:
    """The subjects of notices without the ids of the database."""
    yield "", ""
    for stone_id, position in session.execute(select(Milestone.id, Milestone.position)):
        yield f"milestone:{stone_id}", f"milestone {position}"
    for entry_id, event, instant in session.execute(select(HistoryEntry.id, HistoryEntry.event, HistoryEntry.at)):
        yield f"entry:{entry_id}", f"{event} {instant.astimezone(ZONE):%m-%d}"
