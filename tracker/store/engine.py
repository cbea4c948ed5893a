"""The database engine: one way to connect, and for each database the rules that it needs.

SQLite is opened in WAL mode with foreign keys on. A transaction that will write begins with
BEGIN IMMEDIATE, because a read transaction that turns into a writer fails, or loses the other
writer's update, when somebody wrote in between.
"""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from tracker.store import audit_trail

audit_trail.listen()  # whoever has an engine has sessions that tell the audit log

BUSY_TIMEOUT_MS = 15_000
SHORT_REST_SECONDS = 2.0
_RESTS_SINCE = "rests since"
_ONE_INSTANT = "one_instant"


def engine_options(url: str) -> dict[str, Any]:
    """Options for create_engine; makes a SQLite file that is not there yet, with its folder."""
    # Statements hold what must not stand in a log: passwords' hashes, robots' addresses, what people typed.
    shared: dict[str, Any] = {"hide_parameters": True}
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and not parsed.database.startswith((":", "file:")):
            make_private(Path(parsed.database))
        return {**shared, "connect_args": {"timeout": BUSY_TIMEOUT_MS / 1000}}
    return shared


def make_private(file: Path) -> None:
    """Makes an empty file, and its folder, that other users of the machine cannot read; one that is there stays.

    SQLite gives its log files the mode of the database.
    """
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.touch(mode=0o600, exist_ok=True)


def make_engine(url: str) -> Engine:
    """An engine with the rules above in force."""
    engine = create_engine(url, **engine_options(url))
    apply_rules(engine)
    return engine


def apply_rules(engine: Engine) -> None:
    """Puts the rules of its kind on an engine."""
    if engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _plan_for_pages)
        _ask_after_a_rest(engine)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_connection)
        event.listen(engine, "begin", _begin)


def write_session(engine: Engine) -> Session:
    """A session whose transactions take the writer's place at once."""
    return Session(engine.execution_options(writes=True), expire_on_commit=False)


def at_once(engine: Engine) -> Engine:
    """The engine for what is read by one statement: none of its connections begins a transaction around it."""
    if engine.dialect.name == "sqlite":
        return engine.execution_options(begins=False)
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def begin_write(session: Session) -> None:
    """Makes the session's next transaction a writing one; call before anything is read in it."""
    session.connection(execution_options={"writes": True})


def begin_reading(session: Session) -> None:
    """Makes the session's next transaction see one instant in all its statements; call before anything is read in it.

    Else PostgreSQL shows each statement what is committed by then. On SQLite a transaction sees one instant anyway.
    Nothing is to be written in it: what it reads is taken for what is committed (``reads_one_instant``).
    """
    options: dict[str, Any] = {_ONE_INSTANT: True}
    if session.get_bind().dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
    session.connection(execution_options=options)


def reads_one_instant(session: Session) -> bool:
    """Whether the session's transaction was begun to read: what it finds is committed, and stays so to its end."""
    return session.in_transaction() and session.connection().get_execution_options().get(_ONE_INSTANT, False)


@contextmanager
def along_an_index(session: Session) -> Iterator[None]:
    """Lets PostgreSQL walk an index in its order, in a transaction that goes on.

    For short partial indexes: how few rows are in one it cannot know, and it would collect them all in a bitmap, those
    too that left long ago. A walk takes what left out of the index, so that the next one is short.
    """
    ways = ("enable_bitmapscan", "enable_seqscan", "enable_sort")
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        session.execute(select(*(func.set_config(way, "off", True) for way in ways)))
    yield
    if is_postgresql:
        session.execute(select(*(func.set_config(way, "on", True) for way in ways)))


def _prepare_connection(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    # Transactions are begun by _begin; the driver's own are begun too late.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.close()


def _plan_for_pages(connection: Any, _entry: ConnectionPoolEntry) -> None:
    """A page's statements take milliseconds: to start helpers or to compile one takes longer than to run it.

    They are planned for what they ask: the driver forgets its prepared statements at each rollback, with which a page
    ends, so none comes to a sixth time, from which on PostgreSQL may plan for whatever might be asked.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute("SET jit = off")
    connection.commit()


def _ask_after_a_rest(engine: Engine) -> None:
    """A connection that rested is asked whether its server is still there before it is used; if not, all are made anew.

    So is any that rested while another was lost. To ask each time, as ``pool_pre_ping`` does, would cost a busy process
    a round trip for nothing.
    """
    lost_at = -math.inf

    def lose(*_: Any) -> None:
        nonlocal lost_at
        lost_at = time.monotonic()

    def rest(_connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info[_RESTS_SINCE] = time.monotonic()

    def ask(connection: Any, entry: ConnectionPoolEntry, _proxy: Any) -> None:
        since = entry.info.get(_RESTS_SINCE, math.inf)
        if since > lost_at and time.monotonic() - since < SHORT_REST_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "invalidate", lose)
    event.listen(engine, "checkin", rest)
    event.listen(engine, "checkout", ask)


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("begins", True):
        return
    writes = options.get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
