"""Our own program, behind the same protocol as the others."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import text

from benchmarks.peers.peer import Ask, Kept
from benchmarks.seeding import SECRET, TODAY, SeededOffice, seeded
from benchmarks.served import served
from tests.databases import running_server


@dataclass
class RunningOffice:
    """The program over a seeded office."""

    port: int
    office: SeededOffice
    changes: int = 0

    def ask(self, size: int) -> Ask:
        return Ask(f"/feeds/{self.office.tokens[size]}.ics")

    def change(self, size: int) -> None:
        """One task of the unit, past the program, so that nothing is made ahead."""
        self.changes += 1
        last = "(SELECT max(id) FROM assignment WHERE unit_id = :unit)"
        statement = f"UPDATE assignment SET percent = :percent WHERE id = {last}"  # noqa: S608 - our own words
        with self.office.engine.execution_options(writes=True).begin() as connection:
            connection.execute(text(statement), {"percent": self.changes % 100, "unit": self.office.units[size]})


@contextmanager
def our_program(kept: Kept, sizes: Sequence[int]) -> Iterator[RunningOffice]:
    """Our program on that kind of database, until the end of the block."""
    with tempfile.TemporaryDirectory() as folder:
        if kept is not Kept.POSTGRESQL:
            with _serving(f"sqlite:///{folder}/peers.sqlite3", folder, sizes) as running:
                yield running
            return
        with running_server() as server:
            url = server.create().render_as_string(hide_password=False)
            with _serving(url, folder, sizes) as running:
                yield running


@contextmanager
def _serving(url: str, folder: str, sizes: Sequence[int]) -> Iterator[RunningOffice]:
    office = seeded(url, sizes)
    env = {
        "TRACKER_DATABASE_URL": url,
        "TRACKER_SECRET_KEY": SECRET,
        "TRACKER_INSTANCE": folder,
        "TRACKER_TODAY": TODAY.isoformat(),
        "TRACKER_BASE_URL": "http://localhost",
    }
    with served("wsgi:app", env) as program:
        yield RunningOffice(program.port, office)
    office.engine.dispose()
