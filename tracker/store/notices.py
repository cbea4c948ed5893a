"""Notices that the sweep records, each exactly once, and the runs of the sweep."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.domain.notices import NoticeKind
from tracker.store.base import Base, Instant, one_of, word
from tracker.store.people import Person
from tracker.store.tasks import Assignment


class MailState(StrEnum):
    """How a notice's mail went. Only ``waiting`` is still to be done."""

    WAITING = "waiting"
    SENT = "sent"
    UNNEEDED = "unneeded"
    NO_ADDRESS = "no_address"
    FAILED = "failed"

    @property
    def label(self) -> str:
        return _MAIL_LABELS[self]


_MAIL_LABELS = {
    MailState.WAITING: "待发送",
    MailState.SENT: "已发送",
    MailState.UNNEEDED: "已无需发送",
    MailState.NO_ADDRESS: "未登记邮箱",
    MailState.FAILED: "发送失败",
}


class Notice(Base):
    """A notice (提醒、催办) to one recipient about one assignment, at one step of the ladder.

    ``recipient_key`` is ``person:7``, or ``unit:3`` when the unit has no liaison to receive it. ``subject`` tells
    apart what one assignment can have several of on a day (``milestone:5``, ``entry:12`` for a row of its history);
    empty for the assignment's own date. ``words`` are what somebody wrote (催办, 批示), ``author_name`` who did.
    ``late_days`` tells how long after its day the sweep recorded it, ``late_hours`` how long after the instant from
    which it could have been. ``mail_*`` tells how its mail went, ``mailed_at`` when it was sent; nobody takes it up
    before ``claimed_until``, which is the sender's lease, or the pause after a failure.
    """

    __tablename__ = "notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"))
    kind: Mapped[NoticeKind] = mapped_column(word(NoticeKind))
    due_on: Mapped[date]
    step: Mapped[int]
    recipient_key: Mapped[str] = mapped_column(String(30))
    subject: Mapped[str] = mapped_column(String(40), default="", server_default="")
    words: Mapped[str | None] = mapped_column(Text)
    author_name: Mapped[str | None] = mapped_column(String(64))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    planned_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    late_days: Mapped[int] = mapped_column(default=0)
    late_hours: Mapped[int] = mapped_column(default=0, server_default="0")
    read_at: Mapped[datetime | None] = mapped_column(Instant)
    mail_state: Mapped[MailState] = mapped_column(word(MailState), default=MailState.WAITING)
    mailed_at: Mapped[datetime | None] = mapped_column(Instant)
    claimed_until: Mapped[datetime | None] = mapped_column(Instant)
    mail_attempts: Mapped[int] = mapped_column(default=0)
    mail_error: Mapped[str | None] = mapped_column(Text)

    assignment: Mapped[Assignment] = relationship()
    person: Mapped[Person | None] = relationship()

    __table_args__ = (
        UniqueConstraint("assignment_id", "kind", "due_on", "step", "recipient_key", "subject"),
        CheckConstraint("late_days >= 0", name="late_days_positive"),
        CheckConstraint("(mail_state = 'sent') = (mailed_at IS NOT NULL)", name="mailed_dated"),
        one_of("kind", NoticeKind, "kind_known"),
        one_of("mail_state", MailState, "mail_state_known"),
        Index("ix_notice_person_recorded", "person_id", "recorded_at"),
        Index(
            "ix_notice_unread",
            "person_id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
        Index(
            "ix_notice_unmailed",
            "person_id",
            sqlite_where=text("mail_state = 'waiting'"),
            postgresql_where=text("mail_state = 'waiting'"),
        ),
    )


class SweepRun(Base):
    """One run of the sweep: for which day, when, and what it found."""

    __tablename__ = "sweep_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(index=True)
    started_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    flagged: Mapped[int] = mapped_column(default=0)
    recorded: Mapped[int] = mapped_column(default=0)
    mailed: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)
