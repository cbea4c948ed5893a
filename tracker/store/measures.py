"""What was measured: reports on milestones (节点完成情况) and readings of indicators (指标完成值)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.store.base import Base, Instant
from tracker.store.people import Person
from tracker.store.plans import Indicator
from tracker.store.tasks import Assignment, Milestone


class MilestoneReport(Base):
    """What a unit reported about a milestone: the figure reached, in the milestone's own measure, and words.

    ``is_reached`` is how it was judged when it was reported; the milestone's ``reached_on`` follows from the last one.
    """

    __tablename__ = "milestone_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id", ondelete="CASCADE"), index=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"), index=True)
    value: Mapped[float | None]
    words: Mapped[str] = mapped_column(Text, default="")
    is_reached: Mapped[bool]
    at: Mapped[datetime] = mapped_column(Instant)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    actor_name: Mapped[str] = mapped_column(String(64))

    milestone: Mapped[Milestone] = relationship()
    assignment: Mapped[Assignment] = relationship()
    actor: Mapped[Person | None] = relationship()


class IndicatorReading(Base):
    """The value an indicator had in a year, as its owner reported it, in the indicator's own measure."""

    __tablename__ = "indicator_reading"

    id: Mapped[int] = mapped_column(primary_key=True)
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id", ondelete="CASCADE"))
    year: Mapped[int]
    value: Mapped[float]
    words: Mapped[str] = mapped_column(Text, default="")
    reported_at: Mapped[datetime] = mapped_column(Instant)
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    reported_by_name: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=1)

    indicator: Mapped[Indicator] = relationship()
    reported_by: Mapped[Person | None] = relationship()

    __table_args__ = (
        UniqueConstraint("indicator_id", "year"),
        CheckConstraint("year BETWEEN 1990 AND 2100", name="year_range"),
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it off the class
