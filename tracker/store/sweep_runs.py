"""The rows that tell how each run of the sweep went."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from tracker.store.notices import SweepRun


def last_finished(session: Session, today: date) -> SweepRun | None:
    """The newest finished run for ``today`` or a day before it; None when there is none."""
    return session.scalar(
        select(SweepRun)
        .where(SweepRun.finished_at.is_not(None), SweepRun.day <= today)
        .order_by(SweepRun.day.desc(), SweepRun.id.desc())
        .limit(1)
    )


def begin(session: Session, day: date, at: datetime) -> int:
    """Writes that a run begins; its id."""
    begun = insert(SweepRun).values(day=day, started_at=at, flagged=0, recorded=0, mailed=0).returning(SweepRun.id)
    return session.execute(begun).scalar_one()


def finish(session: Session, run_id: int, at: datetime, found: tuple[int, int], error: str | None) -> None:
    """Writes how a run ended: how many parts it flagged and notices it recorded, and what went wrong."""
    flagged, recorded = found
    values = {"finished_at": at, "flagged": flagged, "recorded": recorded, "error": error}
    done = update(SweepRun).where(SweepRun.id == run_id).values(values)
    session.execute(done.execution_options(synchronize_session=False))


def forget_empty_runs(session: Session, kept_id: int, day: date, error: str | None) -> None:
    """Drops the day's earlier runs that found nothing new: one row tells as much as hundreds."""
    nothing_new = or_(SweepRun.error.is_(None), SweepRun.error == error)
    session.execute(
        delete(SweepRun).where(
            SweepRun.day == day,
            SweepRun.id < kept_id,
            SweepRun.finished_at.is_not(None),
            SweepRun.flagged == 0,
            SweepRun.recorded == 0,
            SweepRun.mailed == 0,
            nothing_new,
        )
    )


def newest(session: Session) -> SweepRun | None:
    """The run that began last, finished or not."""
    return session.scalar(select(SweepRun).order_by(SweepRun.id.desc()).limit(1))
