"""A recurring duty as pages show it: its days past and to come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.lifecycle import TaskState
from tracker.domain.series import next_due
from tracker.services.calendars import work_calendar
from tracker.services.errors import NotFound
from tracker.services.series import label_of, series_of
from tracker.services.series_changes import mark_of, may_change
from tracker.store import series_queries as ask
from tracker.store.task_queries import task_shown
from tracker.store.tasks import Task
from tracker.store.timing import TaskSeries

DAYS_AHEAD = 6
SHORT_PAST, SHORT_AHEAD, MOST_SHOWN = 4, 3, 200


@dataclass(frozen=True, slots=True)
class SeriesDay:
    """One day of a series: its task, None while it has not been made; whether the reader may open that."""

    due_on: date
    task: Task | None
    may_read: bool = False
    is_this: bool = False


@dataclass(frozen=True, slots=True)
class SeriesView:
    """A series: in words, with its days in order; ``ahead`` are the next ones that have no task yet."""

    row: TaskSeries
    label: str
    past: Sequence[SeriesDay]
    ahead: Sequence[date]
    is_over: bool
    may_change: bool
    seen: str

    @property
    def short_ahead(self) -> Sequence[date]:
        return self.ahead[:SHORT_AHEAD]


def series_view(
    session: Session, actor: Actor, today: date, task_id: int, shown: int = SHORT_PAST
) -> SeriesView | None:
    """The series of a task that the actor may see, with its latest days; None when the task is no day of one."""
    row = ask.series_of_task(session, task_id)
    if row is None:
        return None
    days = [_day(actor, each.due_on, each.task, task_id) for each in ask.occurrences_of(session, row.id, latest=shown)]
    ahead = _ahead(session, row, max([today, *(each.due_on for each in days)]))
    over = not ahead and not any(_is_coming(each, today) for each in days)
    return SeriesView(row, label_of(row), days, ahead, over, may_change(actor, row), mark_of(row))


def _is_coming(day: SeriesDay, today: date) -> bool:
    return day.due_on >= today and day.task is not None and day.task.state is not TaskState.WITHDRAWN


def series_page(session: Session, actor: Actor, today: date, task_id: int) -> SeriesView:
    """The series of a task; raises NotFound where there is none, and Forbidden for a task out of reach."""
    task = task_shown(session, task_id)
    if task is not None and not any(actor.may(Permission.READ, part.unit.path) for part in task.assignments):
        raise Forbidden(Permission.READ, "查看该任务")
    view = series_view(session, actor, today, task_id, MOST_SHOWN)
    if view is None:
        raise NotFound("这项任务不是周期任务，或周期已被删除，请从任务清单重新进入。")
    return view


def _day(actor: Actor, due_on: date, task: Task, task_id: int) -> SeriesDay:
    readable = any(actor.may(Permission.READ, part.unit.path) for part in task.assignments)
    return SeriesDay(due_on, task, readable, task.id == task_id)


def _ahead(session: Session, row: TaskSeries, after: date) -> list[date]:
    try:
        series, calendar = series_of(row), work_calendar(session)
    except ValueError:
        return []
    days: list[date] = []
    day = next_due(series, after, calendar)
    while day is not None and len(days) < DAYS_AHEAD:
        days.append(day)
        day = next_due(series, day, calendar)
    return days
