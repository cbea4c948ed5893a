"""What alters the past: counted by triggers of the database (migrations 0014 and 0016), whoever does it.

The history is only ever added to, at its end: then a day that is over stays as it is. An entry that is taken away with
its part (an adoption undone), altered, or added for a day long past (a seed, an import) is counted, under its day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import BigInteger, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from tracker.store.base import Base
from tracker.store.tasks import Assignment

# An entry that is older than the newest change by more than this is counted (migration 0014).
SETTLED_AFTER = timedelta(days=1)


class PastMark(Base):
    """Changes to what happened on a day, in UTC. The sum rises with every commit that makes one.

    On PostgreSQL each transaction (``deed``) adds rows of its own, so that writers do not wait for each other.
    """

    __tablename__ = "past_mark"

    deed: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    changes: Mapped[int]


@dataclass(frozen=True, slots=True)
class PastState:
    """How often the past was altered, day by day, and when work was last done; None before the first."""

    changes: Mapping[date, int]
    newest: datetime | None

    def changes_before(self, end: datetime) -> int:
        """How often it was altered what had happened before ``end``; a little of what came after counts too."""
        last = end.astimezone(UTC).date()
        return sum(count for day, count in self.changes.items() if day <= last)

    def is_settled(self, end: datetime) -> bool:
        """Whether nothing can come into the time before ``end`` without being counted."""
        return self.newest is not None and end + SETTLED_AFTER <= self.newest


def past_state(session: Session) -> PastState:
    """The state now; read it before what is to be remembered with it. Two statements."""
    marks = session.execute(select(PastMark.day, func.sum(PastMark.changes)).group_by(PastMark.day))
    return PastState(dict(marks.all()), session.scalar(select(func.max(Assignment.changed_at))))
