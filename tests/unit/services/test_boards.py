"""Numbers that the database counts, held against the recount out of the histories, in offices where much goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import product
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event, func, select, update
from sqlalchemy.orm import Session

from tests.builders import LAST_MONTH, TODAY, City, a_city, a_person, a_plan, a_task, the_actor
from tests.unit.services.test_ledger import ZONE
from tracker.domain.access import Actor, Office
from tracker.domain.figures import Period
from tracker.domain.history import DIVIDED, EXTENSION_GRANTED, UNFORESEEN
from tracker.domain.lateness import JudgedBy
from tracker.domain.lifecycle import Event, Outcome, State
from tracker.domain.lights import LightPack
from tracker.domain.measures import OF_DUE, Measure, Numbers
from tracker.domain.roles import Role
from tracker.services.boards import board, course
from tracker.services.division import Wish, divide
from tracker.services.extensions import Decision, ask, decide
from tracker.services.figures import Board, By, figures
from tracker.services.finished_months import _KEPT
from tracker.services.histories import LedgerFilter, end_of
from tracker.services.lit import When
from tracker.services.month_counting import count_finished_months
from tracker.services.work import act, events_for
from tracker.store.audit_trail import Who, acts_as
from tracker.store.engine import make_engine
from tracker.store.month_figures import MonthFigure
from tracker.store.past_marks import past_state
from tracker.store.tasks import Assignment, HistoryEntry

PERIODS = (
    Period(date(2023, 1, 1), TODAY),
    Period(date(2023, 5, 20), date(2023, 6, 5)),
    Period(date(2023, 6, 10), date(2023, 6, 10)),
    Period(date(2023, 5, 1), date(2023, 5, 31)),
)


OFFICES = (("sqlite_url", 0), ("sqlite_url", 1), ("postgres_url", 2))
OFFICE_NAMES = ("sqlite-0", "sqlite-1", "postgresql-2")


def session_of(request: pytest.FixtureRequest, url_fixture: str) -> Iterator[Session]:
    """A session of the database that the fixture lends."""
    engine = make_engine(str(request.getfixturevalue(url_fixture)))
    with Session(engine, expire_on_commit=False) as session:
        yield session
    engine.dispose()


@pytest.fixture(params=OFFICES, ids=OFFICE_NAMES)
def seed(request: pytest.FixtureRequest) -> int:
    return int(request.param[1])


@pytest.fixture
def session(request: pytest.FixtureRequest, seed: int) -> Iterator[Session]:
    yield from session_of(request, next(name for name, number in OFFICES if number == seed))


@pytest.fixture
def city(session: Session, seed: int) -> City:
    made = a_city(session)
    turbulent(session, made, seed)
    return made


def turbulent(session: Session, city: City, seed: int) -> None:
    """A month in which whatever may happen to a part happens to it, in any order."""
    units = (city.education, city.finance, city.county, city.county_education)
    office = [(Office.LIAISON, unit) for unit in units] + [(Office.SUPERVISOR, city.root)]
    anybody = the_actor(a_person(session, "anybody", *office))
    plans = [a_plan(session, city.root, title=f"方案{number}") for number in range(2)]
    chance = Random(seed)
    for number in range(18):
        due_on = None if number % 8 == 7 else TODAY + timedelta(days=chance.randrange(-30, 20))
        roles = chance.choice(((Role.LEAD, Role.SUPPORT), (Role.SUPPORT, Role.SUPPORT), (Role.RESPONSIBLE,)))
        shares = zip(chance.sample(units, len(roles)), roles, strict=True)
        a_task(session, chance.choice(plans), *shares, due_on=due_on, title=f"任务{number}", position=number)
    session.commit()
    for step in range(280):
        something(session, city, anybody, chance, step)
    session.expunge_all()


def something(session: Session, city: City, actor: Actor, chance: Random, step: int) -> None:
    now = LAST_MONTH + timedelta(hours=step * 2.5)
    day = now.astimezone(ZONE).date()
    part = chance.choice(session.scalars(select(Assignment).order_by(Assignment.id)).all())
    if part.state is State.IN_PROGRESS and chance.random() < 0.25:
        if part.unit_id == city.county.id and part.task.state == "open":
            wish = Wish(f"县里的事{step}", part.due_on, {city.county_education.id: Role.LEAD}, late_confirmed=True)
            divide(session, actor, now, part.id, part.version, wish)
        elif part.due_on:
            wanted_on = max(part.due_on, day) + timedelta(days=9)
            asked = ask(session, actor, now, day, part.id, part.version, wanted_on, "需要时间")
            session.refresh(part)
            decide(session, actor, now, day, asked.id, part.version, Decision(wanted_on))
        return
    rare = (Event.WITHDRAW, Event.SUSPEND, Event.REOPEN)
    events = [each for each in events_for(actor, part) if each not in rare or chance.random() < 0.4]
    if events:
        # What ends work goes before what turns it over, or little would ever end.
        ends = [each for each in events if each in (Event.SUBMIT, Event.ACCEPT)]
        deed, to = chance.choice(ends if ends and chance.random() < 0.35 else events), None
        taken = {each.unit_id for each in part.task.assignments}
        if deed is Event.DISPATCH and (free := {city.education.id, city.finance.id} - taken):
            to = min(free)
        act(session, actor, now, day, part.id, deed, part.version, f"第{step}步", 9, Outcome.SOLVED, unit_id=to)


OF_A_FIRST_LOOK = (*OF_DUE, "days", "rate", "mean")


def numbers_of(told: Numbers) -> dict[str, float | None]:
    counts = {measure.value: told.count(measure) for measure in Measure}
    return {**counts, "days": told.days_late, "rate": told.rate, "mean": told.mean_days_late}


def told_of(found: Board[Any]) -> dict[str, object]:
    lines = [
        (line.id, line.label, line.rank, {basis: numbers_of(each) for basis, each in line.by_basis.items()})
        for line in found.lines
    ]
    total = {basis: numbers_of(each) for basis, each in found.total.by_basis.items()}
    return {"lines": lines, "total": total, "months": [(m, numbers_of(each)) for m, each in found.months]}


def test_the_database_counts_what_the_histories_tell(session: Session, city: City) -> None:
    assert_much_happened(session, city)
    everybody, county = the_actor(city.supervisor), the_actor(city.county_supervisor)
    asked = [
        (everybody, By.UNIT, LedgerFilter()),
        (everybody, By.PLAN, LedgerFilter(city.county.path)),
        (county, By.UNIT, LedgerFilter(plan_id=1)),
        (the_actor(city.liaison), By.UNIT, LedgerFilter()),  # who supervises nobody is told nothing
    ]
    for period, by in product(PERIODS, JudgedBy):
        when = When(period.until, ZONE, pack=LightPack(judged_by=by), is_past=period.until < TODAY)
        for actor, lines_by, wanted in asked:
            counted = told_of(board(session, actor, when, period, lines_by, wanted))
            recounted = told_of(figures(session, actor, when, period, lines_by, wanted))
            assert counted == recounted, (period, by, lines_by, wanted)
        first_look, recount = course(session, county, when, period), figures(session, county, when, period)
        seen, whole = (numbers_of(each.total.current) for each in (first_look, recount))
        assert seen == {**dict.fromkeys(seen, 0), **{key: whole[key] for key in OF_A_FIRST_LOOK}}
        assert [each for each in first_look.months if not each[1].is_empty]


@pytest.mark.parametrize("after", [timedelta(), timedelta(microseconds=-1)], ids=["at-the-end", "before-it"])
def test_a_task_counts_in_the_plan_in_which_it_stood_at_the_end(session: Session, city: City, after: timedelta) -> None:
    """What went over in the very instant in which the period ends had not gone over by its end."""
    period, actor = PERIODS[-1], the_actor(city.supervisor)
    old, new = (a_plan(session, city.root, title=title) for title in ("旧方案", "新方案"))
    task = a_task(session, old, city.education, due_on=period.until)
    session.commit()
    acts_as(session, lambda: Who(None, "测试", end_of(period.until, ZONE) + after))
    task.plan = new
    session.commit()
    when, stood_in = When(period.until, ZONE, is_past=True), new if after else old
    asked = [(by, LedgerFilter(plan_id=plan)) for by in By for plan in (None, old.id, new.id)]
    for by, wanted in asked:
        counted = board(session, actor, when, period, by, wanted)
        assert told_of(counted) == told_of(figures(session, actor, when, period, by, wanted)), (by, wanted)
        if wanted.plan_id and by is By.PLAN:
            assert [line.label for line in counted.lines] == [stood_in.title] * (wanted.plan_id == stood_in.id)


def test_a_month_counts_what_went_to_another_plan_after_it_in_the_old_one(session: Session, city: City) -> None:
    """Though it went over before the period ended, of which the month is one."""
    period, actor, when = PERIODS[0], the_actor(city.supervisor), When(TODAY, ZONE)
    old, new = (a_plan(session, city.root, title=title) for title in ("旧方案", "新方案"))
    task = a_task(session, old, city.education, due_on=date(2023, 5, 20))
    session.commit()
    acts_as(session, lambda: Who(None, "测试", datetime(2023, 6, 5, tzinfo=UTC)))
    task.plan = new
    session.commit()
    for plan, due_in_may in ((old, 1), (new, 0)):
        asked = (session, actor, when, period, By.UNIT, LedgerFilter(plan_id=plan.id))
        counted = told_of(board(*asked))
        assert counted == told_of(figures(*asked)), plan.title
        may = dict(board(*asked).months)[PERIODS[-1]]
        assert may.count(Measure.DUE) == due_in_may, plan.title


def assert_much_happened(session: Session, city: City) -> None:
    """What the comparison is worth: each event that rows do not tell of, and each number, is there."""
    events = set(session.scalars(select(HistoryEntry.event)))
    assert events >= {*UNFORESEEN} & {*Event, EXTENSION_GRANTED, DIVIDED}
    numbers = figures(session, the_actor(city.supervisor), When(TODAY, ZONE), PERIODS[0]).total.current
    assert [measure for measure in Measure if not numbers.count(measure)] == []


def agree(session: Session, city: City) -> int:
    """How many more months a first look counts than the next, when both tell what the histories do."""
    actor, period, when = the_actor(city.supervisor), PERIODS[0], When(TODAY, ZONE)
    first, again = (
        sum("AS assigned" in each for each in asked_of(session, lambda: board(session, actor, when, period)))
        for _ in range(2)
    )
    assert told_of(board(session, actor, when, period)) == told_of(figures(session, actor, when, period))
    return first - again


def a_late_entry(session: Session, at: datetime) -> HistoryEntry:
    """What is recorded long after it happened, of a part that was there."""
    entry = session.scalars(select(HistoryEntry).order_by(HistoryEntry.id)).first()
    assert entry
    late = HistoryEntry(assignment_id=entry.assignment_id, event="urge", at=at, actor_name="督")
    late.to_state = entry.to_state
    session.add(late)
    session.commit()
    return late


def test_a_month_that_is_over_is_counted_once(session: Session, city: City) -> None:
    """Until the database counts a change to what had happened by its end: an entry comes late, is altered, or goes."""
    assert agree(session, city) == ALL
    assert agree(session, city) == 0
    late = a_late_entry(session, LAST_MONTH)
    assert agree(session, city) == ONLY_MAY
    late.at = LAST_MONTH + timedelta(days=1)
    session.commit()
    assert agree(session, city) == ONLY_MAY
    late.at = datetime(2023, 2, 28, 15, 59, tzinfo=UTC)  # the last minute of the month at the office
    session.commit()
    assert agree(session, city) == SINCE_FEBRUARY
    session.execute(delete(HistoryEntry).where(HistoryEntry.id == late.id))
    session.commit()
    assert agree(session, city) == SINCE_FEBRUARY


ONLY_MAY, SINCE_FEBRUARY, ALL = 1, 4, 11  # of the twelve up to June, which goes on


def test_what_is_taken_back_on_its_own_day_alters_no_month(session: Session, city: City) -> None:
    agree(session, city)
    session.delete(a_late_entry(session, datetime(2023, 6, 2, tzinfo=UTC)))
    session.commit()
    assert past_state(session).changes
    assert agree(session, city) == 0


def test_months_that_the_scheduler_counted_are_read(session: Session, city: City) -> None:
    """By every process, as long as they are right; each reach has its own."""
    engine = session.get_bind()
    assert isinstance(engine, Engine)

    def forget() -> None:
        session.rollback()
        _KEPT.pop(engine, None)

    reaches = 2  # the whole city and its county
    assert count_finished_months(engine, TODAY, ZONE) == reaches * ALL
    assert count_finished_months(engine, TODAY, ZONE) == 0
    forget()
    assert agree(session, city) == 0
    session.execute(update(MonthFigure).where(MonthFigure.until == date(2023, 5, 31)).values(days_late=-7))
    session.commit()
    forget()
    with pytest.raises(AssertionError):  # what is read is told, so that the comparison means something
        agree(session, city)
    a_late_entry(session, LAST_MONTH)
    forget()
    assert agree(session, city) == ONLY_MAY
    assert count_finished_months(engine, TODAY, ZONE) == reaches  # one of them is remembered here, and kept
    county = the_actor(city.county_supervisor)
    forget()
    asked = (session, county, When(TODAY, ZONE), PERIODS[0])
    assert told_of(board(*asked)) == told_of(figures(*asked))


def test_months_of_long_ago_are_forgotten(session: Session, city: City) -> None:
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    count_finished_months(engine, TODAY, ZONE)
    count_finished_months(engine, date(2023, 12, 1), ZONE)
    session.rollback()
    assert session.scalar(select(func.min(MonthFigure.since))) == date(2023, 1, 1)
    session.rollback()
    again = asked_of(session, lambda: count_finished_months(engine, date(2023, 12, 1), ZONE))
    assert {each.split()[0] for each in again if each != "BEGIN"} == {"SELECT"}, "a run with nothing to do writes"


def asked_of(session: Session, do: Callable[[], object]) -> list[str]:
    """The statements that it takes."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        do()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return asked
