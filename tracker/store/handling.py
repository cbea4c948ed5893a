"""Who does the work inside a unit (责任分解), and shares that a unit hands on to those below it (分解任务)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.store.base import Base, Instant
from tracker.store.people import Person
from tracker.store.tasks import Assignment, Task


class Handling(Base):
    """The row of a unit's part in its 责任分解表: 分管领导, 承办科室, 承办人, 电话; empty where not said."""

    __tablename__ = "handling"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"), primary_key=True)
    leader: Mapped[str] = mapped_column(String(64), default="")
    section: Mapped[str] = mapped_column(String(100), default="")
    handler: Mapped[str] = mapped_column(String(64), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    assignment: Mapped[Assignment] = relationship()
    changed_by: Mapped[Person | None] = relationship()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it off the class


class Division(Base):
    """A child task made out of a unit's part in another: the part's progress is what its children have reached."""

    __tablename__ = "division"

    task_id: Mapped[int] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"), primary_key=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"), index=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(Instant)

    task: Mapped[Task] = relationship()
    parent: Mapped[Assignment] = relationship()
    made_by: Mapped[Person | None] = relationship()
