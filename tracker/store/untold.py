"""Tasks whose rows do not tell how they stood at an instant: altered since, given anew, or divided.

Whoever counts or lists by rows leaves them out, and tells them from their histories.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select, union
from sqlalchemy.orm import Session

from tracker.domain.history import GIVEN_ANEW, UNFORESEEN
from tracker.store.handling import Division
from tracker.store.tasks import UNTOLD, Assignment, HistoryEntry


@dataclass(frozen=True, slots=True)
class Turn:
    """When something last happened to a task that the rows of its parts do not tell, and when those were given out."""

    task_id: int
    last: datetime
    there: datetime | None

    def hides(self, end: datetime) -> bool:
        """Whether the rows do not tell how the task stood just before ``end``."""
        return self.last >= end and (self.there is None or self.there < end)


def turns_since(session: Session, begins: datetime) -> list[Turn]:
    """The tasks whose rows do not tell how they stood at some instant from ``begins`` on; one statement.

    ``there`` is None where a part may have been there before the day that its row names.
    """
    anew = HistoryEntry.event.in_(GIVEN_ANEW)
    there = case((func.max(case((anew, 1), else_=0)) == 0, func.min(Assignment.dispatched_at)))
    found = select(Assignment.task_id, func.max(HistoryEntry.at), there).join(HistoryEntry.assignment)
    wanted = found.where(UNTOLD, HistoryEntry.event.in_(UNFORESEEN), HistoryEntry.at >= begins).group_by(
        Assignment.task_id
    )
    return [Turn(*row) for row in session.execute(wanted)]


def given_anew_since(session: Session, begins: datetime) -> set[int]:
    """The tasks of which a part got another unit or day of dispatch, or may have, from ``begins`` on; one statement."""
    found = select(Assignment.task_id).join(HistoryEntry.assignment)
    anew = HistoryEntry.event.in_(GIVEN_ANEW), HistoryEntry.at >= begins
    return set(session.scalars(found.where(UNTOLD, *anew)))


def divided_tasks(session: Session) -> set[int]:
    """The tasks of which a part was divided, and those that were made so; one statement."""
    parents = select(Assignment.task_id).join(Division, Division.parent_id == Assignment.id)
    return set(session.scalars(union(select(Division.task_id), parents)))


def untold_tasks(session: Session, ends: Collection[datetime]) -> dict[datetime, set[int]]:
    """For each of the instants the tasks whose rows do not tell how they stood just before it, and divided ones.

    Two statements.
    """
    turns, divided = turns_since(session, min(ends)), divided_tasks(session)
    return {end: divided | {turn.task_id for turn in turns if turn.hides(end)} for end in ends}
