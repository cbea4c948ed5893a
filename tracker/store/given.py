"""Rows given from here as a table that a statement joins, in one parameter.

Written out as VALUES they would make another statement for each number of rows, and no prepared form of it could be
kept: what takes longest at a sweep that finds little is then to put its SQL together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import CTE, JSON, Boolean, ColumnElement, Date, String, bindparam, column, literal, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class _EachRow(FunctionElement[Any]):
    """The elements of a JSON list, one a row, in a column ``value``."""

    name = "each_row"
    inherit_cache = True


class _IsGiven(FunctionElement[bool]):
    """Whether a number is one of those in a text, with commas between."""

    name = "is_given"
    type = Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """As it stands: compared with a truth, as SQLite is asked of functions, no index would be used for it."""
        return self


class _Day(FunctionElement[date]):
    """A day from its text."""

    name = "day"
    type = Date()
    inherit_cache = True


@compiles(_EachRow, "sqlite")
def _each_on_sqlite(element: _EachRow, compiler: Any, **more: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **more)})"


@compiles(_IsGiven, "sqlite")
def _is_given_on_sqlite(element: _IsGiven, compiler: Any, **more: Any) -> str:
    number, given = (compiler.process(each, **more) for each in element.clauses)
    return f"({number} IN (SELECT value FROM json_each('[' || {given} || ']')))"  # noqa: S608 - our own words


@compiles(_IsGiven, "postgresql")
def _is_given_on_postgresql(element: _IsGiven, compiler: Any, **more: Any) -> str:
    number, given = (compiler.process(each, **more) for each in element.clauses)
    return f"({number} = ANY (CAST(string_to_array({given}, ',') AS INTEGER[])))"


@compiles(_EachRow, "postgresql")
def _each_on_postgresql(element: _EachRow, compiler: Any, **more: Any) -> str:
    return f"json_array_elements({compiler.process(element.clauses, **more)})"


@compiles(_Day, "sqlite")
def _day_on_sqlite(element: _Day, compiler: Any, **more: Any) -> str:
    """SQLite keeps days as this very text."""
    return str(compiler.process(element.clauses, **more))


@compiles(_Day, "postgresql")
def _day_on_postgresql(element: _Day, compiler: Any, **more: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **more)} AS DATE)"


def given_rows(name: str, columns: Mapping[str, type], rows: Sequence[Sequence[Any]]) -> CTE:
    """The rows as a table of that name; columns are of ``date``, ``int`` (as which truth is given too) or ``str``."""
    plain = [[_plain(cell) for cell in row] for row in rows]
    each = _EachRow(literal(plain, JSON)).table_valued(column("value", JSON)).alias(f"{name}_given")
    cells = (_read(each.c.value[place], kind).label(label) for place, (label, kind) in enumerate(columns.items()))
    return select(*cells).select_from(each).cte(name)


def is_given(number: Any, name: str) -> ColumnElement[bool]:
    """Whether the number is one of those in the parameter of that name: see ``in_words``."""
    return _IsGiven(number, bindparam(name, "", String))


def in_words(numbers: Iterable[int]) -> str:
    """The numbers as ``is_given`` takes them."""
    return ",".join(map(str, numbers))


def _plain(cell: Any) -> Any:
    if isinstance(cell, date):
        return cell.isoformat()
    return int(cell) if isinstance(cell, bool) else cell


def _read(cell: Any, kind: type) -> Any:
    if kind is date:
        return _Day(cell.as_string())
    return cell.as_integer() if kind is int else cell.as_string()
