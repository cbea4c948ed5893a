"""What follows for divided parts and child tasks when something happens to either; nothing here commits.

Services that change a part call ``follow_division`` in the same commit, those that only report ``follow_progress``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.domain.division import RollUp, Share, rolled_up
from tracker.domain.history import DIVIDED
from tracker.domain.lifecycle import State
from tracker.services.noting import note
from tracker.store.division_queries import (
    children_of,
    divided_or_shares,
    hold_part,
    parent_id_of,
    set_percent,
    task_of_part,
)
from tracker.store.tasks import Assignment, Task


def roll_up(children: Sequence[Task]) -> RollUp:
    """How far these child tasks are."""
    return rolled_up(
        (task.state, [Share(part.role, part.state, part.percent) for part in task.assignments]) for task in children
    )


def follow_division(session: Session, actor: Actor, now: datetime, part: Assignment) -> None:
    """``follow_progress``, and tells child tasks that their parent is withdrawn."""
    follow_progress(session, part)
    if part.state is State.WITHDRAWN:
        tell_withdrawn(session, actor, now, part)


def follow_progress(session: Session, part: Assignment) -> None:
    """Brings what a part's change means to the parts above it.

    A part that was divided has the percent of its children, whatever else was reported.
    """
    session.flush()
    children = children_of(session, part.id)
    if children and (percent := roll_up(children).percent) is not None and not part.state.is_closed:
        part.percent = percent
        session.flush()
    _climb(session, part.task_id)


def follow_progress_of(session: Session, parts: Sequence[Assignment]) -> None:
    """The same for several parts; those that have nothing to do with a division are found by one question."""
    session.flush()
    concerned = divided_or_shares(session, [part.id for part in parts])
    for part in parts:
        if part.id in concerned:
            follow_progress(session, part)


def _climb(session: Session, task_id: int) -> None:
    """Gives every part above a child task the mean of its children."""
    parent_id = parent_id_of(session, task_id)
    while parent_id is not None:
        hold_part(session, parent_id)  # two children at once must not each overlook the other
        percent = roll_up(children_of(session, parent_id)).percent
        if percent is not None:
            set_percent(session, parent_id, percent)
        parent_id = parent_id_of(session, task_of_part(session, parent_id))


def tell_withdrawn(session: Session, actor: Actor, now: datetime, parent: Assignment) -> None:
    """Writes to every open part of the child tasks that what they come from is withdrawn."""
    words = f"上级任务中“{parent.unit.name}”的分工已撤销，本子任务是否继续办理，请等候督查员决定。"
    for task in children_of(session, parent.id):
        for part in task.assignments:
            if not part.state.is_closed:
                note(part, actor, now, DIVIDED, words)


def follow_version(session: Session, task: Task) -> None:
    """Takes the child tasks of a task along to the new version of its plan, with the clause that they quote."""
    for part in task.assignments:
        if part.id is None:
            continue
        for child in children_of(session, part.id):
            child.plan = task.plan
            child.path, child.form, child.quote = task.path, task.form, task.quote
            child.start, child.end, child.deadline_text = task.start, task.end, task.deadline_text
            follow_version(session, child)
