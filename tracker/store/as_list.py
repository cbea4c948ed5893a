"""Rows of another table brought within one row, as a list in one text: they need no statement of their own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class as_list(FunctionElement[str]):  # noqa: N801 - a function of SQL
    """A JSON list with an element for each row, itself the list of the given columns, in no order.

    For no row it is empty, or NULL.
    """

    name = "as_list"
    type = String()
    inherit_cache = True


@compiles(as_list, "sqlite")
def _on_sqlite(element: as_list, compiler: Any, **more: Any) -> str:
    columns = compiler.process(element.clauses, **more)
    return f"json_group_array(json_array({columns}))"


@compiles(as_list, "postgresql")
def _on_postgresql(element: as_list, compiler: Any, **more: Any) -> str:
    columns = compiler.process(element.clauses, **more)
    return f"CAST(json_agg(json_build_array({columns})) AS TEXT)"
