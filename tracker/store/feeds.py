"""Calendar subscriptions."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.domain.feeds import FeedScope, Flavour, Redaction
from tracker.store.base import Base, Instant, one_of, word
from tracker.store.people import Person
from tracker.store.plans import Plan
from tracker.store.units import Unit


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
    flavour: Mapped[Flavour] = mapped_column(word(Flavour), default=Flavour.EVENT)
    redaction: Mapped[Redaction] = mapped_column(word(Redaction), default=Redaction.FULL)
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
        one_of("flavour", Flavour, "flavour_known"),
        one_of("redaction", Redaction, "redaction_known"),
    )
