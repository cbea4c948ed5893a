"""What the sender of robots' messages asks and notes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, update
from sqlalchemy.orm import Session

from tracker.store.base import Instant
from tracker.store.notices import MailState, Notice
from tracker.store.once import insert_once
from tracker.store.robots import Robot, RobotMessage
from tracker.store.tasks import Assignment
from tracker.store.units import Unit

WAITING = RobotMessage.state == MailState.WAITING
# A notice is stamped when its writer begins and seen when that commits; none takes longer than this.
SLOWEST_WRITER = timedelta(minutes=10)


def active_robots(session: Session) -> Sequence[Robot]:
    """The robots that carry messages."""
    query = select(Robot).join(Unit, Robot.unit_id == Unit.id).where(Robot.active, Unit.active)
    return session.scalars(query.order_by(Robot.id)).all()


def note_message(session: Session, robot_id: int, key: str, day: date, title: str, now: datetime) -> bool:  # noqa: PLR0917
    """Writes a waiting message down, once for its key; False when it is there. Its text is made when it is sent."""
    cells = {
        "robot_id": robot_id,
        "key": key,
        "day": day,
        "title": title,
        "body": "",
        "state": MailState.WAITING.value,
        "recorded_at": now,
        "attempts": 0,
    }
    columns = RobotMessage.__table__.c
    row = select(*(literal(value, columns[name].type) for name, value in cells.items()))
    return bool(session.execute(insert_once(session, RobotMessage, list(cells), row, columns.id)).all())


def next_message(session: Session, now: datetime, prefix: str = "") -> RobotMessage | None:
    """A message that waits and that nobody is sending; ``prefix``: of its key."""
    return session.scalar(
        select(RobotMessage)
        .join(Robot, RobotMessage.robot_id == Robot.id)
        .where(WAITING, Robot.active, RobotMessage.key.startswith(prefix, autoescape=True))
        .where(or_(RobotMessage.claimed_until.is_(None), RobotMessage.claimed_until <= now))
        .order_by(RobotMessage.day, RobotMessage.id)
        .limit(1)
    )


def claim(session: Session, message: RobotMessage, until: datetime) -> bool:
    """Takes a message; False when somebody else has just taken it."""
    done = session.execute(
        update(RobotMessage)
        .where(RobotMessage.id == message.id, WAITING)
        .where(RobotMessage.claimed_until == message.claimed_until if message.claimed_until else _FREE)
        .values(claimed_until=until, attempts=RobotMessage.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


_FREE = RobotMessage.claimed_until.is_(None)


def settle(session: Session, message_id: int, until: datetime, **outcome: Any) -> bool:
    """Writes an outcome on a message that the claim until then still holds; whether it did hold it."""
    done = session.execute(
        update(RobotMessage)
        .where(RobotMessage.id == message_id, WAITING, RobotMessage.claimed_until == until)
        .values(**outcome)
        .execution_options(synchronize_session=False)
    )
    return bool(done.rowcount)  # type: ignore[attr-defined]


def give_up_older(session: Session, day: date, words: str) -> int:
    """Ends the waiting of digests of earlier days: what they had to tell stands in the digest of ``day``."""
    done = session.execute(
        update(RobotMessage)
        .where(WAITING, RobotMessage.day < day)
        .values(state=MailState.FAILED, error=words, claimed_until=None)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def posted_since(session: Session, robot_id: int, instant: datetime, lease: timedelta) -> int:
    """How many messages went to a robot, or are on their way to it, since an instant."""
    on_the_way = and_(WAITING, RobotMessage.claimed_until >= instant + lease, RobotMessage.attempts > 0)
    query = select(func.count(RobotMessage.id)).where(RobotMessage.robot_id == robot_id)
    return session.scalar(query.where(or_(RobotMessage.sent_at >= instant, on_the_way))) or 0


def told_until(session: Session, robot_id: int) -> datetime | None:
    """The instant up to which the robot's group was told by a digest that went out."""
    query = select(func.max(RobotMessage.sent_at, type_=Instant))
    return session.scalar(query.where(RobotMessage.robot_id == robot_id, RobotMessage.key.like("digest:%")))


def of_unit(unit_id: int, since: datetime, morning: datetime, put_off: str) -> ColumnElement[bool]:
    """The condition that a notice is about the unit's own parts and has its turn; asked with its part joined.

    It was recorded since, or mail put it off, as ``put_off`` says, to a digest that went out since the morning or is
    still to come.
    """
    turn = or_(Notice.mail_state == MailState.WAITING, Notice.mailed_at >= morning)
    waited = and_(turn, Notice.mail_error.startswith(put_off, autoescape=True))
    new = Notice.recorded_at >= since - SLOWEST_WRITER
    return and_(Assignment.unit_id == unit_id, or_(new, waited))


def is_new(recorded_at: datetime, since: datetime) -> bool:
    """The same rule for an instant: whether a digest that goes on from ``since`` has what was recorded then."""
    return recorded_at >= since - SLOWEST_WRITER


def still_to_post(session: Session, robot_id: int, key: str) -> bool:
    """Whether the message of that key was not yet sent, found unneeded or given up."""
    query = select(RobotMessage.id).where(RobotMessage.robot_id == robot_id, RobotMessage.key == key, ~WAITING)
    return session.scalar(query) is None
