"""Keeping the bytes of calendar entries, and adding up the marks of their changes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from tracker.store.kept_calendars import CalendarEntry
from tracker.store.once import insert_of


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry as it is kept: see CalendarEntry."""

    style: str
    part_version: int
    task_version: int
    since: date
    until: date
    overdue_line: str | None = None
    assignment_id: int | None = None
    milestone_id: int | None = None
    body: bytes | None = None
    fault: str | None = None


_RENEWED = ("part_version", "task_version", "since", "until", "overdue_line", "body", "fault")


def keep(session: Session, entries: Sequence[Kept]) -> None:
    """Stores the entries in place of earlier ones of the same subject and style. Commits nothing."""
    for subject in ("assignment_id", "milestone_id"):
        rows = [asdict(entry) for entry in entries if getattr(entry, subject) is not None]
        if rows:
            session.execute(_put(session, subject), rows)


def _put(session: Session, subject: str) -> Any:
    put = insert_of(session, CalendarEntry.__table__)
    values = {name: put.excluded[name] for name in _RENEWED}
    return put.on_conflict_do_update(index_elements=[subject, "style"], set_=values)


def forget_other_styles(session: Session, styles: Collection[str]) -> None:
    """Deletes entries kept in styles that no feed asks for any more. Commits nothing."""
    session.execute(delete(CalendarEntry).where(CalendarEntry.style.not_in(styles)))


def add_up_marks(session: Session) -> None:
    """Adds finished transactions' marks up into one row for each unit, on PostgreSQL, where each brings its own.

    One statement: whoever reads the sums meanwhile finds them unchanged. Commits nothing.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_ADD_UP)


_ADD_UP = text(
    "WITH gone AS (DELETE FROM calendar_mark WHERE deed > 0 RETURNING unit_id, changes) "
    "INSERT INTO calendar_mark (unit_id, deed, changes) SELECT unit_id, 0, sum(changes) FROM gone GROUP BY unit_id "
    "ON CONFLICT (unit_id, deed) DO UPDATE SET changes = calendar_mark.changes + excluded.changes"
)
