"""Files that are being read, or were a short while ago: who asked, how far it is, what came of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.store.base import Base, Instant, one_of, word
from tracker.store.people import Person
from tracker.store.units import Unit


class ReadingState(StrEnum):
    """How a reading stands. One whose process died is still ``running``, but its lease has run out."""

    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class ReadingJob(Base):
    """One file that is read while its person waits; the same bytes are read once at a time in a scope.

    ``token`` is known to the one who reads: whoever takes over a reading that was left changes it, and the former one
    can write nothing any more. ``done`` of ``total`` parts (pages, paragraphs) are read; a total of 0 is not known.
    ``message`` says why a file was refused; ``already`` that the same bytes had been imported before.
    """

    __tablename__ = "reading_job"

    id: Mapped[int] = mapped_column(primary_key=True)
    scope_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[ReadingState] = mapped_column(word(ReadingState), default=ReadingState.RUNNING)
    token: Mapped[str] = mapped_column(String(32))
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    message: Mapped[str | None] = mapped_column(Text)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id", ondelete="SET NULL"))
    already: Mapped[bool] = mapped_column(default=False)
    started_at: Mapped[datetime] = mapped_column(Instant)
    leased_until: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    scope: Mapped[Unit] = relationship()
    owner: Mapped[Person] = relationship()

    __table_args__ = (
        one_of("state", ReadingState, "state_known"),
        CheckConstraint("(state = 'running') = (ended_at IS NULL)", name="ended_dated"),
        CheckConstraint("done >= 0 AND total >= 0", name="parts_positive"),
        Index(
            "uq_reading_job_running",
            "scope_id",
            "sha256",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
    )

    def is_left(self, now: datetime) -> bool:
        """Whether nobody reads it any longer, although it has not ended."""
        return self.state is ReadingState.RUNNING and self.leased_until < now


class ReadingUpload(Base):
    """The bytes of a file while it is read; a row of its own, because progress is written often beside it."""

    __tablename__ = "reading_upload"

    job_id: Mapped[int] = mapped_column(ForeignKey("reading_job.id", ondelete="CASCADE"), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
