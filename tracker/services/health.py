"""How the installation does: when the sweep last ran, whether it is late or silent, and how much there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from tracker.clock import Clock
from tracker.domain.schedule import Job, in_long
from tracker.store import job_queries, sweep_runs
from tracker.store.notices import MailState, Notice, SweepRun
from tracker.store.overdue import overdue_on
from tracker.store.people import Person
from tracker.store.plans import Plan
from tracker.store.tasks import Assignment, Task
from tracker.store.units import Unit

# The sweep begins at 00:05; a day is late when it was not swept an hour later.
GRACE = timedelta(hours=1)
# It runs every five minutes: after half an hour without one that ended well something is wrong.
SILENT_AFTER = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class SweepPulse:
    """When a sweep last ended well, by the wall, and how long ago that is; both None before the first."""

    last_at: datetime | None
    silent_for: timedelta | None

    @property
    def is_late(self) -> bool:
        return self.silent_for is None or self.silent_for > SILENT_AFTER

    @property
    def silence(self) -> str:
        """3小时; empty before the first sweep."""
        return in_long(self.silent_for) if self.silent_for is not None else ""


def sweep_pulse(session: Session, now: datetime) -> SweepPulse:
    """Whether the sweep lives at an instant of the wall; one statement, answered by an index."""
    return pulse_of(session.scalar(job_queries.last_well(Job.SWEEP)), now)


def pulse_of(last_at: datetime | None, now: datetime) -> SweepPulse:
    """The same of a sweep that last ended well at that instant, or never did."""
    return SweepPulse(last_at, max(now - last_at, timedelta()) if last_at else None)


@dataclass(frozen=True, slots=True)
class SweepHealth:
    """The last finished run (for today or earlier) and the newest begun; both None before the first.

    ``late_days``: 0 when today was swept, or need not be yet; 1 when today should have been, and so on.
    None when the sweep never ran.
    """

    last: SweepRun | None
    newest: SweepRun | None
    late_days: int | None
    pulse: SweepPulse

    @property
    def is_late(self) -> bool:
        return self.late_days != 0 or self.pulse.is_late


def sweep_health(session: Session, clock: Clock) -> SweepHealth:
    """How the sweep does now; four statements at most."""
    last = sweep_runs.last_finished(session, clock.today())
    owed_day = _day_owed(clock.now(), clock)
    late = None if last is None else max((owed_day - last.day).days, 0)
    return SweepHealth(last, sweep_runs.newest(session), late, sweep_pulse(session, clock.read()))


def _day_owed(now: datetime, clock: Clock) -> date:
    """The day that should have been swept by now."""
    return clock.day_of(now - GRACE)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows of each kind; ``overdue`` parts are open, chased and past their day."""

    units: int
    people: int
    plans: int
    tasks: int
    assignments: int
    overdue: int
    notices: int
    unread: int
    mail_waiting: int
    mail_failed: int


def counts(session: Session, today: date) -> Counts:
    """All of it in one statement."""
    questions = (
        *(select(func.count()).select_from(table) for table in (Unit, Person, Plan, Task, Assignment)),
        select(func.count()).select_from(Assignment).join(Assignment.task).where(overdue_on(today)),
        select(func.count()).select_from(Notice),
        select(func.count()).where(Notice.person_id.is_not(None), Notice.read_at.is_(None)),
        select(func.count()).where(Notice.mail_state == MailState.WAITING),
        select(func.count()).where(Notice.mail_state == MailState.FAILED),
    )
    found: Row[*tuple[int, ...]] = session.execute(select(*(each.scalar_subquery() for each in questions))).one()
    return Counts(*found)
