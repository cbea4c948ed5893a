"""What was read of a database last, kept for as long as it is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Pool

Value = TypeVar("Value")


class LastRead(Generic[Value]):
    """The value read last of each database, by the pool of its connections: engines with other options share that."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[Pool, tuple[Any, Value]] = WeakKeyDictionary()

    def get(self, connection: Connection, right_for: Any, read: Callable[[], Value]) -> Value:
        """The value that is right for that, read where the one that is known is right for something else."""
        pool = connection.engine.pool
        found = self._known.get(pool)
        if found is None or found[0] != right_for:
            found = self._known[pool] = right_for, read()
        return found[1]
