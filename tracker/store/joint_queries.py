"""Named questions about joint handling (会办): what the history says of the support units' parts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.domain.history import JOINED
from tracker.store.tasks import HistoryEntry


def first_asked(session: Session, assignment_ids: Sequence[int]) -> dict[int, HistoryEntry]:
    """For each part the first row since it was last settled that it gives an opinion; see ``last_settled``."""
    dated = (
        select(func.min(HistoryEntry.id))
        .where(
            HistoryEntry.assignment_id.in_(assignment_ids),
            HistoryEntry.event == JOINED,
            HistoryEntry.unit_from_id.is_(None),
        )
        .group_by(HistoryEntry.assignment_id)
    )
    return {row.assignment_id: row for row in session.scalars(select(HistoryEntry).where(HistoryEntry.id.in_(dated)))}


def last_settled(session: Session, assignment_ids: Sequence[int]) -> dict[int, HistoryEntry]:
    """For each part the last row about joint handling. One that names the unit it is taken from is a waiver."""
    latest = (
        select(func.max(HistoryEntry.id))
        .where(HistoryEntry.assignment_id.in_(assignment_ids), HistoryEntry.event == JOINED)
        .group_by(HistoryEntry.assignment_id)
    )
    return {row.assignment_id: row for row in session.scalars(select(HistoryEntry).where(HistoryEntry.id.in_(latest)))}
