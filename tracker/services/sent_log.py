"""What was sent, when, to whom, by which channel; what failed, why, and when it is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload

from tracker.clock import Clock
from tracker.domain.access import Actor, Forbidden, Permission
from tracker.services.errors import Invalid, NotFound
from tracker.services.notice_policies import policies
from tracker.services.supervision import under
from tracker.store.notices import MailState, Notice
from tracker.store.pages import PAGE_SIZE, Page, page_number
from tracker.store.people import Person
from tracker.store.reach import within
from tracker.store.robots import Robot, RobotMessage
from tracker.store.tasks import Assignment, Task
from tracker.store.units import Unit

RETRIED = (MailState.FAILED, MailState.NO_ADDRESS)


@dataclass(frozen=True, slots=True)
class SentFilter:
    """Which sendings are asked for; ``unit_id`` stands for the unit and all below it."""

    day: date | None = None
    unit_id: int | None = None
    person: str = ""
    state: MailState | None = None


@dataclass(frozen=True, slots=True)
class SentNotice:
    """A notice with its name; ``may_retry``: its mail failed for good or stands in a pause, and this person may."""

    notice: Notice
    label: str
    may_retry: bool


def sent_notices(session: Session, actor: Actor, clock: Clock, wanted: SentFilter, number: int) -> Page[SentNotice]:
    """A page of the notices of units within reach, the newest first: each stands in the inbox and goes by mail."""
    query = _notices(actor)
    if wanted.day:
        query = query.where(*_on(Notice.recorded_at, clock, wanted.day))
    if wanted.unit_id:
        query = query.where(under(session, wanted.unit_id))
    if wanted.person:
        query = query.join(Notice.person).where(Person.name.contains(wanted.person, autoescape=True))
    if wanted.state:
        query = query.where(Notice.mail_state == wanted.state)
    total = session.scalar(select(func.count()).select_from(query.with_only_columns(Notice.id).subquery())) or 0
    number = page_number(number, total)
    shown = query.options(
        joinedload(Notice.person),
        joinedload(Notice.assignment).joinedload(Assignment.unit),
        joinedload(Notice.assignment).joinedload(Assignment.task),
    ).order_by(Notice.id.desc())  # as they were recorded; a clock may be put back
    rows = session.scalars(shown.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    known = policies(session)
    return Page(
        [
            SentNotice(each, known.on(each.planned_on).label_of(each.kind, each.step), _may_retry(actor, each))
            for each in rows
        ],
        number,
        total,
    )


def _notices(actor: Actor) -> Select[Any]:
    return (
        select(Notice)
        .join(Assignment, Notice.assignment_id == Assignment.id)
        .join(Task, Assignment.task_id == Task.id)
        .join(Unit, Assignment.unit_id == Unit.id)
        .where(within(actor, Permission.SUPERVISE))
    )


def _on(column: Any, clock: Clock, day: date) -> tuple[Any, Any]:
    return column >= clock.start_of(day), column < clock.start_of(day + timedelta(days=1))


def _may_retry(actor: Actor, notice: Notice) -> bool:
    waits = (
        notice.mail_state is MailState.WAITING and notice.mail_error is not None and notice.claimed_until is not None
    )
    failed = notice.person_id is not None and notice.mail_state in RETRIED
    return (waits or failed) and actor.may(Permission.DECIDE, notice.assignment.unit.path)


def sent_by_robots(session: Session, actor: Actor, clock: Clock, wanted: SentFilter, number: int) -> Page[RobotMessage]:
    """A page of the robots' messages of units within reach, the newest first."""
    query = (
        select(RobotMessage)
        .join(Robot, RobotMessage.robot_id == Robot.id)
        .join(Unit, Robot.unit_id == Unit.id)
        .where(within(actor, Permission.SUPERVISE))
    )
    if wanted.day:
        query = query.where(RobotMessage.day == wanted.day)
    if wanted.unit_id:
        query = query.where(under(session, wanted.unit_id))
    if wanted.person:
        query = query.where(Robot.name.contains(wanted.person, autoescape=True))
    if wanted.state:
        query = query.where(RobotMessage.state == wanted.state)
    total = session.scalar(select(func.count()).select_from(query.with_only_columns(RobotMessage.id).subquery())) or 0
    number = page_number(number, total)
    shown = query.options(joinedload(RobotMessage.robot).joinedload(Robot.unit)).order_by(RobotMessage.id.desc())
    return Page(session.scalars(shown.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all(), number, total)


def retry_mail(session: Session, actor: Actor, notice_id: int) -> None:
    """Puts a notice's mail back among those that wait; commits. Raises NotFound, Forbidden or Invalid."""
    notice = session.get(Notice, notice_id)
    if notice is None:
        raise NotFound("没有这条发送记录，可能已随任务删除。")
    if not actor.may(Permission.DECIDE, notice.assignment.unit.path):
        raise Forbidden(Permission.DECIDE, "重新发送该单位的提醒")
    if notice.mail_state is MailState.WAITING and notice.claimed_until is None:
        return  # pressed twice
    if not _may_retry(actor, notice):
        raise Invalid(f"这条提醒现为“{notice.mail_state.label}”，不用重新发送。")
    if notice.person is None or not notice.person.email:
        raise Invalid("接收人没有登记邮箱，请先由管理员在“人员”中填写邮箱，再重新发送。")
    notice.mail_state, notice.claimed_until, notice.mail_attempts = MailState.WAITING, None, 0
    session.commit()


def retry_robot(session: Session, actor: Actor, clock: Clock, message_id: int) -> None:
    """Puts a robot's message of today back among those that wait; commits. Raises NotFound, Forbidden or Invalid."""
    message = session.get(RobotMessage, message_id)
    if message is None:
        raise NotFound("没有这条发送记录，可能已随机器人删除。")
    if not actor.may(Permission.DECIDE, message.robot.unit.path):
        raise Forbidden(Permission.DECIDE, "重新发送该单位的机器人消息")
    if message.state is MailState.WAITING and message.claimed_until is None:
        return  # pressed twice
    if message.state not in (MailState.FAILED, MailState.WAITING):
        raise Invalid(f"这条消息现为“{message.state.label}”，不用重新发送。")
    if message.day != clock.today():
        raise Invalid("只能重新发送今天的消息：以前未发出的内容已并入今天的汇总。")
    if not message.robot.active:
        raise Invalid("该机器人已停用，请先在“群机器人”中启用。")
    message.state, message.claimed_until, message.attempts = MailState.WAITING, None, 0
    session.commit()


@dataclass(frozen=True, slots=True)
class Burden:
    """How many notices a unit received in each of the months, and in all of them."""

    unit: Unit
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


MONTHS_SHOWN = 6


def months_before(day: date) -> tuple[date, ...]:
    """The first days of the last months, the present one last."""
    firsts = [day.replace(day=1)]
    while len(firsts) < MONTHS_SHOWN:
        firsts.append((firsts[-1] - timedelta(days=1)).replace(day=1))
    return tuple(reversed(firsts))


def burden(session: Session, actor: Actor, clock: Clock) -> list[Burden]:
    """The notices that each unit within reach received by month, most burdened first.

    A notice to several people of a unit is one: what is counted is how often a unit was told of something.
    """
    months = months_before(clock.today())
    counts = [_counts(session, actor, clock, first) for first in months]
    units = {unit.id: unit for unit in session.scalars(select(Unit).where(within(actor, Permission.SUPERVISE)))}
    found = {unit_id for each in counts for unit_id in each}
    rows = [Burden(units[unit_id], tuple(each.get(unit_id, 0) for each in counts)) for unit_id in found]
    return sorted(rows, key=lambda row: (-row.total, row.unit.position, row.unit.id))


def _counts(session: Session, actor: Actor, clock: Clock, first: date) -> dict[int, int]:
    after = (first + timedelta(days=32)).replace(day=1)
    distinct = (
        _notices(actor)
        .with_only_columns(
            Unit.id.label("unit_id"), Notice.assignment_id, Notice.kind, Notice.due_on, Notice.step, Notice.subject
        )
        .where(Notice.recorded_at >= clock.start_of(first), Notice.recorded_at < clock.start_of(after))
        .distinct()
        .subquery()
    )
    rows: Any = session.execute(select(distinct.c.unit_id, func.count()).group_by(distinct.c.unit_id)).all()
    return dict(rows)
