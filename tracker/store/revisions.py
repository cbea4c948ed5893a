"""Which plan is a new version of which, and what supervisors decided about the changes that it brought."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.store.base import Base, Instant, one_of, word
from tracker.store.people import Person
from tracker.store.plans import Draft, Plan
from tracker.store.tasks import Task


class Verdict(StrEnum):
    """What was decided: the change holds for the task; the task stays as it was; the clause is another matter."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    SEPARATE = "separate"

    @property
    def label(self) -> str:
        return {"accepted": "已接受", "declined": "不接受，任务保持原样", "separate": "不是同一任务"}[self.value]


class PlanRevision(Base):
    """``plan`` is a new version (新版) of ``revises``, which is superseded by it.

    A plan revises one plan and is revised by one: versions form a chain. ``linked_by`` is None when the program
    found it when the plan was imported.
    """

    __tablename__ = "plan_revision"

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), primary_key=True)
    revises_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"), unique=True)
    linked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    linked_at: Mapped[datetime] = mapped_column(Instant)

    plan: Mapped[Plan] = relationship(foreign_keys=[plan_id])
    revises: Mapped[Plan] = relationship(foreign_keys=[revises_id])
    linked_by: Mapped[Person | None] = relationship()

    __table_args__ = (CheckConstraint("plan_id <> revises_id", name="of_another"),)


class RevisionDecision(Base):
    """A decision about one task and one clause of the new version; without a clause: the version left the task out.

    ``words`` tells in Chinese what it meant.
    """

    __tablename__ = "revision_decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"), index=True)
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"))
    verdict: Mapped[Verdict] = mapped_column(word(Verdict))
    words: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    actor_name: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)

    task: Mapped[Task] = relationship()
    draft: Mapped[Draft | None] = relationship()
    actor: Mapped[Person | None] = relationship()

    __table_args__ = (
        Index("ix_revision_decision_once", "plan_id", "task_id", "draft_id", unique=True),
        one_of("verdict", Verdict, "verdict_known"),
    )
