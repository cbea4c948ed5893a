"""The figures of months that are over, remembered by each process: they stay what they are.

Right for as long as the database has counted no change to the past since (``tracker.store.past_marks``).
"""

from __future__ import annotations

from collections.abc import Collection
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from tracker.domain.figures import Period, Yardstick
from tracker.domain.measures import Tally
from tracker.services.histories import end_of
from tracker.services.lit import When
from tracker.store.past_marks import PastState, past_state

MOST_KEPT = 1000
_Key = tuple[Period, Yardstick, frozenset[int], int | None, str]
_KEPT: WeakKeyDictionary[Engine, dict[_Key, tuple[int, Tally]]] = WeakKeyDictionary()


class FinishedMonths:
    """What is remembered of these units' months, or of one plan's within them; made before anything is counted."""

    def __init__(self, session: Session, when: When, unit_ids: Collection[int], plan_id: int | None) -> None:
        self.state: PastState = past_state(session)
        self.zone = when.zone
        self.about = frozenset(unit_ids), plan_id, str(when.zone)
        bind = session.get_bind()
        self.kept = _KEPT.setdefault(bind.engine if isinstance(bind, Connection) else bind, {})

    def find(self, month: Period, yardstick: Yardstick) -> Tally | None:
        """The numbers, where they are known and still right."""
        changes, found = self.kept.get((month, yardstick, *self.about), (None, None))
        return found if changes == self.state.changes else None

    def keep(self, month: Period, yardstick: Yardstick, numbers: Tally) -> None:
        """Remembers them, if the month is over for good."""
        if not self.state.is_settled(end_of(month.until, self.zone)):
            return
        if len(self.kept) >= MOST_KEPT:
            self.kept.clear()
        self.kept[month, yardstick, *self.about] = self.state.changes, numbers
