"""Links by which one assignment can be reported on once, without an account (免登录填报)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.store.base import Base, Instant
from tracker.store.people import Person
from tracker.store.tasks import Assignment


class ReportLink(Base):
    """A link to one assignment for one report. Only the hash of its secret is kept.

    It is spent once ``used_at`` stands, dead once ``revoked_at`` does, and of no use after ``expires_at``.
    ``used_by`` is the name that whoever reported has given.
    """

    __tablename__ = "report_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"), index=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    made_by_name: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    used_by: Mapped[str | None] = mapped_column(String(64))
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)

    assignment: Mapped[Assignment] = relationship()
    made_by: Mapped[Person | None] = relationship()
