"""Named questions about who does the work inside a unit."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.store.among import among
from tracker.store.handling import Handling
from tracker.store.tasks import Assignment

REMEMBERED = 400
"""So many rows of a unit are looked through for values that were used before."""


def handling_of(session: Session, assignment_ids: Collection[int]) -> dict[int, Handling]:
    """The rows of these parts, read afresh; parts without one are left out."""
    query = (
        select(Handling)
        .where(among(session, Handling.assignment_id, assignment_ids))
        .options(joinedload(Handling.changed_by))
        .execution_options(populate_existing=True)
    )
    return {row.assignment_id: row for row in session.scalars(query)}


def latest_of_unit(session: Session, unit_id: int) -> Sequence[Handling]:
    """What the unit filed last, for all its parts, the newest first."""
    query = select(Handling).join(Handling.assignment).where(Assignment.unit_id == unit_id)
    return session.scalars(query.order_by(Handling.changed_at.desc(), Handling.assignment_id).limit(REMEMBERED)).all()
