"""Figures of months that are over, kept by the scheduler so that no first page has to count them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import JSON, String, delete, exists, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from tracker.domain.figures import Basis, Period, Yardstick
from tracker.domain.lateness import JudgedBy
from tracker.domain.measures import Measure, Tally
from tracker.store.base import Base, word


class MonthFigure(Base):
    """The numbers of one month, of all the units that a ``reach`` stands for (``tracker.services.finished_months``).

    ``changes`` is how often the past had been altered when they were counted: they are right for as long as it is not
    altered again (``tracker.store.past_marks``).
    """

    __tablename__ = "month_figure"

    reach: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[date] = mapped_column(primary_key=True)
    until: Mapped[date] = mapped_column(primary_key=True)
    basis: Mapped[Basis] = mapped_column(word(Basis), primary_key=True)
    judged_by: Mapped[JudgedBy] = mapped_column(word(JudgedBy), primary_key=True)
    changes: Mapped[int]
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)
    days_late: Mapped[int]


Month = tuple[Period, Yardstick]


@dataclass(frozen=True, slots=True)
class MonthNumbers:
    """The numbers of a month, and how often the past had been altered before they were counted."""

    changes: int
    numbers: Tally


def kept_months(session: Session, reach: str) -> dict[Month, MonthNumbers]:
    """What is kept for a reach; one statement."""
    return {_month(row): _counted(row) for row in session.scalars(select(MonthFigure).filter_by(reach=reach))}


def keep_months(session: Session, reach: str, months: Mapping[Month, MonthNumbers]) -> None:
    """Keeps the numbers instead of those that were kept for the same months."""
    for (period, yardstick), counted in months.items():
        session.merge(
            MonthFigure(
                reach=reach,
                since=period.since,
                until=period.until,
                basis=yardstick.basis,
                judged_by=yardstick.judged_by,
                changes=counted.changes,
                counts={measure.value: number for measure, number in counted.numbers.counts.items() if number},
                days_late=counted.numbers.days_late,
            )
        )


def are_months_kept(session: Session, before: date) -> bool:
    """Whether anything is kept of months that ended before a day."""
    return bool(session.scalar(select(exists().where(MonthFigure.until < before))))


def forget_months(session: Session, before: date) -> None:
    """Deletes what is kept of months that ended before a day."""
    session.execute(delete(MonthFigure).where(MonthFigure.until < before))


def _month(row: MonthFigure) -> Month:
    return Period(row.since, row.until), Yardstick(row.basis, row.judged_by)


def _counted(row: MonthFigure) -> MonthNumbers:
    numbers = Tally(days_late=row.days_late)
    numbers.counts.update({Measure(word): number for word, number in row.counts.items()})
    return MonthNumbers(row.changes, numbers)
