"""A lock for tests of threads that wait for each other."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field


@dataclass
class NotingLock:
    """A lock that knows how many came to it."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    come: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def __enter__(self) -> None:
        self.come.release()
        self.lock.acquire()

    def __exit__(self, *_: object) -> None:
        self.lock.release()
