"""What every page tells whoever is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.schedule import Job
from tracker.services.health import SweepPulse, pulse_of
from tracker.store.job_queries import last_well
from tracker.store.notices import Notice


@dataclass(frozen=True, slots=True)
class Greeting:
    """How many notices are unread, and the sweep's pulse when it is late and this person is to know."""

    unread: int = 0
    late_sweep: SweepPulse | None = None


def greeting(session: Session, actor: Actor, now: datetime) -> Greeting:
    """What to tell at an instant of the wall; one statement."""
    unread = select(func.count()).where(Notice.person_id == actor.person_id, Notice.read_at.is_(None))
    if not actor.holds(Permission.READ_JOBS):
        return Greeting(session.scalar(unread) or 0)
    both = select(unread.scalar_subquery(), last_well(Job.SWEEP).scalar_subquery())
    number, last_at = session.execute(both).one()
    pulse = pulse_of(last_at, now)
    return Greeting(number, pulse if pulse.is_late else None)
