"""Radicale, a calendar server that keeps each entry in a file; a calendar is fetched whole as one .ics."""

from __future__ import annotations

import shutil
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks.by_hand import escaped, folded
from benchmarks.peers.asking import connected
from benchmarks.peers.environments import make_environment, python_of, version_in
from benchmarks.peers.peer import Ask, Kept, NotMeasuredError
from benchmarks.seeding import AT, QUOTE, due_of, title_of
from benchmarks.served import served

LOCK = "radicale.txt"
OWNER = "bench"
CREDENTIALS = {"Authorization": f"Basic {b64encode(f'{OWNER}:{OWNER}'.encode()).decode()}"}
CALENDAR = {"Content-Type": "text/calendar; charset=utf-8"}
CONFIG = """[auth]
type = none
[rights]
type = owner_only
[storage]
filesystem_folder = {folder}
[logging]
level = error
"""


def _uid(number: int) -> str:
    return f"task-{number}"


def _event(number: int, words: str) -> bytes:
    day = due_of(number)
    lines = (
        "BEGIN:VEVENT",
        f"UID:{_uid(number)}",
        f"DTSTAMP:{AT:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{escaped(title_of(number))}",
        f"DESCRIPTION:{escaped(words)}",
        "END:VEVENT",
    )
    return b"".join(map(folded, lines))


def _calendar(events: Sequence[bytes]) -> bytes:
    head = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//tracker//peers\r\n"
    return head + b"".join(events) + b"END:VCALENDAR\r\n"


@dataclass
class RunningRadicale:
    """The server with a calendar for each size."""

    port: int
    changes: int = 0

    def ask(self, size: int) -> Ask:
        return Ask(f"/{OWNER}/{size}/", CREDENTIALS)

    def fill(self, size: int) -> None:
        """Brings a whole calendar."""
        self._put(f"/{OWNER}/{size}/", _calendar([_event(number, QUOTE) for number in range(1, size + 1)]))

    def change(self, size: int) -> None:
        """One event is brought anew with other words."""
        self.changes += 1
        path = f"/{OWNER}/{size}/{_uid(size)}.ics"
        self._put(path, _calendar([_event(size, f"{QUOTE}（第{self.changes}次修改）")]))

    def _put(self, path: str, body: bytes) -> None:
        connection = connected(self.port)
        connection.request("PUT", path, body, {**CREDENTIALS, **CALENDAR})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        if answer.status not in (201, 204):
            raise NotMeasuredError(f"a calendar could not be brought: {answer.status}")


class Radicale:
    """The program as its documentation has it behind a proxy: gunicorn, no sign-in of its own."""

    name = "Radicale"
    kept = Kept.FILES
    task = "an all-day event of a calendar"
    serving = "gunicorn, 2 processes of 4 threads"

    def install(self, home: Path) -> str:
        make_environment(home, LOCK)
        return version_in(home, "radicale")

    @contextmanager
    def running(self, home: Path, sizes: Sequence[int]) -> Iterator[RunningRadicale]:
        data, config = home / "data", home / "config"
        shutil.rmtree(data, ignore_errors=True)
        config.write_text(CONFIG.format(folder=data), "utf-8")
        with served("radicale:application", {"RADICALE_CONFIG": str(config)}, python_of(home), home / "log") as program:
            running = RunningRadicale(program.port)
            for size in sizes:
                running.fill(size)
            yield running
