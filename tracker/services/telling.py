"""Telling people of something at once, in the commit of what is told: for what somebody addresses to others.

What follows from an event of the history by itself (a new task, a decision) is told by the sweep
and needs no call; see docs/adr/0015.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from tracker.domain.notices import NoticeKind
from tracker.store.notice_recording import OwedRow, owed_to_parts, record
from tracker.store.notices import MailState, Notice
from tracker.store.once import insert_once
from tracker.store.people import Person
from tracker.store.tasks import Assignment


def tell(  # noqa: PLR0917 - what a notice is made of
    session: Session,
    assignment: Assignment,
    kind: NoticeKind,
    subject: str,
    words: str | None,
    author: str,
    *,
    now: datetime,
    today: date,
    recipients: Iterable[int] | None = None,
    copies_head: bool = False,
    not_to: int | None = None,
) -> int:
    """Records a notice about a part in the caller's transaction and does not commit; how many people are newly told.

    ``recipients`` are ids of people; without them the unit's liaisons are told (the unit as such when it has none)
    and, with ``copies_head``, its head. ``not_to`` is who does it and need not be told. ``subject`` tells apart what
    one part can have several of on a day: ``entry:ID`` of the row of the history, once that row is flushed. Telling
    the same (part, kind, day, subject) again tells only those who were not told yet.
    """
    session.flush()
    row = OwedRow(
        today,
        kind,
        0,
        today,
        0,
        copies_head=copies_head,
        subject=subject,
        words=words or "",
        author_name=author,
        not_to=not_to or 0,
    )
    if recipients is None:
        return len(record(session, owed_to_parts([(assignment.id, row)], same_day=False, pressed=False), now))
    return _tell_people(session, assignment.id, row, sorted(set(recipients) - {not_to}), now)


def _tell_people(session: Session, part_id: int, row: OwedRow, people: list[int], now: datetime) -> int:
    if not people:
        return 0
    chosen = select(Person.id).where(Person.id.in_(people), Person.active)
    found = session.scalars(chosen).all()
    told = 0
    for person_id in found:
        cells = {
            "assignment_id": part_id,
            "kind": row.kind.value,
            "due_on": row.due_on,
            "step": row.step,
            "planned_on": row.planned_on,
            "late_days": 0,
            "subject": row.subject,
            "words": row.words or None,
            "author_name": row.author_name or None,
            "recipient_key": f"person:{person_id}",
            "person_id": person_id,
            "recorded_at": now,
            "mail_state": MailState.WAITING.value,
            "mail_attempts": 0,
        }
        columns = Notice.__table__.c
        typed = select(*(literal(value, columns[name].type) for name, value in cells.items()))
        told += len(session.execute(insert_once(session, Notice, list(cells), typed, columns.id)).all())
    return told
