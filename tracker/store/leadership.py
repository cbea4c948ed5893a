"""Which of several schedulers leads: one at a time, and another as soon as that one is gone.

On PostgreSQL the leader holds a session advisory lock on a connection kept for it, on SQLite a locked file
beside the database. Both are let go by the system when the process dies, however it dies.
"""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from tracker.store.once import LEADERSHIP


class Leadership(Protocol):
    """The leader's place. ``take`` and ``holds`` answer at once, ``release`` may be called at any time."""

    def take(self) -> bool: ...

    def holds(self) -> bool: ...

    def release(self) -> None: ...


def leadership_for(engine: Engine, instance: Path) -> Leadership:
    """The place for this database; ``instance`` is where the file goes when the database is none."""
    if engine.dialect.name == "postgresql":
        return PostgresLeadership(engine)
    database = engine.url.database
    return FileLeadership(Path(f"{database}.leader") if database else instance / "leader")


class FileLeadership:
    """A file that one process can lock."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None
        self._one_at_a_time = threading.RLock()  # jobs ask from their own threads

    def take(self) -> bool:
        """Whether this process leads from now on."""
        with self._one_at_a_time:
            return self._take()

    def _take(self) -> bool:
        if self._file is not None:
            return self.holds()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        opened = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(opened)
            return False
        self._file = opened
        return self.holds()

    def holds(self) -> bool:
        """Whether it still leads: the locked file is the one that others would lock."""
        with self._one_at_a_time:
            if self._file is None:
                return False
            try:
                same = os.path.samestat(os.fstat(self._file), self._path.stat())
            except OSError:
                same = False
            if not same:
                self.release()
            return same

    def release(self) -> None:
        with self._one_at_a_time:
            if self._file is not None:
                os.close(self._file)
                self._file = None


class PostgresLeadership:
    """A session advisory lock."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._connection: Connection | None = None
        self._one_at_a_time = threading.RLock()  # jobs ask from their own threads, and a connection serves one

    def take(self) -> bool:
        """Whether this process leads from now on; False too when the database is out of reach."""
        with self._one_at_a_time:
            return self._take()

    def _take(self) -> bool:
        if self._connection is not None:
            return self.holds()
        try:
            self._connection = self._engine.connect()
            # A leader whose machine vanished is noticed after some 25 seconds instead of two hours.
            for name, value in (("idle", 10), ("interval", 5), ("count", 3)):
                self._connection.execute(text(f"SET tcp_keepalives_{name} = {value}"))
            if self._ask("SELECT pg_try_advisory_lock(:key)"):
                return True
        except DBAPIError:
            pass
        self.release()
        return False

    def holds(self) -> bool:
        """Whether it still leads: the connection lives, and the lock is on it."""
        with self._one_at_a_time:
            try:
                if self._connection is not None and self._ask(_HELD):
                    return True
            except DBAPIError:
                pass
            self.release()
            return False

    def release(self) -> None:
        with self._one_at_a_time:
            if self._connection is not None:
                # Thrown away, not given back: the lock lives as long as the connection.
                self._connection.invalidate()
                self._connection.close()
                self._connection = None

    def _ask(self, query: str) -> bool:
        assert self._connection is not None
        return bool(self._connection.scalar(text(query), {"key": LEADERSHIP}))


# An advisory lock on a single number shows its lower half as objid, and 1 as objsubid.
_HELD = (
    "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() "
    "AND objid = :key AND objsubid = 1 AND granted)"
)
