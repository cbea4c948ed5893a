"""People, and the roles they hold at units."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.domain.access import Office
from tracker.store.base import Base, Instant, one_of, word
from tracker.store.units import Unit


class Person(Base):
    """Somebody who signs in. ``session_epoch`` rises when old sessions must end (new password, left)."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    session_epoch: Mapped[int] = mapped_column(default=0)
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Instant)
    last_sign_in_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    version: Mapped[int] = mapped_column(default=1)

    standings: Mapped[list[PersonStanding]] = relationship(
        back_populates="person", cascade="all, delete-orphan", order_by="PersonStanding.id"
    )

    __table_args__ = (
        CheckConstraint("login = lower(login) AND login <> ''", name="login_lower"),
        CheckConstraint("name <> ''", name="named"),
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it off the class


class PersonStanding(Base):
    """A role that a person holds at a unit."""

    __tablename__ = "person_standing"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    office: Mapped[Office] = mapped_column(word(Office))

    person: Mapped[Person] = relationship(back_populates="standings")
    unit: Mapped[Unit] = relationship()

    __table_args__ = (
        UniqueConstraint("person_id", "unit_id", "office"),
        one_of("office", Office, "office_known"),
    )
