"""Trac, a tracker whose roadmap is fetched whole as iCalendar.

Due dates belong to its milestones, so a task with a due date is either a milestone, which is the least that it can be,
or a ticket of the milestone that is due on its day, which has an owner and a state as a task of ours has.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol

from benchmarks.peers.environments import make_environment, program_of, python_of, run, version_in
from benchmarks.peers.peer import Ask, Kept
from benchmarks.seeding import AT, QUOTE, due_of, title_of
from benchmarks.served import served

LOCK = "trac.txt"
NOON = time(12, tzinfo=UTC)  # the same day in every zone of a server
DATABASE = "db/trac.db"
OWNER = "bench"
MILESTONES = "INSERT INTO milestone VALUES (?, ?, 0, ?)"
TICKETS = (
    "INSERT INTO ticket "
    "(id, type, time, changetime, priority, owner, reporter, milestone, status, summary, description) "
    "VALUES (?, 'task', ?, ?, 'major', ?, ?, ?, 'assigned', ?, ?)"
)


class Filling(Protocol):
    """How a project holds tasks with due dates."""

    @property
    def asked(self) -> str:
        """What is asked of the roadmap besides its format."""

    def fill(self, database: sqlite3.Connection, size: int) -> None:
        """Puts in so many tasks."""

    def change(self, home: Path, size: int, number: int) -> None:
        """Changes one task for the so many-th time."""


class Milestones:
    """Each task is a milestone."""

    asked = ""

    def fill(self, database: sqlite3.Connection, size: int) -> None:
        numbers = range(1, size + 1)
        database.executemany(MILESTONES, ((title_of(number), _instant(due_of(number)), QUOTE) for number in numbers))

    def change(self, home: Path, size: int, number: int) -> None:
        """Moved by the program's own command, so that the workers hear of it."""
        day = due_of(size) + timedelta(days=number)
        admin = [program_of(home, "trac-admin"), str(_folder(home, size))]
        run([*admin, "milestone", "due", title_of(size), day.isoformat()])


class Tickets:
    """Each task is a ticket of the milestone of its day."""

    asked = f"&user={OWNER}"

    def fill(self, database: sqlite3.Connection, size: int) -> None:
        numbers = range(1, size + 1)
        days = {due_of(number) for number in numbers}
        database.executemany(MILESTONES, ((f"{day}", _instant(day), "") for day in days))
        database.executemany(TICKETS, map(self._ticket, numbers))

    def _ticket(self, number: int) -> tuple[int | str, ...]:
        made = _microseconds(AT)
        return number, made, made, OWNER, OWNER, f"{due_of(number)}", title_of(number), QUOTE

    def change(self, home: Path, size: int, number: int) -> None:
        """In the database: the program keeps nothing of tickets in memory."""
        with closing(sqlite3.connect(_folder(home, size) / DATABASE)) as database, database:
            words = f"{QUOTE}（第{number}次修改）"
            database.execute("UPDATE ticket SET description = ? WHERE id = ?", (words, size))


@dataclass
class RunningTrac:
    """The program with an environment for each size."""

    port: int
    home: Path
    filling: Filling
    changes: int = 0

    def ask(self, size: int) -> Ask:
        return Ask(f"/{_project(size)}/roadmap?format=ics{self.filling.asked}")

    def change(self, size: int) -> None:
        self.changes += 1
        self.filling.change(self.home, size, self.changes)


@dataclass(frozen=True)
class Trac:
    """The program as its documentation has it: a WSGI server, anyone may read the roadmap, SQLite as it comes."""

    name: str
    task: str
    filling: Filling
    kept: Kept = Kept.SQLITE
    serving: str = "gunicorn, 2 processes of 4 threads"

    def install(self, home: Path) -> str:
        make_environment(home, LOCK)
        return version_in(home, "trac")

    @contextmanager
    def running(self, home: Path, sizes: Sequence[int]) -> Iterator[RunningTrac]:
        shutil.rmtree(home / "data", ignore_errors=True)
        (home / "data").mkdir()
        for size in sizes:
            self._fill(home, size)
        env = {"TRAC_ENV_PARENT_DIR": str(home / "data")}
        with served("trac.web.main:dispatch_request", env, python_of(home), home / "log") as program:
            yield RunningTrac(program.port, home, self.filling)

    def _fill(self, home: Path, size: int) -> None:
        folder = _folder(home, size)
        run([program_of(home, "trac-admin"), str(folder), "initenv", _project(size), f"sqlite:{DATABASE}"])
        with closing(sqlite3.connect(folder / DATABASE)) as database, database:
            database.execute("DELETE FROM milestone")
            self.filling.fill(database, size)


TRAC = (
    Trac("Trac, milestones", "a milestone", Milestones()),
    Trac("Trac, tickets", "a ticket of the milestone that is due on its day", Tickets()),
)


def _project(size: int) -> str:
    return f"office-{size}"


def _folder(home: Path, size: int) -> Path:
    return home / "data" / _project(size)


def _instant(day: date) -> int:
    return _microseconds(datetime.combine(day, NOON))


def _microseconds(instant: datetime) -> int:
    return int(instant.timestamp()) * 1_000_000
