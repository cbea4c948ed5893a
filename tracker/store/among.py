"""A condition for many ids at once: one bound value however many they are, where a list of values has its limit."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TypeVar

from sqlalchemy import ARRAY, ColumnElement, any_, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

Id = TypeVar("Id", int, str)


def among(session: Session, column: InstrumentedAttribute[Id] | ColumnElement[Id], ids: Iterable[Id]) -> Any:
    """That the column is one of the ids."""
    wanted = sorted(set(ids))
    if session.get_bind().dialect.name == "postgresql":
        return column == any_(literal(wanted, ARRAY(column.type)))
    return column.in_(select(func.json_each(json.dumps(wanted)).table_valued("value").c.value))


def not_among(session: Session, column: InstrumentedAttribute[int], ids: Iterable[int]) -> ColumnElement[bool]:
    """That the column is none of the ids. They are given as rows, which every PostgreSQL looks up by their hash."""
    if session.get_bind().dialect.name == "postgresql":
        return column.not_in(select(func.unnest(literal(sorted(set(ids)), ARRAY(column.type)))))
    negated: ColumnElement[bool] = ~among(session, column, ids)
    return negated
