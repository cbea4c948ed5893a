"""Sending by robots: one digest per robot and day, claimed, sent, noted, and tried again after a failure.

The claim is a lease, as with mail (docs/adr/0007). The text is made when it is sent. A digest tells what was recorded
since the last one that went out, so that what fails today is told tomorrow and nothing is lost; what was recorded in
the ten minutes before a digest may stand in the next one again.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker.clock import Clock
from tracker.delivery.robots import MAKERS, RobotTransport, Target, TooFast
from tracker.delivery.transport import OutOfReach, Undelivered
from tracker.services.digests import PUT_OFF
from tracker.services.group_digests import GroupDigest, digest_title, group_digest
from tracker.services.mailing import pause_after
from tracker.services.matters import is_needed_by_group
from tracker.services.notice_policies import policies
from tracker.store import robot_queries as queries
from tracker.store.engine import write_session
from tracker.store.mail_queries import STALE_AFTER, mailed_since
from tracker.store.matter_queries import Matter, matters
from tracker.store.notices import MailState
from tracker.store.once import ROBOT_TURN, take_turn
from tracker.store.robots import Robot, RobotMessage

LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 6
TEST = "test:"
TEST_TEXT = "这是一条测试消息。收到它说明督办提醒可以发到本群。"


@dataclass(slots=True)
class RobotReport:
    """How a round went: messages sent, those with nothing to tell, failures, and those that wait for their turn."""

    sent: int = 0
    unneeded: int = 0
    failures: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class _Claimed:
    message_id: int
    robot_id: int
    until: datetime
    attempts: int
    target: Target
    title: str
    text: str


def post_waiting(
    engine: Engine, transport: RobotTransport, clock: Clock, base_url: str, *, tests_only: bool = False
) -> RobotReport:
    """Writes down today's digests and sends what waits; in quiet hours only what somebody sends to try a robot out."""
    report = RobotReport()
    if not tests_only:
        _plan(engine, clock)
    prefix = TEST if tests_only else ""
    while (message := _claim_next(engine, clock, base_url, report, prefix)) is not None:
        _post(engine, transport, message, clock, report)
    return report


def _plan(engine: Engine, clock: Clock) -> None:
    today = clock.today()
    with write_session(engine) as session:
        queries.give_up_older(session, today, "当日未能发出，内容并入次日的汇总")
        for robot in queries.active_robots(session):
            queries.note_message(session, robot.id, digest_key(today), today, digest_title(today), clock.now())
        session.commit()


def digest_key(day: date) -> str:
    """The key of a robot's digest of a day."""
    return f"digest:{day}"


def _claim_next(engine: Engine, clock: Clock, base_url: str, report: RobotReport, prefix: str) -> _Claimed | None:
    """The next message, taken, with the text of this moment; passes over what has nothing to tell or must wait."""
    while True:
        with write_session(engine) as session:
            take_turn(session, ROBOT_TURN)
            message = queries.next_message(session, clock.now(), prefix)
            if message is None:
                return None
            wait = wait_for_turn(session, message.robot, clock.now())
            if wait:
                message.claimed_until = clock.now() + wait
                report.held += 1
                session.commit()
                continue
            claimed = _taken(session, message, clock, base_url)
            if not claimed.text:
                queries.settle(session, message.id, claimed.until, state=MailState.UNNEEDED, claimed_until=None)
                report.unneeded += 1
                session.commit()
                continue
            session.commit()
            return claimed


def wait_for_turn(session: Session, robot: Robot, now: datetime) -> timedelta | None:
    """How long the robot must be left in peace for its maker's limits; None when it may be written to."""
    for most, span in MAKERS[robot.kind.value].limits:
        if queries.posted_since(session, robot.id, now - span, LEASE) >= most:
            return span
    return None


def _taken(session: Session, message: RobotMessage, clock: Clock, base_url: str) -> _Claimed:
    robot, until = message.robot, clock.now() + LEASE
    is_test = message.key.startswith(TEST)
    digest = GroupDigest(TEST_TEXT) if is_test else digest_now(session, robot, clock, base_url)
    queries.claim(session, message, until)
    target = Target(robot.kind.value, robot.webhook, robot.secret)
    queries.settle(session, message.id, until, body=digest.text)
    return _Claimed(message.id, robot.id, until, message.attempts + 1, target, message.title, digest.text)


def digest_now(session: Session, robot: Robot, clock: Clock, base_url: str) -> GroupDigest:
    """What the robot's group is told now: before the mail of the day and after it the same."""
    since, morning = told_from(session, robot, clock.now()), clock.start_of(clock.today())
    needed = list(filter(is_needed_by_group, matters(session, queries.of_unit(robot.unit_id, since, morning, PUT_OFF))))
    mailed = mailed_since(session, {each.person_id for each in needed if each.person_id}, morning)
    as_of_today = [each if _has_its_turn(each, mailed, morning) else replace(each, held=None) for each in needed]
    return group_digest(robot, as_of_today, policies(session), clock.today(), base_url)


def _has_its_turn(matter: Matter, mailed: Set[int], morning: datetime) -> bool:
    """Whether what was put off was promised for today: the mail of today told it, or has yet to go out."""
    return matter.mailed_at >= morning if matter.mailed_at else matter.person_id not in mailed


def told_from(session: Session, robot: Robot, now: datetime) -> datetime:
    """The instant from which on what was recorded is new to the robot's group."""
    return max(queries.told_until(session, robot.id) or robot.created_at, now - STALE_AFTER)


def _post(engine: Engine, transport: RobotTransport, message: _Claimed, clock: Clock, report: RobotReport) -> None:
    began = clock.now()
    if began >= message.until:
        return  # held up until the lease ran out: it is another's to send
    try:
        transport.post(message.target, message.title, message.text, began)
    except (Undelivered, OutOfReach) as error:
        report.failures += 1
        _note(engine, message, **_after_failure(error, message.attempts, clock.now()))
        return
    # Told is what stood there when the text was made, so this is the instant that the next digest goes on from.
    report.sent += _note(engine, message, state=MailState.SENT, sent_at=began, error=None, claimed_until=None)


def _after_failure(error: Exception, attempts: int, now: datetime) -> dict[str, object]:
    """What to note: the reason and when to try again, or that it was tried often enough."""
    if attempts >= MOST_ATTEMPTS:
        return {"error": str(error), "state": MailState.FAILED, "claimed_until": None}
    wait = error.wait if isinstance(error, TooFast) else pause_after(attempts)
    return {"error": str(error), "claimed_until": now + wait}


def _note(engine: Engine, message: _Claimed, **outcome: object) -> bool:
    with write_session(engine) as session:
        noted = queries.settle(session, message.message_id, message.until, **outcome)
        session.commit()
    return noted
