"""An office whose mail and robots are kept in memory, for tests of what both say on a day."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.builders import City
from tracker.clock import Clock
from tracker.delivery.robots import Target
from tracker.delivery.transport import Memory
from tracker.services.mailing import MailReport, send_waiting
from tracker.services.robot_posting import RobotReport, post_waiting
from tracker.services.sweep import sweep
from tracker.store.robots import Robot, RobotKind

ZONE = ZoneInfo("Asia/Shanghai")
BASE = "https://ledger.example.cn"
_LINK = re.compile(r"/assignments/(\d+)")


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant by the office's clock."""
    return datetime.combine(day, datetime.min.time(), ZONE) + timedelta(hours=hour, minutes=minute)


def clock_at(instant: datetime) -> Clock:
    return Clock(ZONE).fixed_at(instant)


@dataclass
class Posts:
    """A transport of robots that keeps what it is given: (address, text)."""

    posted: list[tuple[str, str]] = field(default_factory=list)

    def post(self, target: Target, _title: str, text: str, _now: datetime) -> None:
        self.posted.append((target.webhook, text))


@dataclass
class Office:
    """A database with its sweep, its mail and its robots. Nothing asks whether it is a time to write."""

    engine: Engine
    mail: Memory = field(default_factory=Memory)
    robots: Posts = field(default_factory=Posts)

    def sweep(self, day: date, hour: int = 0) -> None:
        sweep(self.engine, at(day, hour, 5), day)

    def send(self, day: date, hour: int = 8) -> MailReport:
        return send_waiting(self.engine, self.mail, clock_at(at(day, hour)), BASE)

    def post(self, day: date, hour: int = 8) -> RobotReport:
        return post_waiting(self.engine, self.robots, clock_at(at(day, hour, 1)), BASE)


def parts_in(text: str) -> list[int]:
    """The parts that a message names, in its order."""
    return [int(part_id) for part_id in _LINK.findall(text)]


def a_robot(session: Session, city: City, name: str = "督办群") -> Robot:
    """A robot of the education bureau, a month old; committed."""
    robot = Robot(unit_id=city.education.id, kind=RobotKind.DINGTALK, name=name, webhook=f"https://robots/{name}")
    robot.created_at = at(date(2023, 5, 15), 9)
    session.add(robot)
    session.commit()
    return robot
