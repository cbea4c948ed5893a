"""What a unit's part was on a past day: the history told again up to the end of that day.

The history is the one source: a list or report "as of" a day says what the office could have seen then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import Any

from tracker.domain.history import EXTENSION_GRANTED
from tracker.domain.lifecycle import Event, Outcome, State, TaskState
from tracker.domain.roles import Role


@dataclass(frozen=True, slots=True)
class Happening:
    """A row of the history. A moved date stands in ``due_from`` and ``due_to``, another unit in the unit fields."""

    at: datetime
    event: str
    to_state: State
    due_from: date | None = None
    due_to: date | None = None
    unit_from_id: int | None = None
    unit_to_id: int | None = None
    percent: int | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class PartThen:
    """A unit's part at the end of a day. Days are those of the office's zone.

    ``returned``, ``reopened``, ``declined`` and ``extended`` count how often that had happened by then; ``last_event``
    is what happened last.
    """

    unit_id: int
    state: State
    dispatched_on: date
    original_due_on: date | None = None
    due_on: date | None = None
    signed_on: date | None = None
    reported_on: date | None = None
    submitted_on: date | None = None
    completed_on: date | None = None
    withdrawn_on: date | None = None
    percent: int = 0
    outcome: Outcome | None = None
    returned: int = 0
    reopened: int = 0
    declined: int = 0
    extended: int = 0
    last_event: str = ""


def part_then(happenings: Sequence[Happening], unit_id: int, day: date, zone: tzinfo) -> PartThen | None:
    """The part at the end of ``day``; None when it had not been dispatched yet.

    ``happenings`` are all that is known of it, in order; ``unit_id`` is the unit that has it at the end of them.
    """
    past = [each for each in happenings if each.at.astimezone(zone).date() <= day]
    if not past:
        return None
    later = (each.unit_from_id for each in happenings[len(past) :] if each.unit_from_id is not None)
    then = PartThen(next(later, unit_id), past[0].to_state, past[0].at.astimezone(zone).date())
    for each in past:
        then = _after(then, each, each.at.astimezone(zone).date())
    return then


def _after(then: PartThen, each: Happening, on: date) -> PartThen:
    """The part once this has happened to it on ``on``."""
    then = replace(then, state=each.to_state, last_event=each.event, **_dates(then, each))
    if each.percent is not None:
        then = replace(then, percent=each.percent)
    return replace(then, **_marks(then, each, on))


def _dates(then: PartThen, each: Happening) -> dict[str, Any]:
    """A moved date; the first one a part gets is its original one."""
    if each.due_from is None and each.due_to is None:
        return {}
    return {"due_on": each.due_to, "original_due_on": then.original_due_on or each.due_to}


def _marks(then: PartThen, each: Happening, on: date) -> dict[str, Any]:  # noqa: PLR0911 - one line per event
    """The days and counts that an event leaves behind; a part that leaves a closed state is not closed any more."""
    match each.event:
        case Event.SIGN_FOR:
            return {"signed_on": on}
        case Event.DISPATCH:
            return {"dispatched_on": on, "signed_on": None}
        case Event.DECLINE:
            return {"declined": then.declined + 1}
        case Event.REPORT:
            return {"reported_on": on}
        case Event.SUBMIT:
            return {"reported_on": on, "submitted_on": on}
        case Event.RETURN:
            return {"returned": then.returned + 1, "submitted_on": None}
        case Event.ACCEPT:
            return {"completed_on": on, "outcome": each.outcome}
        case Event.REOPEN:
            return {"reopened": then.reopened + 1, "completed_on": None, "submitted_on": None, "outcome": None}
        case Event.WITHDRAW:
            return {"withdrawn_on": on}
        case _ if each.event == EXTENSION_GRANTED:
            return {"extended": then.extended + 1}
    return _revised(then, each, on)


def _revised(then: PartThen, each: Happening, on: date) -> dict[str, Any]:
    """A new version of the plan may withdraw a part, or give a withdrawn one out again."""
    if each.to_state is State.WITHDRAWN and then.withdrawn_on is None:
        return {"withdrawn_on": on}
    if each.to_state is State.DISPATCHED and then.withdrawn_on is not None:
        return {"withdrawn_on": None, "dispatched_on": on, "signed_on": None, "submitted_on": None}
    return {}


def task_state_of(parts: Iterable[tuple[Role, State, date | None]]) -> tuple[TaskState, date | None]:
    """A task's state and day of completion, which follow from its parts: (role, state, day of completion) each.

    Completed when every lead and responsible unit that is still in it has completed, withdrawn when none is
    left. A task that only support units carry waits for those. The last completion gives the day.
    """
    given = list(parts)
    needed = [part for part in given if part[0].completes] or given
    live = [part for part in needed if part[1] is not State.WITHDRAWN]
    days = [completed_on for _, _, completed_on in live if completed_on]
    if not live:
        return TaskState.WITHDRAWN, None
    if len(days) == len(live):
        return TaskState.COMPLETED, max(days)
    return TaskState.OPEN, None
