"""Giving a task, and its units' parts with it, another current date: history in the same commit, the original kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tracker.domain.access import Actor
from tracker.domain.history import DATE_SET
from tracker.domain.lifecycle import State
from tracker.domain.roles import needed_of
from tracker.services.noting import note
from tracker.store.tasks import Task


@dataclass(frozen=True, slots=True)
class Move:
    """From which day to which, why, and as which event the history tells it."""

    old: date | None
    new: date
    words: str
    event: str = DATE_SET


def redate(actor: Actor, now: datetime, task: Task, move: Move) -> bool:
    """Moves the task, and every open part that stands on the old day; whether anything moved.

    The first date a task gets is its original one. Commits nothing.
    """
    if move.old == move.new:
        return False
    parts = [part for part in task.assignments if part.due_on == move.old and not part.state.is_closed]
    for part in parts:
        note(part, actor, now, move.event, move.words, due_from=move.old, due_to=move.new)
    moved = task.due_on == move.old
    if moved:
        task.due_on, task.original_due_on = move.new, task.original_due_on or move.new
    for part in parts:
        part.due_on, part.original_due_on = move.new, part.original_due_on or move.new
        part.changed_at, part.sequence = now, part.sequence + 1
    return moved or bool(parts)


def follow_parts(task: Task) -> bool:
    """Moves the task's own date out to the latest of the parts that complete it; whether it moved.

    For when one part's date was moved by itself: a task is not late before the last of those is. It is never brought
    forward. Commits nothing.
    """
    needed = needed_of(task.assignments, lambda part: part.role)
    days = (part.due_on for part in needed if part.state is not State.WITHDRAWN)
    latest = max(filter(None, days), default=None)
    if latest is None or (task.due_on is not None and latest <= task.due_on):
        return False
    task.due_on, task.original_due_on = latest, task.original_due_on or latest
    return True
