"""Files that a unit puts forward as proof of what it reports (佐证材料)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.store.base import Base, Instant
from tracker.store.people import Person
from tracker.store.tasks import Assignment, HistoryEntry


class Evidence(Base):
    """One file beside a report or a submission; ``size`` in bytes. Its bytes leave the database only when asked for.

    ``history_id`` is the report it came with; a file once sent in is never exchanged, a better one is added.
    """

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"), index=True)
    history_id: Mapped[int | None] = mapped_column(ForeignKey("history_entry.id", ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    added_by_name: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime] = mapped_column(Instant)

    assignment: Mapped[Assignment] = relationship()
    history: Mapped[HistoryEntry | None] = relationship()
    added_by: Mapped[Person | None] = relationship()

    __table_args__ = (
        CheckConstraint("name <> ''", name="named"),
        CheckConstraint("size > 0", name="not_empty"),
    )
