"""Recurring duties: a series begins with the adoption of its clause, and each due day comes as a task of its own."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session, selectinload

from tracker.domain.deadlines import series_in
from tracker.domain.drafts import DeadlineKind
from tracker.domain.lifecycle import State, TaskState
from tracker.domain.series import Series, next_due, rhythm_of
from tracker.domain.workdays import WorkCalendar
from tracker.services.assigning import PlannedAssignment
from tracker.services.calendars import work_calendar
from tracker.services.dispatching import Dispatch, dispatched_part, open_task
from tracker.store.plans import Draft
from tracker.store.tasks import Assignment, Milestone, Task
from tracker.store.timing import SeriesOccurrence, TaskSeries

log = logging.getLogger(__name__)

MADE_BY = "系统（周期任务）"
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


def series_of_task(session: Session, task_id: int) -> TaskSeries | None:
    """The series that a task is a day of."""
    query = select(TaskSeries).join(SeriesOccurrence).where(SeriesOccurrence.task_id == task_id)
    return session.scalar(query)


def label_of(series: TaskSeries) -> str:
    """The series in words: 每季度末，至2025年12月31日."""
    until = f"，至{series.ends_on.year}年{series.ends_on.month}月{series.ends_on.day}日" if series.ends_on else ""
    return rhythm_of(series.rhythm).label + until


def make_due_tasks(session: Session, now: datetime, today: date) -> int:
    """Makes the tasks of all days that have come since the last one of each series, and of the next; says how many.

    A series whose last task was withdrawn is over. Run twice, the second run makes nothing: the key of series and
    day stands in the database. Commits nothing; one series that cannot be read does not stop the others.
    """
    calendar = work_calendar(session)
    made = 0
    for series_id, latest in _behind(session, today):
        try:
            with session.begin_nested():
                made += _go_on(session, series_id, latest, now, today, calendar)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("series %d could not go on", series_id)
    return made


def _behind(session: Session, today: date) -> Sequence[tuple[int, date]]:
    """The series whose latest day is past, with that day."""
    latest = func.max(SeriesOccurrence.due_on)
    query = select(SeriesOccurrence.series_id, latest).group_by(SeriesOccurrence.series_id).having(latest < today)
    return [(row[0], row[1]) for row in session.execute(query.order_by(SeriesOccurrence.series_id))]


def _go_on(  # noqa: PLR0917 - when it is, and what is known by then
    session: Session, series_id: int, latest: date, now: datetime, today: date, calendar: WorkCalendar
) -> int:
    row = session.get_one(TaskSeries, series_id)
    model = _task_at(session, series_id, latest)
    if model.state is TaskState.WITHDRAWN:
        return 0
    series = Series(rhythm_of(row.rhythm), row.starts_on, row.ends_on)
    made, due_on = 0, next_due(series, latest, calendar)
    while due_on is not None and made < MOST_AT_ONCE:
        session.add(SeriesOccurrence(series_id=series_id, due_on=due_on, task=_copy(model, due_on, now)))
        made += 1
        due_on = None if due_on >= today else next_due(series, due_on, calendar)
    session.flush()
    return made


def _task_at(session: Session, series_id: int, due_on: date) -> Task:
    query = select(Task).join(SeriesOccurrence, SeriesOccurrence.task_id == Task.id)
    query = query.where(SeriesOccurrence.series_id == series_id, SeriesOccurrence.due_on == due_on)
    return session.scalars(query.options(selectinload(Task.assignments), selectinload(Task.milestones))).one()


def _copy(model: Task, due_on: date, now: datetime) -> Task:
    """The same duty for another day, dispatched anew to the units that still have a part in it."""
    parts = [part for part in model.assignments if part.state is not State.WITHDRAWN] or model.assignments
    task = open_task(model, due_on, model.adopted_by_id, now)
    task.milestones = [
        Milestone(position=stone.position, text=stone.text, recurrence=stone.recurrence)
        for stone in model.milestones
        if stone.recurrence
    ]
    dispatch = Dispatch(now, MADE_BY)
    task.assignments = [dispatched_part(_share(part), part.position, due_on, dispatch) for part in parts]
    return task


def _share(part: Assignment) -> PlannedAssignment:
    """The unit's share as it stands now, to be dispatched once more."""
    return PlannedAssignment(part.unit_id, part.role, part.written_name, part.inherited, part.leads_by_custom)
