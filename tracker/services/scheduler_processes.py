"""Which schedulers live, and which of them leads: written down for the page, never asked by the scheduler itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine

from tracker.services.job_runs import CUT_SHORT, Runner
from tracker.store import job_queries as queries
from tracker.store.engine import write_session
from tracker.store.schedule import SchedulerProcess

SEEN_EVERY = timedelta(seconds=10)
# Without a sign of life for this long a process is taken for gone; after the other it is forgotten.
SILENT_AFTER, FORGOTTEN_AFTER = timedelta(seconds=45), timedelta(days=1)


def appear(engine: Engine, runner: Runner, now: datetime) -> int:
    """Notes a scheduler that has just started, and forgets those long gone; its number."""
    with write_session(engine) as session:
        queries.forget_silent(session, now - FORGOTTEN_AFTER)
        row = SchedulerProcess(host=runner.host, pid=runner.pid, started_at=now, seen_at=now)
        session.add(row)
        session.commit()
        return row.id


def begin_to_lead(engine: Engine, process_id: int, now: datetime) -> int:
    """Notes that this process leads, and ends the runs that the one before it left; how many."""
    with write_session(engine) as session:
        queries.lead_alone(session, process_id, now)
        ended = queries.cut_short(session, now, CUT_SHORT)
        session.commit()
        return ended


def give_sign(engine: Engine, process_id: int, now: datetime) -> None:
    """Notes that this process lives."""
    with write_session(engine) as session:
        queries.seen(session, process_id, now)
        session.commit()


def stand_by(engine: Engine, process_id: int) -> None:
    """Notes that this process leads no longer."""
    with write_session(engine) as session:
        queries.follow(session, process_id)
        session.commit()


def leave(engine: Engine, process_id: int) -> None:
    """Takes a process that ends out of the list."""
    with write_session(engine) as session:
        queries.forget_process(session, process_id)
        session.commit()
