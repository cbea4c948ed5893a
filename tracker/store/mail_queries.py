"""What the sender of mail asks and notes: whom to write to, about what, and how it went."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session, aliased

from tracker.store.notices import MailState, Notice, SweepRun
from tracker.store.people import Person

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


def mailed_since(session: Session, people: Collection[int], instant: datetime) -> set[int]:
    """Those of the people to whom a digest went out at the instant or later."""
    query = select(Notice.person_id).where(Notice.person_id.in_(people), Notice.mailed_at >= instant)
    recent = Notice.recorded_at >= instant - STALE_AFTER
    return {each for each in session.scalars(query.where(recent).distinct()) if each}


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
class Addressee:
    """Whom mail goes to: the name, the mail address if there is one, and whether the account is in use."""

    name: str
    address: str | None
    active: bool


def addressees(session: Session, people: Collection[int]) -> dict[int, Addressee]:
    """Name, address and standing of people, by their ids."""
    rows = session.execute(select(Person.id, Person.name, Person.email, Person.active).where(Person.id.in_(people)))
    return {row[0]: Addressee(row[1], row[2], row[3]) for row in rows}


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
