"""Sending notices by mail: one digest per person and day, claimed, sent, noted, and tried again after a failure.

A claim is a lease written by a guarded UPDATE: while it lasts nobody else writes to that person. When the
sender dies between claim and note, the lease runs out and the digest is sent again, under the same Message-ID.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from tracker.clock import Clock
from tracker.delivery import digest as digests
from tracker.delivery.transport import Message, OutOfReach, Transport, Undelivered
from tracker.services.digests import PUT_OFF, Capped, by_part, digest_of, is_promised, within_cap
from tracker.services.matters import is_needed
from tracker.services.notice_policies import policies
from tracker.store import mail_queries as queries
from tracker.store.engine import write_session
from tracker.store.mail_queries import Claim
from tracker.store.matter_queries import Matter, matters
from tracker.store.notices import MailState, Notice
from tracker.store.once import MAIL_TURN, take_turn

LEASE = timedelta(minutes=10)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=4)
MOST_REFUSALS = 3


@dataclass(slots=True)
class MailReport:
    """How a round of sending went: digests sent, notices in them, notices no longer needed, and failures."""

    digests: int = 0
    notices: int = 0
    unneeded: int = 0
    failures: int = 0
    out_of_reach: str | None = None


@dataclass(frozen=True, slots=True)
class _Parcel:
    """A digest on its way, with the claim on its notices: those it tells or counts, and those it puts off.

    Of those it tells ``kept`` were put off by an earlier digest, ``fresh`` were not.
    """

    claim: Claim
    message: Message
    fresh: tuple[int, ...]
    kept: tuple[int, ...]
    put_off: tuple[int, ...]


def send_waiting(engine: Engine, transport: Transport, clock: Clock, base_url: str) -> MailReport:
    """Writes to everybody who has waiting notices and had no mail today; ends when the server is out of reach."""
    report = MailReport()
    with write_session(engine) as session:
        report.unneeded += queries.give_up_older(
            session, clock.now() - queries.STALE_AFTER, "超过15天未能发出，不再发送"
        )
        session.commit()
    while (claimed := _claim_next(engine, clock)) is not None:
        parcel = _pack(engine, claimed, clock, base_url, report)
        if parcel and not _send(engine, transport, parcel, clock, report):
            break
    return report


def _claim_next(engine: Engine, clock: Clock) -> Claim | None:
    """A person to write to, taken; None when nobody waits."""
    now = clock.now()
    with write_session(engine) as session:
        take_turn(session, MAIL_TURN)
        person_id = queries.next_person(session, now, clock.start_of(clock.today()))
        found = queries.claim(session, person_id, now + LEASE) if person_id else None
        session.commit()
        return found


def _pack(engine: Engine, claimed: Claim, clock: Clock, base_url: str, report: MailReport) -> _Parcel | None:
    """The digest, from the state of things at this moment; None when there is nothing left to tell."""
    with write_session(engine) as session:
        reader = queries.addressees(session, [claimed.person_id])[claimed.person_id]
        found = matters(session, Notice.id.in_(claimed.ids))
        needed = [each for each in found if reader.active and is_needed(each)]
        ids = {each.notice_id for each in needed}
        left = [each for each in claimed.ids if each not in ids]
        report.unneeded += queries.settle(session, claimed, left, mail_state=MailState.UNNEEDED, claimed_until=None)
        if needed and not reader.address:
            queries.settle(session, claimed, ids, mail_state=MailState.NO_ADDRESS, claimed_until=None)
        known = policies(session)
        session.commit()
    if not needed or not reader.address:
        return None
    today = clock.today()
    split = within_cap(by_part(needed, today), known.on(today).cap_per_unit_per_day)
    digest = digest_of(reader.name, today, split, known, base_url)
    key = f"digest.{claimed.person_id}.{min(ids)}.{today:%Y%m%d}"
    message = Message(reader.name, reader.address, digests.subject(digest), digests.body(digest), key, clock.now())
    return _parcel(claimed, message, needed, split)


def _parcel(claimed: Claim, message: Message, needed: Sequence[Matter], split: Capped) -> _Parcel:
    put_off = {each for part in split.put_off for each in part.ids}
    told = [each for each in needed if each.notice_id not in put_off]
    fresh = tuple(each.notice_id for each in told if not is_promised(each))
    kept = tuple(each.notice_id for each in told if is_promised(each))
    return _Parcel(claimed, message, fresh, kept, tuple(put_off))


def _send(engine: Engine, transport: Transport, parcel: _Parcel, clock: Clock, report: MailReport) -> bool:
    """Sends and notes how it went; False when nothing can be sent to anybody at present.

    What was held up until its lease ran out, as in a process that was stopped, is another's to send.
    """
    if clock.now() >= parcel.claim.until:
        return True
    try:
        transport.send(parcel.message)
    except OutOfReach as error:
        report.failures, report.out_of_reach = report.failures + 1, str(error)
        _note_failure(engine, parcel, mail_error=str(error), claimed_until=clock.now() + FIRST_PAUSE)
        return False
    except Undelivered as error:
        report.failures += 1
        _note_failure(engine, parcel, **_after_refusal(error, parcel.claim.attempts, clock.now()))
        return True
    report.digests, report.notices = report.digests + 1, report.notices + _note_sent(engine, parcel, clock.now())
    return True


def _after_refusal(error: Undelivered, attempts: int, now: datetime) -> dict[str, Any]:
    """What to note: the reason, and when to try again, or that it is of no use."""
    if error.permanent and attempts >= MOST_REFUSALS:
        return {"mail_error": str(error), "mail_state": MailState.FAILED, "claimed_until": None}
    return {"mail_error": str(error), "claimed_until": now + pause_after(attempts)}


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many attempts: 5, 10, 20 … minutes, never more than 4 hours."""
    return min(FIRST_PAUSE * (1 << min(attempts - 1, 10)), LONGEST_PAUSE)


def _note_sent(engine: Engine, parcel: _Parcel, now: datetime) -> int:
    """Notes that the digest went out, and what it put off; returns how many notices it told.

    What was promised keeps saying so: it stands first in the robots' digest of this day as well.
    """
    sent = {"mail_state": MailState.SENT, "mailed_at": now, "claimed_until": None}
    with write_session(engine) as session:
        noted = queries.settle(session, parcel.claim, parcel.fresh, mail_error=None, **sent)
        noted += queries.settle(session, parcel.claim, parcel.kept, mail_error=PUT_OFF, **sent)
        queries.settle(session, parcel.claim, parcel.put_off, mail_error=PUT_OFF, claimed_until=None)
        queries.count_mailed(session, noted)
        session.commit()
    return noted


def _note_failure(engine: Engine, parcel: _Parcel, *, mail_error: str, **outcome: object) -> None:
    """Notes a failure. What was promised stays so, and nothing is put off by a digest that did not go out."""
    with write_session(engine) as session:
        queries.settle(session, parcel.claim, parcel.fresh, mail_error=mail_error, **outcome)
        queries.settle(session, parcel.claim, parcel.kept, mail_error=f"{PUT_OFF}；{mail_error}", **outcome)
        queries.settle(session, parcel.claim, parcel.put_off, claimed_until=None)
        session.commit()
