"""Deadlines counted in working days, worked out anew when the calendar changes (DOMAIN, Deadlines 4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from tracker.domain.access import Actor
from tracker.domain.deadline_completion import completed_by
from tracker.domain.deadlines import DeadlineReading, read_deadline
from tracker.domain.drafts import DeadlineKind
from tracker.domain.lifecycle import TaskState
from tracker.domain.workdays import WorkCalendar, announced_calendar
from tracker.services.redating import Move, redate
from tracker.services.series_shifts import shift_series
from tracker.store.plans import Draft, DraftState, Plan
from tracker.store.tasks import Assignment, Task
from tracker.store.timing import TaskAnchor

PROVISIONAL = "provisional-calendar"
_WHY = "放假安排有更新，按工作日重新推算完成时限。"


@dataclass(frozen=True, slots=True)
class Recounted:
    """How many open drafts, and how many tasks not yet completed, got another date."""

    drafts: int = 0
    tasks: int = 0


def recount(session: Session, actor: Actor, now: datetime, before: WorkCalendar, after: WorkCalendar) -> Recounted:
    """Moves what still stands on the day that the calendar gave before; commits nothing.

    A date that a person set otherwise, by review or extension, is left alone.
    """
    drafts = sum(_recount_draft(draft, before, after) for draft in _drafts(session))
    tasks = 0
    for task, anchor in _tasks(session):
        old, new = (_task_day(task, anchor, calendar) for calendar in (before, after))
        tasks += old is not None and new is not None and redate(actor, now, task, Move(old, new, _WHY))
    tasks += shift_series(session, actor, now, before, after)
    return Recounted(drafts, tasks)


def count_by(drafts: Iterable[Draft], calendar: WorkCalendar) -> None:
    """Counts what was just read, by the program's own calendar, by the office's instead."""
    known = announced_calendar()
    for draft in drafts if calendar != known else ():
        if draft.deadline_kind is DeadlineKind.RELATIVE and "工作日" in (draft.deadline_text or ""):
            _recount_draft(draft, known, calendar)


def _drafts(session: Session) -> list[Draft]:
    query = select(Draft).options(selectinload(Draft.plan))
    counted = Draft.deadline_text.contains("工作日"), Draft.deadline_kind == DeadlineKind.RELATIVE
    return list(session.scalars(query.where(Draft.state == DraftState.OPEN, *counted)))


def _tasks(session: Session) -> list[tuple[Task, date | None]]:
    query = select(Task, TaskAnchor.day).outerjoin(TaskAnchor, TaskAnchor.task_id == Task.id)
    query = query.options(selectinload(Task.plan), selectinload(Task.assignments).selectinload(Assignment.unit))
    counted = Task.deadline_text.contains("工作日"), Task.due_on.is_not(None)
    return [(task, day) for task, day in session.execute(query.where(Task.state == TaskState.OPEN, *counted))]


def _recount_draft(draft: Draft, before: WorkCalendar, after: WorkCalendar) -> bool:
    old, new = (reading_of(draft.deadline_text or "", draft.plan, calendar) for calendar in (before, after))
    if draft.due_on != old.deadline.due_on or new.deadline.due_on is None:
        return False
    moved = draft.due_on != new.deadline.due_on
    doubts = _with_provisional(draft.doubts, new)
    if moved or doubts != draft.doubts:
        draft.due_on, draft.doubts = new.deadline.due_on, doubts
    return moved


def _with_provisional(doubts: list[dict[str, Any]], new: DeadlineReading) -> list[dict[str, Any]]:
    """The draft's doubts, with that about the calendar only where it still holds."""
    holds = [each for each in new.doubts if each.code == PROVISIONAL]
    if holds and any(row["code"] == PROVISIONAL for row in doubts):
        return doubts
    others = [row for row in doubts if row["code"] != PROVISIONAL]
    return others + [{"code": each.code, "message": each.message, "settled": False} for each in holds]


def reading_of(text: str, plan: Plan, calendar: WorkCalendar) -> DeadlineReading:
    """What a plan's deadline phrase means by this calendar."""
    return read_deadline(text, plan.issued_on, plan.effective_until, calendar)


def _task_day(task: Task, anchor: date | None, calendar: WorkCalendar) -> date | None:
    text = task.deadline_text or ""
    if anchor is not None:
        return completed_by(text, anchor, calendar).due_on
    return reading_of(text, task.plan, calendar).deadline.due_on
