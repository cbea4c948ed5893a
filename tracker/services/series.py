"""Recurring duties: a series begins with the adoption of its clause, and each due day comes as a task of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import islice

from sqlalchemy.orm import Session

from tracker.domain.day_words import in_words
from tracker.domain.deadlines import series_in
from tracker.domain.drafts import DeadlineKind
from tracker.domain.series import Series, next_due, occurrences, rhythm_of
from tracker.domain.workdays import WorkCalendar
from tracker.services.calendars import work_calendar
from tracker.services.series_copies import task_for
from tracker.store import series_queries as ask
from tracker.store.plans import Draft
from tracker.store.series_queries import series_of_task
from tracker.store.tasks import Task
from tracker.store.timing import SeriesOccurrence, TaskSeries

__all__ = [
    "begin_series",
    "behind",
    "label_of",
    "make_days",
    "make_due_tasks",
    "make_owed",
    "series_of",
    "series_of_task",
]

MOST_AT_ONCE = 400
"""So many days of one series are made up for in one run; the next run goes on."""
ONE_DAY = timedelta(days=1)


def series_of_draft(draft: Draft, today: date) -> Series | None:
    """The series that adopting the draft would begin; None for what does not recur or names no days of its own."""
    if draft.deadline_kind is not DeadlineKind.RECURRING or draft.due_on is not None:
        return None
    plan = draft.plan
    return series_in(draft.deadline_text or "", plan.issued_on, plan.effective_until, today)


def begin_series(session: Session, draft: Draft, task: Task, now: datetime, today: date) -> None:
    """Makes the task just built the first of its draft's series, due on the next day of it; commits nothing.

    What does not recur, and a series that is over, stays as it is.
    """
    series = series_of_draft(draft, today)
    due_on = next_due(series, today - ONE_DAY, work_calendar(session)) if series else None
    if series is None or due_on is None:
        return
    task.original_due_on = task.due_on = due_on
    for part in task.assignments:
        part.original_due_on = part.due_on = due_on
        part.history[0].due_to = due_on
    first = SeriesOccurrence(due_on=due_on, task=task)
    session.add(
        TaskSeries(
            template=task,
            rhythm=series.rhythm.code,
            starts_on=series.starts_on,
            ends_on=series.ends_on,
            created_at=now,
            occurrences=[first],
        )
    )


def series_of(row: TaskSeries) -> Series:
    """The row as a series of days; raises ValueError for a rhythm that cannot be read."""
    return Series(rhythm_of(row.rhythm), row.starts_on, row.ends_on)


def label_of(series: TaskSeries) -> str:
    """The series in words: 每季度末，至2025年12月31日."""
    until = f"，至{in_words(series.ends_on)}" if series.ends_on else ""
    return rhythm_of(series.rhythm).label + until


def make_due_tasks(session: Session, now: datetime, today: date, among: Sequence[int] | None = None) -> int:
    """Makes the tasks of all days up to today that have none, and of the next day to come; says how many.

    Of all series that are ``behind``, or of those given. A day that came and was withdrawn stays withdrawn, and the
    others come all the same. Run twice, the second run makes nothing: each series is held while its days are looked
    at, and the key of series and day stands in the database. One that somebody is changing at this moment is left to
    the next run. Commits nothing; raises ValueError for a series that cannot be read.
    """
    ids = ask.behind(session, today) if among is None else among
    return sum(_go_on(session, series_id, now, today) for series_id in ids)


def behind(session: Session, today: date) -> Sequence[int]:
    """The series that a day should have come of since."""
    return ask.behind(session, today)


def _go_on(session: Session, series_id: int, now: datetime, today: date) -> int:
    row = ask.hold(session, series_id, pass_over=True)
    return make_owed(session, row, now, today) if row else 0


def make_owed(session: Session, row: TaskSeries, now: datetime, today: date) -> int:
    """Makes the tasks that a series, which the caller holds, owes today; says how many. Commits nothing."""
    # The calendar is read after the series is held: who changes it holds these series too.
    calendar, latest = work_calendar(session), ask.days_of(session, row.id)[-1]
    days = list(islice(owed_days(series_of(row), latest, today, calendar), MOST_AT_ONCE))
    return make_days(session, row, days, now)


def make_days(session: Session, row: TaskSeries, days: Sequence[date], now: datetime) -> int:
    """Makes the tasks of these days of a series, which have none yet; commits nothing."""
    if days:
        template, pattern = row.template, ask.pattern_of(session, row.id)
        for due_on in days:
            task = task_for(template, pattern, due_on, now)
            session.add(SeriesOccurrence(series_id=row.id, due_on=due_on, task=task))
        session.flush()
    return len(days)


def owed_days(series: Series, latest: date, today: date, calendar: WorkCalendar) -> Iterator[date]:
    """The days after the ``latest`` one that should have come by ``today``: all that are past, and one that is not."""
    if latest >= today:
        return
    yield from occurrences(series, latest + ONE_DAY, today - ONE_DAY, calendar)
    coming = next_due(series, today - ONE_DAY, calendar)
    if coming is not None:
        yield coming
