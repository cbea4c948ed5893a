"""The audit log asked for what titles, names, roles, days and handlers were before they were altered."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from tracker.domain.former import (
    HANDLERS,
    PART_FIELDS,
    PLAN_FIELDS,
    TASK_FIELDS,
    UNIT_FIELDS,
    Alteration,
    Former,
    value_of,
)
from tracker.domain.history import DATE_SET, REVISED
from tracker.domain.lifecycle import Event
from tracker.store.among import among
from tracker.store.audit import AuditEntry
from tracker.store.audit_trail import CHANGED, CREATED, DELETED
from tracker.store.handling import Handling

_TABLE = Handling.__tablename__
# An alteration of a part stands with the event that it was part of; only these alter what is looked for here. The
# details are in their canonical form, in which no text can hold an unescaped quotation mark.
_ACTS = (CREATED, CHANGED, DELETED, DATE_SET, REVISED, Event.DISPATCH.value)
_SIGNS = {
    "task": tuple(f'"{name}":[' for name in TASK_FIELDS),
    "assignment": (*(f'"{name}":[' for name in PART_FIELDS), f'"table":"{_TABLE}"'),
    "plan": tuple(f'"{name}":[' for name in PLAN_FIELDS),
    "unit": tuple(f'"{name}":[' for name in UNIT_FIELDS),
}
_FIELDS = {
    "task": TASK_FIELDS,
    "assignment": (*PART_FIELDS, *HANDLERS),
    "plan": PLAN_FIELDS,
    "unit": UNIT_FIELDS,
}
# Names by which a unit is looked up are told of the unit too, from a table of their own.
_OTHERS = frozenset({"unit_name"})


def former_values(session: Session, of: Mapping[str, Collection[int]] | None = None) -> Former:
    """All that was ever altered of them, so far as the log tells; one statement.

    Of a subject named in ``of`` those alone with these ids.
    """
    found: dict[str, dict[int, list[Alteration]]] = {subject: {} for subject in _SIGNS}
    told = select(AuditEntry.at, AuditEntry.subject, AuditEntry.subject_id, AuditEntry.detail).where(
        AuditEntry.act.in_(_ACTS),
        or_(*(_alters(session, subject, (of or {}).get(subject)) for subject in _SIGNS)),
    )
    for at, subject, subject_id, detail in session.execute(told.order_by(AuditEntry.id)):
        if before := dict(_replaced(json.loads(detail), _FIELDS[subject])):
            found[subject].setdefault(int(subject_id), []).append(Alteration(at, before))
    return Former(found["task"], found["assignment"], found["plan"], found["unit"])


def _alters(session: Session, subject: str, ids: Collection[int] | None) -> ColumnElement[bool]:
    """That an entry tells of an alteration of the subject, of those ids where some are named."""
    narrowed = () if ids is None else (among(session, AuditEntry.subject_id, map(str, ids)),)
    return and_(AuditEntry.subject == subject, *narrowed, or_(*map(_holds, _SIGNS[subject])))


def altered_since(session: Session, begins: datetime) -> set[int]:
    """The tasks of which anything was altered from ``begins`` on that lists tell as it was; one statement."""
    told = select(AuditEntry.subject_id).where(AuditEntry.act.in_(_ACTS), AuditEntry.at >= begins)
    return set(map(int, session.scalars(told.where(_alters(session, "task", None)))))


def moved_since(session: Session, begins: datetime) -> dict[int, datetime]:
    """The tasks that went to another plan from ``begins`` on, and when they last did; one statement."""
    last = select(AuditEntry.subject_id, func.max(AuditEntry.at)).where(
        AuditEntry.act.in_(_ACTS), AuditEntry.subject == "task", _holds('"plan_id":['), AuditEntry.at >= begins
    )
    return {int(task_id): at for task_id, at in session.execute(last.group_by(AuditEntry.subject_id))}


def _holds(sign: str) -> ColumnElement[bool]:
    return AuditEntry.detail.contains(sign, autoescape=True)


def _replaced(detail: dict[str, Any], fields: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """The values that an entry's change replaced: names filed for the first time replaced none."""
    if detail.get("table") == _TABLE and "changed" not in detail:
        was = detail.get("was", {})
        yield from ((name, value_of(name, was.get(name))) for name in HANDLERS)
    if detail.get("table") in _OTHERS:
        return
    for name, (before, _) in detail.get("changed", {}).items():
        if name in fields:
            yield name, value_of(name, before)


def told_since(session: Session) -> datetime | None:
    """The instant of the log's first entry: alterations before it are known to nobody. None while it is empty."""
    return session.scalar(select(AuditEntry.at).order_by(AuditEntry.id).limit(1))
