"""Rows of the history for what happens to a part beside the lifecycle; nothing here commits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import object_session
from sqlalchemy.orm.attributes import flag_modified

from tracker.domain.access import Actor
from tracker.store.tasks import Assignment, HistoryEntry


def note(part: Assignment, actor: Actor, now: datetime, event: str, words: str | None, **more: Any) -> HistoryEntry:
    """Writes the row and makes a new version of the part, so that whoever has its page open is told.

    The state stays. ``changed_at`` stays too: the sweep and calendars ask for it, and their business is another.
    ``more`` are further fields of the row.
    """
    entry = HistoryEntry(
        assignment=part,
        event=event,
        at=now,
        actor_id=actor.person_id or None,
        actor_name=actor.name,
        from_state=part.state,
        to_state=part.state,
        words=words,
        **more,
    )
    session = object_session(part)
    assert session is not None
    session.add(entry)
    flag_modified(part, "changed_at")
    return entry
