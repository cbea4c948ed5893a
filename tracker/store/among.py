"""A condition for many ids at once: one bound value however many they are, where a list of values has its limit."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Integer, any_, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session


def among(session: Session, column: InstrumentedAttribute[int] | ColumnElement[int], ids: Iterable[int]) -> Any:
    """That the column is one of the ids."""
    wanted = sorted(set(ids))
    if session.get_bind().dialect.name == "postgresql":
        return column == any_(literal(wanted, ARRAY(Integer)))
    return column.in_(select(func.json_each(json.dumps(wanted)).table_valued("value").c.value))
