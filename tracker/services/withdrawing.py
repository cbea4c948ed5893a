"""Withdrawing what is open of a task together, for a reason that lies outside its parts; nothing here commits."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.lifecycle import Event, State
from tracker.services.division_effects import follow_division
from tracker.services.extensions import end_request
from tracker.services.moves import settle_task
from tracker.services.noting import note
from tracker.store.tasks import Task


def withdraw_open(  # noqa: PLR0917 - what is withdrawn, by whom, when and why
    session: Session, task: Task, actor: Actor, now: datetime, today: date, words: str, *, in_reach: bool = False
) -> int:
    """Withdraws every part that is not closed, each with its row of history; how many those were.

    With ``in_reach`` what was sent on to a unit beyond the actor's reach is left for others to decide.
    Requests for a later date end with it, child tasks are told, and the task's state follows.
    """
    open_parts = [part for part in task.assignments if not part.state.is_closed]
    live = [part for part in open_parts if not in_reach or actor.may(Permission.DECIDE, part.unit.path)]
    for part in live:
        entry = note(part, actor, now, Event.WITHDRAW.value, words)
        part.state, part.withdrawn_on, entry.to_state = State.WITHDRAWN, today, State.WITHDRAWN
        part.changed_at, part.sequence = now, part.sequence + 1
        end_request(session, actor, now, part)
    settle_task(task)
    for part in live:
        follow_division(session, actor, now, part)
    return len(live)
