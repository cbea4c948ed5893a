"""Named questions about recurring duties and their days."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.domain.lifecycle import TaskState
from tracker.store.tasks import Assignment, Task
from tracker.store.timing import SeriesOccurrence, TaskSeries


def series_of_task(session: Session, task_id: int) -> TaskSeries | None:
    """The series that a task is a day of."""
    query = select(TaskSeries).join(SeriesOccurrence).where(SeriesOccurrence.task_id == task_id)
    return session.scalar(query)


def templates_among(session: Session, task_ids: Collection[int]) -> frozenset[int]:
    """Those of the tasks that began a series."""
    return frozenset(session.scalars(select(TaskSeries.template_id).where(TaskSeries.template_id.in_(task_ids))))


def hold(session: Session, series_id: int, *, pass_over: bool = False) -> TaskSeries | None:
    """The series, read afresh and held until the transaction ends; None when it is gone.

    With ``pass_over`` also None while somebody else holds it: then nothing is waited for.
    """
    query = select(TaskSeries).where(TaskSeries.id == series_id).with_for_update(skip_locked=pass_over)
    return session.scalar(query.execution_options(populate_existing=True))


def behind(session: Session, today: date) -> Sequence[int]:
    """The series whose latest day is past."""
    return session.scalars(series_behind(today).order_by(SeriesOccurrence.series_id)).all()


def series_behind(today: date) -> Select[int]:
    """The question of it, in no order."""
    query = select(SeriesOccurrence.series_id).group_by(SeriesOccurrence.series_id)
    return query.having(func.max(SeriesOccurrence.due_on) < today)


def days_of(session: Session, series_id: int) -> list[date]:
    """The days that have come as tasks, in order."""
    query = select(SeriesOccurrence.due_on).where(SeriesOccurrence.series_id == series_id)
    return list(session.scalars(query.order_by(SeriesOccurrence.due_on)))


def pattern_of(session: Session, series_id: int) -> Task:
    """The task whose units the next one goes to: the latest that was not withdrawn, else the latest."""
    query = select(Task).join(SeriesOccurrence, SeriesOccurrence.task_id == Task.id)
    latest = (Task.state == TaskState.WITHDRAWN, SeriesOccurrence.due_on.desc())
    parts = selectinload(Task.assignments).joinedload(Assignment.unit)
    query = query.where(SeriesOccurrence.series_id == series_id).options(parts, selectinload(Task.milestones))
    return session.scalars(query.order_by(*latest).limit(1)).one()


def occurrences_of(
    session: Session, series_id: int, since: date | None = None, latest: int | None = None
) -> Sequence[SeriesOccurrence]:
    """The days that have come in their order, with their tasks and the parts in them, read afresh.

    From ``since`` on, or the ``latest`` so many of them.
    """
    query = select(SeriesOccurrence).where(SeriesOccurrence.series_id == series_id)
    if since is not None:
        query = query.where(SeriesOccurrence.due_on >= since)
    parts = joinedload(SeriesOccurrence.task).selectinload(Task.assignments).joinedload(Assignment.unit)
    query = query.options(parts).execution_options(populate_existing=True)
    if latest is not None:
        return session.scalars(query.order_by(SeriesOccurrence.due_on.desc()).limit(latest)).all()[::-1]
    return session.scalars(query.order_by(SeriesOccurrence.due_on)).all()


def series_by_working_days(session: Session) -> Sequence[TaskSeries]:
    """The series some of whose days are counted in working days, held until the transaction ends."""
    query = select(TaskSeries).where(TaskSeries.rhythm.contains("w")).order_by(TaskSeries.id)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()


def series_of_plan(session: Session, plan_id: int) -> Sequence[TaskSeries]:
    """The series whose first task belongs to the plan."""
    query = select(TaskSeries).join(TaskSeries.template).where(Task.plan_id == plan_id)
    return session.scalars(query.order_by(TaskSeries.id)).all()


def move_day(session: Session, series_id: int, old: date, new: date) -> None:
    """Gives an occurrence another day; its task's own date is the caller's affair."""
    key = SeriesOccurrence.series_id == series_id, SeriesOccurrence.due_on == old
    session.execute(update(SeriesOccurrence).where(*key).values(due_on=new), execution_options=_UNSEEN)


_UNSEEN = {"synchronize_session": False}


def tasks_on(session: Session, series_id: int, days: Collection[date]) -> dict[date, Task]:
    """The tasks of these days of a series, with their parts."""
    query = select(SeriesOccurrence.due_on, Task).join(Task, SeriesOccurrence.task_id == Task.id)
    query = query.where(SeriesOccurrence.series_id == series_id, SeriesOccurrence.due_on.in_(days))
    return {row[0]: row[1] for row in session.execute(query.options(selectinload(Task.assignments)))}
