"""Calendar subscriptions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.store.base import Base, Instant, one_of, word
from tracker.store.people import Person
from tracker.store.plans import Plan
from tracker.store.units import Unit


class FeedScope(StrEnum):
    UNIT = "unit"
    PLAN = "plan"
    ALL = "all"
    OVERDUE = "overdue"

    @property
    def label(self) -> str:
        return {"unit": "本单位事项", "plan": "一份文件", "all": "全部事项", "overdue": "仅逾期事项"}[self.value]


class FeedFlavour(StrEnum):
    EVENT = "event"
    TODO = "todo"

    @property
    def label(self) -> str:
        return {"event": "日历日程（推荐）", "todo": "待办事项"}[self.value]


class FeedRedaction(StrEnum):
    FULL = "full"
    TITLE_UNIT = "title_unit"
    COUNT = "count"

    @property
    def label(self) -> str:
        return {"full": "完整内容", "title_unit": "仅标题和单位", "count": "仅数量"}[self.value]


class Feed(Base):
    """One subscription (日历订阅). Its secret is derived, never stored; ``token_hash`` is its sha256.

    ``generation`` rises when the owner rotates the link. ``content_key`` is the fingerprint of what the
    last body was made from and ``etag`` that body's own: while the key holds, the body need not be made.
    """

    __tablename__ = "feed"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=lambda: str(uuid4()))
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    scope: Mapped[FeedScope] = mapped_column(word(FeedScope))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"))
    plan_id: Mapped[int | None] = mapped_column(ForeignKey("plan.id", ondelete="CASCADE"))
    flavour: Mapped[FeedFlavour] = mapped_column(word(FeedFlavour), default=FeedFlavour.EVENT)
    redaction: Mapped[FeedRedaction] = mapped_column(word(FeedRedaction), default=FeedRedaction.FULL)
    alarm: Mapped[bool] = mapped_column(default=False)
    generation: Mapped[int] = mapped_column(default=1)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    fetched_at: Mapped[datetime | None] = mapped_column(Instant)
    fetched_by: Mapped[str | None] = mapped_column(String(200))
    content_key: Mapped[str | None] = mapped_column(String(64))
    etag: Mapped[str | None] = mapped_column(String(64))

    owner: Mapped[Person] = relationship()
    unit: Mapped[Unit | None] = relationship()
    plan: Mapped[Plan | None] = relationship()

    __table_args__ = (
        CheckConstraint("(scope = 'unit') = (unit_id IS NOT NULL)", name="unit_scope"),
        CheckConstraint("(scope = 'plan') = (plan_id IS NOT NULL)", name="plan_scope"),
        one_of("scope", FeedScope, "scope_known"),
        one_of("flavour", FeedFlavour, "flavour_known"),
        one_of("redaction", FeedRedaction, "redaction_known"),
    )
