"""Which of several schedulers leads: one at a time, and another as soon as that one is gone.

On PostgreSQL the leader holds a session advisory lock on a connection kept for it, on SQLite a locked file
beside the database. Both are let go by the system when the process dies, however it dies. A leader that is
stopped keeps them, but gives no sign of life (``holds``) any more: who waits sees that, and puts it out.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from tracker.store.once import LEADERSHIP

# Seconds without a sign of life after which a leader is put out. Signs come every second.
HANGS_AFTER = 30.0


class Leadership(Protocol):
    """The leader's place. ``take`` and ``holds`` answer at once, ``release`` may be called at any time.

    ``holds`` is also the leader's sign of life.
    """

    def take(self) -> bool: ...

    def holds(self) -> bool: ...

    def release(self) -> None: ...


def leadership_for(engine: Engine, instance: Path, hangs_after: float | None = None) -> Leadership:
    """The place for this database; ``instance`` is where the file goes when the database is none."""
    hangs_after = HANGS_AFTER if hangs_after is None else hangs_after
    if engine.dialect.name == "postgresql":
        return PostgresLeadership(engine, hangs_after)
    database = engine.url.database
    return FileLeadership(Path(f"{database}.leader") if database else instance / "leader", hangs_after)


class FileLeadership:
    """A file that one process can lock; its time of change is the sign of life."""

    def __init__(self, path: Path, hangs_after: float = HANGS_AFTER) -> None:
        self._path, self._hangs_after = path, hangs_after
        self._file: int | None = None
        self._sign: tuple[int, int] | None = None
        self._sign_since = 0.0
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
            self._watch(opened)
            os.close(opened)
            return False
        self._file, self._sign = opened, None
        return self.holds()

    def _watch(self, opened: int) -> None:
        """Takes the file away from a leader that has given no sign for too long, measured while we watched."""
        status = os.fstat(opened)
        sign = (status.st_ino, status.st_mtime_ns)
        if sign != self._sign:
            self._sign, self._sign_since = sign, time.monotonic()
        elif time.monotonic() - self._sign_since > self._hangs_after:
            self._path.unlink(missing_ok=True)
            self._sign = None

    def holds(self) -> bool:
        """Whether it still leads: the locked file is the one that others would lock."""
        with self._one_at_a_time:
            if self._file is None:
                return False
            try:
                same = os.path.samestat(os.fstat(self._file), self._path.stat())
                os.utime(self._file)
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
    """A session advisory lock; the last statement on its connection is the sign of life."""

    def __init__(self, engine: Engine, hangs_after: float = HANGS_AFTER) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._hangs_after = hangs_after
        self._connection: Connection | None = None
        self._leads = False
        self._one_at_a_time = threading.RLock()  # jobs ask from their own threads, and a connection serves one

    def take(self) -> bool:
        """Whether this process leads from now on; False too when the database is out of reach."""
        with self._one_at_a_time:
            return self._take()

    def _take(self) -> bool:
        if self._leads:
            return self.holds()
        try:
            if self._connection is None:
                self._connect()
            self._leads = self._ask("SELECT pg_try_advisory_lock(:key)")
            if not self._leads:
                self._ask(_PUT_OUT, seconds=self._hangs_after)
        except DBAPIError:
            self.release()
        return self._leads

    def _connect(self) -> None:
        self._connection = self._engine.connect()
        # A leader whose machine vanished is noticed after some 25 seconds instead of two hours.
        for name, value in (("idle", 10), ("interval", 5), ("count", 3)):
            self._connection.execute(text(f"SET tcp_keepalives_{name} = {value}"))

    def holds(self) -> bool:
        """Whether it still leads: the connection lives, and the lock is on it."""
        with self._one_at_a_time:
            try:
                if self._leads and self._ask(_HELD):
                    return True
            except DBAPIError:
                pass
            self.release()
            return False

    def release(self) -> None:
        with self._one_at_a_time:
            self._leads = False
            if self._connection is not None:
                # Thrown away, not given back: the lock lives as long as the connection.
                self._connection.invalidate()
                self._connection.close()
                self._connection = None

    def _ask(self, query: str, **more: float) -> bool:
        assert self._connection is not None
        return bool(self._connection.scalar(text(query), {"key": LEADERSHIP, **more}))


# An advisory lock on a single number shows its lower half as objid, and 1 as objsubid.
_LOCK = "locktype = 'advisory' AND objid = :key AND objsubid = 1 AND granted"
_HELD = f"SELECT EXISTS (SELECT 1 FROM pg_locks WHERE {_LOCK} AND pid = pg_backend_pid())"  # noqa: S608 - our own words
# Ends the leader's connection when it has said nothing for too long. Both instants are the database's own.
_PUT_OUT = (
    "SELECT bool_or(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() "  # noqa: S608
    f"AND pid IN (SELECT pid FROM pg_locks WHERE {_LOCK}) "
    "AND clock_timestamp() - state_change > make_interval(secs => :seconds)"
)
