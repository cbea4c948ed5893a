"""A process that reads one file and ends: ``python -m tracker.reading_child``, started by services.reading_process.

Files come from anybody. Whatever one of them does to a parser happens here, in a process that may not take more
memory or time than it was told, writes no file, starts no program, asks no network, knows no secret of ours, and ends
when the process that asked ends.

It takes a line of JSON and then the file's bytes from its standard input, and answers on its standard output, one line
each: ``progress 37 300`` as often as it likes, ``peak 44`` (megabytes held at most), then one of ``reading {…}`` (or
``cells {…}``, when not a plan but a workbook's cells were asked for), ``refused "…"``, ``memory``, ``failed "…"``, and
``convert doc`` for a file whose format the asker offered to convert.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import resource
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

from tracker.reading.formats import read_bytes, recognise
from tracker.reading.unreadable import UnreadableFile
from tracker.reading.wire import encode_cells, encode_reading

MEGABYTE = 1024 * 1024
SPARE_BYTES = 64 * MEGABYTE
"""Memory that is kept back, so that a process at its limit can still say so."""
SPARE_SECONDS = 5
LONGEST_FAULT = 4000
TELL_EVERY = 0.1  # seconds between two words on progress

# Calls of Python that a reader of files has no use for.
_FORBIDDEN = ("subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "socket.", "shutil.", "os.remove")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


@dataclass(frozen=True, slots=True)
class Request:
    """What to read, and within which limits: seconds of processor time, megabytes of address space.

    ``convertible`` names the formats that the asker can convert; ``cells`` asks for a workbook's cells as they stand.
    """

    name: str
    data: bytes
    seconds: int
    megabytes: int
    convertible: tuple[str, ...] = ()
    cells: bool = False


def main() -> None:
    """Waits for a file, reads it, answers."""
    say = _own_output()
    request = _request_from(sys.stdin.buffer)
    if request is None:
        return
    end_with_parent()
    set_limits(request.seconds, request.megabytes)
    forbid_what_no_reader_needs()
    last = answer_to(request, _teller(say))
    say(f"peak {peak_megabytes()}".encode())
    say(last)


def answer_to(request: Request, progress: Callable[[int, int], None]) -> bytes:
    """The last line: what was read, or why nothing was."""
    try:
        if request.cells:
            from tracker.reading.formats.sheet_cells import read_cells  # noqa: PLC0415 - plans do without

            return b"cells " + encode_cells(read_cells(request.data, request.name))
        if request.convertible and (format := recognise(request.data, request.name)) in request.convertible:
            return b"convert " + format.encode()
        return b"reading " + encode_reading(read_bytes(request.data, request.name, progress))
    except UnreadableFile as refusal:
        return b"refused " + json.dumps(str(refusal)).encode()
    except MemoryError:
        _free_the_spare()
        return b"memory"
    except Exception:  # whatever a hostile file does to a parser, it is told
        return b"failed " + json.dumps(traceback.format_exc()[-LONGEST_FAULT:]).encode()


def set_limits(seconds: int, megabytes: int) -> None:
    """Sets the limits of this process; they cannot be taken back, but for a spare to tell of having reached them."""
    space = megabytes * MEGABYTE
    _limit(resource.RLIMIT_AS, space, space + SPARE_BYTES)
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    _limit(resource.RLIMIT_CPU, spent + seconds, spent + seconds + SPARE_SECONDS)
    _limit(resource.RLIMIT_FSIZE, 0, 0)
    _limit(resource.RLIMIT_CORE, 0, 0)
    _limit(resource.RLIMIT_NOFILE, 64, 64)


def _limit(kind: int, soft: int, hard: int) -> None:
    """Lowers a limit; one that the system holds lower already, or does not know, stays as it is."""
    _, most = resource.getrlimit(kind)
    if most != resource.RLIM_INFINITY:
        soft, hard = min(soft, most), min(hard, most)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(kind, (soft, hard))


def _free_the_spare() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def peak_megabytes() -> int:
    """The most memory that this program held at once; 0 where the system does not tell."""
    # The usual getrusage also counts what the process held before it became this program.
    with contextlib.suppress(OSError), open("/proc/self/status", "rb") as status:  # noqa: PTH123 - little is free now
        for line in status:
            if line.startswith(b"VmHWM:"):
                return int(line.split()[1]) // 1024
    return 0


def end_with_parent() -> None:
    """Has the kernel end this process when nobody holds the other end of its input any longer.

    The asker keeps it open until it has its answer, so it closes when the asker dies, however it dies.
    """
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)
    watch = select.poll()
    watch.register(0, 0)
    if any(event & select.POLLHUP for _, event in watch.poll(0)):
        sys.exit(1)  # it died before it could be watched


def forbid_what_no_reader_needs() -> None:
    """Refuses, from now on, to write files, start programs or talk to others; a second fence behind the limits."""
    sys.dont_write_bytecode = True
    sys.addaudithook(_refuse)


def _refuse(event: str, args: tuple[Any, ...]) -> None:
    if event.startswith(_FORBIDDEN) or (event == "open" and _is_for_writing(*args[1:3])):
        raise PermissionError(f"reading a file does not need {event}")


def _is_for_writing(mode: object, flags: object) -> bool:
    if isinstance(mode, str):
        return bool(set(mode) & set("wax+"))
    return isinstance(flags, int) and bool(flags & _WRITES)


def _own_output() -> Callable[[bytes], None]:
    """What writes a line to the asker; whatever else is printed in this process goes nowhere."""
    own = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)

    def say(line: bytes) -> None:
        own.write(line + b"\n")
        own.flush()

    return say


def _request_from(stream: BinaryIO) -> Request | None:
    """What is asked; None when the asker went away without asking."""
    head = stream.readline()
    if not head:
        return None
    asked = json.loads(head)
    data = stream.read(asked["bytes"])
    if len(data) < asked["bytes"]:
        return None
    convertible, cells = tuple(asked["convertible"]), bool(asked["cells"])
    return Request(asked["name"], data, asked["seconds"], asked["megabytes"], convertible, cells)


def _teller(say: Callable[[bytes], None]) -> Callable[[int, int], None]:
    """Passes progress on, not more often than somebody could look at it."""
    last = -TELL_EVERY

    def tell(done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last >= TELL_EVERY or done == total:
            last = time.monotonic()
            say(f"progress {done} {total}".encode())

    return tell


if __name__ == "__main__":
    main()
