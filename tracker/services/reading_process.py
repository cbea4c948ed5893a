"""Reading a file in a process of its own, which may be killed: for taking too long, too much, or because nobody waits.

The process is ``tracker.reading_child``; it gets the bytes through a pipe and nothing else of ours: no environment, no
open file, no temporary file that could stay behind. One that is started ahead (``warm_up``) has the rules compiled
when a file comes. Each reads one file.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from tracker.domain.cells import BookCells
from tracker.domain.drafts import SourceReading
from tracker.reading.unreadable import UnreadableFile
from tracker.reading.wire import NotAReading, decode_cells, decode_reading
from tracker.services.reading_stops import ReadingFailed, TookTooLong, TookTooMuchMemory
from tracker.settings import PROJECT_ROOT, ReadingLimits

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
Wanted = Callable[[], bool]
Found = TypeVar("Found")
Hoped = tuple[bytes, Callable[[bytes], Found]]
"""The word before the answer that is hoped for, and what makes a value of the rest."""

COMMAND = (sys.executable, "-P", "-s", "-m", "tracker.reading_child")
LOOK_SECONDS = 0.25
END_SECONDS = 5.0
CHUNK = 64 * 1024
LARGEST_ANSWER = 256 * 1024 * 1024
LONGEST_COMPLAINT = 4000
# What a Python that does not stand in a usual place needs to start; nothing of ours.
PASSED_ON = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME")
FALLEN = frozenset({-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS, -signal.SIGTRAP, -signal.SIGILL})
MEGABYTE = 1024 * 1024
PAGE = os.sysconf("SC_PAGE_SIZE")


class Abandoned(Exception):
    """Nobody wants the reading any longer; it was stopped and nothing came of it."""


class OldFormat(Exception):
    """The file has one of the formats that were said to be convertible; it was not read."""

    def __init__(self, format: str) -> None:
        super().__init__(format)
        self.format = format


class AnswerTooLong(Exception):
    """More came back than any plan can give; whatever sends it is not trusted."""


@dataclass
class Child:
    """A process that waits for a file, or reads one.

    ``complaint`` is the end of what it wrote to its standard error; ``peak_mb`` is the most memory, in megabytes, that
    it is known to have held at once.
    """

    process: subprocess.Popen[bytes]
    answer: bytearray = field(default_factory=bytearray)
    searched: int = 0
    complaint: bytes = b""
    peak_mb: int = 0

    @property
    def is_alive(self) -> bool:
        return not self._has_ended(os.WNOHANG)

    def end(self, patience: float = 0.0) -> int:
        """Collects the process, so that no zombie stays, and kills it if it has not ended after ``patience`` seconds.

        Gives back how it ended, as subprocess tells it.
        """
        until = time.monotonic() + patience
        while not self._has_ended(os.WNOHANG):
            if time.monotonic() >= until:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.process.pid, signal.SIGKILL)
                self._has_ended(0)
            else:
                time.sleep(0.01)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()
        return self.process.returncode

    def look(self) -> None:
        """Looks how much memory it holds, for the case that it ends without a word; where the system tells it."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            resident = int(Path(f"/proc/{self.process.pid}/statm").read_text("ascii").split()[1])
            self.peak_mb = max(self.peak_mb, resident * PAGE // MEGABYTE)

    def _has_ended(self, options: int) -> bool:
        if self.process.returncode is None:
            found, status = os.waitpid(self.process.pid, options)
            if found:
                self.process.returncode = os.waitstatus_to_exitcode(status)
        return self.process.returncode is not None


def start() -> Child:
    """A child that waits for a file."""
    return Child(
        subprocess.Popen(  # noqa: S603 - our own program
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd="/",
            env=clean_environment(),
            start_new_session=True,  # Ctrl-C reaches it through us
        )
    )


def clean_environment() -> dict[str, str]:
    """What the child is told of the world: where the program stands, and no secret."""
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {"PYTHONPATH": str(PROJECT_ROOT), "LANG": "C.UTF-8", "PATH": os.defpath, "MALLOC_ARENA_MAX": "2", **kept}


@dataclass(frozen=True, slots=True)
class Asked:
    """A file to read, the limits for that, and which formats are not to be read but converted.

    ``cells``: not a plan is wanted but a workbook's cells.
    """

    data: bytes
    name: str
    limits: ReadingLimits
    convertible: tuple[str, ...] = ()
    cells: bool = False


def read_in(child: Child, asked: Asked, progress: Progress, wanted: Wanted) -> SourceReading:
    """What the child reads out of the file. The child is gone afterwards, whatever happens.

    Raises UnreadableFile with the child's own refusal, or one of reading_stops; OldFormat for a file that is to be
    converted first; Abandoned when ``wanted``, which is asked about four times a second, says no.
    """
    return _answered(child, asked, progress, wanted, (b"reading", decode_reading))


def cells_in(child: Child, asked: Asked, wanted: Wanted) -> BookCells:
    """The cells that the child finds in a workbook; raises what ``read_in`` does."""
    return _answered(child, asked, lambda _done, _total: None, wanted, (b"cells", decode_cells))


def _answered(child: Child, asked: Asked, progress: Progress, wanted: Wanted, hoped: Hoped[Found]) -> Found:
    name, limits = asked.name, asked.limits
    end = time.monotonic() + limits.seconds
    try:
        answer = _ask(child, _request(asked), progress, wanted, end)
        if answer is None:
            raise TookTooLong(name, limits.seconds)
        return _understood(answer, child, asked, hoped)
    except AnswerTooLong as fault:
        raise TookTooMuchMemory(name, limits.megabytes) from fault
    finally:
        child.end()


def _request(asked: Asked) -> list[memoryview]:
    head = {
        "name": asked.name,
        "bytes": len(asked.data),
        "seconds": asked.limits.seconds,
        "megabytes": asked.limits.megabytes,
        "convertible": asked.convertible,
        "cells": asked.cells,
    }
    return [memoryview(json.dumps(head).encode() + b"\n"), memoryview(asked.data)]


def _ask(child: Child, request: list[memoryview], progress: Progress, wanted: Wanted, end: float) -> bytes | None:
    """The child's last line, empty when it ended without one; None when the time is over."""
    process = child.process
    assert process.stdin
    assert process.stdout
    assert process.stderr
    os.set_blocking(process.stdin.fileno(), False)
    with selectors.DefaultSelector() as watch:
        watch.register(process.stdin, selectors.EVENT_WRITE)
        watch.register(process.stdout, selectors.EVENT_READ)
        watch.register(process.stderr, selectors.EVENT_READ)
        while process.stdout in watch.get_map():
            if not wanted():
                raise Abandoned
            if time.monotonic() >= end:
                return None
            child.look()
            for key, _ in watch.select(LOOK_SECONDS):
                if key.fileobj is process.stdin:
                    if _feed(process.stdin.fileno(), request):
                        watch.unregister(process.stdin)
                elif not _listen(child, key.fileobj is process.stdout, key.fd):
                    watch.unregister(key.fileobj)
            last = _last_line(child, progress)
            if last is not None:
                return last
    return b""


def _feed(target: int, request: list[memoryview]) -> bool:
    """Writes what the pipe takes; whether there is no more to write. A child that went away tells why at its end."""
    try:
        while request:
            written = os.write(target, request[0][:CHUNK])
            request[0] = request[0][written:]
            if not request[0]:
                del request[0]
    except BlockingIOError:
        return False
    except BrokenPipeError:
        return True
    return True


def _listen(child: Child, is_answer: bool, source: int) -> bool:
    """Takes in what the child said; False when it will say no more there."""
    said = os.read(source, CHUNK)
    if is_answer:
        child.answer += said
        if len(child.answer) > LARGEST_ANSWER:
            raise AnswerTooLong
    else:
        child.complaint = (child.complaint + said)[-LONGEST_COMPLAINT:]
    return bool(said)


def _last_line(child: Child, progress: Progress) -> bytes | None:
    """Passes on the words on progress at the head of the answer; the first other line, once it is complete."""
    while (length := child.answer.find(b"\n", child.searched)) >= 0:
        line = bytes(child.answer[:length])
        if not line.startswith((b"progress ", b"peak ")):
            return line
        del child.answer[: length + 1]
        child.searched = 0
        match [int(number) for number in line.split()[1:] if number.isdigit()]:
            case [done, total]:
                progress(done, total)
            case [megabytes]:
                child.peak_mb = megabytes
    child.searched = len(child.answer)
    return None


def _understood(answer: bytes, child: Child, asked: Asked, hoped: Hoped[Found]) -> Found:
    """What was hoped for, or the reason why there is none, raised."""
    name, limits = asked.name, asked.limits
    kind, _, rest = answer.partition(b" ")
    ended = child.end(END_SECONDS)
    log.info("reading ended with %s, %d MB at most: %s", ended, child.peak_mb, kind[:20].decode("ascii", "replace"))
    try:
        if kind == hoped[0]:
            return hoped[1](rest)
        if kind == b"refused":
            raise UnreadableFile(str(json.loads(rest)))
        if kind == b"convert" and (format := rest.decode("ascii", "replace")) in asked.convertible:
            raise OldFormat(format)
    except (NotAReading, json.JSONDecodeError) as fault:
        log.error("a reading process answered what nobody understands: %s", fault)
        raise ReadingFailed(name) from fault
    if kind == b"memory" or _died_for_memory(ended, child.peak_mb, limits.megabytes):
        raise TookTooMuchMemory(name, limits.megabytes)
    if ended == -signal.SIGXCPU:
        raise TookTooLong(name, limits.seconds)
    complaint = json.loads(rest) if kind == b"failed" else child.complaint.decode("utf-8", "replace")
    log.error("a reading process failed (it ended with %s): %s", ended, complaint)
    raise ReadingFailed(name)


def _died_for_memory(ended: int, peak_mb: int, most_mb: int) -> bool:
    """Whether a process that ended without a word was out of memory: killed, though not by us, or fallen when full.

    Parsers written in C end themselves when they are refused memory.
    """
    return ended == -signal.SIGKILL or (ended in FALLEN and peak_mb * 2 >= most_mb)
