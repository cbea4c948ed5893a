"""The one way to read a file that somebody brought: in a process of its own, old formats converted first.

Two files are read at a time in one process of ours; more wait for their turn. A reader can be started ahead, so that
it stands ready when the file comes.
"""

from __future__ import annotations

import atexit
import hashlib
import threading
from dataclasses import replace

from tracker.domain.cells import BookCells
from tracker.domain.drafts import SourceReading
from tracker.services.old_formats import convert, convertible
from tracker.services.reading_process import (
    LOOK_SECONDS,
    Abandoned,
    Asked,
    Child,
    OldFormat,
    Progress,
    Wanted,
    cells_in,
    read_in,
    start,
)
from tracker.settings import ReadingLimits

AT_A_TIME = 2
READY_SECONDS = 600.0
"""How long a reader stands ready before it is sent away."""

_turns = threading.BoundedSemaphore(AT_A_TIME)


def nobody_looks(done: int, total: int) -> None:
    """Progress that nobody wants to know."""


def always() -> bool:
    """Wanted to the end."""
    return True


def read_file(
    data: bytes,
    name: str,
    limits: ReadingLimits,
    progress: Progress = nobody_looks,
    wanted: Wanted = always,
) -> SourceReading:
    """What a file says. Waiting for a turn is not counted as time.

    Raises UnreadableFile for a file that is refused or whose reading was stopped; Abandoned when ``wanted`` says no.
    """
    while not _turns.acquire(timeout=LOOK_SECONDS):
        if not wanted():
            raise Abandoned
    try:
        return _read(Asked(data, name, limits, convertible(limits)), progress, wanted)
    finally:
        _turns.release()


def read_cells(data: bytes, name: str, limits: ReadingLimits) -> BookCells:
    """The cells of a workbook that somebody filled in, read like any other file; raises UnreadableFile."""
    with _turns:
        return cells_in(_ready.take() or start(), Asked(data, name, limits, cells=True), always)


def _read(asked: Asked, progress: Progress, wanted: Wanted) -> SourceReading:
    try:
        return read_in(_ready.take() or start(), asked, progress, wanted)
    except OldFormat as old:
        made = convert(asked.data, asked.name, old.format, asked.limits, wanted)
        digest = hashlib.sha256(asked.data).hexdigest()
        # A refusal names the file as the person knows it, and so does what is read.
        reading = read_in(start(), Asked(made, asked.name, asked.limits), progress, wanted)
        return replace(reading, format=old.format, sha256=digest)


def warm_up() -> None:
    """Starts a reader ahead, unless one stands ready: called when somebody is about to bring a file."""
    _ready.put()


class _Ready:
    """At most one reader that waits for its file; it is sent away after a while, and when we end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._timer: threading.Timer | None = None

    def put(self) -> None:
        with self._lock:
            if self._child and self._child.is_alive:
                return
            self._child = start()
            self._timer = threading.Timer(READY_SECONDS, self.dismiss)
            self._timer.daemon = True
            self._timer.start()

    def take(self) -> Child | None:
        with self._lock:
            child, self._child = self._child, None
            if self._timer:
                self._timer.cancel()
        if child and not child.is_alive:
            child.end()
            return None
        return child

    def dismiss(self) -> None:
        child = self.take()
        if child:
            child.end()


_ready = _Ready()
atexit.register(_ready.dismiss)
