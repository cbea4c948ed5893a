"""Which tasks may stand in a list of a day, told from the rows of their parts: of those alone histories are read.

A condition may let in too many tasks, never too few. What rows do not tell is always let in: tasks that were altered
since the day, and tasks that were divided, of which a number counts each piece of work once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime

from sqlalchemy import and_, select, union
from sqlalchemy.orm import Session

from tracker.domain.figures import Basis, Period
from tracker.domain.measures import OF_DUE, Measure
from tracker.store.among import among
from tracker.store.overdue import AWAITED
from tracker.store.tally_queries import Condition, due_column, it_happened_to
from tracker.store.tasks import Assignment
from tracker.store.untold import untold_tasks


def shortlist(
    session: Session,
    ends: Collection[datetime],
    conditions: Iterable[Condition],
    unit_ids: Collection[int] | None = None,
) -> set[int]:
    """The tasks of which a part meets one of the conditions, of these units or of all, and those that rows do not tell.

    ``ends`` are the instants before which they are to be told as they stood.
    """
    among_units = () if unit_ids is None else (among(session, Assignment.unit_id, unit_ids),)
    # One question for each condition: each has an index of its own.
    asked = [select(Assignment.task_id).where(each, *among_units) for each in conditions]
    return set(session.scalars(union(*asked))).union(*untold_tasks(session, ends).values())


def open_then(day: date, *conditions: Condition) -> list[Condition]:
    """Parts that were not completed at the end of the day: they are awaited still, or were completed later."""
    return [and_(AWAITED, *conditions), and_(Assignment.completed_on > day, *conditions)]


def counted_in(measure: Measure, period: Period, ends: tuple[datetime, datetime], basis: Basis) -> list[Condition]:
    """Parts that a measure of the period counts; ``ends`` are the instants at which the period begins and ends."""
    begins, until = ends
    due_on = due_column(basis)
    if measure is Measure.ASSIGNED:
        return [and_(Assignment.dispatched_at >= begins, Assignment.dispatched_at < until)]
    if measure is Measure.COMPLETED:
        return [Assignment.completed_on.between(period.since, period.until)]
    if measure in OF_DUE:
        return [due_on.between(period.since, period.until)]
    if measure is Measure.OVERDUE:
        return open_then(period.until, due_on < period.until)
    return [it_happened_to(measure, begins, until)]
