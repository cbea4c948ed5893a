"""What calendars are made from: the bytes of each entry, kept until it changes, and the count of changes.

What a calendar shows of a row is counted by triggers of the database (migration 0011), whoever writes it and by
whatever statement: ``content_version`` of the part or its task rises, and the units concerned are marked.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.store.base import Base

WHOLE, RULES = 0, -1
"""The unit_id of marks that concern every calendar: the tree of units and the versions of plans; and the rules and
working days, on which the lights depend."""


class CalendarMark(Base):
    """Changes to what a unit's calendar shows. The sum over a unit's rows rises with every commit that changes it.

    On PostgreSQL each transaction (``deed``) adds a row of its own, so that writers do not wait for each other; old
    rows are added up into deed 0. SQLite, with one writer at a time, has only that one.
    """

    __tablename__ = "calendar_mark"

    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    deed: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    changes: Mapped[int]


class CalendarEntry(Base):
    """The bytes of a part's, or a milestone's, entry in one style; right while both versions are those of its rows.

    The light in its title makes them right from ``since`` to ``until``, both included, and no longer. ``overdue_line``
    names it among what is overdue in that time. A row that cannot be shown has a ``fault``, in Chinese, for a ``body``.
    """

    __tablename__ = "calendar_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id", ondelete="CASCADE"))
    milestone_id: Mapped[int | None] = mapped_column(ForeignKey("milestone.id", ondelete="CASCADE"))
    style: Mapped[str] = mapped_column(String(32))
    part_version: Mapped[int]
    task_version: Mapped[int]
    since: Mapped[date]
    until: Mapped[date]
    overdue_line: Mapped[str | None] = mapped_column(Text)
    body: Mapped[bytes | None]
    fault: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        UniqueConstraint("assignment_id", "style"),
        UniqueConstraint("milestone_id", "style"),
        CheckConstraint("(assignment_id IS NULL) <> (milestone_id IS NULL)", name="one_subject"),
        CheckConstraint("(body IS NULL) <> (fault IS NULL)", name="made_or_faulty"),
    )
