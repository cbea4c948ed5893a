"""What a unit's part was on a past day: the history told again up to the end of that day.

The history is the one source: a list or report "as of" a day says what the office could have seen then.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from tracker.domain.history import EXTENSION_GRANTED, TOOK_UP
from tracker.domain.lifecycle import Event, Outcome, State, TaskState
from tracker.domain.roles import Role, needed_of


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
    is what happened last. ``took_up_on`` is the day of the last event of TOOK_UP.
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
    took_up_on: date | None = None


def parts_then(
    happenings: Sequence[Happening], unit_id: int, days: Sequence[date], zone: tzinfo
) -> list[PartThen | None]:
    """The part at the end of each of ``days``, which come in order; None before it was dispatched.

    ``happenings`` are all that is known of it, in order, told once for all days; ``unit_id`` is the unit that has it at
    the end of them.
    """
    dated = [(each.at.astimezone(zone).date(), each) for each in happenings]
    told: list[PartThen | None] = []
    running: dict[str, Any] = {}
    done = 0
    for day in days:
        before = done
        while done < len(dated) and dated[done][0] <= day:
            running = _after(running, dated[done][1], dated[done][0])
            done += 1
        told.append(_snapshot(running, happenings[done:], unit_id) if done > before or not told else told[-1])
    return told


def _snapshot(running: dict[str, Any], later: Sequence[Happening], unit_id: int) -> PartThen | None:
    """What has been told so far; the unit is the one that the next change of unit, if any, took the part from."""
    if not running:
        return None
    return PartThen(next((each.unit_from_id for each in later if each.unit_from_id is not None), unit_id), **running)


def _after(running: dict[str, Any], each: Happening, on: date) -> dict[str, Any]:
    """The part's values once this has happened to it on ``on``."""
    running = running or {"dispatched_on": on}
    running.update(state=each.to_state, last_event=each.event)
    if each.due_from is not None or each.due_to is not None:
        # A moved date; the first one a part gets is its original one.
        running.update(due_on=each.due_to, original_due_on=running.get("original_due_on") or each.due_to)
    if each.event in TOOK_UP:
        running["took_up_on"] = on
    if each.percent is not None:
        running["percent"] = each.percent
    running.update(_marks(running, each, on))
    return running


def _marks(then: dict[str, Any], each: Happening, on: date) -> dict[str, Any]:  # noqa: PLR0911 - one line per event
    """The days and counts that an event leaves behind; a part that leaves a closed state is not closed any more."""
    match each.event:
        case Event.SIGN_FOR:
            return {"signed_on": on}
        case Event.DISPATCH:
            return {"dispatched_on": on, "signed_on": None}
        case Event.DECLINE:
            return {"declined": then.get("declined", 0) + 1}
        case Event.REPORT:
            return {"reported_on": on}
        case Event.SUBMIT:
            return {"reported_on": on, "submitted_on": on}
        case Event.RETURN:
            return {"returned": then.get("returned", 0) + 1, "submitted_on": None}
        case Event.ACCEPT:
            return {"completed_on": on, "outcome": each.outcome}
        case Event.REOPEN:
            return {
                "reopened": then.get("reopened", 0) + 1,
                "completed_on": None,
                "submitted_on": None,
                "outcome": None,
            }
        case Event.WITHDRAW:
            return {"withdrawn_on": on}
        case _ if each.event == EXTENSION_GRANTED:
            return {"extended": then.get("extended", 0) + 1}
    return _revised(then, each, on)


def _revised(then: dict[str, Any], each: Happening, on: date) -> dict[str, Any]:
    """A new version of the plan may withdraw a part, or give a withdrawn one out again."""
    if each.to_state is State.WITHDRAWN and then.get("withdrawn_on") is None:
        return {"withdrawn_on": on}
    if each.to_state is State.DISPATCHED and then.get("withdrawn_on") is not None:
        return {"withdrawn_on": None, "dispatched_on": on, "signed_on": None, "submitted_on": None}
    return {}


def task_state_of(parts: Iterable[tuple[Role, State, date | None]]) -> tuple[TaskState, date | None]:
    """A task's state and day of completion, which follow from its parts: (role, state, day of completion) each.

    Completed when every lead and responsible unit that is still in it has completed, withdrawn when none is
    left. A task that only support units carry waits for those. The last completion gives the day.
    """
    needed = needed_of(parts, lambda part: part[0])
    live = [part for part in needed if part[1] is not State.WITHDRAWN]
    days = [completed_on for _, _, completed_on in live if completed_on]
    if not live:
        return TaskState.WITHDRAWN, None
    if len(days) == len(live):
        return TaskState.COMPLETED, max(days)
    return TaskState.OPEN, None
