"""What the people of a simulated office do on a day: at random, but the same for the same seed, day and part.

No id of a database is asked, so that two runs, or two kinds of database, see the same people do the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from tests.simulated_books import PartBook, TaskBook
from tracker.domain.history import (
    EXTENSION_ASKED,
    EXTENSION_EVENTS,
    EXTENSION_GRANTED,
    EXTENSION_RECALLED,
    EXTENSION_REFUSED,
    MILESTONE_REPORTED,
)
from tracker.domain.lifecycle import Event, State
from tracker.domain.roles import Role

SEED = 20230103
FULL_SERVICE = 0.03
"""The share of the lifecycle's events that goes through the full service; see tests.simulated_acts."""

# For each state what may happen on a day, and how likely each is.
HABITS: dict[State, tuple[tuple[str, float], ...]] = {
    State.DISPATCHED: ((Event.SIGN_FOR, 0.3), (Event.DECLINE, 0.03)),
    State.DECLINED: ((Event.DISPATCH, 0.3), (Event.WITHDRAW, 0.03)),
    State.IN_PROGRESS: (
        (Event.REPORT, 0.01),
        (Event.SUBMIT, 0.013),
        (EXTENSION_ASKED, 0.0012),
        (MILESTONE_REPORTED, 0.02),
        (Event.SUSPEND, 0.0012),
        (Event.WITHDRAW, 0.0004),
    ),
    State.SUBMITTED: ((Event.ACCEPT, 0.25), (Event.RETURN, 0.07)),
    State.SUSPENDED: ((Event.RESUME, 0.04),),
    State.COMPLETED: ((Event.REOPEN, 0.0003),),
}
WAITING = ((EXTENSION_GRANTED, 0.2), (EXTENSION_REFUSED, 0.08), (EXTENSION_RECALLED, 0.04))


@dataclass(frozen=True)
class Deed:
    """What somebody does to a part, with what the form for it asks; ``day`` is a date to sign by, wanted or granted."""

    part: PartBook
    event: str
    percent: int | None = None
    outcome: str | None = None
    unit: str | None = None
    day: date | None = None
    stone: int | None = None
    reached: bool = False
    by_service: bool = False


def up_days(first: date, last: date, seed: int = SEED) -> list[date]:
    """The days on which the machine runs: every few weeks it stands still for one to ten days; not on the last."""
    chance, days, day = Random(f"downtime {seed}"), [], first
    while day <= last:
        for _ in range(chance.randint(3, 30)):
            days.append(day)
            day += timedelta(days=1)
        day += timedelta(days=chance.randint(1, 10))
    return sorted({*(each for each in days if each <= last), last})


def deeds_of(tasks: Sequence[TaskBook], units: Sequence[str], today: date, seed: int = SEED) -> Iterator[Deed]:
    """Everything that is done today, at most one thing to each part, in the order of their keys."""
    for part in sorted((part for task in tasks for part in task.parts), key=lambda part: part.key):
        if part.first_on < today or part.task.key.startswith("s"):
            event = _event(part, today, seed)
            if event is not None:
                yield _deed(part, event, units, today, seed)


def _draw(part: PartBook, today: date, seed: int) -> float:
    """A number from 0 to 1 of this part and day alone."""
    digest = hashlib.blake2b(f"{seed}|{today}|{part.key}".encode(), digest_size=6).digest()
    return int.from_bytes(digest) / 2**48


def _event(part: PartBook, today: date, seed: int) -> str | None:
    left = _draw(part, today, seed)
    late = part.due_on is not None and part.due_on <= today + timedelta(days=10)
    for event, likely in ((*WAITING,) if part.wanted_on else ()) + HABITS.get(part.state, ()):
        left -= likely * 4 if late and event in (Event.SUBMIT, EXTENSION_ASKED) else likely
        if left < 0:
            return event if _is_possible(part, event) else None
    return None


def _is_possible(part: PartBook, event: str) -> bool:
    if event == EXTENSION_ASKED:
        return part.due_on is not None and part.wanted_on is None
    if event == MILESTONE_REPORTED:
        return part.is_needed and any(not stone.is_reached for stone in part.task.stones)
    return True


def _deed(part: PartBook, event: str, units: Sequence[str], today: date, seed: int) -> Deed:
    chance = Random(f"{seed}|{today}|{part.key}|{event}")
    by_service = chance.random() < FULL_SERVICE
    match event:
        case Event.REPORT | Event.SUBMIT:
            return Deed(part, event, percent=chance.randrange(101), by_service=by_service)
        case Event.ACCEPT:
            return Deed(part, event, outcome=chance.choice("AAABC"), by_service=by_service)
        case Event.DISPATCH:
            taken = {each.unit for each in part.task.parts}
            unit = chance.choice([each for each in units if each not in taken]) if chance.random() < 0.7 else None
            day = _sign_by(part, chance, today)
            return Deed(part, event, unit=unit, day=day, by_service=by_service)
        case _ if event in (EXTENSION_ASKED, EXTENSION_GRANTED):
            assert part.due_on
            return Deed(part, event, day=max(part.due_on, today) + timedelta(days=chance.randint(5, 60)))
        case _ if event == MILESTONE_REPORTED:
            stone = next(n for n, each in enumerate(part.task.stones) if not each.is_reached)
            return Deed(part, event, stone=stone, reached=chance.random() < 0.7)
    return Deed(part, event, by_service=by_service)


def _sign_by(part: PartBook, chance: Random, today: date) -> date | None:
    """For some that are dispatched anew a last day to sign, which may not lie beyond the date of the work."""
    day = today + timedelta(days=chance.randint(0, 6))
    return day if chance.random() < 0.3 and (part.due_on is None or day <= part.due_on) else None


LEADS_TO = {
    Event.SIGN_FOR: State.IN_PROGRESS,
    Event.DECLINE: State.DECLINED,
    Event.DISPATCH: State.DISPATCHED,
    Event.SUBMIT: State.SUBMITTED,
    Event.RETURN: State.IN_PROGRESS,
    Event.ACCEPT: State.COMPLETED,
    Event.SUSPEND: State.SUSPENDED,
    Event.RESUME: State.IN_PROGRESS,
    Event.WITHDRAW: State.WITHDRAWN,
    Event.REOPEN: State.IN_PROGRESS,
}


def write_down(deed: Deed, today: date) -> None:
    """Writes into the books what the deed means."""
    part = deed.part
    part.percent = part.percent if deed.percent is None else deed.percent
    part.state = LEADS_TO.get(Event(deed.event), part.state) if deed.event in set(Event) else part.state
    if deed.event in (Event.ACCEPT, Event.REOPEN):
        part.completed_on, part.outcome = (today, deed.outcome) if deed.outcome else (None, None)
    if deed.event == Event.DISPATCH:
        part.dispatched_on, part.unit = today, deed.unit or part.unit
    if deed.event == Event.SUBMIT:
        part.submitted_on = today
    if deed.event == Event.RETURN:
        part.returns.append(today)
    if deed.event == EXTENSION_GRANTED:
        part.due_on = deed.day
        part.grants.append(today)
    if deed.event == EXTENSION_ASKED:
        part.wanted_on = deed.day
    elif deed.event in (*EXTENSION_EVENTS, Event.ACCEPT, Event.WITHDRAW):
        part.wanted_on = None
    if deed.stone is not None:
        part.task.stones[deed.stone].is_reached = deed.reached


@dataclass(frozen=True)
class Given:
    """A task that a supervisor adopts on ``day``: its parts as (unit, role), its date, milestones and day to sign."""

    key: str
    day: date
    due_on: date | None
    parts: tuple[tuple[str, Role], ...]
    stones: tuple[date, ...]
    sign_by_on: date | None


ROLES = ((Role.RESPONSIBLE,), (Role.LEAD, Role.SUPPORT), (Role.LEAD, Role.RESPONSIBLE), (Role.SUPPORT, Role.SUPPORT))


def tasks_given(count: int, units: Sequence[str], days: Sequence[date], seed: int = SEED) -> list[Given]:
    """The tasks of the year: half of them are there on the first day, the others come on up days."""
    given = []
    for number in range(count):
        chance = Random(f"{seed}|task {number}")
        day = days[0] if number % 2 else chance.choice(days)
        due_on = None if chance.random() < 0.12 else day + timedelta(days=chance.randint(-5, 240))
        roles = chance.choices(ROLES, (60, 20, 18, 2))[0]
        parts = tuple(zip(chance.sample(units, len(roles)), roles, strict=True))
        stones = tuple(day + timedelta(days=chance.randint(-10, 150)) for _ in range(chance.randint(1, 3)))
        sign_by = day + timedelta(days=chance.randint(1, 5))
        given.append(
            Given(
                f"t{number:04d}",
                day,
                due_on,
                parts,
                tuple(sorted(set(stones))) if chance.random() < 0.2 else (),
                sign_by if chance.random() < 0.08 else None,
            )
        )
    return given
