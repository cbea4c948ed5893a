"""The task of another day of a recurring duty: the clause of the series, the units of its latest day."""

from __future__ import annotations

from datetime import date, datetime

from tracker.domain.history import ADOPTED
from tracker.domain.lifecycle import Event, State, TaskState
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
    return Task(
        plan_id=template.plan_id,
        position=template.position,
        title=template.title,
        path=template.path,
        form=template.form,
        quote=template.quote,
        start=template.start,
        end=template.end,
        deadline_text=template.deadline_text,
        deadline_kind=template.deadline_kind,
        deadline_basis=template.deadline_basis,
        deadline_rule=template.deadline_rule,
        original_due_on=due_on,
        due_on=due_on,
        state=TaskState.OPEN,
        evidence_required=template.evidence_required,
        awaits_opinions=template.awaits_opinions,
        adopted_by_id=template.adopted_by_id,
        created_at=now,
        milestones=[
            Milestone(position=stone.position, text=stone.text, recurrence=stone.recurrence)
            for stone in template.milestones
            if stone.recurrence
        ],
        assignments=[_part(part, due_on, now) for part in working],
    )


def _part(part: Assignment, due_on: date, now: datetime) -> Assignment:
    rows = [HistoryEntry(event=ADOPTED, at=now, actor_name=MADE_BY, to_state=State.DISPATCHED, due_to=due_on)]
    if not part.unit.active:
        rows.append(_declined(part, now))
    return Assignment(
        unit_id=part.unit_id,
        position=part.position,
        role=part.role,
        written_name=part.written_name,
        inherited=part.inherited,
        leads_by_custom=part.leads_by_custom,
        state=rows[-1].to_state,
        original_due_on=due_on,
        due_on=due_on,
        dispatched_at=now,
        changed_at=now,
        history=rows,
    )


def _declined(part: Assignment, now: datetime) -> HistoryEntry:
    return HistoryEntry(
        event=Event.DECLINE.value,
        at=now,
        actor_name=MADE_BY,
        from_state=State.DISPATCHED,
        to_state=State.DECLINED,
        words=CLOSED_UNIT.format(name=part.unit.name),
    )
