"""Rows of work that is dispatched: an open task, and a unit's part in it with the first row of its history.

Whatever makes work (adoption, a seed, a series, a new version) makes it here; nothing here commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tracker.domain.history import ADOPTED
from tracker.domain.lifecycle import State, TaskState
from tracker.services.assigning import PlannedAssignment
from tracker.store.plans import Draft
from tracker.store.tasks import Assignment, HistoryEntry, Task

_LONGEST_NAME = 200
"""So many characters of the name in a clause are kept (the column's width)."""


@dataclass(frozen=True, slots=True)
class Dispatch:
    """When work is dispatched, and by whom; ``words`` is what the history says beside it.

    ``by_id`` is None for what no person does (a seed, a series).
    """

    at: datetime
    by_name: str
    by_id: int | None = None
    words: str | None = None


def open_task(clause: Draft | Task, due_on: date | None, adopted_by_id: int | None, now: datetime) -> Task:
    """An open task of the clause that a draft or another task holds, without parts, milestones and the draft's id."""
    return Task(
        plan_id=clause.plan_id,
        position=clause.position,
        title=clause.title,
        path=clause.path,
        form=clause.form,
        quote=clause.quote,
        start=clause.start,
        end=clause.end,
        deadline_text=clause.deadline_text,
        deadline_kind=clause.deadline_kind,
        deadline_basis=clause.deadline_basis,
        deadline_rule=clause.deadline_rule,
        original_due_on=due_on,
        due_on=due_on,
        state=TaskState.OPEN,
        adopted_by_id=adopted_by_id,
        created_at=now,
    )


def dispatched_part(share: PlannedAssignment, position: int, due_on: date | None, dispatch: Dispatch) -> Assignment:
    """A part that waits to be signed for, with the first row of its history."""
    first = HistoryEntry(
        event=ADOPTED,
        at=dispatch.at,
        actor_id=dispatch.by_id,
        actor_name=dispatch.by_name,
        to_state=State.DISPATCHED,
        words=dispatch.words,
        due_to=due_on,
    )
    return Assignment(
        unit_id=share.unit_id,
        position=position,
        role=share.role,
        written_name=share.written_name[:_LONGEST_NAME],
        inherited=share.inherited,
        leads_by_custom=share.leads_by_custom,
        state=State.DISPATCHED,
        original_due_on=due_on,
        due_on=due_on,
        dispatched_at=dispatch.at,
        changed_at=dispatch.at,
        history=[first],
    )
