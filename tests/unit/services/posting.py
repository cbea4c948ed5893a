"""A sender in a process of its own that dies in the middle, as ``kill -9`` ends it.

``posting.py URL HOST INSTANT WHERE`` for robots, ``posting.py URL mail:PORT INSTANT WHERE`` for mail: WHERE is
``claimed`` (the claim is committed, nothing sent) or ``posted`` (sent, not noted).
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tracker.clock import Clock
from tracker.delivery.robots import HttpRobots
from tracker.delivery.smtp import SmtpTransport
from tracker.services import mailing, robot_posting
from tracker.settings import MailSettings
from tracker.store.engine import make_engine


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Dying:
    """A way of sending that ends the process before or after it has sent."""

    def __init__(self, real: Any, where: str) -> None:
        self._real, self._where = real, where

    def post(self, *given: Any) -> None:
        self._do(self._real.post, given)

    def send(self, *given: Any) -> None:
        self._do(self._real.send, given)

    def _do(self, work: Any, given: tuple[Any, ...]) -> None:
        if self._where == "posted":
            work(*given)
        _die()


def main(url: str, host: str, instant: str, where: str) -> None:
    clock = Clock(ZoneInfo("Asia/Shanghai")).fixed_at(datetime.fromisoformat(instant))
    engine, base = make_engine(url), "https://ledger.example.cn"
    if host.startswith("mail:"):
        settings = MailSettings(host="127.0.0.1", port=int(host.removeprefix("mail:")))
        mailing.send_waiting(engine, Dying(SmtpTransport(settings), where), clock, base)
    else:
        robot_posting.post_waiting(engine, Dying(HttpRobots(host), where), clock, base)


if __name__ == "__main__":
    main(*sys.argv[1:])
