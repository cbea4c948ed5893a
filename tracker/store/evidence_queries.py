"""Named questions about evidence; the bytes of a file leave the database only where that is said."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, undefer

from tracker.store.evidence import Evidence
from tracker.store.tasks import Assignment


def evidence_of_each(session: Session, assignment_ids: Sequence[int]) -> dict[int, list[Evidence]]:
    """For each assignment its files, the latest first; those without any are left out."""
    found: dict[int, list[Evidence]] = {}
    query = select(Evidence).where(Evidence.assignment_id.in_(assignment_ids)).order_by(Evidence.id.desc())
    for file in session.scalars(query) if assignment_ids else ():
        found.setdefault(file.assignment_id, []).append(file)
    return found


def evidence_with_bytes(session: Session, evidence_id: int) -> Evidence | None:
    """The file with its bytes and the unit whose part it belongs to."""
    query = select(Evidence).where(Evidence.id == evidence_id)
    return session.scalar(
        query.options(undefer(Evidence.data), joinedload(Evidence.assignment).joinedload(Assignment.unit))
    )


def has_evidence(session: Session, assignment_id: int) -> bool:
    """Whether any file was ever put beside a report of this part."""
    query = select(func.count()).select_from(Evidence).where(Evidence.assignment_id == assignment_id)
    return bool(session.scalar(query))


def digests_with(session: Session, history_id: int) -> frozenset[str]:
    """The sha256 of the files that came with one report."""
    return frozenset(session.scalars(select(Evidence.sha256).where(Evidence.history_id == history_id)))
