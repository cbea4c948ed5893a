"""Joint handling (会办) as a supervisor settles it: who leads waits for opinions, by when, and whose is waived."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.day_words import in_words
from tracker.domain.faults import Fault, Gathering
from tracker.domain.history import JOINED
from tracker.domain.joint import LEAD_WORKDAYS, OPINIONS_ENDED, latest_day
from tracker.domain.lifecycle import TaskState
from tracker.domain.roles import Role
from tracker.domain.workdays import WorkCalendar
from tracker.services.calendars import work_calendar
from tracker.services.errors import Invalid, NotFound, Stale
from tracker.services.joint_check import Opinion, opinions_of
from tracker.services.noting import note
from tracker.store.task_queries import task_shown
from tracker.store.tasks import Assignment, Task
from tracker.store.undo_queries import hold_tasks

LONGEST_REASON = 500
FARTHEST = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class JointPage:
    """Joint handling of a task as it stands. ``latest`` is the last day that the opinions may have, None for any."""

    task: Task
    opinions: Sequence[Opinion]
    latest: date | None
    may_settle: bool
    mark: str

    @property
    def is_shown(self) -> bool:
        """Whether there is anything to say: opinions are waited for, or this person may ask for them."""
        return bool(self.opinions) and (self.task.awaits_opinions or self.may_settle)

    @property
    def missing(self) -> int:
        return sum(each.support.is_awaited for each in self.opinions)

    def may_waive(self, opinion: Opinion) -> bool:
        """Whether this person may say not to wait for the opinion."""
        return self.may_settle and self.task.awaits_opinions and opinion.support.is_awaited

    @property
    def is_too_late(self) -> bool:
        """Whether a day of the opinions lies after the last one that leaves time to work them in."""
        days = [each.part.due_on for each in self.opinions if each.support.is_awaited]
        return self.latest is not None and any(day is None or day > self.latest for day in days)


def joint_page(session: Session, actor: Actor, calendar: WorkCalendar, task: Task) -> JointPage:
    """What the task page, and the page of a part, tell of joint handling."""
    may = task.state is TaskState.OPEN and _may_settle(actor, task)
    # Opinions are for those who lead; units in support read their own alone.
    leads = any(part.role.completes and actor.may(Permission.READ, part.unit.path) for part in task.assignments)
    opinions = [
        each if leads or actor.may(Permission.READ, each.part.unit.path) else replace(each, is_told=False)
        for each in opinions_of(session, task)
    ]
    return JointPage(task, opinions, _latest(task, calendar), may, mark_of(task))


def mark_of(task: Task) -> str:
    """A short mark of what is settled, and of the parts' versions."""
    stand = (task.awaits_opinions, [(part.id, part.version) for part in task.assignments])
    return hashlib.sha256(repr(stand).encode()).hexdigest()[:16]


def ask_opinions(  # noqa: PLR0917 - the fields of a form
    session: Session,
    actor: Actor,
    now: datetime,
    zone: ZoneInfo,
    task_id: int,
    day: date | None,
    seen: str,
    unread: Sequence[Fault] = (),
) -> tuple[Task, bool]:
    """Makes the task wait for the opinions of its support units until ``day``, and commits; whether anything changed.

    Raises NotFound, Forbidden, Stale, or Invalid with all that is wrong: no unit in support, no ``day``, or one that
    leaves those who lead too little time. A waiver ends with it; the same day set twice is set once.
    """
    task, found = _held(session, actor, task_id), Gathering(unread)
    waived = {each.part.id for each in opinions_of(session, task) if each.waiver}
    live = [part for part in task.assignments if part.role is Role.SUPPORT and not part.state.is_closed]
    if not any(part.role is Role.SUPPORT for part in task.assignments):
        found.add("本任务没有配合单位，不需要会办意见。")
    changing = [part for part in live if part.due_on != day or part.id in waived]
    if task.awaits_opinions and not changing and not found:
        session.rollback()
        return task, False
    _check(task, seen)
    with found.about("day"):
        day = _usable_day(task, day, now.astimezone(zone), work_calendar(session))
    found.refuse_as(Invalid)
    assert day
    task.awaits_opinions = True
    for part in live:
        _give_day(part, day, actor, now, f"本任务实行会办，请于{in_words(day)}前提出会办意见。")
    _commit(session)
    return task, True


def end_opinions(session: Session, actor: Actor, now: datetime, task_id: int, seen: str) -> Task:
    """Ends the waiting, and gives the support units the task's own date again; commits. Raises as ``ask_opinions``."""
    task = _held(session, actor, task_id)
    if not task.awaits_opinions:
        session.rollback()
        return task
    _check(task, seen)
    task.awaits_opinions = False
    for part in task.assignments:
        if part.role is Role.SUPPORT and not part.state.is_closed:
            _give_day(part, task.due_on, actor, now, OPINIONS_ENDED)
    _commit(session)
    return task


def waive_opinion(  # noqa: PLR0917 - the fields of a form
    session: Session, actor: Actor, now: datetime, task_id: int, assignment_id: int, reason: str, seen: str
) -> Assignment:
    """Says not to wait for one unit's opinion, with the reason in its history; commits. Raises as ``ask_opinions``."""
    task = _held(session, actor, task_id)
    found = next((each for each in opinions_of(session, task) if each.part.id == assignment_id), None)
    if found is None or not task.awaits_opinions:
        raise Invalid("本任务现在不等候该单位的会办意见，没有改动。请核对现在的内容。")
    if found.waiver:
        session.rollback()
        return found.part
    _check(task, seen)
    if not found.support.is_awaited:
        raise Invalid(f"“{found.support.unit_name}”已提出会办意见或已不承担本任务，不必免予等候。")
    said = reason.replace("\r\n", "\n").strip()
    if not said or len(said) > LONGEST_REASON:
        raise Invalid(f"请写明免予等候的理由，不超过{LONGEST_REASON}字。", "reason")
    words = f"会办意见免予等候：{said}"
    # The unit that is waited for no longer; should the part go to another unit, that one is asked.
    note(found.part, actor, now, JOINED, words, unit_from_id=found.part.unit_id)
    _commit(session)
    return found.part


def _may_settle(actor: Actor, task: Task) -> bool:
    """Who decides about all who take part: dates of some hang on those of others."""
    parts = task.assignments
    return bool(parts) and all(actor.may(Permission.DECIDE, part.unit.path) for part in parts)


def _held(session: Session, actor: Actor, task_id: int) -> Task:
    hold_tasks(session, [task_id])
    task = task_shown(session, task_id)
    if task is None:
        raise NotFound("没有这项任务，可能已被删除，请从任务清单重新进入。")
    if not _may_settle(actor, task):
        raise Forbidden(Permission.DECIDE, "确定该任务的会办")
    if task.state is not TaskState.OPEN:
        raise Invalid(f"任务{task.state.label}，不能再调整会办。")
    return task


def _check(task: Task, seen: str) -> None:
    if mark_of(task) != seen:
        raise Stale("您打开页面之后，这项任务已有变动，会办没有调整。请核对现在的内容后再提交。")


def _latest(task: Task, calendar: WorkCalendar) -> date | None:
    return latest_day(((part.role, part.state, part.due_on) for part in task.assignments), calendar.add_workdays)


def _usable_day(task: Task, day: date | None, now: datetime, calendar: WorkCalendar) -> date:
    """The day, once it is known to be given, early enough for those who lead, and not absurd; ``now`` in the office."""
    if day is None:
        raise Invalid("请填写会办意见的提出日期。")
    latest = _latest(task, calendar)
    if latest is not None and day > latest:
        raise Invalid(
            f"会办意见的日期须比牵头（责任）单位的时限至少早{LEAD_WORKDAYS}个工作日，最晚{in_words(latest)}，请提前。"
        )
    first = min(part.dispatched_at for part in task.assignments).astimezone(now.tzinfo).date()
    if day < first:
        raise Invalid(f"会办意见的日期早于任务下达日（{in_words(first)}），请检查年份。")
    if day - now.date() > FARTHEST:
        raise Invalid(f"会办意见的日期{in_words(day)}太远，应在十年之内，请检查年份。")
    return day


def _give_day(part: Assignment, day: date | None, actor: Actor, now: datetime, words: str) -> None:
    moved = {"due_from": part.due_on, "due_to": day} if part.due_on != day else {}
    note(part, actor, now, JOINED, words, **moved)
    if not moved:
        return
    part.due_on, part.original_due_on = day, part.original_due_on or day
    part.overdue_flagged_on = None
    part.changed_at, part.sequence = now, part.sequence + 1


def _commit(session: Session) -> None:
    try:
        session.commit()
    except StaleDataError:
        session.rollback()
        raise Stale("其他人员刚刚办理了这项任务，会办没有调整。请核对现在的内容后再提交。") from None
