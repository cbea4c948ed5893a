"""Writes the audit log: whatever a session changes on the tables named here is chained in the same commit.

The session itself is listened to, so that no use case can forget it. What a delete takes away, be it an object's or a
bulk statement's, is read just before it goes, with all that goes with it. Bulk updates of watched columns say what they
do by ``note``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import event, insert, inspect, select, text
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction
from sqlalchemy.sql.dml import Delete

from tracker.clock import Clock
from tracker.domain.audit import START, Entry, canonical, hash_of
from tracker.store.audit import AuditEntry
from tracker.store.audit_losses import Loss, losses, losses_of_objects
from tracker.store.audit_watched import WATCHED, Watched
from tracker.store.tasks import HistoryEntry

CREATED, CHANGED, DELETED = ("create", "change", "delete")
MASKED = "（不记录内容）"
_LOCK = 5_180_214  # any number that nothing else in this database locks
_PENDING, _MARKS, WHO = "audit", "audit_marks", "audit_who"


@dataclass(frozen=True, slots=True)
class Who:
    """Who changes things in a session, and the instant that it is now."""

    person_id: int | None
    name: str
    at: datetime


@dataclass(slots=True)
class _Change:
    subject: str
    subject_id: str
    act: str
    detail: dict[str, Any]
    who: Who | None = None


def acts_as(session: Session, who: Callable[[], Who]) -> None:
    """Says who answers for what the session will commit; asked only when there is something to tell."""
    session.info[WHO] = who


def note(session: Session, subject: str, subject_id: object, act: str, detail: Mapping[str, Any]) -> None:
    """Tells of a change that goes past the session's objects; chained with the commit."""
    _pending(session).append(_Change(subject, str(subject_id), act, {k: _plain(v) for k, v in detail.items()}))


def tell_altered(session: Session, rows: Iterable[object]) -> None:
    """Tells of what was changed on objects that are about to be written past the session's flush."""
    _pending(session).extend(change for row in rows if (change := _altered(row)))


def _pending(session: Session) -> list[_Change]:
    found: list[_Change] = session.info.setdefault(_PENDING, [])
    return found


def _gather(session: Session, _context: UOWTransaction) -> None:
    """After a flush: what it wrote, while the old values are still known."""
    told = _pending(session)
    told += [change for row in session.new if (change := _made(row))]
    tell_altered(session, session.dirty)


def _gather_losses(session: Session, _context: UOWTransaction, _objects: object) -> None:
    """Before a flush: what it will delete, and what the database deletes with it."""
    _pending(session).extend(map(_gone, losses_of_objects(session).values()))


def _gather_bulk_losses(state: ORMExecuteState) -> None:
    """Before a bulk delete: what it takes away."""
    statement, given = state.statement, state.parameters
    if not isinstance(statement, Delete):
        return
    if isinstance(given, list):
        raise TypeError("a delete for many sets of values is not told to the audit log: give one condition")
    state.session.flush()
    found = losses(state.session, statement.table, statement.whereclause, given)  # type: ignore[arg-type]
    _pending(state.session).extend(map(_gone, found.values()))


def _made(row: object) -> _Change | None:
    if isinstance(row, HistoryEntry):
        return _happened(row)
    watched = WATCHED.get(type(row))  # type: ignore[arg-type]
    if watched is None or not watched.tells_made:
        return None
    values = {name: _shown(watched, name, getattr(row, name)) for name in watched.columns}
    return _change(row, watched, CREATED, {"now": {name: value for name, value in values.items() if value is not None}})


def _altered(row: object) -> _Change | None:
    watched = WATCHED.get(type(row))  # type: ignore[arg-type]
    if watched is None:
        return None
    state, moved = inspect(row), {}
    for name in watched.columns:
        history = state.attrs[name].history
        if history.has_changes():
            before = history.deleted[0] if history.deleted else None
            moved[name] = [_shown(watched, name, before), _shown(watched, name, getattr(row, name))]
    return _change(row, watched, CHANGED, {"changed": moved}) if moved else None


def _gone(loss: Loss) -> _Change:
    values = {name: _shown(loss.watched, name, loss.values[name]) for name in loss.watched.columns}
    said = {name: value for name, value in values.items() if value is not None}
    return _Change(loss.watched.subject, loss.subject_id, DELETED, {"was": said, "table": loss.table})


def _change(row: object, watched: Watched, act: str, detail: dict[str, Any]) -> _Change:
    detail["table"] = row.__tablename__  # type: ignore[attr-defined]
    return _Change(watched.subject, str(getattr(row, watched.key)), act, detail)


def _happened(row: HistoryEntry) -> _Change:
    """A row of the history brings its own actor and instant."""
    kept = ("words", "percent", "outcome", "due_from", "due_to", "from_state", "to_state", "unit_from_id", "unit_to_id")
    values = {name: _plain(getattr(row, name)) for name in kept}
    who = Who(row.actor_id, row.actor_name, row.at)
    told = {name: value for name, value in values.items() if value is not None}
    return _Change("assignment", str(row.assignment_id), row.event, told, who)


def _shown(watched: Watched, name: str, value: object) -> Any:
    return MASKED if name in watched.secret and value is not None else _plain(value)


def _plain(value: object) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return value


def _chain(session: Session) -> None:
    """Before the outermost commit: everything gathered goes to the end of the chain."""
    if session.in_nested_transaction():
        return
    session.flush()
    changes = _joined(session.info.pop(_PENDING, []))
    if not changes:
        return
    number, previous = _end_of_chain(session)
    asked: Callable[[], Who] = session.info.get(WHO, _nobody_in_particular)
    who, rows = asked(), []
    for own_number, change in enumerate(changes, number + 1):
        by = change.who or who
        detail = canonical(change.detail)
        entry = Entry(
            own_number, by.at, by.person_id, by.name[:64], change.subject, change.subject_id, change.act, detail
        )
        chained = hash_of(entry, previous)
        rows.append(_row(entry, previous, chained))
        previous = chained
    session.connection().execute(insert(AuditEntry), rows)


def _joined(changes: Iterable[_Change]) -> list[_Change]:
    """What the history tells of a part, and what changed on the part itself, as one entry; otherwise in order."""
    told: list[_Change] = []
    events: dict[str, _Change] = {}
    changes = list(changes)
    for change in changes:
        if change.who is not None:
            events[change.subject_id] = change
    for change in changes:
        event_of = events.get(change.subject_id) if change.subject == "assignment" and change.who is None else None
        if event_of is not None and change.detail.get("table") == "assignment":
            event_of.detail.update({name: value for name, value in change.detail.items() if name != "table"})
        else:
            told.append(change)
    return told


def _row(entry: Entry, previous: str, chained: str) -> dict[str, Any]:
    return {
        "id": entry.number,
        "at": entry.at,
        "actor_id": entry.actor_id,
        "actor_name": entry.actor_name,
        "subject": entry.subject,
        "subject_id": entry.subject_id,
        "act": entry.act,
        "detail": entry.detail,
        "previous_hash": previous,
        "hash": chained,
    }


def _end_of_chain(session: Session) -> tuple[int, str]:
    """The last number and hash; until the end of the transaction nobody else adds to the chain."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    newest = select(AuditEntry.id, AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)
    found = connection.execute(newest).one_or_none()
    return (found.id, found.hash) if found else (0, START)


def _nobody_in_particular() -> Who:
    return Who(None, "系统", Clock(ZoneInfo("UTC")).now())


def _mark(session: Session, transaction: SessionTransaction) -> None:
    """A savepoint begins: what is gathered from here on goes when it is rolled back."""
    if transaction.nested:
        _marks(session)[id(transaction)] = len(_pending(session))


def _undo(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        del _pending(session)[_marks(session).get(id(transaction), 0) :]


def _end(session: Session, transaction: SessionTransaction) -> None:
    """Nothing that was gathered outlives its transaction, however that ended.

    A savepoint ends before it is told that it was rolled back: its mark is needed until then.
    """
    if not transaction.nested and transaction.parent is None:
        session.info.pop(_PENDING, None)
        session.info.pop(_MARKS, None)


def _marks(session: Session) -> dict[int, int]:
    found: dict[int, int] = session.info.setdefault(_MARKS, {})
    return found


def _old_value_is_wanted(*_given: object) -> None:
    """Heard for its flag alone: a column that is not loaded yet is loaded before it is set, for its old value."""


def listen() -> None:
    """Makes every session of the process tell the log; called once, where engines are made."""
    for kind, watched in WATCHED.items():
        for name in watched.columns:
            event.listen(getattr(kind, name), "set", _old_value_is_wanted, active_history=True)
    event.listen(Session, "before_flush", _gather_losses)
    event.listen(Session, "after_flush", _gather)
    event.listen(Session, "do_orm_execute", _gather_bulk_losses)
    event.listen(Session, "before_commit", _chain)
    event.listen(Session, "after_transaction_create", _mark)
    event.listen(Session, "after_soft_rollback", _undo)
    event.listen(Session, "after_transaction_end", _end)
