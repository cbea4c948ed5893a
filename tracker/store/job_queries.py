"""What the scheduler asks and writes about its own runs and processes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, literal, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from tracker.domain.schedule import Job, Outcome
from tracker.store.once import insert_of
from tracker.store.schedule import JobRun, SchedulerProcess

# A run that somebody began by hand and that did not end in this time is over.
LONGEST_BY_HAND = timedelta(hours=1)


def newest_of_slot(session: Session, job: Job, due_at: datetime) -> JobRun | None:
    """The latest attempt at a slot; None when nobody tried it yet."""
    query = select(JobRun).where(JobRun.job == job, JobRun.due_at == due_at)
    return session.scalar(query.order_by(JobRun.attempt.desc()).limit(1))


def last_well(job: Job) -> Select[datetime | None]:
    """When the job last ended well; None when it never did. One look into one index."""
    query = select(func.max(JobRun.ended_at, type_=JobRun.ended_at.type))
    return query.where(_is(JobRun.job, job), _is(JobRun.outcome, Outcome.DONE))


def _is(column: InstrumentedAttribute[Any], word: StrEnum) -> ColumnElement[bool]:
    """That the column holds the word, which is written out in the statement."""
    return column == literal(word, column.type, literal_execute=True)


def claim(session: Session, **values: Any) -> int | None:
    """Writes a run that begins; its id, or None when somebody else has claimed the same attempt. Commits nothing."""
    put = insert_of(session, JobRun).values(outcome=Outcome.RUNNING, counts={}, is_quiet=False, **values)
    new: int | None = session.scalar(put.on_conflict_do_nothing().returning(JobRun.id))
    return new


def end(session: Session, run_id: int, **values: Any) -> bool:
    """Writes how a run ended; False when somebody else has ended it meanwhile. Commits nothing."""
    done = session.execute(
        update(JobRun)
        .where(JobRun.id == run_id, JobRun.outcome == Outcome.RUNNING)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


def cut_short(session: Session, now: datetime, words: str) -> int:
    """Ends the runs that nobody goes on with, for whoever begins to lead; how many. Commits nothing."""
    abandoned = or_(JobRun.due_at.is_not(None), JobRun.started_at < now - LONGEST_BY_HAND)
    done = session.execute(
        update(JobRun)
        .where(JobRun.outcome == Outcome.RUNNING, abandoned)
        .values(outcome=Outcome.CUT_SHORT, ended_at=now, words=words)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def forget_runs(session: Session, quiet_before: datetime, before: datetime) -> int:
    """Deletes quiet runs that ended before the one instant, and all that ended before the other; how many.

    The last run of each job that ended well stays, so that it is known when that was. Commits nothing.
    """
    newest = select(func.max(JobRun.id)).where(JobRun.outcome == Outcome.DONE).group_by(JobRun.job)
    old = or_(JobRun.ended_at < before, JobRun.is_quiet & (JobRun.ended_at < quiet_before))
    done = session.execute(
        delete(JobRun).where(old, JobRun.id.not_in(newest)).execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def last_runs(session: Session) -> dict[Job, JobRun]:
    """The newest run of each job that has one."""
    newest = select(func.max(JobRun.id)).group_by(JobRun.job)
    return {run.job: run for run in session.scalars(select(JobRun).where(JobRun.id.in_(newest)))}


def recent_runs(session: Session, limit: int, *, only_telling: bool) -> Sequence[JobRun]:
    """The latest runs, the newest first; without those that found nothing where ``only_telling``."""
    query = select(JobRun).order_by(JobRun.id.desc()).limit(limit)
    return session.scalars(query.where(~JobRun.is_quiet) if only_telling else query).all()


def processes(session: Session) -> Sequence[SchedulerProcess]:
    """The schedulers that gave a sign of life and did not say goodbye, whoever leads first."""
    first = (SchedulerProcess.leads_since.is_(None), SchedulerProcess.started_at, SchedulerProcess.id)
    return session.scalars(select(SchedulerProcess).order_by(*first)).all()


def lead_alone(session: Session, process_id: int, now: datetime) -> None:
    """Notes that this process leads from now on, and no other. Commits nothing."""
    others = SchedulerProcess.id != process_id
    session.execute(update(SchedulerProcess).where(others).values(leads_since=None))
    session.execute(update(SchedulerProcess).where(~others).values(leads_since=now, seen_at=now))


def seen(session: Session, process_id: int, now: datetime) -> bool:
    """Notes a sign of life; False when the process is no longer known. Commits nothing."""
    done = session.execute(
        update(SchedulerProcess)
        .where(SchedulerProcess.id == process_id)
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


def follow(session: Session, process_id: int) -> None:
    """Notes that this process leads no longer. Commits nothing."""
    session.execute(update(SchedulerProcess).where(SchedulerProcess.id == process_id).values(leads_since=None))


def forget_process(session: Session, process_id: int) -> None:
    """Takes a process that ends out of the list. Commits nothing."""
    session.execute(delete(SchedulerProcess).where(SchedulerProcess.id == process_id))


def forget_silent(session: Session, before: datetime) -> None:
    """Takes processes out of the list that gave no sign of life since an instant. Commits nothing."""
    session.execute(delete(SchedulerProcess).where(SchedulerProcess.seen_at < before))
