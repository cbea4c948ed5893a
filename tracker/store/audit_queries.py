"""Questions to the audit log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from tracker.domain.audit import START, Entry, Head, Linked
from tracker.store.audit import AuditEntry

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
    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=AT_ONCE))
    for row in rows:
        entry = Entry(row.id, row.at, row.actor_id, row.actor_name, row.subject, row.subject_id, row.act, row.detail)
        yield Linked(entry, row.previous_hash, row.hash)


def head(session: Session) -> Head:
    """The newest entry's number and hash; number 0 while there is none."""
    found = session.execute(select(AuditEntry.id, AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)).one_or_none()
    return Head(found.id, found.hash) if found else Head(0, START)


def entries(session: Session, wanted: AuditFilter, before: int | None, limit: int) -> Sequence[AuditEntry]:
    """The newest entries that meet the filter, those numbered below ``before``."""
    query = select(AuditEntry).where(*_conditions(wanted))
    if before is not None:
        query = query.where(AuditEntry.id < before)
    return session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit)).all()


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(AuditEntry)) or 0


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
