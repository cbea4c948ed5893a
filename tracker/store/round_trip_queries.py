"""Named questions of the sheets that units fill in."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from tracker.store.evidence import Evidence
from tracker.store.tasks import Assignment, HistoryEntry, Task


def parts_of_uids(session: Session, uids: Sequence[str], *, hold: bool) -> dict[str, Assignment]:
    """The parts by their uid, read afresh with unit, task and the task's parts.

    ``hold``: their tasks are held until the transaction ends, always in the same order, so that two who hold several
    never wait for each other.
    """
    if hold:
        concerned = select(Assignment.task_id).where(Assignment.uid.in_(uids))
        session.execute(select(Task.id).where(Task.id.in_(concerned)).order_by(Task.id).with_for_update())
    # The second statement reads the parts once more: it has to bring along what the first brought.
    along = joinedload(Assignment.unit), joinedload(Assignment.task, innerjoin=True)
    found = session.scalars(
        select(Assignment)
        .where(Assignment.uid.in_(uids))
        .options(joinedload(Assignment.unit))
        .options(joinedload(Assignment.task, innerjoin=True).selectinload(Task.assignments).options(*along))
        .execution_options(populate_existing=True)
    )
    return {part.uid: part for part in found}


def newest_entry_ids(session: Session, part_ids: Sequence[int]) -> dict[int, int]:
    """For each part the id of the last row of its history."""
    newest = select(HistoryEntry.assignment_id, func.max(HistoryEntry.id)).group_by(HistoryEntry.assignment_id)
    rows = session.execute(newest.where(HistoryEntry.assignment_id.in_(part_ids))).all()
    return {row[0]: row[1] for row in rows}


def parts_with_evidence(session: Session, part_ids: Sequence[int]) -> set[int]:
    """Those of the parts to which a file has been sent in."""
    return set(session.scalars(select(Evidence.assignment_id).where(Evidence.assignment_id.in_(part_ids)).distinct()))
