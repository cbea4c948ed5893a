"""What the sender of mail asks and notes: whom to write to, about what, and how it went."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from tracker.domain.access import Office
from tracker.domain.lifecycle import State, TaskState
from tracker.domain.roles import Role
from tracker.store.notices import MailState, Notice, SweepRun
from tracker.store.people import Person, PersonStanding
from tracker.store.plans import Plan
from tracker.store.tasks import Assignment, Task
from tracker.store.units import Unit

# No mail is sent of a notice older than this. It is longer than the longest holiday: what falls due in one is
# mailed on the first working day after it.
STALE_AFTER = timedelta(days=15)
WAITING = Notice.mail_state == MailState.WAITING


@dataclass(frozen=True, slots=True)
class Claim:
    """A person's waiting notices, held by one sender until ``until``."""

    person_id: int
    until: datetime
    ids: tuple[int, ...]
    attempts: int


def give_up_older(session: Session, before: datetime, words: str) -> int:
    """Ends the waiting of notices recorded before an instant: their news is stale. Returns how many."""
    done = session.execute(
        update(Notice)
        .where(WAITING, Notice.recorded_at < before)
        .values(mail_state=MailState.UNNEEDED, mail_error=words, claimed_until=None)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def next_person(session: Session, now: datetime, day_began: datetime) -> int | None:
    """Somebody with waiting notices whom nobody is writing to, and who had no mail since ``day_began``."""
    sent = aliased(Notice)
    had_mail = (
        select(sent.id)
        .where(sent.person_id == Notice.person_id, sent.recorded_at >= day_began - STALE_AFTER)
        .where(sent.mail_state == MailState.SENT, sent.mailed_at >= day_began)
        .exists()
    )
    held = func.max(Notice.claimed_until, type_=Notice.claimed_until.type)
    return session.scalar(
        select(Notice.person_id)
        .where(WAITING, Notice.person_id.is_not(None), ~had_mail)
        .group_by(Notice.person_id)
        .having(or_(held.is_(None), held <= now))
        .order_by(Notice.person_id)
        .limit(1)
    )


def claim(session: Session, person_id: int, until: datetime) -> Claim:
    """Takes all waiting notices of a person; every taking counts as an attempt."""
    rows = session.execute(
        update(Notice)
        .where(WAITING, Notice.person_id == person_id)
        .values(claimed_until=until, mail_attempts=Notice.mail_attempts + 1)
        .returning(Notice.id, Notice.mail_attempts)
        .execution_options(synchronize_session=False)
    ).all()
    return Claim(person_id, until, tuple(sorted(row[0] for row in rows)), max(row[1] for row in rows))


@dataclass(frozen=True, slots=True)
class Subject:
    """What a notice is about, as it stands now."""

    notice_id: int
    step: int
    late_days: int
    notice_due_on: date
    read_at: datetime | None
    assignment_id: int
    state: State
    role: Role
    due_on: date | None
    task_state: TaskState
    title: str
    plan: str
    unit: str
    still_told: bool


def subjects_of(session: Session, ids: Collection[int]) -> list[Subject]:
    """The subjects of notices; ``still_told``: the person holds today a role by which the unit is told."""
    stands = (
        select(PersonStanding.id)
        .where(
            PersonStanding.person_id == Notice.person_id,
            PersonStanding.unit_id == Assignment.unit_id,
            PersonStanding.office.in_((Office.LIAISON, Office.LEADER)),
            Unit.active,
        )
        .exists()
    )
    columns: list[Any] = [
        *(Notice.id, Notice.step, Notice.late_days, Notice.due_on, Notice.read_at, Notice.assignment_id),
        *(Assignment.state, Assignment.role, Assignment.due_on, Task.state, Task.title, Plan.title, Unit.name, stands),
    ]
    rows: Sequence[Row[Any]] = session.execute(
        select(*columns)
        .join(Assignment, Notice.assignment_id == Assignment.id)
        .join(Task, Assignment.task_id == Task.id)
        .join(Plan, Task.plan_id == Plan.id)
        .join(Unit, Assignment.unit_id == Unit.id)
        .where(Notice.id.in_(ids))
        .order_by(Assignment.due_on, Assignment.id, Notice.step)
    ).all()
    return [Subject(*tuple(row)) for row in rows]


def addressee(session: Session, person_id: int) -> tuple[str, str | None, bool]:
    """(name, mail address, whether active) of a person."""
    row = session.execute(select(Person.name, Person.email, Person.active).where(Person.id == person_id)).one()
    return row[0], row[1], row[2]


def settle(session: Session, claimed: Claim, ids: Collection[int], **outcome: Any) -> int:
    """Writes an outcome on notices that the claim still holds; returns how many it did hold."""
    done = session.execute(
        update(Notice)
        .where(Notice.id.in_(ids), WAITING, Notice.claimed_until == claimed.until)
        .values(**outcome)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def count_mailed(session: Session, notices: int) -> None:
    """Adds to the newest finished run of the sweep how many of its notices went out."""
    newest = select(func.max(SweepRun.id)).where(SweepRun.finished_at.is_not(None)).scalar_subquery()
    session.execute(
        update(SweepRun)
        .where(SweepRun.id == newest)
        .values(mailed=SweepRun.mailed + notices)
        .execution_options(synchronize_session=False)
    )
