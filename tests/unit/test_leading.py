"""Who leads among several schedulers: real processes on one database, killed, stopped, and waking up again."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from tests.databases import end_connections
from tests.ports import free_port
from tests.unit.test_jobs import lines_until, notices, overdue_world, program, within
from tracker.domain.schedule import Job, Outcome
from tracker.jobs import HEARTBEAT_SECONDS, LOOK_SECONDS
from tracker.store.engine import make_engine
from tracker.store.leadership import FileLeadership, leadership_for
from tracker.store.notices import MailState, Notice
from tracker.store.people import Person
from tracker.store.schedule import JobRun, SchedulerProcess

TAKEOVER_SECONDS = 2.0
IMPATIENT = [sys.executable, str(Path(__file__).with_name("scheduling.py")), "2"]
STANDS_BY = "已有调度程序在运行，本程序待命，随时接替。"


@pytest.fixture
def engine(either_url: str) -> Iterator[Engine]:
    made = make_engine(either_url)
    yield made
    made.dispose()


# The place


def test_one_leads_and_the_next_takes_over(engine: Engine, tmp_path: Path) -> None:
    first, second = leadership_for(engine, tmp_path), leadership_for(engine, tmp_path)
    assert first.take()
    assert first.take()  # asking again changes nothing
    assert not second.take()
    assert first.holds()
    assert not second.holds()
    first.release()
    assert not first.holds()
    assert second.take()
    second.release()


@pytest.mark.needs("postgresql")
def test_a_leader_cut_off_from_its_database_knows(postgres_url: str, tmp_path: Path) -> None:
    engine = make_engine(postgres_url)
    leader, other = leadership_for(engine, tmp_path), leadership_for(engine, tmp_path)
    assert leader.take()
    end_connections(postgres_url)
    assert not leader.holds()
    assert within(5, other.take)
    assert not leader.take()
    for each in (leader, other):
        each.release()
    engine.dispose()


def test_a_leader_whose_file_was_taken_away_knows(tmp_path: Path) -> None:
    leader, other = FileLeadership(tmp_path / "leader"), FileLeadership(tmp_path / "leader")
    assert leader.take()
    (tmp_path / "leader").unlink()
    assert other.take()
    assert not leader.holds()
    assert other.holds()
    other.release()
    assert leader.take()  # it stands by like any other
    leader.release()


def test_a_leader_without_a_sign_of_life_is_put_out(engine: Engine, tmp_path: Path) -> None:
    """One that keeps its lock and does nothing, as a stopped process does; watched by one who waits."""
    hung, waiting = leadership_for(engine, tmp_path), leadership_for(engine, tmp_path, hangs_after=0.6)
    assert hung.take()
    began = time.monotonic()
    assert within(10, waiting.take)
    assert time.monotonic() - began > 0.5  # not before its time
    assert not hung.holds()
    assert waiting.holds()
    assert not hung.take()
    for each in (hung, waiting):
        each.release()


@pytest.mark.needs("postgresql")
def test_a_leader_of_another_database_is_left_alone(postgres_url: str, empty_postgres_url: str, tmp_path: Path) -> None:
    """One server may hold several installations, and shows the locks of all to each."""
    here, elsewhere = make_engine(postgres_url), make_engine(empty_postgres_url)
    other, leader = leadership_for(elsewhere, tmp_path), leadership_for(here, tmp_path)
    waiting = leadership_for(here, tmp_path, hangs_after=0.3)
    assert other.take()
    assert leader.take()
    time.sleep(0.5)
    assert leader.holds()
    assert not waiting.take()
    assert other.holds()
    for each in (other, leader, waiting):
        each.release()
    for engine in (here, elsewhere):
        engine.dispose()


def test_a_leader_that_gives_signs_of_life_stays(engine: Engine, tmp_path: Path) -> None:
    leader, waiting = leadership_for(engine, tmp_path), leadership_for(engine, tmp_path, hangs_after=0.6)
    assert leader.take()
    for _ in range(15):
        assert leader.holds()
        assert not waiting.take()
        time.sleep(0.1)
    for each in (leader, waiting):
        each.release()


# Processes


class Noise(threading.Thread):
    """How far behind this machine is: the most that a sleep of 20 ms took too long while the thread ran."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.worst, self.over = 0.0, threading.Event()

    def run(self) -> None:
        while not self.over.is_set():
            began = time.monotonic()
            time.sleep(0.02)
            self.worst = max(self.worst, time.monotonic() - began - 0.02)


@contextmanager
def noise_measured() -> Iterator[Noise]:
    noise = Noise()
    noise.start()
    yield noise
    noise.over.set()
    noise.join()


def test_the_rhythms_leave_room_within_the_two_seconds() -> None:
    assert LOOK_SECONDS <= TAKEOVER_SECONDS / 4
    assert HEARTBEAT_SECONDS <= TAKEOVER_SECONDS / 2


def test_another_leads_within_two_seconds_of_a_sudden_death(either_url: str, engine: Engine, tmp_path: Path) -> None:
    """Three times over, each time a little later in the rhythm of those who wait.

    Nothing but what the machine itself was behind, four times as two processes and a database may each wait once or
    twice for their turn, is added to the two seconds: on a machine at rest that is a few hundredths.
    """
    overdue_world(engine)
    with program(tmp_path, either_url, "scheduler") as first:
        lines_until(first, "新增提醒1条")
        with program(tmp_path, either_url, "scheduler") as second, program(tmp_path, either_url, "scheduler") as third:
            assert lines_until(second, "待命") == [STANDS_BY]
            assert lines_until(third, "待命") == [STANDS_BY]
            assert _leaders(engine) == [first.pid]
            seconds, allowed = _killed(first, second, third, engine)
            assert seconds < allowed
            heir, other = (second, third) if _leaders(engine) == [second.pid] else (third, second)
            time.sleep(0.37)
            seconds, allowed = _killed(heir, other, other, engine)
            assert seconds < allowed
            other.send_signal(signal.SIGTERM)
            lines_until(other, "调度已停止")
            assert other.wait(10) == 0
    assert notices(engine) == 1
    assert _leaders(engine) == []


def _killed(
    leader: subprocess.Popen[str], one: subprocess.Popen[str], another: subprocess.Popen[str], engine: Engine
) -> tuple[float, float]:
    """Kills the leader; after how many seconds one of the others notes that it leads, and how many it may take."""
    with noise_measured() as noise:
        leader.kill()
        began = time.monotonic()
        heirs = [one.pid], [another.pid]
        assert within(20, lambda: _leaders(engine) in heirs)
        seconds = time.monotonic() - began
    return seconds, TAKEOVER_SECONDS + 4 * noise.worst


def _leaders(engine: Engine) -> list[int]:
    with Session(engine) as session:
        leading = select(SchedulerProcess.pid).where(SchedulerProcess.leads_since.is_not(None))
        return list(session.scalars(leading))


class Slow:
    """A mail server that has taken a message and keeps its sender waiting for the answer until ``go``."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.has_one, self.go = threading.Event(), threading.Event()

    async def handle_DATA(self, _server: SMTP, _session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.taken.append(envelope.content)
        self.has_one.set()
        self.go.wait(60)  # the one thread of this server: nobody else is served meanwhile either
        return "250 OK"


@pytest.fixture
def slow() -> Iterator[tuple[Slow, int]]:
    handler = Slow()
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port, ready_timeout=30)
    controller.start()
    yield handler, port
    handler.go.set()
    controller.stop()


def zone_of_the_morning() -> str:
    """A zone in which it is between ten and eleven, so that mail goes out whenever this test runs."""
    ahead = (10 - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}"


def test_a_leader_that_was_stopped_and_goes_on_does_nothing_twice(
    either_url: str, engine: Engine, tmp_path: Path, slow: tuple[Slow, int]
) -> None:
    """Stopped in the middle of sending a mail, put out by another, and woken while that one leads."""
    overdue_world(engine)
    with Session(engine) as session:
        session.execute(update(Person).values(email="li@example.cn"))
        session.commit()
    server, port = slow
    mail = {
        "TRACKER_MAIL_HOST": "127.0.0.1",
        "TRACKER_MAIL_PORT": str(port),
        "TRACKER_TIMEZONE": zone_of_the_morning(),
    }
    with program(tmp_path, either_url, "sweep", **mail) as sweep:
        assert sweep.wait(60) == 0
    with program(tmp_path, either_url, command=IMPATIENT, **mail) as first:
        lines_until(first, "调度已启动")
        assert server.has_one.wait(30)
        assert within(20, lambda: _stopped_between_writes(first, engine))
        with program(tmp_path, either_url, command=IMPATIENT, **mail) as second:
            lines_until(second, "调度已启动")
            assert within(20, lambda: _leaders(engine) == [second.pid])
            taken_over = [(first.pid, Outcome.CUT_SHORT), (second.pid, Outcome.DONE)]
            assert within(20, lambda: _mail_runs(engine)[:2] == taken_over)
            server.go.set()
            first.send_signal(signal.SIGCONT)
            lines_until(first, "失去主调度位置，转为待命。", seconds=20)
            assert within(20, lambda: _mail_states(engine) == [MailState.SENT])
            time.sleep(2 * HEARTBEAT_SECONDS)
            assert _leaders(engine) == [second.pid]
    assert len(server.taken) == 1
    assert notices(engine) == 1
    assert _mail_runs(engine)[:2] == taken_over
    assert set(_mail_runs(engine)[2:]) <= {(second.pid, Outcome.DONE)}
    assert _twice_done(engine) == []


def _stopped_between_writes(process: subprocess.Popen[str], engine: Engine) -> bool:
    """Stops the process. Not while it writes into SQLite: there nobody else could write until it went on."""
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED)
    if engine.dialect.name != "sqlite" or _can_write(engine):
        return True
    process.send_signal(signal.SIGCONT)
    return False


def _can_write(engine: Engine) -> bool:
    with closing(sqlite3.connect(str(engine.url.database), timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
        return True


def _mail_runs(engine: Engine) -> list[tuple[int, Outcome]]:
    """(process, outcome) of every run of mail: more than two where the next slot comes while this is tried."""
    with Session(engine) as session:
        runs = select(JobRun.pid, JobRun.outcome).where(JobRun.job == Job.MAIL).order_by(JobRun.id)
        return [(pid, outcome) for pid, outcome in session.execute(runs)]


def _mail_states(engine: Engine) -> list[MailState]:
    with Session(engine) as session:
        return list(session.scalars(select(Notice.mail_state)))


def _twice_done(engine: Engine) -> list[tuple[Job, datetime | None]]:
    """The slots that more than one run has done."""
    with Session(engine) as session:
        query = select(JobRun.job, JobRun.due_at).where(JobRun.outcome == Outcome.DONE, JobRun.due_at.is_not(None))
        done = [(job, due_at) for job, due_at in session.execute(query)]
    return [slot for slot in set(done) if done.count(slot) > 1]
