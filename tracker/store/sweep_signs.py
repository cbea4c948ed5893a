"""Whether a sweep that comes again on the same day has anything to do: one look, before all that it would look at."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from tracker.store.base import Instant
from tracker.store.milestone_queries import OUTDATED_MILESTONES, late_milestones
from tracker.store.series_queries import series_behind
from tracker.store.sweep_kinds_queries import ENTRIES_AT_ONCE, open_milestones_due
from tracker.store.sweep_queries import OUTDATED_PARTS, late_parts
from tracker.store.tasks import Assignment, HistoryEntry

DAYS_LOOKED_AT = 8


class Signs(NamedTuple):
    """What there is to do: series that owe a task, flags, parts that changed, open milestones, new entries of history.

    Where one is False, the sweep would look and find nothing.
    """

    series: bool = True
    flags: bool = True
    changes: bool = True
    milestones: bool = True
    entries: bool = True


ALL = Signs()


def signs(session: Session, today: date, since: datetime, milestone_days: tuple[date, date]) -> Signs:
    """What there is to do since an instant, of milestones due between two days; one statement."""
    return Signs(*session.execute(_looked_for(today, *milestone_days), {"since": since}).one())


@lru_cache(maxsize=DAYS_LOOKED_AT)
def _looked_for(today: date, first: date, last: date) -> Any:
    since = bindparam("since", type_=Instant)
    newest = select(HistoryEntry.at).order_by(HistoryEntry.id.desc()).limit(ENTRIES_AT_ONCE).subquery()
    flags = (OUTDATED_PARTS, OUTDATED_MILESTONES, late_milestones(today))
    # Asked for the first in order, so that the short index is walked (see along_an_index).
    first_late = late_parts(today).order_by(Assignment.due_on).limit(1).scalar_subquery()
    return select(
        series_behind(today).exists(),
        or_(first_late.is_not(None), *(query.exists() for query in flags)),
        select(Assignment.id).where(Assignment.changed_at >= since).exists(),
        open_milestones_due(first, last).exists(),
        select(newest.c.at).where(newest.c.at >= since).exists(),
    )
