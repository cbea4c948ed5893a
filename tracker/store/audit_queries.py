"""Questions to the audit log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from tracker.domain.audit import START, Entry, Head, Linked
from tracker.store.audit import AuditEntry
from tracker.store.people import Person
from tracker.store.plans import Plan
from tracker.store.tasks import Assignment, Task
from tracker.store.units import Unit

AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are asked for: words in names or details, a subject, and the instants between which they lie."""

    words: str = ""
    subject: str = ""
    subject_id: str = ""
    since: datetime | None = None
    until: datetime | None = None


def chain(session: Session) -> Iterator[Linked]:
    """The whole log in order, a few thousand rows in memory at a time."""
    last: int | None = None
    while rows := session.execute(_next_rows(last)).all():
        for *facts, previous_hash, own in rows:
            yield Linked(Entry(*facts), previous_hash, own)
        last = rows[-1].id


def _next_rows(last: int | None) -> Select[*tuple[Any, ...]]:
    row = AuditEntry
    facts: tuple[Any, ...] = (row.id, row.at, row.actor_id, row.actor_name, row.subject, row.subject_id, row.act)
    query = select(*facts, row.detail, row.previous_hash, row.hash).order_by(row.id).limit(AT_ONCE)
    return query if last is None else query.where(row.id > last)


def head(session: Session) -> Head:
    """The newest entry's number and hash; number 0 while there is none."""
    newest = select(AuditEntry.id, AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)
    found = session.execute(newest).one_or_none()
    return Head(found.id, found.hash) if found else Head(0, START)


def entries(session: Session, wanted: AuditFilter, before: int | None, limit: int) -> Sequence[AuditEntry]:
    """The newest entries that meet the filter, those numbered below ``before``."""
    query = select(AuditEntry).where(*_conditions(wanted))
    if before is not None:
        query = query.where(AuditEntry.id < before)
    return session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit)).all()


def names_of(session: Session, told: Sequence[AuditEntry]) -> dict[tuple[str, str], str]:
    """What the entries are about by its present name; what is gone, or has none, is left out."""
    queries: dict[str, Any] = {
        "assignment": select(Assignment.id, Task.title, Unit.name).join(Assignment.task).join(Assignment.unit),
        "task": select(Task.id, Task.title),
        "plan": select(Plan.id, Plan.title),
        "person": select(Person.id, Person.name),
        "unit": select(Unit.id, Unit.name),
    }
    found = {}
    for subject, query in queries.items():
        ids = {int(entry.subject_id) for entry in told if entry.subject == subject and entry.subject_id.isdigit()}
        if ids:
            for row_id, name, *unit in session.execute(query.where(query.selected_columns[0].in_(ids))):
                found[subject, str(row_id)] = f"{name}（{unit[0]}）" if unit else name
    return found


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        or_(AuditEntry.actor_name.icontains(word, autoescape=True), AuditEntry.detail.icontains(word, autoescape=True))
        for word in wanted.words.split()
    ]
    if wanted.subject:
        found.append(AuditEntry.subject == wanted.subject)
    if wanted.subject_id:
        found.append(AuditEntry.subject_id == wanted.subject_id)
    if wanted.since:
        found.append(AuditEntry.at >= wanted.since)
    if wanted.until:
        found.append(AuditEntry.at < wanted.until)
    return found
