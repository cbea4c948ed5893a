"""Ending a recurring duty, changing its end, and following what a new version of its plan says.

What has come stays. What lies after the new end and is still open is withdrawn, and dispatched anew when the end is
moved out again before that day. Days that passed while a series was over are not asked for afterwards. Every task
concerned gets its row of history in the same commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.deadlines import series_in
from tracker.domain.drafts import DeadlineKind
from tracker.domain.history import SERIES_CHANGED
from tracker.domain.lifecycle import State, TaskState
from tracker.domain.series import Series, next_due
from tracker.services.calendars import work_calendar
from tracker.services.errors import Invalid, NotFound, Stale
from tracker.services.moves import settle_task
from tracker.services.redating import Move, redate
from tracker.services.series import ONE_DAY, label_of, make_days, make_owed, series_of
from tracker.services.withdrawing import withdraw_open
from tracker.services.work import LONGEST_WORDS
from tracker.store import series_queries as ask
from tracker.store.plans import Plan
from tracker.store.tasks import Assignment, HistoryEntry, Task
from tracker.store.timing import SeriesOccurrence, TaskSeries

MOST_TOLD = 50
"""So many of the latest tasks are told of a change; older ones that are still open are found by their series."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who changes a series, when, on which day of the office, and why, in words for the history."""

    actor: Actor
    now: datetime
    today: date
    why: str


def mark_of(row: TaskSeries) -> str:
    """A short mark of how the series stands; a form carries it."""
    return f"{row.rhythm}/{row.starts_on}/{row.ends_on or ''}"


def may_change(actor: Actor, row: TaskSeries) -> bool:
    """Whether this person decides about the series: a supervisor of the plan's scope."""
    return actor.may(Permission.DECIDE, row.template.plan.scope.path)


def change_end(  # noqa: PLR0917 - who ends what when, as the page showed it
    session: Session,
    actor: Actor,
    now: datetime,
    today: date,
    task_id: int,
    ends_on: date | None,
    words: str,
    seen: str,
) -> TaskSeries:
    """Gives a series another last day, today to end it or None for none, and commits.

    Raises NotFound, Forbidden, Invalid, or Stale when somebody changed it meanwhile. Sent twice it is done once.
    """
    found = ask.series_of_task(session, task_id)
    row = ask.hold(session, found.id) if found else None
    if row is None:
        raise NotFound("这项任务不是周期任务，或周期已被删除，请从任务清单重新进入。")
    if not may_change(actor, row):
        raise Forbidden(Permission.DECIDE, "结束或调整周期任务")
    text = words.replace("\r\n", "\n").strip()
    _demand(row, ends_on, text, today)
    if mark_of(row) != seen:
        if row.ends_on == ends_on:
            session.rollback()
            return row
        raise Stale(f"您打开页面之后，周期已被改为“{label_of(row)}”。本次没有保存，请核对后再提交。")
    if row.ends_on != ends_on:
        _bring(session, row, replace(series_of(row), ends_on=ends_on), Stamp(actor, now, today, text))
    _commit(session)
    return row


def _demand(row: TaskSeries, ends_on: date | None, words: str, today: date) -> None:
    if len(words) > LONGEST_WORDS:
        raise Invalid(f"说明不能超过{LONGEST_WORDS}字，现有{len(words)}字，请精简后再提交。")
    if not words:
        raise Invalid("请写明结束或调整周期的理由。")
    if ends_on is not None and ends_on < today and ends_on != row.ends_on:
        raise Invalid("截止日期不能早于今天；已立的任务不再需要的，请逐项撤销。")


def end_with_clause(session: Session, task: Task, stamp: Stamp) -> None:
    """Ends the series of a clause that a new version of the plan left out; commits nothing."""
    row = _series_begun_by(session, task)
    if row is not None:
        _bring(session, row, replace(series_of(row), ends_on=stamp.today - ONE_DAY), stamp)


def follow_clause(session: Session, task: Task, old_end: date | None, stamp: Stamp) -> None:
    """Brings the series of a clause to what its new version says; commits nothing.

    ``old_end`` is the last day of the version before: an end that a supervisor set otherwise stays.
    """
    row = _series_begun_by(session, task)
    if row is None:
        return
    plan = task.plan
    said = None
    if task.deadline_kind is DeadlineKind.RECURRING:
        said = series_in(task.deadline_text or "", plan.issued_on, plan.effective_until, stamp.today)
    if said is None:
        end_with_clause(session, task, stamp)
        return
    old = series_of(row)
    ends_on = said.ends_on if row.ends_on == old_end else row.ends_on
    new = replace(old if said.rhythm == old.rhythm else said, ends_on=ends_on)
    if new != old:
        _bring(session, row, new, stamp)


def follow_plan(session: Session, plan: Plan, old_end: date | None, stamp: Stamp) -> None:
    """Moves the ends of a plan's series from the plan's old last day to its new one; commits nothing."""
    if plan.effective_until == old_end:
        return
    for found in ask.series_of_plan(session, plan.id):
        row = ask.hold(session, found.id)
        if row is not None and row.ends_on == old_end:
            _bring(session, row, replace(series_of(row), ends_on=plan.effective_until), stamp)


def _series_begun_by(session: Session, task: Task) -> TaskSeries | None:
    session.flush()
    found = ask.series_of_task(session, task.id)
    return ask.hold(session, found.id) if found and found.template_id == task.id else None


def _bring(session: Session, row: TaskSeries, new: Series, stamp: Stamp) -> None:
    """Stores the series as it is to be, and brings the tasks that lie ahead to it."""
    session.flush()
    old, told_before = series_of(row), label_of(row)
    make_owed(session, row, stamp.now, stamp.today)
    row.rhythm, row.starts_on, row.ends_on = new.rhythm.code, new.starts_on, new.ends_on
    ahead = list(ask.occurrences_of(session, row.id, since=stamp.today))
    told = f"周期由“{told_before}”改为“{label_of(row)}”：{stamp.why}"
    if new.rhythm != old.rhythm:
        _to_new_rhythm(session, row, new, ahead, replace(stamp, why=told))
        ahead = list(ask.occurrences_of(session, row.id, since=stamp.today))
    _tell(session, row, stamp, told)
    for each in ahead:
        if new.ends_on is not None and each.due_on > new.ends_on:
            _withdraw(session, each.task, stamp)
        elif old.ends_on is not None and each.due_on > old.ends_on:
            _revive(each.task, stamp)
    if not ahead:
        _go_on_from(session, row, new, stamp)


def _go_on_from(session: Session, row: TaskSeries, new: Series, stamp: Stamp) -> None:
    """Makes the next day at once: the sweep asks for the days after the latest, and those of the pause are not owed."""
    due_on = next_due(new, stamp.today - ONE_DAY, work_calendar(session))
    make_days(session, row, [due_on] if due_on else [], stamp.now)


def _to_new_rhythm(
    session: Session, row: TaskSeries, new: Series, ahead: Sequence[SeriesOccurrence], stamp: Stamp
) -> None:
    """What lies ahead moves to the next day of the new rhythm; more than one day ahead are withdrawn."""
    coming = [each for each in ahead if each.task.state is TaskState.OPEN]
    due_on = next_due(new, stamp.today - ONE_DAY, work_calendar(session))
    taken = {each.due_on for each in ahead}
    for each in coming[1:]:
        _withdraw(session, each.task, stamp)
    if not coming or due_on is None or coming[0].due_on == due_on:
        return
    first = coming[0]
    if due_on in taken:
        _withdraw(session, first.task, stamp)
        return
    redate(stamp.actor, stamp.now, first.task, Move(first.due_on, due_on, stamp.why))
    session.flush()
    ask.move_day(session, row.id, first.due_on, due_on)


def _tell(session: Session, row: TaskSeries, stamp: Stamp, told: str) -> None:
    """Writes the change into the history of the open tasks, or of the latest one."""
    there = ask.occurrences_of(session, row.id, latest=MOST_TOLD)
    concerned = [each.task for each in there if each.task.state is TaskState.OPEN] or [each.task for each in there[-1:]]
    for task in concerned:
        session.add_all(_row(part, stamp, SERIES_CHANGED, part.state, told) for part in task.assignments)


def _withdraw(session: Session, task: Task, stamp: Stamp) -> None:
    """Withdraws what is open of a task that lies after the end."""
    withdraw_open(session, task, stamp.actor, stamp.now, stamp.today, f"周期任务已结束：{stamp.why}")


def _revive(task: Task, stamp: Stamp) -> None:
    """Dispatches anew a task that was withdrawn because it lay after the end."""
    if task.state is not TaskState.WITHDRAWN:
        return
    for part in task.assignments:
        entry = _row(part, stamp, SERIES_CHANGED, State.DISPATCHED, f"周期任务继续，本期重新下达：{stamp.why}")
        entry.due_from = entry.due_to = part.due_on
        part.history.append(entry)
        part.state, part.withdrawn_on = State.DISPATCHED, None
        part.dispatched_at, part.signed_at, part.submitted_at = stamp.now, None, None
        part.changed_at, part.sequence = stamp.now, part.sequence + 1
    settle_task(task)


def _row(part: Assignment, stamp: Stamp, event: str, to: State, words: str) -> HistoryEntry:
    return HistoryEntry(
        assignment_id=part.id,
        event=str(event),
        at=stamp.now,
        actor_id=stamp.actor.person_id or None,
        actor_name=stamp.actor.name,
        from_state=part.state,
        to_state=to,
        words=words,
    )


def _commit(session: Session) -> None:
    try:
        session.commit()
    except StaleDataError:
        session.rollback()
        raise Stale("有人同时在办理这一期的任务，周期没有改动。请核对后再提交。") from None
