"""Who is chased and what is overdue, as conditions: the rule of ``tracker.domain.lights``, said to the database.

Every list, figure, flag, notice and calendar asks here, so that they never disagree. The conditions speak of
Assignment and of its Task: a query that uses them joins both. A test holds them against the rule in Python.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam

from tracker.domain.lifecycle import CHASED_STATES, TaskState
from tracker.store.tasks import Assignment, Task

# With this beside it, a comparison of days is false, not unknown, where there is no day.
DATED = Assignment.due_on.is_not(None)
# Written out in the statement: a partial index is used for nothing else.
AWAITED = Assignment.state.in_(bindparam("chased", CHASED_STATES, expanding=True, literal_execute=True, unique=True))
TASK_OPEN = Task.state == TaskState.OPEN


def chased() -> ColumnElement[bool]:
    """What ``tracker.domain.lifecycle.is_chased`` says."""
    return and_(AWAITED, TASK_OPEN)


def overdue_on(day: date | BindParameter[Any]) -> ColumnElement[bool]:
    """What ``tracker.domain.lights.is_overdue`` says."""
    return and_(chased(), DATED, Assignment.due_on < day)


def due_within(day: date, days: int) -> ColumnElement[bool]:
    """Still chased, and due from ``day`` up to ``days`` later."""
    return and_(chased(), DATED, Assignment.due_on.between(day, day + timedelta(days=days)))
