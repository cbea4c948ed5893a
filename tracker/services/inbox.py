"""The in-app inbox: a person's own notices."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.store.notices import Notice


def unread_count(session: Session, person_id: int) -> int:
    """How many notices the person has not read."""
    unread = select(func.count()).where(Notice.person_id == person_id, Notice.read_at.is_(None))
    return session.scalar(unread) or 0
