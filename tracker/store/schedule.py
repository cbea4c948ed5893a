"""What the scheduler writes down: each run of a job, its processes, and rows that the sweep could not look at."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.domain.schedule import Job, Outcome, counts_in_words, in_long, took
from tracker.store.base import Base, Instant, one_of, word


class JobRun(Base):
    """A run of a job by the wall clock, also where the sample stands on a fixed day.

    ``due_at`` is its slot, None for one that somebody asked for by hand. ``attempt`` counts the runs of a slot.
    ``counts`` are those of ``tracker.domain.schedule.COUNTS``; ``words`` say what went wrong, or why nothing was done.
    ``is_quiet``: nothing was found and nothing went wrong.
    """

    __tablename__ = "job_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    job: Mapped[Job] = mapped_column(word(Job))
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    attempt: Mapped[int] = mapped_column(default=1)
    started_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    late_seconds: Mapped[int] = mapped_column(default=0)
    host: Mapped[str] = mapped_column(String(120))
    pid: Mapped[int]
    outcome: Mapped[Outcome] = mapped_column(word(Outcome), default=Outcome.RUNNING)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    is_quiet: Mapped[bool] = mapped_column(default=False)
    words: Mapped[str | None] = mapped_column(Text)

    @property
    def took(self) -> str:
        """How long it ran, in words; empty while it runs."""
        return took(self.ended_at - self.started_at) if self.ended_at else ""

    @property
    def counted(self) -> str:
        """What it counted, in words."""
        return counts_in_words(self.counts)

    @property
    def lateness(self) -> str:
        """How late it made good what nobody did, in words; empty when it came in time."""
        return in_long(timedelta(seconds=self.late_seconds)) if self.late_seconds else ""

    __table_args__ = (
        UniqueConstraint("job", "due_at", "attempt"),
        one_of("job", Job, "job_known"),
        one_of("outcome", Outcome, "outcome_known"),
        CheckConstraint("(outcome = 'running') = (ended_at IS NULL)", name="end_dated"),
        CheckConstraint("late_seconds >= 0", name="late_positive"),
        Index("ix_job_run_job_outcome_ended", "job", "outcome", "ended_at"),
    )


class SchedulerProcess(Base):
    """A running scheduler: when it last gave a sign of life, and since when it leads; None for a stand-by."""

    __tablename__ = "scheduler_process"

    id: Mapped[int] = mapped_column(primary_key=True)
    host: Mapped[str] = mapped_column(String(120))
    pid: Mapped[int]
    started_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    leads_since: Mapped[datetime | None] = mapped_column(Instant)


class FaultKind(StrEnum):
    """What the sweep looked at when a row raised, named by the row: a part, a series, a milestone, an event."""

    PART = "part"
    SERIES = "series"
    MILESTONE = "milestone"
    UNSIGNED = "unsigned"
    REPORT = "report"
    ENTRY = "entry"

    @property
    def label(self) -> str:
        return _FAULT_LABELS[self]

    def named(self, row_id: int) -> str:
        """A row in words that a technician finds it by: 分工 7, 节点提醒（节点 5）."""
        subject = f"{_SUBJECTS[self]} {row_id}"
        return subject if self in (FaultKind.PART, FaultKind.SERIES) else f"{self.label}（{subject}）"


_SUBJECTS = {
    FaultKind.PART: "分工",
    FaultKind.SERIES: "周期任务",
    FaultKind.MILESTONE: "节点",
    FaultKind.UNSIGNED: "分工",
    FaultKind.REPORT: "分工",
    FaultKind.ENTRY: "办理记录",
}
_FAULT_LABELS = {
    FaultKind.PART: "到期提醒与催办",
    FaultKind.SERIES: "周期任务",
    FaultKind.MILESTONE: "节点提醒",
    FaultKind.UNSIGNED: "超期未签收提醒",
    FaultKind.REPORT: "迟报提醒",
    FaultKind.ENTRY: "办理情况通知",
}


class SweepFault(Base):
    """A row that raised when the sweep looked at it: set aside, tried again by each run, forgotten once it is well."""

    __tablename__ = "sweep_fault"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[FaultKind] = mapped_column(word(FaultKind))
    row_id: Mapped[int]
    words: Mapped[str] = mapped_column(Text)
    first_at: Mapped[datetime] = mapped_column(Instant)
    last_at: Mapped[datetime] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(default=1)

    __table_args__ = (UniqueConstraint("kind", "row_id"), one_of("kind", FaultKind, "kind_known"))
