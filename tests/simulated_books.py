"""What a simulated office writes down by itself, in plain records, while it acts; and what it counts from them.

Nothing here asks the product, so that the product's ledger and figures can be held against it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tracker.domain.lifecycle import State
from tracker.domain.roles import Role

CHASED = (State.DISPATCHED, State.DECLINED, State.IN_PROGRESS, State.SUBMITTED)
MEASURES = ("assigned", "completed", "due", "on_time", "late", "missed", "overdue", "returned", "extended", "days_late")


@dataclass
class PartBook:
    """One unit's part. ``unit`` is the unit's key, ``part_id`` its id in the database, which decides nothing.

    ``dispatched_on`` is the day of the latest dispatch, ``first_on`` that of the first; ``wanted_on`` the day that a
    waiting request asks for; ``returns`` and ``grants`` the days on which it was sent back, and a later date granted;
    ``submitted_on`` the day of the latest submission.
    """

    task: TaskBook
    position: int
    role: Role
    unit: str
    part_id: int
    first_on: date
    dispatched_on: date
    original_due_on: date | None
    due_on: date | None
    state: State = State.DISPATCHED
    percent: int = 0
    outcome: str | None = None
    completed_on: date | None = None
    submitted_on: date | None = None
    wanted_on: date | None = None
    returns: list[date] = field(default_factory=list)
    grants: list[date] = field(default_factory=list)

    @property
    def key(self) -> str:
        """What this part is called in every run."""
        return f"{self.task.key}/{self.position}"

    @property
    def is_needed(self) -> bool:
        """Whether the task waits for it: support units are waited for only where they are alone."""
        return self.role is not Role.SUPPORT or all(part.role is Role.SUPPORT for part in self.task.parts)

    @property
    def standing(self) -> dict[str, Any]:
        """How it stands now: what the ledger of this day must say for good."""
        return {
            "unit": self.unit,
            "state": self.state,
            "due_on": self.due_on,
            "original_due_on": self.original_due_on,
            "dispatched_on": self.dispatched_on,
            "completed_on": self.completed_on,
            "percent": self.percent,
            "outcome": self.outcome,
            "returned": len(self.returns),
            "extended": len(self.grants),
            "task_state": self.task.state,
        }


@dataclass
class StoneBook:
    """A milestone of a task, by its place in it."""

    stone_id: int
    due_on: date
    is_reached: bool = False


@dataclass
class TaskBook:
    """A task: ``key`` names it in every run."""

    key: str
    parts: list[PartBook] = field(default_factory=list)
    stones: list[StoneBook] = field(default_factory=list)

    @property
    def state(self) -> str:
        """open; withdrawn once nothing is left to wait for; completed once all that is left is completed."""
        left = [part.state for part in self.parts if part.is_needed and part.state is not State.WITHDRAWN]
        if not left:
            return "withdrawn"
        return "open" if any(state is not State.COMPLETED for state in left) else "completed"


def recounted(
    tasks: Iterable[TaskBook], since: date, until: date, *, by_original: bool, by_submission: bool
) -> dict[str, Counter[str]]:
    """What every unit that has anything to count has to answer for in the period, as things stand now.

    To be asked at the end of ``until``, before anything else happens.
    """
    found: dict[str, Counter[str]] = {}
    for task in tasks:
        for part in task.parts:
            if part.is_needed and part.state is not State.WITHDRAWN:
                due_on = part.original_due_on if by_original else part.due_on
                ended_on = part.submitted_on if by_submission and part.completed_on else part.completed_on
                counted = Counter(dict(_counted(part, due_on, ended_on, since, until)))
                found[part.unit] = found.get(part.unit, Counter()) + counted
    return {unit: numbers for unit, numbers in found.items() if numbers}


def _counted(
    part: PartBook, due_on: date | None, ended_on: date | None, since: date, until: date
) -> Iterator[tuple[str, int]]:
    yield "assigned", since <= part.dispatched_on <= until
    yield "completed", part.completed_on is not None and part.completed_on >= since
    yield "returned", any(day >= since for day in part.returns)
    yield "extended", any(day >= since for day in part.grants)
    if due_on is None:
        return
    is_within = since <= due_on <= until
    late = ((ended_on or until) - due_on).days
    is_awaited = part.state in CHASED and part.task.state == "open"
    yield "overdue", is_awaited and late > 0
    if is_within and (part.completed_on is not None or (is_awaited and late > 0)):
        yield "due", 1
        yield ("on_time" if late <= 0 else "late" if part.completed_on else "missed"), 1
        yield "days_late", max(late, 0)
