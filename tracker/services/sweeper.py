"""A run of the sweep as it opens: what it knows before it does anything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker.clock import Clock
from tracker.domain.notice_policy import NoticePolicy
from tracker.domain.notices import horizon_of
from tracker.domain.schedule import hours_between
from tracker.services.sweep_batches import Batches
from tracker.services.sweep_kinds import Kinds, milestone_days
from tracker.services.sweep_report import Tally
from tracker.services.sweep_rules import SweepRules, sweep_rules
from tracker.store import sweep_faults, sweep_runs
from tracker.store.engine import at_once
from tracker.store.notices import SweepRun
from tracker.store.sweep_signs import ALL, Signs, signs

# A change is stamped when its request begins and seen when that commits; none takes longer than this.
SLOWEST_CHANGE = timedelta(minutes=10)

# The day that this process swept last to its end, and the count of changes to the rules by which it did.
_swept: WeakKeyDictionary[Engine, tuple[date, int]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Sweeper:
    """One run: when it is, what the last finished run had covered, and what was found so far.

    ``swept_day`` is the last day that was swept; ``changed_since`` the instant from which changes are new.
    Both are None when the sweep never ran before. ``rules`` are those of the day: after downtime, too, a unit is
    told by the rules that count now. ``is_again``: the day was swept to its end, without a fault and by these rules.
    """

    engine: Engine
    clock: Clock
    today: date
    swept_day: date | None
    changed_since: datetime | None
    rules: SweepRules
    batches: Batches
    is_again: bool
    signs: Signs = ALL

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to do."""
        return not any(self.signs) and not self.batches.faults

    @property
    def policy(self) -> NoticePolicy:
        return self.rules.policy

    @property
    def tally(self) -> Tally:
        return self.batches.tally

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @property
    def kinds(self) -> Kinds:
        """What the kinds of notice beside a part's own date are asked with."""
        return Kinds(self.clock, self.today, self.swept_day, self.changed_since, self.rules, self.is_again)

    def reading(self) -> Session:
        """A session for questions that each stand alone: no transaction is begun around one."""
        return Session(at_once(self.engine))

    @property
    def until(self) -> date:
        """The furthest due day at which anything is owed today."""
        return self.today + horizon_of(self.policy.ladder)

    def hours_late(self, planned_on: date) -> int:
        """How many whole hours of the day that a notice was planned for, and after it, have passed."""
        return hours_between(self.clock.start_of(planned_on), self.now)


def opened(engine: Engine, clock: Clock, today: date) -> Sweeper:
    """The run for a day, which nothing is written of yet. One that comes again is told what there is to do."""
    with Session(at_once(engine)) as session:
        last = sweep_runs.last_finished(session, today)
        rules, faults = sweep_rules(session, today), sweep_faults.all_set_aside(session)
        rows = Batches(engine, clock.now(), Tally(), faults)
        if last is None:
            return Sweeper(engine, clock, today, None, None, rules, rows, is_again=False)
        since = changed_since(last, clock, today)
        is_again = (last.day, last.error) == (today, None) and _swept.get(engine) == (today, rules.changes)
        sweeper = Sweeper(engine, clock, today, last.day, since, rules, rows, is_again)
        if not is_again:
            return sweeper
        return replace(sweeper, signs=signs(session, today, since, milestone_days(sweeper.kinds)))


def note_swept(sweeper: Sweeper) -> None:
    """Remembers that the day was swept to its end."""
    _swept[sweeper.engine] = sweeper.today, sweeper.rules.changes


def changed_since(last: SweepRun, clock: Clock, today: date) -> datetime:
    """From when on a change may have been missed by the last run."""
    # The sample's hours run round on one day, so that a run of the same day may have begun "later" than now.
    began = last.started_at if last.started_at <= clock.now() else clock.start_of(today)
    return began - SLOWEST_CHANGE
