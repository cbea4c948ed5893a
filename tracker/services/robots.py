"""Robots of group chats: adding, trying out, disabling. An address and a secret are taken in and never shown again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from tracker.delivery.robots import fault_of_webhook
from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.faults import Fault, Gathering
from tracker.services.errors import Invalid, NotFound, Stale
from tracker.services.robot_posting import TEST
from tracker.services.turns import in_turn
from tracker.store.reach import within
from tracker.store.robot_queries import note_message
from tracker.store.robots import Robot, RobotKind, RobotMessage
from tracker.store.units import Unit

MANAGE = Permission.MANAGE_ROBOTS
LONGEST_NAME, LONGEST_WEBHOOK, LONGEST_SECRET = 60, 500, 200


@dataclass(frozen=True, slots=True)
class RobotGiven:
    """A robot as it is entered."""

    unit_id: int
    kind: RobotKind
    name: str
    webhook: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RobotShown:
    """A robot without its secrets: the host, and the last message it was given."""

    robot: Robot
    last: RobotMessage | None

    @property
    def is_signed(self) -> bool:
        return bool(self.robot.secret)


def robots_within(session: Session, actor: Actor) -> list[RobotShown]:
    """The robots of the units within reach, by unit."""
    query = select(Robot).join(Unit, Robot.unit_id == Unit.id).where(within(actor, MANAGE))
    robots = session.scalars(query.order_by(Unit.position, Unit.id, Robot.id)).all()
    return [RobotShown(robot, _last_message(session, robot.id)) for robot in robots]


def _last_message(session: Session, robot_id: int) -> RobotMessage | None:
    query = select(RobotMessage).where(RobotMessage.robot_id == robot_id)
    return session.scalar(query.order_by(RobotMessage.id.desc()).limit(1))


def units_for_robots(session: Session, actor: Actor) -> Sequence[Unit]:
    """The units that may be given a robot."""
    query = select(Unit).where(Unit.active, within(actor, MANAGE))
    return session.scalars(query.order_by(Unit.position, Unit.id)).all()


@in_turn
def add_robot(  # noqa: PLR0917 - a robot, by whom and when
    session: Session,
    actor: Actor,
    now: datetime,
    given: RobotGiven,
    test_host: str | None = None,
    unread: Sequence[Fault] = (),
) -> Robot:
    """A new robot; commits. The same form again makes no other.

    Raises Forbidden, or Invalid with all faults: of ``unit``, ``kind``, ``name``, ``webhook`` and ``secret``.
    """
    given = replace(given, name=given.name.strip(), webhook=given.webhook.strip(), secret=(given.secret or "").strip())
    found = Gathering(unread)
    unit = session.get(Unit, given.unit_id)
    if unit is None or not unit.active:
        found.add("请选择单位，即使用这个群的单位。", "unit")
    elif not actor.may(MANAGE, unit.path):
        raise Forbidden(MANAGE, f"为“{unit.name}”设置机器人")
    _check(found, given, test_host)
    known = session.scalar(select(Robot).where(Robot.unit_id == given.unit_id, Robot.webhook == given.webhook))
    if known is not None:
        if not found and known.created_by_id == actor.person_id and known.name == given.name:
            return known
        found.add(f"该地址已登记为本单位的机器人“{known.name}”，不用重复添加。", "webhook")
    found.refuse_as(Invalid)
    robot = Robot(unit_id=given.unit_id, kind=given.kind, name=given.name, webhook=given.webhook, created_at=now)
    robot.secret, robot.created_by_id = given.secret or None, actor.person_id
    session.add(robot)
    session.commit()
    return robot


def _check(found: Gathering, given: RobotGiven, test_host: str | None) -> None:
    """Notes what is wrong with the name, the address and the secret."""
    if not given.name or len(given.name) > LONGEST_NAME:
        found.add(f"请填写机器人名称，不超过{LONGEST_NAME}字，例如“教育局督办群”。", "name")
    if len(given.webhook) > LONGEST_WEBHOOK:
        found.add("地址过长，请从群机器人的设置页重新复制。", "webhook")
    elif fault := fault_of_webhook(given.kind.value, given.webhook, test_host):
        found.add(fault, "webhook")
    if len(given.secret or "") > LONGEST_SECRET:
        found.add("密钥过长，请从群机器人的设置页重新复制。", "secret")
    elif given.secret and given.kind is RobotKind.WECOM:
        found.add("企业微信群机器人没有签名密钥，请把密钥一栏留空。", "secret")


def order_test(session: Session, actor: Actor, now: datetime, today: date, robot_id: int) -> Robot:
    """Writes a test message down, to be sent at once; commits. One a minute: pressing twice sends one."""
    robot = _own(session, actor, robot_id)
    if not robot.active:
        raise Invalid("该机器人已停用，请先启用再发送测试消息。")
    note_message(session, robot.id, f"{TEST}{now:%Y%m%d%H%M}", today, "督办提醒（测试）", now)
    session.commit()
    return robot


def set_active(session: Session, actor: Actor, robot_id: int, version: int, *, active: bool) -> Robot:
    """Disables a robot or enables it again; commits. Raises Stale when it was changed meanwhile."""
    robot = _own(session, actor, robot_id)
    if robot.active == active:
        return robot
    if robot.version != version:
        raise Stale("该机器人刚被其他人修改，本次操作没有保存，请刷新后重试。")
    robot.active = active
    try:
        session.commit()
    except StaleDataError:
        session.rollback()
        raise Stale("该机器人刚被其他人修改，本次操作没有保存，请刷新后重试。") from None
    return robot


def _own(session: Session, actor: Actor, robot_id: int) -> Robot:
    robot = session.get(Robot, robot_id)
    if robot is None:
        raise NotFound("没有这个机器人，可能已被删除。")
    if not actor.may(MANAGE, robot.unit.path):
        raise Forbidden(MANAGE, "管理该单位的机器人")
    return robot
