"""Sending by robots: one digest per robot and day, claimed, sent, noted, and tried again after a failure.

The claim is a lease, as with mail (docs/adr/0007). The text is made when it is sent. A digest tells what was recorded
since the last one that went out, so that what fails today is told tomorrow and nothing is lost; what was recorded in
the ten minutes before a digest may stand in the next one again.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker.clock import Clock
from tracker.delivery.digest import Item, Section, days_left, one_line
from tracker.delivery.robots import MAKERS, RobotTransport, Target, TooFast, room_for_text
from tracker.delivery.transport import OutOfReach, Undelivered
from tracker.services.digests import PUT_OFF, by_part, is_promised, items_of, within_cap
from tracker.services.mailing import pause_after
from tracker.services.matters import is_needed_by_group
from tracker.services.notice_policies import Policies, policies
from tracker.store import robot_queries as queries
from tracker.store.engine import write_session
from tracker.store.mail_queries import STALE_AFTER, mailed_since
from tracker.store.matter_queries import Matter, matters
from tracker.store.notices import MailState
from tracker.store.once import ROBOT_TURN, take_turn
from tracker.store.robots import Robot, RobotMessage

LEASE = timedelta(minutes=5)
# What means something to markdown, or calls people, as what means nothing: its wide form, code points U+FF01 and on.
MARKS = {ord(mark): chr(ord(mark) + 0xFEE0) for mark in "[]()<>*_`~#@{}|!\\"}
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
    items: int


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
            queries.note_message(session, robot.id, f"digest:{today}", today, f"督办提醒（{today}）", clock.now())
        session.commit()


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
            if claimed.items == 0 and not message.key.startswith(TEST):
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
    text, count = (TEST_TEXT, 0) if message.key.startswith(TEST) else text_of(session, robot, clock, base_url)
    queries.claim(session, message, until)
    target = Target(robot.kind.value, robot.webhook, robot.secret)
    queries.settle(session, message.id, until, body=text)
    return _Claimed(message.id, robot.id, until, message.attempts + 1, target, message.title, text, count)


def text_of(session: Session, robot: Robot, clock: Clock, base_url: str) -> tuple[str, int]:
    """What the robot's group is told now, and of how many matters; ("", 0) when there is nothing."""
    since, morning = told_from(session, robot, clock.now()), clock.start_of(clock.today())
    needed = list(filter(is_needed_by_group, matters(session, queries.of_unit(robot.unit_id, since, morning, PUT_OFF))))
    mailed = mailed_since(session, {each.person_id for each in needed if each.person_id}, morning)
    return group_text(robot, needed, mailed, policies(session), clock.today(), base_url)


def told_from(session: Session, robot: Robot, now: datetime) -> datetime:
    """The instant from which on what was recorded is new to the robot's group."""
    return max(queries.told_until(session, robot.id) or robot.created_at, now - STALE_AFTER)


def group_text(  # noqa: PLR0917 - what is said of what, by which rules
    robot: Robot, needed: Sequence[Matter], mailed: Set[int], known: Policies, today: date, base_url: str
) -> tuple[str, int]:
    """What a group is told of these matters, and of how many parts; ``mailed`` are those who had mail today.

    A group's digest puts nothing off: what it does not tell in full it counts. What mail put off it tells with the
    mail of the promised day.
    """
    parts = by_part(needed, today)
    now = [part for part in parts if not all(_waits(each, mailed) for each in part.all)]
    split = within_cap(now, known.on(today).cap_per_unit_per_day)
    items, more = items_of(split.told, known), len(parts) - len(split.told)
    room = room_for_text(robot.kind.value, f"督办提醒（{today}）")
    return (written(robot.unit.name, items, more, today, base_url, room), len(items)) if items else ("", 0)


def _waits(matter: Matter, mailed: Set[int]) -> bool:
    """Whether the mail of today put it off to the next."""
    return is_promised(matter) and matter.person_id in mailed


def written(unit: str, items: Sequence[Item], more: int, today: date, base_url: str, room: int) -> str:  # noqa: PLR0917
    """The text in as much as fits into ``room`` bytes, with how many items are left out."""
    lines = list(_lines(items, today))
    count = len(items)
    while True:
        left = more + count - sum(line.startswith("- ") for line in lines)
        tail = [f"另有{left}项未逐项列出。"] if left else []
        text = "\n".join(
            [f"{unit}：{count + more}项任务需要关注", *lines, *tail, f"[登录督办台账查看]({base_url}/inbox)"]
        )
        text = text.replace("{base}", base_url)
        if len(text.encode()) <= room or not lines:
            return text
        lines.pop()


def _lines(items: Sequence[Item], today: date) -> list[str]:
    lines: list[str] = []
    for section in Section:
        own = [item for item in items if item.section is section]
        lines += [f"**{section}**（{len(own)}项）", *(_line(item, today) for item in own)] if own else []
    return lines


def _line(item: Item, today: date) -> str:
    left = f"，{days_left(item.due_on, today)}" if item.due_on else ""
    steps = "、".join(_plain(each.step) for each in item.reminders)
    said = "；".join(_plain(each.words)[:60] for each in item.reminders if each.words)
    words = f"：{said}" if said else ""
    return f"- [{_plain(item.title)[:60]}]({{base}}/assignments/{item.assignment_id})（{steps}{left}）{words}"


def _plain(text: str) -> str:
    """A text that markdown takes for nothing but text: a title must not make links or names to call."""
    return one_line(text).translate(MARKS)


def _post(engine: Engine, transport: RobotTransport, message: _Claimed, clock: Clock, report: RobotReport) -> None:
    began = clock.now()
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
