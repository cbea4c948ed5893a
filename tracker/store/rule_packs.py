"""The office's rules as data, in versions: lights (亮灯), the ladder of notices (提醒规则), scoring (评分办法)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.store.base import Base, Instant, one_of, word
from tracker.store.people import Person


class PackKind(StrEnum):
    """Which rules a pack holds."""

    LIGHTS = "lights"
    NOTICES = "notices"
    SCORING = "scoring"

    @property
    def label(self) -> str:
        """The word a clerk reads: 亮灯规则, 提醒规则 or 评分办法."""
        return {"lights": "亮灯规则", "notices": "提醒规则", "scoring": "评分办法"}[self.value]


class RulePack(Base):
    """One version of a kind of rules; never changed once made. In force from ``in_force_on`` until a later one is.

    Of several packs in force from one day the highest version counts. Before the first one the defaults in the
    program apply.
    """

    __tablename__ = "rule_pack"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[PackKind] = mapped_column(word(PackKind))
    version: Mapped[int]
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)
    words: Mapped[str] = mapped_column(Text, default="")
    in_force_on: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    made_by_name: Mapped[str] = mapped_column(String(64))

    made_by: Mapped[Person | None] = relationship()

    __table_args__ = (
        UniqueConstraint("kind", "version"),
        CheckConstraint("version > 0", name="version_positive"),
        one_of("kind", PackKind, "kind_known"),
    )
