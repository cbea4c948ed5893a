"""Robots of group chats (群机器人) that carry notices, and the messages they were given."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.store.base import Base, Instant, one_of, word
from tracker.store.notices import MailState
from tracker.store.people import Person
from tracker.store.units import Unit


class RobotKind(StrEnum):
    """Whose robot it is."""

    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"

    @property
    def label(self) -> str:
        """The product's name: 企业微信, 钉钉 or 飞书."""
        return {"wecom": "企业微信", "dingtalk": "钉钉", "feishu": "飞书"}[self.value]


class Robot(Base):
    """A robot that tells a unit's group of that unit's items. ``webhook`` and ``secret`` are never shown again."""

    __tablename__ = "robot"

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), index=True)
    kind: Mapped[RobotKind] = mapped_column(word(RobotKind))
    name: Mapped[str] = mapped_column(String(60))
    webhook: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    version: Mapped[int] = mapped_column(default=1)

    unit: Mapped[Unit] = relationship()
    created_by: Mapped[Person | None] = relationship()

    __table_args__ = (
        CheckConstraint("name <> ''", name="named"),
        one_of("kind", RobotKind, "kind_known"),
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it off the class


class RobotMessage(Base):
    """One message for a robot; ``key`` says what it is about, so that nothing is told twice to one group.

    Nobody takes it up before ``claimed_until``, which is the sender's lease, or the pause after a failure.
    """

    __tablename__ = "robot_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    robot_id: Mapped[int] = mapped_column(ForeignKey("robot.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(80))
    day: Mapped[date]
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[MailState] = mapped_column(word(MailState), default=MailState.WAITING)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    claimed_until: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)

    robot: Mapped[Robot] = relationship()

    __table_args__ = (
        UniqueConstraint("robot_id", "key"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_dated"),
        one_of("state", MailState, "state_known"),
        Index(
            "ix_robot_message_waiting",
            "robot_id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )
