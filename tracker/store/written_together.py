"""Writing many changed rows that carry a version by few statements.

The session writes such rows one by one, for each has its own version to be held against. Here all rows of which the
same columns changed are written by one statement, each still guarded by its version; the audit log is told the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import bindparam, inspect, update
from sqlalchemy.orm import InstanceState, Mapper, RelationshipDirection, Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from tracker.store.audit_trail import tell_altered
from tracker.store.base import Base

AT_ONCE = 1000
"""So many rows are written by one statement."""
_NO_BULK = {"dml_strategy": "core_only", "synchronize_session": False}
_Row = TypeVar("_Row", bound=Base)


def write_together(session: Session, rows: Iterable[_Row]) -> None:
    """Writes what changed on these rows of one kind, and makes a new version of each; does not commit.

    What hangs on them is left to the session's flush, and so are rows that are new or were given another row to refer
    to. Raises StaleDataError when another changed one of them meanwhile.
    """
    groups = defaultdict[frozenset[str], list[_Row]](list)
    with session.no_autoflush:
        for row in rows:
            changed = _changed_columns(row)
            if changed:
                groups[changed].append(row)
    for changed, alike in groups.items():
        for first in range(0, len(alike), AT_ONCE):
            _write(session, sorted(changed), alike[first : first + AT_ONCE])


def _changed_columns(row: Base) -> frozenset[str]:
    """The attributes to be written; none for a row that is left to the session."""
    state: InstanceState[Any] = inspect(row)
    if not state.persistent or not state.modified or _refers_anew(state):
        return frozenset()
    written = {column.key for column in state.mapper.local_table.columns}
    return frozenset(
        each.key
        for each in state.mapper.column_attrs
        if each.columns[0].key in written and state.attrs[each.key].history.added
    )


def _refers_anew(state: InstanceState[Any]) -> bool:
    """Whether a row was given as an object whose key the session has still to put into its column."""
    referred = (each for each in state.mapper.relationships if each.direction is RelationshipDirection.MANYTOONE)
    return any(state.attrs[each.key].history.added for each in referred)


def _write(session: Session, changed: Sequence[str], rows: Sequence[_Row]) -> None:
    mapper: Mapper[_Row] = inspect(type(rows[0]))
    (key,), version = mapper.primary_key, mapper.version_id_col
    assert version is not None
    new: dict[Any, Any] = {mapper.attrs[name].columns[0]: bindparam(f"new_{name}") for name in changed}
    guarded = update(type(rows[0])).where(key == bindparam("its_key"), version == bindparam("its_version"))
    told = [_told(row, changed, str(version.key)) for row in rows]
    with session.no_autoflush:
        tell_altered(session, rows)
        done = session.execute(guarded.values({**new, version: version + 1}), told, execution_options=_NO_BULK)
    written = done.rowcount  # type: ignore[attr-defined]
    if written != len(rows):
        raise StaleDataError(f"of {len(rows)} rows of {mapper.local_table} {written} were as they had been read")
    for row in rows:
        for name in changed:
            set_committed_value(row, name, getattr(row, name))
        set_committed_value(row, str(version.key), getattr(row, str(version.key)) + 1)


def _told(row: Base, changed: Sequence[str], version: str) -> dict[str, Any]:
    """The values of one row's statement."""
    identity = inspect(row).identity
    assert identity
    values = {f"new_{name}": getattr(row, name) for name in changed}
    return {"its_key": identity[0], "its_version": getattr(row, version), **values}
