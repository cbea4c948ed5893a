"""Readings: found, taken, kept alive, ended, and swept away. Each change says whether it found what it changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Result, delete, select, update
from sqlalchemy.orm import Session, joinedload

from tracker.domain.access import Actor
from tracker.store.plan_queries import scope_choices
from tracker.store.readings import ReadingJob, ReadingState, ReadingUpload

UNSYNCHRONISED = {"synchronize_session": False}


def running_job(session: Session, scope_id: int, sha256: str) -> ReadingJob | None:
    """The reading of these bytes that has not ended."""
    wanted = select(ReadingJob).where(
        ReadingJob.scope_id == scope_id, ReadingJob.sha256 == sha256, ReadingJob.state == ReadingState.RUNNING
    )
    return session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()


def job_with_people(session: Session, job_id: int) -> ReadingJob | None:
    """A reading as it stands now, with its scope and its owner."""
    wanted = select(ReadingJob).where(ReadingJob.id == job_id)
    loaded = wanted.options(joinedload(ReadingJob.scope), joinedload(ReadingJob.owner))
    return session.scalars(loaded.execution_options(populate_existing=True)).one_or_none()


def running_jobs(session: Session, actor: Actor) -> Sequence[ReadingJob]:
    """The readings that have not ended where the actor takes plans in, the newest first."""
    scopes = [unit.id for unit in scope_choices(session, actor)]
    wanted = select(ReadingJob).where(ReadingJob.state == ReadingState.RUNNING, ReadingJob.scope_id.in_(scopes))
    return session.scalars(wanted.options(joinedload(ReadingJob.owner)).order_by(ReadingJob.id.desc())).all()


def change_job(session: Session, job_id: int, token: str | None, values: dict[str, Any]) -> bool:
    """Changes a reading that runs and that this token still holds (None: whoever holds it); whether there was one."""
    wanted = update(ReadingJob).where(ReadingJob.id == job_id, ReadingJob.state == ReadingState.RUNNING)
    if token is not None:
        wanted = wanted.where(ReadingJob.token == token)
    return _rows(session.execute(wanted.values(values), execution_options=UNSYNCHRONISED)) == 1


def take_over(session: Session, job_id: int, now: datetime, values: dict[str, Any]) -> bool:
    """Changes a reading that was left; False when somebody else has taken it already."""
    left = update(ReadingJob).where(
        ReadingJob.id == job_id, ReadingJob.state == ReadingState.RUNNING, ReadingJob.leased_until < now
    )
    return _rows(session.execute(left.values(values), execution_options=UNSYNCHRONISED)) == 1


def keep_upload(session: Session, job_id: int, data: bytes) -> None:
    """Keeps the bytes of a reading that runs; of one that has ended nothing is kept."""
    running = select(ReadingJob.id).where(ReadingJob.id == job_id, ReadingJob.state == ReadingState.RUNNING)
    if session.scalar(running.with_for_update()) and session.get(ReadingUpload, job_id) is None:
        session.add(ReadingUpload(job_id=job_id, data=data))
        session.flush()


def kept_upload(session: Session, job_id: int) -> bytes | None:
    """The bytes of a reading, when they were kept."""
    return session.scalar(select(ReadingUpload.data).where(ReadingUpload.job_id == job_id))


def forget_upload(session: Session, job_id: int) -> None:
    session.execute(delete(ReadingUpload).where(ReadingUpload.job_id == job_id))


def sweep_readings(session: Session, ended_before: datetime, left_before: datetime) -> int:
    """Deletes readings that ended, or were left, before these instants, with their bytes; how many."""
    gone = (ReadingJob.ended_at < ended_before) | (
        (ReadingJob.state == ReadingState.RUNNING) & (ReadingJob.leased_until < left_before)
    )
    return _rows(session.execute(delete(ReadingJob).where(gone), execution_options=UNSYNCHRONISED))


def _rows(result: Result[Any]) -> int:
    return int(result.rowcount)  # type: ignore[attr-defined]
