"""The figures of months that are over: they stay what they are, and are remembered.

Each process remembers what it counted or read; the scheduler keeps what the first pages of all will ask for
(``tracker.store.month_figures``). Either is right for as long as the database has counted no change to what had
happened by the month's end (``tracker.store.past_marks``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import tzinfo
from functools import cached_property
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from tracker.domain.figures import Period
from tracker.domain.measures import Tally
from tracker.services.histories import end_of
from tracker.store.month_figures import Month, MonthNumbers, kept_months
from tracker.store.past_marks import past_state

# Raised whenever something is counted in another way: what was kept before is then found no more.
RULES = 1
MOST_KEPT = 1000
_Key = tuple[str, int | None, Month]
_KEPT: WeakKeyDictionary[Engine, dict[_Key, MonthNumbers]] = WeakKeyDictionary()


class FinishedMonths:
    """What is remembered of these units' months, or of one plan's within them; made before anything is counted."""

    def __init__(self, session: Session, zone: tzinfo, unit_ids: Collection[int], plan_id: int | None = None) -> None:
        self.session, self.zone, self.plan_id = session, zone, plan_id
        self.state = past_state(session)
        self.reach = reach_of(unit_ids, zone)
        bind = session.get_bind()
        self.kept = _KEPT.setdefault(bind.engine if isinstance(bind, Connection) else bind, {})

    def find(self, month: Month) -> Tally | None:
        """The numbers, where they are known and still right."""
        if not self.is_over(month[0]):
            return None
        changes = self._changes(month)
        for found in (self.kept.get(self._key(month)), self._kept_by_the_scheduler.get(month)):
            if found and found.changes == changes:
                self._remember(month, found)
                return found.numbers
        return None

    def keep(self, month: Month, numbers: Tally) -> None:
        """Remembers them, if the month is over for good."""
        if self.is_over(month[0]):
            self._remember(month, MonthNumbers(self._changes(month), numbers))

    def missing(self, months: Collection[Month]) -> dict[Month, MonthNumbers]:
        """What this process remembers of the months and the scheduler has not kept."""
        here = {month: found for month in months if (found := self.kept.get(self._key(month)))}
        return {month: found for month, found in here.items() if self._kept_by_the_scheduler.get(month) != found}

    def is_over(self, period: Period) -> bool:
        """Whether nothing more can come into it without being counted as a change to the past."""
        return self.state.is_settled(end_of(period.until, self.zone))

    def _changes(self, month: Month) -> int:
        return self.state.changes_before(end_of(month[0].until, self.zone))

    def _key(self, month: Month) -> _Key:
        return self.reach, self.plan_id, month

    def _remember(self, month: Month, counted: MonthNumbers) -> None:
        if len(self.kept) >= MOST_KEPT:
            self.kept.clear()
        self.kept[self._key(month)] = counted

    @cached_property
    def _kept_by_the_scheduler(self) -> Mapping[Month, MonthNumbers]:
        return {} if self.plan_id else kept_months(self.session, self.reach)


def reach_of(unit_ids: Collection[int], zone: tzinfo) -> str:
    """What stands for the units, the zone and the rules of counting where numbers are kept."""
    return hashlib.sha256(f"{RULES} {zone} {sorted(unit_ids)}".encode()).hexdigest()
