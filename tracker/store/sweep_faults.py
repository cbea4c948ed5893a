"""Rows that raised when the sweep looked at them: set aside, listed, and forgotten once they are well."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from tracker.store.once import insert_of
from tracker.store.schedule import FaultKind, SweepFault


def set_aside(session: Session, kind: FaultKind, row_id: int, words: str, now: datetime) -> None:
    """Notes that a row raised, once more if it did before. Commits nothing."""
    put = insert_of(session, SweepFault).values(
        kind=kind, row_id=row_id, words=words, first_at=now, last_at=now, tries=1
    )
    again = {"words": words, "last_at": now, "tries": SweepFault.tries + 1}
    session.execute(put.on_conflict_do_update(index_elements=["kind", "row_id"], set_=again))


def well_again(session: Session, kind: FaultKind, row_ids: Collection[int]) -> None:
    """Forgets rows that could be looked at, or are no longer there. Commits nothing."""
    if row_ids:
        session.execute(delete(SweepFault).where(SweepFault.kind == kind, SweepFault.row_id.in_(row_ids)))


def all_set_aside(session: Session) -> dict[FaultKind, set[int]]:
    """The rows that are set aside, by what was looked at."""
    found: defaultdict[FaultKind, set[int]] = defaultdict(set)
    for kind, row_id in session.execute(select(SweepFault.kind, SweepFault.row_id)):
        found[kind].add(row_id)
    return found


def how_many(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(SweepFault)) or 0


def listed(session: Session, limit: int) -> Sequence[SweepFault]:
    """The rows that are set aside, those that have been for longest first."""
    return session.scalars(select(SweepFault).order_by(SweepFault.first_at, SweepFault.id).limit(limit)).all()
