"""Runs of the scheduler's jobs: claimed before they are done, written down when they end, forgotten after a while.

All instants here are the wall's, also where the sample stands on a fixed day.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from tracker.domain.schedule import Job, Outcome, lateness
from tracker.store import job_queries as queries
from tracker.store.engine import write_session

QUIET_KEPT, KEPT = timedelta(days=1), timedelta(days=90)
LONGEST_WORDS = 2000
LONGEST_HOST = 120
CUT_SHORT = "运行它的进程已停止或失去主调度位置，由接替的进程记为中断；未做完的由以后的运行补齐。"


@dataclass(frozen=True, slots=True)
class Runner:
    """The process that runs a job."""

    host: str
    pid: int


@dataclass(frozen=True, slots=True)
class Done:
    """What a run did. ``counts`` are those of COUNTS in tracker.domain.schedule; ``words`` say why nothing was done, or
    what went wrong; ``said`` is the line for the terminal, empty when there is nothing to tell."""

    counts: Mapping[str, int] = field(default_factory=dict)
    words: str = ""
    said: str = ""
    failed: bool = False

    @property
    def is_quiet(self) -> bool:
        return not self.failed and not any(self.counts.values())


def this_process() -> Runner:
    """This process as the page names it."""
    return Runner(socket.gethostname()[:LONGEST_HOST], os.getpid())


def begin(  # noqa: PLR0917 - which run, by whom and when
    engine: Engine, job: Job, due_at: datetime, runner: Runner, now: datetime, zone: ZoneInfo
) -> int | None:
    """Claims the run of a slot; its id, or None when somebody does it, or has done it.

    A slot whose last attempt failed or was cut short is tried again.
    """
    with write_session(engine) as session:
        last = queries.newest_of_slot(session, job, due_at)
        if last is not None and last.outcome in (Outcome.RUNNING, Outcome.DONE):
            return None
        late = lateness(job, session.scalar(queries.last_well(job)), due_at, now, zone)
        run_id = queries.claim(
            session,
            job=job,
            due_at=due_at,
            attempt=last.attempt + 1 if last else 1,
            started_at=now,
            late_seconds=int(late.total_seconds()),
            host=runner.host,
            pid=runner.pid,
        )
        session.commit()
        return run_id


def begin_by_hand(engine: Engine, job: Job, runner: Runner, now: datetime) -> int:
    """Writes down a run that somebody asked for by a command; it has no slot."""
    with write_session(engine) as session:
        run_id = queries.claim(
            session, job=job, due_at=None, attempt=1, started_at=now, late_seconds=0, host=runner.host, pid=runner.pid
        )
        assert run_id is not None  # without a slot nothing is in its way
        session.commit()
        return run_id


def end(engine: Engine, run_id: int, done: Done, now: datetime) -> bool:
    """Writes down how a run ended; False when another process has ended it, which then counts."""
    with write_session(engine) as session:
        noted = queries.end(
            session,
            run_id,
            outcome=Outcome.FAILED if done.failed else Outcome.DONE,
            ended_at=now,
            counts={name: value for name, value in done.counts.items() if value},
            is_quiet=done.is_quiet,
            words=done.words[:LONGEST_WORDS] or None,
        )
        session.commit()
        return noted


def failure(error: Exception) -> Done:
    """A run that raised, with what it raised in a line; parameters of statements are not in it."""
    lines = str(getattr(error, "orig", None) or error).strip().splitlines()
    kind = "数据库出错" if isinstance(error, SQLAlchemyError) else type(error).__name__
    return Done(words=f"{kind}：{lines[0]}" if lines else kind, failed=True)


def tidy_runs(engine: Engine, now: datetime) -> int:
    """Forgets runs that found nothing after a day, others after 90; how many."""
    with write_session(engine) as session:
        forgotten = queries.forget_runs(session, now - QUIET_KEPT, now - KEPT)
        session.commit()
        return forgotten
