"""The rows that tell how each run of the sweep went."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from tracker.store.notices import SweepRun
from tracker.store.rule_packs import RulePack
from tracker.store.timing import CalendarYear


def last_finished(session: Session, today: date) -> SweepRun | None:
    """The newest finished run for ``today`` or a day before it; None when there is none."""
    return session.scalar(
        select(SweepRun)
        .where(SweepRun.finished_at.is_not(None), SweepRun.day <= today)
        .order_by(SweepRun.day.desc(), SweepRun.id.desc())
        .limit(1)
    )


def forget_empty_runs(session: Session, kept: SweepRun) -> None:
    """Drops the day's earlier runs that found nothing new: one row tells as much as hundreds."""
    nothing_new = or_(SweepRun.error.is_(None), SweepRun.error == kept.error)
    session.execute(
        delete(SweepRun).where(
            SweepRun.day == kept.day,
            SweepRun.id < kept.id,
            SweepRun.finished_at.is_not(None),
            SweepRun.flagged == 0,
            SweepRun.recorded == 0,
            SweepRun.mailed == 0,
            nothing_new,
        )
    )


def rules_changed(session: Session, since: datetime) -> bool:
    """Whether any rules of the office, or the working days of a year, were changed since."""
    changed = (
        select(RulePack.id).where(RulePack.made_at >= since),
        select(CalendarYear.year).where(CalendarYear.changed_at >= since),
    )
    return bool(session.scalar(select(or_(*(query.exists() for query in changed)))))


def newest(session: Session) -> SweepRun | None:
    """The run that began last, finished or not."""
    return session.scalar(select(SweepRun).order_by(SweepRun.id.desc()).limit(1))
