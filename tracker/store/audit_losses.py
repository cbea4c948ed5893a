"""What goes when rows are deleted: the rows themselves and, by ON DELETE CASCADE, the rows of other tables.

The audit log keeps what each of them said. They are read from the database just before they go, with one statement for
each way that leads from the rows deleted to a watched table, however many rows there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, FromClause, Table, inspect, select, tuple_
from sqlalchemy.orm import InstanceState, Session

from tracker.store.audit_watched import WATCHED, Watched
from tracker.store.base import Base

_Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Loss:
    """A watched row that goes: its table, what it is about, and all that it said."""

    table: str
    watched: Watched
    values: Mapping[str, Any]

    @property
    def subject_id(self) -> str:
        return str(self.values[self.watched.key])


@dataclass(frozen=True, slots=True)
class _Doomed:
    """Rows of a table that go: the table as the statement names it, and the condition that they meet."""

    table: Table
    named: FromClause
    condition: ColumnElement[bool] | None


def losses(
    session: Session,
    table: Table,
    condition: ColumnElement[bool] | None,
    given: Mapping[str, Any] | None = None,
) -> dict[_Key, Loss]:
    """Every watched row that goes with the rows of ``table`` that meet the condition, by its table and primary key.

    The rows are locked from the outside in, so that none can join them before they go; ``given`` are the values of
    the condition's parameters.
    """
    found: dict[_Key, Loss] = {}
    plain = Base.metadata.tables[table.name]  # a statement's own is a copy that carries notes
    for doomed in _all_that_goes(_Doomed(plain, plain, condition)):
        watched = watched_tables().get(doomed.table)
        if watched is not None:
            found |= {key: loss for key, loss in _read(session, doomed, watched, given or {}) if key not in found}
    return found


def losses_of_objects(session: Session) -> dict[_Key, Loss]:
    """What goes with the objects that the coming flush deletes."""
    found: dict[_Key, Loss] = {}
    for table, identities in _going(session).items():
        found |= losses(session, table, tuple_(*table.primary_key.columns).in_(identities))
    return found


@cache
def watched_tables() -> Mapping[Table, Watched]:
    """The watched tables themselves."""
    return {kind.metadata.tables[kind.__tablename__]: watched for kind, watched in WATCHED.items()}


@cache
def cascades_from(table: Table) -> Sequence[tuple[Table, Column[Any], Column[Any]]]:
    """The tables whose rows go with this table's, each with its column and the column that it refers to."""
    return [
        (child, key.parent, key.column)
        for child in Base.metadata.sorted_tables
        for key in sorted(child.foreign_keys, key=lambda key: key.parent.name)
        if key.column.table is table and key.ondelete == "CASCADE"
    ]


@cache
def leads_to_watched(table: Table) -> bool:
    """Whether a row of this table is watched, or takes watched ones with it."""
    return table in watched_tables() or any(leads_to_watched(child) for child, *_ in cascades_from(table))


def _all_that_goes(doomed: _Doomed) -> Iterator[_Doomed]:
    """The rows and what goes with them, level by level; a table is told once for each way that leads to it."""
    level = [doomed]
    while level:
        yield from level
        level = [below for each in level for below in _below(each)]


def _below(doomed: _Doomed) -> Iterator[_Doomed]:
    for child, column, parent in cascades_from(doomed.table):
        if leads_to_watched(child):
            gone = select(doomed.named.c[parent.name])
            if doomed.condition is not None:
                gone = gone.where(doomed.condition)
            # Named anew, so that it is never taken for a table of the same name in the condition.
            named = child.alias()
            yield _Doomed(child, named, named.c[column.name].in_(gone))


def _read(session: Session, doomed: _Doomed, watched: Watched, given: Mapping[str, Any]) -> Iterator[tuple[_Key, Loss]]:
    keys = [column.name for column in doomed.table.primary_key.columns]
    columns = dict.fromkeys([*keys, watched.key, *watched.columns])
    query = select(*(doomed.named.c[name] for name in columns)).order_by(*(doomed.named.c[name] for name in keys))
    if doomed.condition is not None:
        query = query.where(doomed.condition)
    for row in session.connection().execute(query.with_for_update(of=doomed.named), dict(given)):
        values = row._mapping
        yield (doomed.table.name, *(values[name] for name in keys)), Loss(doomed.table.name, watched, dict(values))


def _going(session: Session) -> dict[Table, list[tuple[Any, ...]]]:
    """The primary keys, by table, of the objects that the coming flush deletes."""
    found: dict[Table, list[tuple[Any, ...]]] = {}
    for row in [*session.deleted, *_orphans(session)]:
        state: InstanceState[Any] = inspect(row)
        table = state.mapper.local_table
        if state.identity and isinstance(table, Table) and leads_to_watched(table):
            found.setdefault(table, []).append(state.identity)
    return found


def _orphans(session: Session) -> Iterable[object]:
    """What was taken out of a list that owns its rows, and put into no other."""
    taken, put = list[object](), list[object]()
    for owner in session.dirty:
        state: InstanceState[Any] = inspect(owner)
        for relation in state.mapper.relationships:
            if relation.cascade.delete_orphan:
                history = state.attrs[relation.key].history
                taken += history.deleted or ()
                put += history.added or ()
    kept = {id(row) for row in put}
    return [row for row in taken if id(row) not in kept]
