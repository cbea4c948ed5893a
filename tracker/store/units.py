"""The tree of units, the names they are known by, and groups of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.domain.units import UnitKind
from tracker.store.base import Base, Instant, one_of, word


class Unit(Base):
    """A unit (单位). ``path`` is its place in the tree, ``/1/7/``: the ids from the root down to itself."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), index=True)
    path: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    full_name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[UnitKind] = mapped_column(word(UnitKind, 30))
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    seed_key: Mapped[str | None] = mapped_column(String(100), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)

    parent: Mapped[Unit | None] = relationship(remote_side=[id])
    names: Mapped[list[UnitName]] = relationship(
        back_populates="unit",
        cascade="all, delete-orphan",
        order_by="UnitName.id",
        foreign_keys="UnitName.unit_id",
    )

    __table_args__ = (
        one_of("kind", UnitKind, "kind_known"),
        CheckConstraint("path LIKE '/%/'", name="path_form"),
        CheckConstraint("name <> '' AND full_name <> ''", name="named"),
        # Subtree queries are prefix matches; PostgreSQL needs this class for them outside the C collation.
        Index("ix_unit_path_prefix", "path", postgresql_ops={"path": "varchar_pattern_ops"}),
    )


class UnitGroup(Base):
    """A group (单位组), such as 各县（市、区）人民政府: expanded into its members when a task is adopted."""

    __tablename__ = "unit_group"

    id: Mapped[int] = mapped_column(primary_key=True)
    scope_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    seed_key: Mapped[str | None] = mapped_column(String(100), unique=True)

    members: Mapped[list[UnitGroupMember]] = relationship(
        cascade="all, delete-orphan", order_by="UnitGroupMember.position"
    )
    names: Mapped[list[UnitName]] = relationship(
        back_populates="group", cascade="all, delete-orphan", order_by="UnitName.id"
    )

    __table_args__ = (UniqueConstraint("scope_id", "name"),)


class UnitGroupMember(Base):
    __tablename__ = "unit_group_member"

    group_id: Mapped[int] = mapped_column(ForeignKey("unit_group.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="RESTRICT"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(default=0)

    unit: Mapped[Unit] = relationship()


class UnitName(Base):
    """One way to write a unit or a group; ``key`` is how it is looked up, unique within ``scope``.

    The scope is the unit whose plans use the name: 市公安局 means another unit in another city.
    """

    __tablename__ = "unit_name"

    id: Mapped[int] = mapped_column(primary_key=True)
    scope_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("unit_group.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    key: Mapped[str] = mapped_column(String(200))

    unit: Mapped[Unit | None] = relationship(back_populates="names", foreign_keys=[unit_id])
    group: Mapped[UnitGroup | None] = relationship(back_populates="names")

    __table_args__ = (
        UniqueConstraint("scope_id", "key"),
        CheckConstraint("(unit_id IS NULL) <> (group_id IS NULL)", name="names_one_thing"),
        CheckConstraint("key <> ''", name="key_given"),
    )
