"""Looking at rows one by one, in batches of one transaction each. A row that raises is set aside and stops nobody."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from tracker.services.sweep_report import Tally
from tracker.store import sweep_faults
from tracker.store.audit_trail import Who, acts_as
from tracker.store.engine import write_session
from tracker.store.once import SWEEP_TURN, take_turn
from tracker.store.schedule import FaultKind

log = logging.getLogger(__name__)

T = TypeVar("T")
# Decides and records for some rows, all or none of them, and gives back what counts that.
Work = Callable[[Session, Sequence[int]], Callable[[], None]]

ROWS_AT_ONCE = 500
LONGEST_FAULT = 300
# The database is out of reach or stays locked: not the fault of a row, and nothing more can be done in this run.
UNUSABLE = (OperationalError, InterfaceError)


@dataclass(frozen=True, slots=True)
class Batches:
    """What one run looks at row by row; ``faults`` are the rows that earlier runs have set aside, ``new_faults`` those
    that this one has: it does not look at them again."""

    engine: Engine
    now: datetime
    tally: Tally
    faults: dict[FaultKind, set[int]] = field(default_factory=dict)
    new_faults: dict[FaultKind, set[int]] = field(default_factory=dict)

    def go_through(self, kind: FaultKind, ids: Sequence[int], work: Work) -> None:
        """Does the work for all rows, and once more for those that were set aside.

        Raises OperationalError or InterfaceError when the database cannot be used.
        """
        rows = {*ids, *self.faults.get(kind, set())} - self.new_faults.get(kind, set())
        for batch in batches(sorted(rows), ROWS_AT_ONCE):
            with self.turn() as session:
                self.go_on(session, kind, batch, work)
                session.commit()

    def go_on(self, session: Session, kind: FaultKind, ids: Sequence[int], work: Work) -> None:
        """The same within a transaction that has begun; commits nothing."""
        for batch in batches(ids, ROWS_AT_ONCE):
            if not self._done(session, kind, batch, work) and len(batch) > 1:
                for row_id in batch:
                    self._done(session, kind, [row_id], work)

    def _done(self, session: Session, kind: FaultKind, ids: Sequence[int], work: Work) -> bool:
        """False when something in it raised, which is noted once it is alone."""
        try:
            with session.begin_nested():
                count = work(session, ids)
            sweep_faults.well_again(session, kind, self.faults.get(kind, set()).intersection(ids))
        except UNUSABLE:
            raise
        except Exception as error:
            if len(ids) == 1:
                self._set_aside(session, kind, ids[0], error)
            return False
        count()
        return True

    def turn(self) -> Session:
        """A session whose transaction waits until no other sweep writes, and acts in nobody's name."""
        session = write_session(self.engine)
        acts_as(session, lambda: Who(None, "系统", self.now))
        take_turn(session, SWEEP_TURN)
        return session

    def _set_aside(self, session: Session, kind: FaultKind, row_id: int, error: Exception) -> None:
        if row_id in self.faults.get(kind, set()):
            log.warning("%s %d still raises: %s", kind.value, row_id, type(error).__name__)
        else:
            log.error("%s %d is set aside", kind.value, row_id, exc_info=error)
        words = (str(getattr(error, "orig", None) or error).strip() or type(error).__name__).splitlines()[0]
        sweep_faults.set_aside(session, kind, row_id, words[:LONGEST_FAULT], self.now)
        self.new_faults.setdefault(kind, set()).add(row_id)
        self.tally.failures.append(f"{kind.named(row_id)}：{words}"[:LONGEST_FAULT])


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items in their order, so many at a time."""
    return (items[start : start + size] for start in range(0, len(items), size))
