"""The audit log (审计日志): every change in one chain, to which rows are only ever added."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.base import Base, Instant


class AuditEntry(Base):
    """One change. ``detail`` is JSON in its canonical form; ``hash`` covers it, the row's facts and the row before.

    ``id`` counts up without gaps from 1. ``actor_id`` refers to a person without binding the row to one, so that the
    log outlives whom it speaks of. Triggers of the database refuse to change or delete a row.
    """

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(40))
    act: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)

    __table_args__ = (Index("ix_audit_entry_subject", "subject", "subject_id"), Index("ix_audit_entry_at", "at"))
