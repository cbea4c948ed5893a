"""The sweep as real processes: two at once, and one that is killed in the middle."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from tests.builders import TODAY, a_city, a_plan, a_task
from tests.needs import ROOT
from tracker.domain.lifecycle import State
from tracker.store.engine import make_engine, write_session
from tracker.store.notices import Notice, SweepRun
from tracker.store.tasks import Assignment

PROGRAM = Path(__file__).with_name("sweeping.py")
YESTERDAY = TODAY - timedelta(days=1)
# 75 tasks of two units with a liaison each, due around today: see _world.
OVERDUE, NOTICES = 60, 120
# Reminders of the two days that nobody swept, where the last sweep was three days ago.
MISSED = 60 + 30 + 30


@pytest.fixture
def url(either_url: str) -> str:
    """A world of 150 parts that was never swept."""
    engine = make_engine(either_url)
    with write_session(engine) as session:
        _world(session)
    engine.dispose()
    return either_url


def _world(session: Session) -> None:
    city = a_city(session)
    plan = a_plan(session, city.root)
    for n in range(75):
        # 15 each: overdue by 1 day, by 2 days, due in 3 days, due today, and far off
        due_on = TODAY + timedelta(days=(-1, -2, 3, 0, 99)[n % 5])
        a_task(session, plan, city.education, city.finance, due_on=due_on, state=State.IN_PROGRESS)
    session.commit()


def start(url: str, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(PROGRAM), url, TODAY.isoformat(), *more]
    return subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def run_all(*processes: subprocess.Popen[str]) -> list[str]:
    """Lets processes that stand ready go at the same moment; what each printed at its end."""
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    printed = []
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert process.returncode in (0, -9), err
        printed.append(out.strip())
    return printed


def assert_each_once(engine: Engine, missed: int = 0) -> None:
    """Every notice once; ``missed`` reminders of the days without a sweep stand on record, and bother nobody."""
    with Session(engine) as session:
        told = select(Notice.assignment_id, Notice.step, Notice.recipient_key, Notice.due_on)
        notices = session.execute(told.where(Notice.read_at.is_(None))).all()
        overtaken = session.execute(told.where(Notice.read_at.is_not(None))).all()
        flagged = session.scalar(select(func.count()).where(Assignment.overdue_flagged_on == TODAY))
    assert Counter(Counter(tuple(row) for row in notices).values()) == {1: NOTICES}
    assert Counter(step for _, step, *_ in notices) == {1: OVERDUE, -3: 30, 0: 30}
    assert len(set(overtaken)) == len(overtaken) == missed
    assert flagged == OVERDUE


def test_two_at_once(url: str, engine: Engine) -> None:
    """Each notice once, and what the two say they found adds up to it: nothing is counted twice either."""
    printed = run_all(start(url), start(url))
    assert_each_once(engine)
    found = [tuple(int(part) for part in line.split()) for line in printed]
    assert tuple(map(sum, zip(*found, strict=True))) == (OVERDUE, NOTICES)


def test_two_at_once_after_a_run(url: str, engine: Engine) -> None:
    """The same for the road that most nights take: told in sets."""
    with write_session(engine) as session:
        began = _instant_before_all(session)
        session.add(SweepRun(day=TODAY - timedelta(days=3), started_at=began, finished_at=began))
        session.commit()
    printed = run_all(start(url), start(url))
    assert_each_once(engine, MISSED)
    found = [tuple(int(part) for part in line.split()) for line in printed]
    assert tuple(map(sum, zip(*found, strict=True))) == (OVERDUE, NOTICES + MISSED)


def _instant_before_all(session: Session) -> object:
    """An instant after which nothing changed."""
    newest = session.scalar(select(func.max(Assignment.changed_at, type_=Assignment.changed_at.type)))
    assert newest
    return newest + timedelta(hours=1)


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ("flag_overdue", 1),  # flagged, nothing told, not committed
        ("record_decisions", 1),  # the first batch told, not committed
        ("record_decisions", 6),  # some batches committed, one not
        ("standing_of", 4),
        ("unit_names", 1),  # all told, the run not finished
    ],
)
def test_killed_in_the_middle_and_run_again(url: str, engine: Engine, where: str, count: int) -> None:
    killed = start(url, where, str(count))
    assert run_all(killed) == [""]
    assert killed.returncode == -9
    with Session(engine) as session:
        so_far = session.scalar(select(func.count()).select_from(Notice)) or 0
        assert session.scalars(select(SweepRun.finished_at)).all() == [None]
    [line] = run_all(start(url))
    assert int(line.split()[1]) == NOTICES - so_far
    assert_each_once(engine)
    assert run_all(start(url)) == ["0 0"]
    assert_each_once(engine)


@pytest.mark.parametrize("where", ["flag_overdue", "record_reached"])
def test_killed_while_telling_sets(url: str, engine: Engine, where: str) -> None:
    with write_session(engine) as session:
        began = _instant_before_all(session)
        session.add(SweepRun(day=TODAY - timedelta(days=3), started_at=began, finished_at=began))
        session.commit()
    killed = start(url, where, "1")
    run_all(killed)
    assert killed.returncode == -9
    assert run_all(start(url)) == [f"{OVERDUE} {NOTICES + MISSED}"]
    assert_each_once(engine, MISSED)


def rows_of(engine: Engine) -> list[tuple[object, ...]]:
    """All that a notice says and how it stands, in an order of its own."""
    columns = (
        *(Notice.assignment_id, Notice.kind, Notice.due_on, Notice.step, Notice.recipient_key, Notice.subject),
        *(Notice.planned_on, Notice.late_days, Notice.recorded_at, Notice.read_at, Notice.mail_state),
    )
    with Session(engine) as session:
        return [tuple(row) for row in session.execute(select(*columns).order_by(*columns[:6]))]


@pytest.mark.parametrize("where", ["changed_ids", "unit_names"])
def test_killed_after_telling_sets_leaves_what_an_undisturbed_run_leaves(url: str, engine: Engine, where: str) -> None:
    """Told and committed, and the rest of the run never came: what a later rung has overtaken bothers nobody."""
    with write_session(engine) as session:
        began = _instant_before_all(session)
        session.add(SweepRun(day=TODAY - timedelta(days=3), started_at=began, finished_at=began))
        session.commit()
    killed = start(url, where, "1")
    run_all(killed)
    assert killed.returncode == -9
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Notice)) == NOTICES + MISSED
    assert run_all(start(url)) == ["0 0"]
    assert_each_once(engine, MISSED)
    disturbed = rows_of(engine)
    with write_session(engine) as session:
        session.execute(delete(Notice))
        session.execute(delete(SweepRun).where(SweepRun.day == TODAY))
        session.execute(update(Assignment).values(overdue_flagged_on=None))
        session.commit()
    assert run_all(start(url)) == [f"{OVERDUE} {NOTICES + MISSED}"]
    assert rows_of(engine) == disturbed
