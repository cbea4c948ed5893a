"""Whether somebody asked this process to stop. It is noted, and looked at by whoever waits: what a handler raises in
the middle of other people's work may be caught and logged there, and the request is lost."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Requests:
    """Whether, and by which signal, somebody asked us to stop."""

    asked: int | None = None

    def note(self, number: int, _frame: FrameType | None) -> None:
        self.asked = number


@contextmanager
def noting_requests() -> Iterator[Requests]:
    """The requests that come meanwhile; only the main thread may ask for them."""
    requests = Requests()
    before = {number: signal.signal(number, requests.note) for number in STOPPING}
    try:
        yield requests
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
