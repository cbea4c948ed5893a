"""Files that were read, the plans in them, and the drafts that reading proposed."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.domain.drafts import Basis, DeadlineKind, Form
from tracker.domain.indicators import Binding
from tracker.store.base import Base, Instant, JsonList, one_of, word
from tracker.store.people import Person
from tracker.store.units import Unit


class Source(Base):
    """A file or a pasted text with what was read out of it; the sha256 of its bytes makes it unique in a scope."""

    __tablename__ = "source"

    id: Mapped[int] = mapped_column(primary_key=True)
    scope_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"))
    name: Mapped[str] = mapped_column(String(255))
    format: Mapped[str] = mapped_column(String(10))
    sha256: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text, deferred=True)
    characters: Mapped[int]
    imported_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    imported_at: Mapped[datetime] = mapped_column(Instant)

    scope: Mapped[Unit] = relationship()
    imported_by: Mapped[Person | None] = relationship()
    plans: Mapped[list[Plan]] = relationship(
        back_populates="source",
        order_by="Plan.position",
        passive_deletes="all",  # they go with it
    )

    __table_args__ = (
        UniqueConstraint("scope_id", "sha256"),
        CheckConstraint("length(sha256) = 64", name="sha256_form"),
    )


class Plan(Base):
    """A published document (文件). ``scope`` is the unit whose office follows it.

    A plan from the seed has no source: its facts are known, its text is not kept here.
    """

    __tablename__ = "plan"

    id: Mapped[int] = mapped_column(primary_key=True)
    scope_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), index=True)
    seed_key: Mapped[str | None] = mapped_column(String(100), unique=True)
    position: Mapped[int] = mapped_column(default=0)
    title: Mapped[str] = mapped_column(String(500))
    number: Mapped[str | None] = mapped_column(String(100))
    issuer: Mapped[str | None] = mapped_column(String(200))
    issued_on: Mapped[date | None]
    effective_until: Mapped[date | None]
    start: Mapped[int | None]
    end: Mapped[int | None]
    doubts: Mapped[JsonList] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(Instant)

    scope: Mapped[Unit] = relationship()
    source: Mapped[Source | None] = relationship(back_populates="plans")
    drafts: Mapped[list[Draft]] = relationship(
        back_populates="plan", order_by="Draft.position", cascade="all, delete-orphan"
    )
    indicators: Mapped[list[Indicator]] = relationship(
        back_populates="plan", order_by="Indicator.position", cascade="all, delete-orphan"
    )

    __table_args__ = (
        CheckConstraint("title <> ''", name="titled"),
        CheckConstraint('(start IS NULL AND "end" IS NULL) OR (start >= 0 AND "end" >= start)', name="span"),
        Index("ix_plan_issued_on", "issued_on"),
    )


class DraftState(StrEnum):
    OPEN = "open"
    ADOPTED = "adopted"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        return {"open": "待核", "adopted": "已采纳", "dropped": "已舍弃"}[self.value]


class Draft(Base):
    """A proposed task (待核任务), editable until it is adopted or dropped.

    ``units`` holds ``{"name", "role", "inherited"}`` and, once matched by a person, ``"unit_id"`` or
    ``"group_id"``; ``milestones`` holds ``{"text", "due_on", "recurrence"}``; ``doubts``
    ``{"code", "message", "settled"}``. ``changed_by`` and ``changed_at`` tell of the last change by a person.
    """

    __tablename__ = "draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    position: Mapped[int]
    state: Mapped[DraftState] = mapped_column(word(DraftState), default=DraftState.OPEN)
    title: Mapped[str] = mapped_column(String(500))
    path: Mapped[list[str]] = mapped_column(JSON, default=list)
    form: Mapped[Form] = mapped_column(word(Form))
    quote: Mapped[str] = mapped_column(Text)
    start: Mapped[int]
    end: Mapped[int]
    units: Mapped[JsonList] = mapped_column(JSON, default=list)
    deadline_text: Mapped[str | None] = mapped_column(Text)
    deadline_kind: Mapped[DeadlineKind] = mapped_column(word(DeadlineKind))
    deadline_basis: Mapped[Basis | None] = mapped_column(word(Basis))
    deadline_rule: Mapped[str | None] = mapped_column(String(60))
    due_on: Mapped[date | None]
    milestones: Mapped[JsonList] = mapped_column(JSON, default=list)
    doubts: Mapped[JsonList] = mapped_column(JSON, default=list)
    edited: Mapped[bool] = mapped_column(default=False)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime | None] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    plan: Mapped[Plan] = relationship(back_populates="drafts")
    changed_by: Mapped[Person | None] = relationship()

    __table_args__ = (
        UniqueConstraint("plan_id", "position"),
        CheckConstraint('start >= 0 AND "end" >= start', name="span"),
        one_of("state", DraftState, "state_known"),
        one_of("form", Form, "form_known"),
        one_of("deadline_kind", DeadlineKind, "deadline_kind_known"),
        one_of("deadline_basis", Basis, "deadline_basis_known"),
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it off the class


class Indicator(Base):
    """An indicator (指标) of a plan: a row of a target table, or a district's share; never a task by itself.

    Values stand as written, beside the plain number where they are one. ``units`` are names as written;
    ``owner`` is the registered unit that answers for it, once one is given.
    """

    __tablename__ = "indicator"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(300))
    category: Mapped[str] = mapped_column(String(300), default="")
    measure: Mapped[str | None] = mapped_column(String(60))
    base: Mapped[str | None] = mapped_column(String(200))
    base_value: Mapped[float | None]
    base_year: Mapped[int | None]
    target: Mapped[str | None] = mapped_column(String(200))
    target_value: Mapped[float | None]
    target_year: Mapped[int | None]
    growth: Mapped[str | None] = mapped_column(String(200))
    binding: Mapped[Binding | None] = mapped_column(word(Binding))
    units: Mapped[list[str]] = mapped_column(JSON, default=list)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id", ondelete="SET NULL"), index=True)
    start: Mapped[int]
    end: Mapped[int]

    plan: Mapped[Plan] = relationship(back_populates="indicators")
    owner: Mapped[Unit | None] = relationship()

    __table_args__ = (
        UniqueConstraint("plan_id", "position"),
        CheckConstraint("name <> ''", name="named"),
        CheckConstraint('start >= 0 AND "end" >= start', name="span"),
        one_of("binding", Binding, "binding_known"),
    )
