"""Tasks, their milestones, the units' parts in them (where the state lives), and what happened."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    false,
    func,
    select,
)
from sqlalchemy import text as condition
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from tracker.domain.drafts import Basis, DeadlineKind, Form
from tracker.domain.history import OTHER_EVENTS, TOOK_UP, UNFORESEEN
from tracker.domain.lifecycle import CHASED_STATES, Event, Outcome, State, TaskState
from tracker.domain.roles import Role
from tracker.store.base import Base, Instant, one_of, word
from tracker.store.people import Person
from tracker.store.plans import Plan
from tracker.store.units import Unit

_TOLD = {
    "due": "due_on completed_on state role dispatched_at submitted_at task_id unit_id",
    "original": "original_due_on completed_on state role dispatched_at submitted_at task_id unit_id",
    "completed": "completed_on due_on role dispatched_at state task_id unit_id",
    "given": "dispatched_at role state task_id unit_id",
}
_KEPT_IN_VIEW = (*UNFORESEEN, Event.RETURN.value)
_UNTOLD = "event IN ({})".format(", ".join(f"'{event}'" for event in _KEPT_IN_VIEW))
_CHASED = "state IN ({})".format(", ".join(f"'{state}'" for state in CHASED_STATES))
# That the flag of what was overdue is to be taken from it: its day was moved.
FLAG_OUTDATED = "overdue_flagged_on IS NOT NULL AND (due_on IS NULL OR due_on >= overdue_flagged_on)"
_LIT = "unit_id due_on state role dispatched_at sign_by_on task_id"


def _where(name: str, rows: str, *columns: str) -> Index:
    """An index over some rows alone."""
    return Index(name, *columns, sqlite_where=condition(rows), postgresql_where=condition(rows))


class Task(Base):
    """One adopted clause (任务). ``original_due_on`` is never changed; ``due_on`` is the current date.

    ``state`` follows from the assignments, and is kept in the same commit, so that lists need not count.
    ``evidence_required``: a submission must bring files. ``awaits_opinions`` (会办): what leads waits for the
    opinions of the units in support before it can be submitted. ``content_version`` rises, by the database's own
    triggers, whenever what calendars show of it changes (tracker.store.kept_calendars).
    """

    __tablename__ = "task"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="RESTRICT"), index=True)
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("draft.id", ondelete="SET NULL"), unique=True)
    seed_key: Mapped[str | None] = mapped_column(String(100), unique=True)
    position: Mapped[int] = mapped_column(default=0)
    title: Mapped[str] = mapped_column(String(500))
    path: Mapped[list[str]] = mapped_column(JSON, default=list)
    form: Mapped[Form] = mapped_column(word(Form))
    quote: Mapped[str | None] = mapped_column(Text)
    start: Mapped[int | None]
    end: Mapped[int | None]
    deadline_text: Mapped[str | None] = mapped_column(Text)
    deadline_kind: Mapped[DeadlineKind] = mapped_column(word(DeadlineKind))
    deadline_basis: Mapped[Basis | None] = mapped_column(word(Basis))
    deadline_rule: Mapped[str | None] = mapped_column(String(60))
    original_due_on: Mapped[date | None]
    due_on: Mapped[date | None] = mapped_column(index=True)
    state: Mapped[TaskState] = mapped_column(word(TaskState), default=TaskState.OPEN)
    completed_on: Mapped[date | None]
    evidence_required: Mapped[bool] = mapped_column(default=False, server_default=false())
    awaits_opinions: Mapped[bool] = mapped_column(default=False, server_default=false())
    adopted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(Instant)
    content_version: Mapped[int] = mapped_column(default=0, server_default="0")

    plan: Mapped[Plan] = relationship()
    assignments: Mapped[list[Assignment]] = relationship(
        back_populates="task", order_by="Assignment.position", cascade="all, delete-orphan"
    )
    milestones: Mapped[list[Milestone]] = relationship(
        back_populates="task", order_by="Milestone.position", cascade="all, delete-orphan"
    )

    __table_args__ = (
        CheckConstraint("title <> ''", name="titled"),
        CheckConstraint("(state = 'completed') = (completed_on IS NOT NULL)", name="completed_dated"),
        one_of("form", Form, "form_known"),
        one_of("state", TaskState, "state_known"),
        one_of("deadline_kind", DeadlineKind, "deadline_kind_known"),
        one_of("deadline_basis", Basis, "deadline_basis_known"),
        # The list of tasks by title.
        Index("ix_task_title", "title"),
        # The latest first, those without a day last: SQLite reads the index on the day backwards.
        Index("ix_task_due_on_latest", condition("due_on DESC NULLS LAST")).ddl_if(dialect="postgresql"),
        _where("ix_task_open", "state = 'open'", "id", "state"),
    )


class Milestone(Base):
    """A dated target (节点) inside a task.

    ``reached_on`` is the day on which a unit reported it reached; ``overdue_flagged_on`` the day on which the sweep
    found it late, None again once its date is moved.
    """

    __tablename__ = "milestone"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"), index=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid4()))
    position: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date | None]
    recurrence: Mapped[str | None] = mapped_column(String(20))
    reached_on: Mapped[date | None]
    overdue_flagged_on: Mapped[date | None]

    task: Mapped[Task] = relationship(back_populates="milestones")

    __table_args__ = (
        # What the sweep asks: which dated milestones are still open.
        _where("ix_milestone_open_due", "reached_on IS NULL AND due_on IS NOT NULL", "due_on"),
        _where("ix_milestone_flag_outdated", FLAG_OUTDATED, "id"),
    )


class Assignment(Base):
    """A unit's part in a task (分工). State lives here, one per unit.

    ``due_on`` is the unit's current date; ``original_due_on`` is never changed. ``version`` guards
    against two people changing it at once; ``sequence`` and ``changed_at`` go into calendars;
    ``overdue_flagged_on`` is the day on which the sweep found it overdue for its current date.
    ``sign_by_on`` is the last day to sign for it where the office set one; else the rule pack's working days count.
    """

    __tablename__ = "assignment"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid4()))
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"))
    position: Mapped[int] = mapped_column(default=0)
    role: Mapped[Role] = mapped_column(word(Role))
    written_name: Mapped[str] = mapped_column(String(200))
    inherited: Mapped[bool] = mapped_column(default=False)
    leads_by_custom: Mapped[bool] = mapped_column(default=False)
    state: Mapped[State] = mapped_column(word(State), default=State.DISPATCHED)
    original_due_on: Mapped[date | None]
    due_on: Mapped[date | None]
    overdue_flagged_on: Mapped[date | None]
    sign_by_on: Mapped[date | None]
    percent: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[Outcome | None] = mapped_column(word(Outcome, 1))
    dispatched_at: Mapped[datetime] = mapped_column(Instant)
    signed_at: Mapped[datetime | None] = mapped_column(Instant)
    reported_at: Mapped[datetime | None] = mapped_column(Instant)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    completed_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    changed_at: Mapped[datetime] = mapped_column(Instant)
    sequence: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    content_version: Mapped[int] = mapped_column(default=0, server_default="0")

    task: Mapped[Task] = relationship(back_populates="assignments")
    unit: Mapped[Unit] = relationship()
    history: Mapped[list[HistoryEntry]] = relationship(
        back_populates="assignment",
        order_by="HistoryEntry.id",
        passive_deletes="all",  # it goes with the part
    )

    if TYPE_CHECKING:
        took_up_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("task_id", "unit_id"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent_range"),
        CheckConstraint("(state = 'completed') = (completed_on IS NOT NULL)", name="completed_dated"),
        CheckConstraint("(state = 'withdrawn') = (withdrawn_on IS NOT NULL)", name="withdrawn_dated"),
        CheckConstraint("outcome IS NULL OR outcome IN ('A', 'B', 'C')", name="outcome_known"),
        one_of("role", Role, "role_known"),
        one_of("state", State, "state_known"),
        Index("ix_assignment_unit_state_due", "unit_id", "state", "due_on"),
        Index("ix_assignment_state_due", "state", "due_on"),
        # The order of the overdue list, and of what waits for a decision: each page is read off the index, and the
        # first thousand are counted from it.
        _where("ix_assignment_chased_due", _CHASED, "due_on", "id", "task_id", "unit_id"),
        _where("ix_assignment_waiting", "state IN ('submitted', 'declined')", "state", "changed_at", "id"),
        # Figures: what is due, completed, given out in a period, read off the index alone; whether a task is carried.
        *(Index(f"ix_assignment_{name}_told", *columns.split()) for name, columns in _TOLD.items()),
        _where("ix_assignment_carries", "role <> 'support'", "task_id", "dispatched_at"),
        # How the work stands today, by unit.
        _where("ix_assignment_chased_lit", _CHASED, *_LIT.split()),
        # The sweep's own questions: what changed since the last one; open, past its day, not yet flagged;
        # flagged for a day that was moved since.
        Index("ix_assignment_changed", "changed_at"),
        _where(
            "ix_assignment_unflagged",
            "overdue_flagged_on IS NULL AND state NOT IN ('completed', 'withdrawn')",
            "due_on",
        ),
        _where("ix_assignment_flag_outdated", FLAG_OUTDATED, "id"),
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it off the class


class HistoryEntry(Base):
    """One thing that happened to an assignment; written in the same commit as the change, never altered.

    ``event`` is one of the lifecycle's events or of OTHER_EVENTS. ``due_from`` and ``due_to`` tell a moved date,
    ``unit_from_id`` and ``unit_to_id`` work that went to another unit: with them the past of a part can be told.
    """

    __tablename__ = "history_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"), index=True)
    event: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(Instant)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    actor_name: Mapped[str] = mapped_column(String(64))
    from_state: Mapped[State | None] = mapped_column(word(State))
    to_state: Mapped[State] = mapped_column(word(State))
    words: Mapped[str | None] = mapped_column(Text)
    percent: Mapped[int | None]
    outcome: Mapped[Outcome | None] = mapped_column(word(Outcome, 1))
    due_from: Mapped[date | None]
    due_to: Mapped[date | None]
    unit_from_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id", ondelete="SET NULL"))
    unit_to_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id", ondelete="SET NULL"))

    assignment: Mapped[Assignment] = relationship(back_populates="history")
    actor: Mapped[Person | None] = relationship()

    __table_args__ = (
        CheckConstraint(
            "event IN ({})".format(", ".join(f"'{e}'" for e in (*OTHER_EVENTS, *Event))), name="event_known"
        ),
        one_of("to_state", State, "to_state_known"),
        # What figures ask of the history: what rows do not tell, and what was returned.
        _where("ix_history_entry_untold", _UNTOLD, "event", "at", "assignment_id"),
    )


UNTOLD = HistoryEntry.event.in_(bindparam("untold", _KEPT_IN_VIEW, expanding=True, literal_execute=True, unique=True))


# When the unit last took the work up or told of its progress; lists that show lights load it along with their rows.
Assignment.took_up_at = column_property(
    select(func.max(HistoryEntry.at))
    .where(HistoryEntry.assignment_id == Assignment.id, HistoryEntry.event.in_(TOOK_UP))
    .correlate_except(HistoryEntry)
    .scalar_subquery(),
    deferred=True,
)
