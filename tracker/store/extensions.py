"""Requests for a later date (延期申请), each decided once."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.store.base import Base, Instant, one_of, word
from tracker.store.people import Person
from tracker.store.tasks import Assignment


class ExtensionState(StrEnum):
    """How a request stands. Only ``asked`` is still to be decided."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    RECALLED = "recalled"

    @property
    def label(self) -> str:
        """The word a clerk reads: 待批复, 已同意, 未同意 or 已撤回."""
        return _LABELS[self]


_LABELS = {
    ExtensionState.ASKED: "待批复",
    ExtensionState.GRANTED: "已同意",
    ExtensionState.REFUSED: "未同意",
    ExtensionState.RECALLED: "已撤回",
}


class Extension(Base):
    """A unit's request to move its date from ``due_from`` (None where there was none) to ``wanted_on``.

    ``granted_on`` is the day that was granted, which may be another than the one asked for. The assignment's
    ``original_due_on`` is never touched. An assignment has at most one request that waits.
    """

    __tablename__ = "extension"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"), index=True)
    state: Mapped[ExtensionState] = mapped_column(word(ExtensionState), default=ExtensionState.ASKED)
    due_from: Mapped[date | None]
    wanted_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    asked_by_name: Mapped[str] = mapped_column(String(64))
    granted_on: Mapped[date | None]
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    decided_by_name: Mapped[str | None] = mapped_column(String(64))
    decision_words: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)

    assignment: Mapped[Assignment] = relationship()
    asked_by: Mapped[Person | None] = relationship(foreign_keys=[asked_by_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])

    __table_args__ = (
        CheckConstraint("reason <> ''", name="reasoned"),
        CheckConstraint("(state = 'asked') = (decided_at IS NULL)", name="decided_dated"),
        CheckConstraint("(state = 'granted') = (granted_on IS NOT NULL)", name="granted_dated"),
        one_of("state", ExtensionState, "state_known"),
        Index(
            "ix_extension_one_asked",
            "assignment_id",
            unique=True,
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it off the class
