"""A SELECT that is asked so often that putting it together, and dressing its rows, would be most of its cost."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Select
from sqlalchemy.exc import DBAPIError

Rows = tuple[tuple[Any, ...], ...]

# Rows that are many are taken from PostgreSQL's driver in pieces: else it holds all of them, with their bytes, twice
# over while they are handed out. A few cost less in one piece.
MANY_ROWS, PIECE = 2000, 200


class AtOnce:
    """The statement, put into SQL once for each kind of database.

    Its rows come as the driver gives them: good enough to be sorted, and to see whether they are the same as before.
    ``typed`` makes of them what the ORM would have given. Parameters are texts and numbers alone; a statement that
    takes none (``is_whole``) has what stands in it written into the SQL, of whatever type it is. What
    ``may_be_long`` is read in pieces the first time, and again while it was long the last time.

    It sees what was written to the database, not what a session holds back. Raises DBAPIError, of the kind that any
    statement would raise.
    """

    def __init__(
        self, statement: Select[*tuple[Any, ...]], *, is_whole: bool = False, may_be_long: bool = False
    ) -> None:
        self._statement = statement
        self._may_be_long = self._is_long = may_be_long
        self._how = {"literal_binds": True} if is_whole else {"render_postcompile": True}
        self._in_sql = lru_cache(self._in_sql_of)
        self._processors = lru_cache(self._processors_of)

    def __call__(self, connection: Connection, **values: str | int) -> Rows:
        sql, defaults, order = self._in_sql(connection.dialect)
        given = defaults | values
        # PostgreSQL's driver takes values in their binary form, of which bytes are half as long as in words.
        how = {"binary": True} if connection.dialect.name == "postgresql" else {}
        asked = given if order is None else [given[name] for name in order]
        try:
            cursor = connection.connection.cursor(**how)
            try:
                rows = _heard(connection, cursor, sql, asked, in_pieces=self._is_long)
                self._is_long = self._may_be_long and len(rows) >= MANY_ROWS
            finally:
                cursor.close()
        except connection.dialect.loaded_dbapi.Error as error:
            raise _as_told(connection, sql, error) from error
        return rows

    def typed(self, rows: Rows, dialect: Dialect) -> Sequence[Any]:
        """The rows with names, each value of its column's type."""
        made = [[make(value) if make else value for make, value in self._pairs(row, dialect)] for row in rows]
        return [self._row(*values) for values in made]

    def in_sql(self, dialect: Dialect) -> str:
        """The statement as the database is told it."""
        return self._in_sql(dialect)[0]

    def _pairs(self, row: tuple[Any, ...], dialect: Dialect) -> Any:
        return zip(self._processors(dialect), row, strict=True)

    def _processors_of(self, dialect: Dialect) -> list[Any]:
        types = (column.type.dialect_impl(dialect) for column in self._statement.selected_columns)
        return [kind.result_processor(dialect, None) for kind in types]

    @cached_property
    def _row(self) -> Any:
        return namedtuple("Row", self._statement.selected_columns.keys())

    def _in_sql_of(self, dialect: Dialect) -> tuple[str, dict[str, Any], Sequence[str] | None]:
        """The SQL, the parameters that stand in the statement itself, and the order of all where they have no names."""
        compiled = self._statement.compile(dialect=dialect, compile_kwargs=self._how)
        return str(compiled), dict(compiled.params), compiled.positiontup if compiled.positional else None


def _heard(connection: Connection, cursor: Any, sql: str, asked: Any, *, in_pieces: bool = False) -> Rows:
    """What is found; who listens for the engine's statements hears of it."""
    listeners = connection.engine.dispatch
    for hear in listeners.before_cursor_execute:
        hear(connection, cursor, sql, asked, None, False)
    rows = _piecewise(connection, cursor, sql, asked) if in_pieces else cursor.execute(sql, asked).fetchall()
    for hear in listeners.after_cursor_execute:
        hear(connection, cursor, sql, asked, None, False)
    return tuple(rows)


def _piecewise(connection: Connection, cursor: Any, sql: str, asked: Any) -> Sequence[Any]:
    """The rows, each piece let go before the next one comes. SQLite hands rows out one by one anyway.

    PostgreSQL's own library before version 17 knows no pieces but single rows.
    """
    if connection.dialect.name != "postgresql":
        return [*cursor.execute(sql, asked)]
    has_pieces = connection.dialect.loaded_dbapi.capabilities.has_stream_chunked()
    return [*cursor.stream(sql, asked, size=PIECE if has_pieces else 1)]


def _as_told(connection: Connection, sql: str, error: Any) -> BaseException:
    """The driver's error as the library tells it; a connection that is gone is given up."""
    dialect = connection.dialect
    is_gone = dialect.is_disconnect(error, connection.connection.driver_connection, None)
    if is_gone:
        connection.invalidate(error)
    kind = dialect.loaded_dbapi.Error
    told: BaseException = DBAPIError.instance(
        sql, None, error, kind, hide_parameters=True, connection_invalidated=is_gone, dialect=dialect
    )
    return told
