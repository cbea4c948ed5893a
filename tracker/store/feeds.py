"""Calendar subscriptions."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, false, true
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
    ``with_support`` says whether parts in support (配合) are shown, ``with_milestones`` whether 节点 are.
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
    with_milestones: Mapped[bool] = mapped_column(default=False, server_default=false())
    with_support: Mapped[bool] = mapped_column(default=True, server_default=true())
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
        CheckConstraint("(scope IN ('unit', 'unit_tree')) = (unit_id IS NOT NULL)", name="unit_scope"),
        CheckConstraint("(scope = 'plan') = (plan_id IS NOT NULL)", name="plan_scope"),
        one_of("scope", FeedScope, "scope_known"),
        one_of("flavour", Flavour, "flavour_known"),
        one_of("redaction", Redaction, "redaction_known"),
    )


class FeedClient(Base):
    """A calendar program that polls a feed, by the name it gives itself; ``polls`` of which ``bodies`` got the whole.

    ``last_size`` is in bytes, 0 for a poll that was told that nothing changed.
    """

    __tablename__ = "feed_client"

    id: Mapped[int] = mapped_column(primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feed.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    first_at: Mapped[datetime] = mapped_column(Instant)
    last_at: Mapped[datetime] = mapped_column(Instant)
    last_status: Mapped[int]
    last_size: Mapped[int]
    polls: Mapped[int] = mapped_column(default=0)
    bodies: Mapped[int] = mapped_column(default=0)

    __table_args__ = (UniqueConstraint("feed_id", "name"),)
