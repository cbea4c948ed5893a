"""What each event of the lifecycle changes on an assignment beside its state, and what follows for the task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm.attributes import flag_modified

from tracker.domain.as_of import task_state_of
from tracker.domain.lifecycle import Event, Outcome, State, Transition
from tracker.services.evidence import SentFile
from tracker.store.tasks import Assignment, Task
from tracker.store.units import Unit


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does, checked: ``percent`` comes with reports, ``outcome`` with acceptance, and with nothing else.

    ``to_unit`` names another unit when declined work is dispatched anew, ``sign_by_on`` the last day to sign for it;
    ``files`` come with reports.
    """

    event: Event
    words: str | None = None
    percent: int | None = None
    outcome: Outcome | None = None
    to_unit: Unit | None = None
    sign_by_on: date | None = None
    files: tuple[SentFile, ...] = ()


def move(assignment: Assignment, row: Transition, deed: Act, now: datetime, today: date) -> State:
    """Brings the assignment to its new state; the state it came from."""
    came_from = assignment.state
    assignment.state = row.to
    EFFECTS.get(deed.event, _nothing_more)(assignment, deed, now, today)
    if deed.percent is not None:
        assignment.percent = deed.percent
    assignment.sequence += came_from is not row.to
    assignment.changed_at = now
    # Also when two things happen in one instant: every deed makes a new version.
    flag_modified(assignment, "changed_at")
    return came_from


def _nothing_more(_assignment: Assignment, _deed: Act, _now: datetime, _today: date) -> None:
    """For events that change the state alone."""


def _signed(assignment: Assignment, _deed: Act, now: datetime, _today: date) -> None:
    assignment.signed_at = now


def _dispatched(assignment: Assignment, deed: Act, now: datetime, _today: date) -> None:
    assignment.dispatched_at, assignment.signed_at = now, None
    assignment.sign_by_on = deed.sign_by_on
    if deed.to_unit is not None:
        assignment.unit = deed.to_unit


def _reported(assignment: Assignment, _deed: Act, now: datetime, _today: date) -> None:
    assignment.reported_at = now


def _submitted(assignment: Assignment, _deed: Act, now: datetime, _today: date) -> None:
    assignment.reported_at = assignment.submitted_at = now


def _returned(assignment: Assignment, _deed: Act, _now: datetime, _today: date) -> None:
    assignment.submitted_at = None


def _accepted(assignment: Assignment, deed: Act, _now: datetime, today: date) -> None:
    assignment.outcome, assignment.completed_on = deed.outcome, today


def _withdrawn(assignment: Assignment, _deed: Act, _now: datetime, today: date) -> None:
    assignment.withdrawn_on = today


def _reopened(assignment: Assignment, _deed: Act, _now: datetime, _today: date) -> None:
    assignment.outcome = assignment.completed_on = assignment.submitted_at = None


EFFECTS: dict[Event, Callable[[Assignment, Act, datetime, date], None]] = {
    Event.SIGN_FOR: _signed,
    Event.DISPATCH: _dispatched,
    Event.REPORT: _reported,
    Event.SUBMIT: _submitted,
    Event.RETURN: _returned,
    Event.ACCEPT: _accepted,
    Event.WITHDRAW: _withdrawn,
    Event.REOPEN: _reopened,
}


def settle_task(task: Task) -> None:
    """Makes a task's state follow from its parts; does not commit."""
    task.state, task.completed_on = task_state_of(
        (part.role, part.state, part.completed_on) for part in task.assignments
    )
