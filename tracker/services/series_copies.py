"""The task of another day of a recurring duty: the clause of the series, the units of its latest day."""

from __future__ import annotations

from datetime import date, datetime

from tracker.domain.lifecycle import Event, State
from tracker.services.assigning import PlannedAssignment
from tracker.services.dispatching import Dispatch, dispatched_part, open_task
from tracker.store.tasks import Assignment, HistoryEntry, Milestone, Task

MADE_BY = "系统（周期任务）"
CLOSED_UNIT = "“{name}”已停用，本期无法由其办理，请转办给其他单位，或撤销本项分工。"


def task_for(template: Task, pattern: Task, due_on: date, now: datetime) -> Task:
    """The same duty for another day, dispatched anew to the units that had a part in ``pattern``.

    Its words are those of ``template``, which follows new versions of the plan. A unit that was closed is not
    given work: its part waits as declined (退办) for a supervisor to send it elsewhere; in support it is left out.
    """
    parts = [part for part in pattern.assignments if part.state is not State.WITHDRAWN] or list(pattern.assignments)
    working = [part for part in parts if part.unit.active or part.role.completes] or parts
    task = open_task(template, due_on, template.adopted_by_id, now)
    task.evidence_required, task.awaits_opinions = template.evidence_required, template.awaits_opinions
    task.milestones = [
        Milestone(position=stone.position, text=stone.text, recurrence=stone.recurrence)
        for stone in template.milestones
        if stone.recurrence
    ]
    task.assignments = [_part(part, due_on, now) for part in working]
    return task


def _part(part: Assignment, due_on: date, now: datetime) -> Assignment:
    share = PlannedAssignment(part.unit_id, part.role, part.written_name, part.inherited, part.leads_by_custom)
    new = dispatched_part(share, part.position, due_on, Dispatch(now, MADE_BY))
    if not part.unit.active:
        new.state = State.DECLINED
        new.history.append(_declined(part, now))
    return new


def _declined(part: Assignment, now: datetime) -> HistoryEntry:
    return HistoryEntry(
        event=Event.DECLINE.value,
        at=now,
        actor_name=MADE_BY,
        from_state=State.DISPATCHED,
        to_state=State.DECLINED,
        words=CLOSED_UNIT.format(name=part.unit.name),
    )
