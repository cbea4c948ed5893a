"""Runs of jobs: claimed once, ended once, late by what nobody did, and forgotten after a while."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tracker.domain.schedule import Job, Outcome
from tracker.services import job_runs, scheduler_processes
from tracker.services.job_runs import CUT_SHORT, Done, Runner, begin, begin_by_hand, end, failure, tidy_runs
from tracker.store import job_queries
from tracker.store.schedule import JobRun

ZONE = ZoneInfo("Asia/Shanghai")
AT_TEN = datetime(2023, 6, 15, 10, 0, tzinfo=ZONE)
FIRST, SECOND = Runner("server-a", 101), Runner("server-b", 202)
FIVE = timedelta(minutes=5)


@pytest.fixture
def url(either_url: str) -> str:
    """Each test runs on both kinds of database."""
    return either_url


def claimed(engine: Engine, due_at: datetime = AT_TEN, runner: Runner = FIRST) -> int | None:
    return begin(engine, Job.SWEEP, due_at, runner, due_at, ZONE)


def runs(engine: Engine) -> list[JobRun]:
    with Session(engine) as session:
        return list(session.scalars(select(JobRun).order_by(JobRun.id)))


def test_a_run_tells_all(engine: Engine) -> None:
    run_id = claimed(engine)
    assert run_id is not None
    [run] = runs(engine)
    assert (run.outcome, run.ended_at, run.attempt, run.host, run.pid) == (Outcome.RUNNING, None, 1, "server-a", 101)
    assert end(engine, run_id, Done({"flagged": 3, "made": 0}, "说明"), AT_TEN + timedelta(seconds=7))
    [run] = runs(engine)
    assert (run.job, run.due_at, run.started_at, run.ended_at) == (
        Job.SWEEP, AT_TEN, AT_TEN, AT_TEN + timedelta(seconds=7),
    )  # fmt: skip
    assert (run.outcome, run.counts, run.words, run.is_quiet) == (Outcome.DONE, {"flagged": 3}, "说明", False)


def test_a_slot_is_claimed_once(engine: Engine) -> None:
    run_id = claimed(engine)
    assert claimed(engine, runner=SECOND) is None
    assert run_id is not None
    end(engine, run_id, Done(), AT_TEN)
    assert claimed(engine, runner=SECOND) is None
    assert claimed(engine, AT_TEN + FIVE, SECOND) is not None


def test_of_many_at_once_one_gets_the_slot(engine: Engine) -> None:
    together, got = threading.Barrier(6), []

    def try_it(number: int) -> None:
        together.wait()
        got.append(claimed(engine, runner=Runner("server", number)))

    threads = [threading.Thread(target=try_it, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 6
    assert len([each for each in got if each is not None]) == 1
    assert len(runs(engine)) == 1


def test_whoever_read_before_another_claimed_gets_nothing(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between looking and claiming another may come: the key decides, also where the database lets both look."""
    assert claimed(engine) is not None
    monkeypatch.setattr(job_queries, "newest_of_slot", lambda *_: None)
    assert claimed(engine, runner=SECOND) is None


def test_what_failed_or_was_cut_short_is_tried_again(engine: Engine) -> None:
    first = claimed(engine)
    assert first is not None
    end(engine, first, failure(ValueError("第一行\n第二行")), AT_TEN)
    assert claimed(engine) is not None
    process_id = scheduler_processes.appear(engine, SECOND, AT_TEN)
    assert scheduler_processes.begin_to_lead(engine, process_id, AT_TEN + FIVE) == 1
    assert claimed(engine, runner=SECOND) is not None
    told = [(run.attempt, run.outcome, run.words, run.pid) for run in runs(engine)]
    assert told == [
        (1, Outcome.FAILED, "ValueError：第一行", 101),
        (2, Outcome.CUT_SHORT, CUT_SHORT, 101),
        (3, Outcome.RUNNING, None, 202),
    ]


def test_an_outcome_that_comes_too_late_does_not_count(engine: Engine) -> None:
    """The old leader comes to after another took over: its run stays cut short."""
    run_id = claimed(engine)
    assert run_id is not None
    scheduler_processes.begin_to_lead(engine, scheduler_processes.appear(engine, SECOND, AT_TEN), AT_TEN + FIVE)
    assert not end(engine, run_id, Done({"flagged": 3}), AT_TEN + FIVE)
    [run] = runs(engine)
    assert (run.outcome, run.counts) == (Outcome.CUT_SHORT, {})


def test_a_sweep_by_hand_is_nobodys_slot(engine: Engine) -> None:
    by_hand = begin_by_hand(engine, Job.SWEEP, FIRST, AT_TEN)
    assert by_hand != begin_by_hand(engine, Job.SWEEP, FIRST, AT_TEN)
    assert claimed(engine) is not None
    process_id = scheduler_processes.appear(engine, SECOND, AT_TEN)
    assert scheduler_processes.begin_to_lead(engine, process_id, AT_TEN + FIVE) == 1  # that of the slot
    assert scheduler_processes.begin_to_lead(engine, process_id, AT_TEN + timedelta(hours=2)) == 2


def test_late_is_what_nobody_did(engine: Engine) -> None:
    first = claimed(engine)
    assert first is not None
    end(engine, first, Done(), AT_TEN + timedelta(seconds=2))
    claimed(engine, AT_TEN + FIVE)
    claimed(engine, AT_TEN + timedelta(days=3))
    assert [run.late_seconds for run in runs(engine)] == [0, 0, int((timedelta(days=3) - FIVE).total_seconds())]


def test_failures_repeat_no_secret() -> None:
    class Refused(Exception):
        """As a driver raises it."""

    wrapped = OperationalError("UPDATE robot SET webhook = 'geheim'", {"key": "geheim"}, Refused("connection refused"))
    assert failure(wrapped) == Done(words="数据库出错：connection refused", failed=True)
    assert failure(RuntimeError()) == Done(words="RuntimeError", failed=True)


def test_old_runs_are_forgotten_and_the_last_of_each_job_stays(engine: Engine) -> None:
    def ran(job: Job, days_ago: float, done: Done) -> Any:
        at = AT_TEN - timedelta(days=days_ago)
        run_id = begin(engine, job, at, FIRST, at, ZONE)
        assert run_id is not None
        end(engine, run_id, done, at)
        return run_id

    found, quiet, failed = Done({"recorded": 1}), Done(), Done(words="坏", failed=True)
    mail = ran(Job.MAIL, 200, quiet)  # the last that mail ever did
    ran(Job.SWEEP, 91, found)
    ran(Job.SWEEP, 91.5, failed)
    kept = [ran(Job.SWEEP, 89, found), ran(Job.SWEEP, 88, failed)]
    ran(Job.SWEEP, 1.1, quiet)
    last = [ran(Job.SWEEP, 0.9, quiet), ran(Job.SWEEP, 0, quiet)]
    assert tidy_runs(engine, AT_TEN) == 3
    assert [run.id for run in runs(engine)] == sorted([mail, *kept, *last])


def test_long_words_are_cut(engine: Engine) -> None:
    run_id = claimed(engine)
    assert run_id is not None
    end(engine, run_id, Done(words="长" * 9999, failed=True), AT_TEN)
    assert len(runs(engine)[0].words or "") == job_runs.LONGEST_WORDS
