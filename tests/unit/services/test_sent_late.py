"""What is told late because no sweep ran says how late: by days, or by hours where it is still the same day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from tests.builders import TODAY, City, a_plan, a_task
from tracker.clock import Clock
from tracker.delivery.transport import Memory
from tracker.domain.lifecycle import State
from tracker.domain.notices import NoticeKind
from tracker.services.mailing import send_waiting
from tracker.services.sweep import sweep
from tracker.store.notices import Notice
from tracker.store.tasks import Assignment, HistoryEntry

MIDNIGHT = datetime.combine(TODAY, datetime.min.time(), UTC) - timedelta(hours=8)
WORKED = State.IN_PROGRESS


@pytest.fixture
def url(either_url: str) -> str:
    """Each test runs on both kinds of database."""
    return either_url


def run(engine: Engine, hours: float, day: date = TODAY) -> None:
    """A sweep so many hours after the day's begin."""
    sweep(engine, MIDNIGHT + (day - TODAY) + timedelta(hours=hours), day)


def due(session: Session, city: City, days: int, **changes: Any) -> Assignment:
    changes.setdefault("milestones", ())
    day = TODAY + timedelta(days=days)
    part = a_task(session, a_plan(session, city.root), city.education, due_on=day, state=WORKED, **changes)
    session.commit()
    return part.assignments[0]


def late(session: Session, kind: NoticeKind | None = None) -> list[tuple[int, int]]:
    """(days, hours) late of the notices of the last run."""
    session.commit()
    newest = select(func.max(Notice.recorded_at)).scalar_subquery()
    query = select(Notice.late_days, Notice.late_hours).where(Notice.recorded_at == newest).order_by(Notice.step)
    rows = [(days, hours) for days, hours in session.execute(query.where(Notice.kind == kind) if kind else query)]
    session.commit()
    return rows


YESTERDAY = TODAY - timedelta(days=1)


@pytest.mark.parametrize(("at", "expected"), [(0.0, (0, 0)), (0.9, (0, 0)), (15.1, (0, 15))])
def test_by_the_hour_on_the_day_itself(
    engine: Engine, session: Session, city: City, at: float, expected: tuple[int, int]
) -> None:
    due(session, city, 3)
    run(engine, 0, YESTERDAY)
    run(engine, at)
    assert late(session) == [expected]


def test_by_the_day_after_days(engine: Engine, session: Session, city: City) -> None:
    due(session, city, 3)
    run(engine, 0, YESTERDAY)
    run(engine, 9, TODAY + timedelta(days=2))
    assert late(session) == [(2, 57), (0, 9)]  # three days before its day, and the day before it


def test_where_none_ever_swept_nothing_is_late_by_the_hour(engine: Engine, session: Session, city: City) -> None:
    due(session, city, 3, milestones=(("节点", TODAY + timedelta(days=1)),))
    run(engine, 15)
    assert {hours for _, hours in late(session)} == {0}


def test_work_given_out_while_the_sweep_was_down_counts_from_then(engine: Engine, session: Session, city: City) -> None:
    run(engine, 0)
    part = due(session, city, 5)
    part.dispatched_at = part.changed_at = MIDNIGHT + timedelta(hours=9)
    session.commit()
    run(engine, 15.2)
    assert late(session, NoticeKind.DUE_SOON) == [(0, 6)]


def test_milestones_and_events(engine: Engine, session: Session, city: City) -> None:
    part = due(session, city, 90, milestones=(("节点", TODAY + timedelta(days=7)),))
    run(engine, 0, YESTERDAY)
    entry = HistoryEntry(event="return", at=MIDNIGHT + timedelta(hours=8), actor_name="督", to_state=WORKED)
    part.history.append(entry)
    session.commit()
    run(engine, 10.5)
    assert late(session, NoticeKind.MILESTONE_SOON) == [(0, 10)]
    assert late(session, NoticeKind.DECIDED) == [(0, 2)]


def test_signing(engine: Engine, session: Session, city: City) -> None:
    part = a_task(session, a_plan(session, city.root), city.education, due_on=None).assignments[0]
    part.sign_by_on = YESTERDAY
    session.commit()
    run(engine, 0, YESTERDAY)
    run(engine, 7.5)
    assert late(session, NoticeKind.UNSIGNED) == [(0, 7)]


def test_the_mail_says_so(engine: Engine, session: Session, city: City) -> None:
    city.liaison.email = "li@example.cn"
    due(session, city, 3)
    run(engine, 0, YESTERDAY)
    run(engine, 15.1)
    memory, clock = Memory(), Clock(ZoneInfo("Asia/Shanghai")).fixed_at(MIDNIGHT + timedelta(hours=16))
    send_waiting(engine, memory, clock, "https://ledger.example.cn")
    assert "提醒：提前3天提醒（迟发15小时）" in memory.sent[0].body
