"""Completing a deadline that waits for a day: a supervisor enters it, and the task gets its date."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.deadline_completion import Asked, Completion, asked_for, completed_by
from tracker.domain.drafts import DeadlineKind
from tracker.domain.lifecycle import TaskState
from tracker.services.calendars import work_calendar
from tracker.services.errors import Invalid, NotFound, Stale
from tracker.services.redating import Move, redate
from tracker.store.task_queries import task_shown
from tracker.store.tasks import Task
from tracker.store.timing import TaskAnchor

_WAITING = (DeadlineKind.RELATIVE, DeadlineKind.EVENT)
_FARTHEST_YEARS = 30


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task that waits for a day: what to ask, and a mark of how it stands, to tell whether it changed meanwhile."""

    asked: Asked
    mark: str


def waiting_of(actor: Actor, task: Task) -> Waiting | None:
    """What this person may enter for the task; None when its date stands or the person does not decide about it."""
    if not _waits(task) or not _may_decide(actor, task):
        return None
    return Waiting(asked_for(task.deadline_text or ""), mark_of(task))


def mark_of(task: Task) -> str:
    """A short mark of the task's date and of its parts' versions."""
    stand = (task.due_on, [(part.id, part.version) for part in task.assignments])
    return hashlib.sha256(repr(stand).encode()).hexdigest()[:16]


def enter_day(
    session: Session, actor: Actor, now: datetime, task_id: int, *, day: date | None, seen: str
) -> Completion:
    """Stores the day and gives the task, and its open parts, the date that follows; commits.

    ``seen`` is the mark that the form carried. The same day entered twice is done once. Raises NotFound, Forbidden
    (only who decides about every part of the task), Invalid, or Stale when the task changed since it was seen.
    """
    task = task_shown(session, task_id)
    if task is None:
        raise NotFound("没有这项任务，可能已被删除，请从任务清单重新进入。")
    if not _may_decide(actor, task):
        raise Forbidden(Permission.DECIDE, "确定该任务的完成时限")
    asked = asked_for(task.deadline_text or "")
    if day is None:
        raise Invalid(f"请填写{asked.label}。")
    completion = _completion(session, task, day, asked)
    if not _waits(task):
        if _entered_before(session, task, day):
            return completion
        raise Stale(_already(task))
    if mark_of(task) != seen:
        raise Stale("您打开页面之后，这项任务已有变动，日期没有保存。请核对现在的内容后再保存。")
    session.add(TaskAnchor(task_id=task.id, day=day, entered_by_id=actor.person_id or None, entered_at=now))
    words = f"{asked.label}{day:%Y-%m-%d}，按“{task.deadline_text}”确定完成时限。"
    redate(actor, now, task, Move(None, completion.due_on, words))
    try:
        session.commit()
    except (IntegrityError, StaleDataError):
        session.rollback()
        raise Stale("其他人员刚刚办理了这项任务，日期没有保存。请核对现在的内容后再保存。") from None
    return completion


def _completion(session: Session, task: Task, day: date, asked: Asked) -> Completion:
    reference = task.plan.issued_on or task.created_at.date()
    if abs(day.year - reference.year) > _FARTHEST_YEARS:
        raise Invalid(f"{asked.label}与文件印发年份相差太远，请检查年份。")
    try:
        return completed_by(task.deadline_text or "", day, work_calendar(session))
    except (ValueError, OverflowError):
        raise Invalid("按原文推算的时限超出了合理范围，请核对原文的天数。") from None


def _waits(task: Task) -> bool:
    return task.deadline_kind in _WAITING and task.due_on is None and task.state is TaskState.OPEN


def _may_decide(actor: Actor, task: Task) -> bool:
    parts = task.assignments
    return bool(parts) and all(actor.may(Permission.DECIDE, part.unit.path) for part in parts)


def _entered_before(session: Session, task: Task, day: date) -> bool:
    anchor = session.get(TaskAnchor, task.id)
    return anchor is not None and anchor.day == day


def _already(task: Task) -> str:
    if task.due_on is None:
        return "这项任务已经办结或撤销，不能再确定时限。"
    return f"这项任务的完成时限已确定为{task.due_on:%Y年%m月%d日}，没有再改。如需调整，请通过延期办理。"
