"""The calendar of working days, recurring duties with their occurrences, and the days from which tasks count."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.store.base import Base, Instant
from tracker.store.people import Person
from tracker.store.tasks import Task


class CalendarYear(Base):
    """A year whose days off are announced (放假安排); a year without a row is computed from plain weekdays.

    ``days_off`` and ``days_worked`` are written as in ``tracker.domain.holidays``: ``0101-0103 0214``.
    """

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    days_off: Mapped[str] = mapped_column(Text)
    days_worked: Mapped[str] = mapped_column(Text)
    notice: Mapped[str | None] = mapped_column(String(200))
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    changed_by: Mapped[Person | None] = relationship()

    __table_args__ = (CheckConstraint("year BETWEEN 2000 AND 2100", name="year_range"),)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it off the class


class TaskSeries(Base):
    """A recurring duty (周期任务). ``template`` is the task of its adoption, the pattern for the others."""

    __tablename__ = "task_series"

    id: Mapped[int] = mapped_column(primary_key=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"), unique=True)
    rhythm: Mapped[str] = mapped_column(String(200))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(Instant)

    template: Mapped[Task] = relationship()
    occurrences: Mapped[list[SeriesOccurrence]] = relationship(
        back_populates="series", order_by="SeriesOccurrence.due_on", cascade="all, delete-orphan"
    )


class SeriesOccurrence(Base):
    """One due day of a series and its task; the key makes that a day comes once."""

    __tablename__ = "series_occurrence"

    series_id: Mapped[int] = mapped_column(ForeignKey("task_series.id", ondelete="CASCADE"), primary_key=True)
    due_on: Mapped[date] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"), unique=True)

    series: Mapped[TaskSeries] = relationship(back_populates="occurrences")
    task: Mapped[Task] = relationship()


class TaskAnchor(Base):
    """The day, entered by a supervisor, from which a task's deadline counts (起算日期) or on which its event falls."""

    __tablename__ = "task_anchor"

    task_id: Mapped[int] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date]
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    entered_at: Mapped[datetime] = mapped_column(Instant)

    task: Mapped[Task] = relationship()
    entered_by: Mapped[Person | None] = relationship()
