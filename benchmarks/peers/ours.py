"""Our own program, behind the same protocol as the others."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from benchmarks.peers.peer import Ask, Kept
from benchmarks.seeding import SECRET, TODAY, SeededOffice, seeded
from benchmarks.served import served
from tests.databases import running_server


@dataclass
class RunningOffice:
    """The program over a seeded office."""

    port: int
    office: SeededOffice
    kept: Kept

    def ask(self, size: int) -> Ask:
        return Ask(self.office.path(size))

    def change(self, size: int) -> None:
        self.office.change(size)


@contextmanager
def our_program(kept: Kept, sizes: Sequence[int]) -> Iterator[RunningOffice]:
    """Our program on that kind of database, beside files on SQLite, until the end of the block."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        url = f"sqlite:///{folder}/peers.sqlite3"
        if kept is Kept.POSTGRESQL:
            url = stack.enter_context(_database())
        office = seeded(url, sizes)
        stack.callback(office.engine.dispose)
        program = stack.enter_context(served("wsgi:app", _settings(url, folder)))
        yield RunningOffice(program.port, office, Kept.POSTGRESQL if kept is Kept.POSTGRESQL else Kept.SQLITE)


@contextmanager
def _database() -> Iterator[str]:
    with running_server() as server:
        url = server.create()
        yield url.render_as_string(hide_password=False)
        server.drop(url)


def _settings(url: str, folder: str) -> dict[str, str]:
    return {
        "TRACKER_DATABASE_URL": url,
        "TRACKER_SECRET_KEY": SECRET,
        "TRACKER_INSTANCE": folder,
        "TRACKER_TODAY": TODAY.isoformat(),
        "TRACKER_BASE_URL": "http://localhost",
    }
