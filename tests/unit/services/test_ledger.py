"""The ledger as of a day: what the table holds today, told from the history alone, and what it held before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.builders import LAST_MONTH, NOW, TODAY, City, a_city, a_plan, a_task, the_actor
from tracker.domain.lateness import JudgedBy
from tracker.domain.lifecycle import Event, Outcome, State, TaskState
from tracker.domain.lights import Light, LightPack
from tracker.domain.report_rhythm import Every, ReportRhythm
from tracker.domain.roles import Role
from tracker.services.histories import histories
from tracker.services.ledger import LedgerFilter, LedgerRow, ledger, ledgers
from tracker.services.lit import When, part_of
from tracker.services.work import act, events_for
from tracker.store.engine import make_engine
from tracker.store.tasks import Assignment

ZONE = ZoneInfo("Asia/Shanghai")
RARE = (Event.WITHDRAW, Event.SUSPEND, Event.REOPEN)


@pytest.fixture
def session(sqlite_url: str) -> Iterator[Session]:
    engine = make_engine(sqlite_url)
    with Session(engine, expire_on_commit=False) as session:
        yield session
    engine.dispose()


@pytest.fixture
def city(session: Session) -> City:
    return a_city(session)


def rows_on(session: Session, city: City, day: date, **wanted: object) -> dict[int, LedgerRow]:
    actor = the_actor(city.supervisor)
    found = ledger(session, actor, When(day, ZONE), LedgerFilter(**wanted))  # type: ignore[arg-type]
    return {row.assignment_id: row for row in found}


def busy(session: Session, city: City) -> None:
    """A month of work done at random by those who may."""
    plan = a_plan(session, city.root)
    for number in range(12):
        due_on = None if number % 5 == 4 else TODAY + timedelta(days=number * 3 - 12)
        units = ((city.education, Role.LEAD), (city.finance, Role.RESPONSIBLE), (city.county, Role.SUPPORT))
        a_task(session, plan, *units[: 1 + number % 3], due_on=due_on, title=f"任务{number}", position=number)
    session.commit()
    people = [the_actor(each) for each in (city.liaison, city.neighbour, city.supervisor)]
    chance = Random(7)
    for step in range(700):
        now = LAST_MONTH + timedelta(hours=step)
        part = chance.choice(session.scalars(select(Assignment).order_by(Assignment.id)).all())
        actor = chance.choice(people)
        events = [each for each in events_for(actor, part) if each not in RARE or chance.random() < 0.02]
        if events:
            event, day = chance.choice(events), now.astimezone(ZONE).date()
            words, outcome = f"第{step}步", Outcome.SOLVED
            act(session, actor, now, day, part.id, event, part.version, words, chance.randrange(101), outcome)


def test_today_the_history_tells_what_the_table_holds(session: Session, city: City) -> None:
    busy(session, city)
    told = rows_on(session, city, TODAY)
    kept = {part.id: part for part in session.scalars(select(Assignment)).unique()}
    assert told.keys() == kept.keys()
    assert {part.state for part in kept.values()} >= {State.COMPLETED, State.SUBMITTED, State.IN_PROGRESS}
    for part_id, row in told.items():
        part, then = kept[part_id], row.then
        assert (then.state, then.unit_id, then.due_on, then.percent, then.outcome, then.completed_on) == (
            part.state,
            part.unit_id,
            part.due_on,
            part.percent,
            part.outcome,
            part.completed_on,
        )
        assert (row.task_state, row.task_completed_on) == (part.task.state, part.task.completed_on)
        shown = part_of(part, When(TODAY, ZONE))
        assert (row.lit, row.days_late, row.is_chased) == (shown.lit, shown.days_late, shown.is_chased)


STRICT = LightPack(2, 1, ReportRhythm(Every.DAYS, 9), support_red=False, judged_by=JudgedBy.SUBMISSION)


def test_the_light_of_any_pack_is_that_of_the_table(session: Session, city: City) -> None:
    """Also where reports are owed, whose days the table does not hold."""
    busy(session, city)
    when = When(TODAY + timedelta(days=12), ZONE, pack=STRICT)
    told = {row.assignment_id: row for row in ledger(session, the_actor(city.supervisor), when)}
    session.expire_all()
    parts = session.scalars(select(Assignment)).unique().all()
    assert [told[part.id].lit for part in parts] == [part_of(part, when).lit for part in parts]
    assert {"迟报", "逾期"} <= {row.lit.word for row in told.values()}
    assert any(row.is_overdue and row.lit.light is Light.YELLOW for row in told.values())


def test_several_days_are_told_like_each_of_them(session: Session, city: City) -> None:
    busy(session, city)
    actor = the_actor(city.leader)
    whens = [When(TODAY - timedelta(days=n), ZONE, pack=pack) for n in (3, 40, 0, 11) for pack in (STRICT, LightPack())]
    known = histories(session)
    assert ledgers(known, whens, actor) == [ledger(session, actor, when) for when in whens]
    assert ledgers(known, [], actor) == []


def test_a_past_day_does_not_move_when_work_goes_on(session: Session, city: City) -> None:
    busy(session, city)
    before = rows_on(session, city, TODAY - timedelta(days=20))
    for part in session.scalars(select(Assignment).where(Assignment.state == State.SUBMITTED)).unique().all():
        supervisor = the_actor(city.supervisor)
        act(session, supervisor, NOW, TODAY, part.id, Event.ACCEPT, part.version, None, None, Outcome.SOLVED)
    assert rows_on(session, city, TODAY - timedelta(days=20)) == before


def test_work_sent_to_another_unit_stood_with_the_first_before(session: Session, city: City) -> None:
    task = a_task(session, a_plan(session, city.root), city.education)
    session.commit()
    part = task.assignments[0]

    def do(actor: object, days: int, event: Event, **given: object) -> None:
        when = LAST_MONTH + timedelta(days=days)
        act(session, actor, when, when.date(), part.id, event, part.version, "不属本单位职责", **given)  # type: ignore[arg-type]

    do(the_actor(city.liaison), 2, Event.DECLINE)
    do(the_actor(city.supervisor), 4, Event.DISPATCH, unit_id=city.finance.id)
    first_day = LAST_MONTH.date()
    assert rows_on(session, city, first_day)[part.id].unit.id == city.education.id
    assert rows_on(session, city, first_day + timedelta(days=5))[part.id].unit.id == city.finance.id
    assert rows_on(session, city, first_day - timedelta(days=1)) == {}


def test_only_what_is_in_reach_and_asked_for(session: Session, city: City) -> None:
    plan, other = a_plan(session, city.root), a_plan(session, city.root, "另一方案", number="示政办〔2023〕2号")
    mine = a_task(session, plan, city.education, city.county).assignments
    a_task(session, other, city.finance)
    session.commit()
    assert rows_on(session, city, TODAY, plan_id=plan.id).keys() == {part.id for part in mine}
    assert rows_on(session, city, TODAY, unit_path=city.county.path).keys() == {mine[1].id}
    seen = ledger(session, the_actor(city.liaison), When(TODAY, ZONE))
    assert [row.assignment_id for row in seen] == [mine[0].id]
    assert seen[0].task_state is TaskState.OPEN


def test_a_day_to_sign_by_goes_before_the_packs_working_days(session: Session, city: City) -> None:
    part = a_task(session, a_plan(session, city.root), city.education).assignments[0]
    part.sign_by_on = TODAY
    session.commit()
    assert rows_on(session, city, TODAY)[part.id].lit.light is Light.GREEN
    row = rows_on(session, city, TODAY + timedelta(days=1))[part.id]
    assert (row.lit.light, row.lit.why) == (Light.YELLOW, "应于2023年6月15日前签收，至今未签收。")
