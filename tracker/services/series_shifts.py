"""Days of recurring duties that are counted in working days, moved when the calendar changes."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.history import SERIES_CHANGED
from tracker.domain.series import Series, moved_days, rhythm_of
from tracker.domain.workdays import WorkCalendar
from tracker.services.redating import Move, redate
from tracker.store import series_queries as ask
from tracker.store.timing import TaskSeries

WHY = "放假安排有更新，周期任务的本期日期按工作日重新推算。"


def shift_series(session: Session, actor: Actor, now: datetime, before: WorkCalendar, after: WorkCalendar) -> int:
    """Moves each day that the old calendar gave to where the new one has it; how many tasks got another date.

    The day moves also where its task is closed, so that no day is made a second time; a closed task keeps its date, and
    so does a part whose date was set otherwise. Commits nothing.
    """
    return sum(_shift(session, actor, now, row, (before, after)) for row in ask.series_by_working_days(session))


def _shift(
    session: Session, actor: Actor, now: datetime, row: TaskSeries, calendars: tuple[WorkCalendar, WorkCalendar]
) -> int:
    try:
        series = Series(rhythm_of(row.rhythm), row.starts_on, row.ends_on)
    except ValueError:
        return 0  # the sweep tells of it
    known = ask.days_of(session, row.id)
    moves = _without_clashes(moved_days(series, set(known), *calendars), known)
    tasks = ask.tasks_on(session, row.id, list(moves))
    for old in _in_order(moves):
        ask.move_day(session, row.id, old, moves[old])
    session.expire(row, ["occurrences"])
    return sum(
        redate(actor, now, tasks[old], Move(old, new, WHY, SERIES_CHANGED))
        for old, new in moves.items()
        if tasks[old].completed_on is None
    )


def _without_clashes(moves: dict[date, date], known: list[date]) -> dict[date, date]:
    """The moves that end on a day of their own: of two duties that would fall on one day, the later one stays."""
    kept = dict(moves)
    while True:
        staying = set(known) - kept.keys()
        ends = [new for _, new in sorted(kept.items())]
        bad = [old for n, (old, new) in enumerate(sorted(kept.items())) if new in staying or new in ends[:n]]
        if not bad:
            return kept
        for old in bad:
            del kept[old]


def _in_order(moves: dict[date, date]) -> list[date]:
    """First those whose new day nobody stands on, so that the key of series and day holds at every step."""
    left, order = dict(moves), list[date]()
    while left:
        free = next((old for old, new in sorted(left.items()) if new not in left), None)
        if free is None:  # a ring, which days that all move the same way never make
            break
        order.append(free)
        del left[free]
    return order
