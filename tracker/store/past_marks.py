"""What alters the past: counted by triggers of the database (migration 0014), whoever does it.

The history is only ever added to, at its end: then a day that is over stays as it is. An entry that is taken away with
its part (an adoption undone), altered, or added for a day long past (a seed, an import) is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from tracker.store.base import Base
from tracker.store.tasks import Assignment

# An entry that is older than the newest change by more than this is counted (migration 0014).
SETTLED_AFTER = timedelta(days=1)


class PastMark(Base):
    """Changes to the past. The sum rises with every commit that makes one.

    On PostgreSQL each transaction (``deed``) adds a row of its own, so that writers do not wait for each other.
    """

    __tablename__ = "past_mark"

    deed: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    changes: Mapped[int]


@dataclass(frozen=True, slots=True)
class PastState:
    """How often the past was altered, and when work was last done; None before the first."""

    changes: int
    newest: datetime | None

    def is_settled(self, end: datetime) -> bool:
        """Whether nothing can come into the time before ``end`` without being counted."""
        return self.newest is not None and end + SETTLED_AFTER <= self.newest


def past_state(session: Session) -> PastState:
    """The state now; read it before what is to be remembered with it. One statement."""
    changes = select(func.coalesce(func.sum(PastMark.changes), 0)).scalar_subquery()
    newest = select(func.max(Assignment.changed_at)).scalar_subquery()
    return PastState(*session.execute(select(changes, newest)).one())
