"""What every page tells whoever is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.schedule import Job
from tracker.services.health import SweepPulse, pulse_of
from tracker.store.at_once import AtOnce
from tracker.store.job_queries import last_well
from tracker.store.notices import Notice

_own = select(func.count()).where(Notice.person_id == bindparam("person_id", 0), Notice.read_at.is_(None))
_unread = _own.scalar_subquery().label("unread")
_UNREAD = AtOnce(select(_unread))
_BOTH = AtOnce(select(_unread, last_well(Job.SWEEP).scalar_subquery().label("swept_at")))


@dataclass(frozen=True, slots=True)
class Greeting:
    """How many notices are unread, and the sweep's pulse when it is late and this person is to know."""

    unread: int = 0
    late_sweep: SweepPulse | None = None


def greeting(session: Session, actor: Actor, now: datetime) -> Greeting:
    """What to tell at an instant of the wall; one statement."""
    told, connection = _BOTH if actor.holds(Permission.READ_JOBS) else _UNREAD, session.connection()
    (row,) = told.typed(told(connection, person_id=actor.person_id), connection.dialect)
    if told is _UNREAD:
        return Greeting(row.unread)
    pulse = pulse_of(row.swept_at, now)
    return Greeting(row.unread, pulse if pulse.is_late else None)
