"""What was read stays right until somebody commits; the database says whether somebody did for less than reading costs.

who asks -> what is committed (one question for all who wait) -> as before: the rows that are known
                                                              -> otherwise: read anew
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable

from sqlalchemy import Connection, Engine, Text, case, cast, event, func, select

from tracker.store.at_once import AtOnce, Rows
from tracker.store.engine import at_once

MOST_KNOWN = 4096


class UntilACommit:
    """The rows of a statement, by its values, read once for as long as nobody commits anything.

    A database in memory, which has but one connection, is read each time.
    """

    def __init__(self, engine: Engine, statement: AtOnce) -> None:
        self.engine, self._statement = at_once(engine), statement
        self._committed = _Committed(engine) if _tells_of_commits(engine) else None
        self._known: tuple[Hashable, dict[Hashable, Rows]] = None, {}

    def __call__(self, **values: str) -> Rows:
        """All that was committed before this call is in them. Raises DBAPIError."""
        if self._committed is None:
            return self._read(values)
        known, of = self._known_for(self._committed.now()), tuple(values.items())
        found = known.get(of)
        if found is None:
            # Read after the question: rows may be newer than its answer, never older, and the next answer is another.
            found = self._read(values)
            if len(known) < MOST_KNOWN:
                known[of] = found
        return found

    def _known_for(self, committed: Hashable) -> dict[Hashable, Rows]:
        was, known = self._known
        if was != committed:
            known = {}
            self._known = committed, known
        return known

    def _read(self, values: dict[str, str]) -> Rows:
        with self.engine.connect() as connection:
            return self._statement(connection, **values)


class _Committed:
    """What is committed, as a value that every commit changes; asked over a connection that is kept for it.

    Several who ask at a time share a question, but never one that began before they came.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine, self._lock, self._begun = at_once(engine), threading.Lock(), 0
        self._connection: Connection | None = None
        self._told: Hashable = None
        event.listen(engine, "engine_disposed", self._let_go)

    def now(self) -> Hashable:
        """Raises DBAPIError to the one whose question failed; those who waited for it ask themselves."""
        begun = self._begun
        with self._lock:
            if self._begun == begun or self._told is None:
                self._begun += 1
                self._told = None
                self._told = self._ask()
            return self._told

    def _ask(self) -> Hashable:
        """The connection is part of the answer: another may lead to another server, or to an older copy of the data."""
        connection, self._connection = self._connection or self._engine.connect(), None
        try:
            told = connection, _QUESTIONS[connection.dialect.name](connection)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return told

    def _let_go(self, _engine: Engine) -> None:
        with self._lock:
            connection, self._connection, self._told = self._connection, None, None
        if connection is not None:
            connection.detach()  # else it would go back to a pool that nobody empties any more
            connection.close()


def _tells_of_commits(engine: Engine) -> bool:
    """SQLite tells a connection of what others commit, not of what it commits itself."""
    return engine.dialect.name == "postgresql" or engine.url.database not in {None, "", ":memory:"}


# The transactions whose work a statement sees. A server in recovery does not name all of them: its answers all differ.
_SNAPSHOT = AtOnce(
    select(
        case(
            (func.pg_is_in_recovery(), cast(func.clock_timestamp(), Text)),
            else_=cast(func.pg_current_snapshot(), Text),
        )
    )
)


def _snapshot(connection: Connection) -> Hashable:
    """Asked in one call of PostgreSQL's own library, during which other threads run: the driver's own way, with a
    cursor and a wait of its own, costs several who ask at a time some of their answers.

    What goes wrong there is asked again in the usual way, which tells of it.
    """
    wire = connection.connection.driver_connection.pgconn  # type: ignore[union-attr]
    told = wire.exec_(_SNAPSHOT.in_sql(connection.dialect).encode())
    is_told = told.status == connection.dialect.loaded_dbapi.pq.ExecStatus.TUPLES_OK
    return told.get_value(0, 0) if is_told else _SNAPSHOT(connection)


def _data_version(connection: Connection) -> int:
    """A number that is another as soon as somebody else has committed."""
    ((version,),) = connection.connection.cursor().execute("PRAGMA data_version").fetchall()
    return int(version)


_QUESTIONS: dict[str, Callable[[Connection], Hashable]] = {"postgresql": _snapshot, "sqlite": _data_version}
