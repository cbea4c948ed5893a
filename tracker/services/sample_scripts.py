"""How the work on an assignment went in the sample: a story for each, told as events with their instants. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from random import Random
from zoneinfo import ZoneInfo

from tracker.domain.lifecycle import Event, Outcome
from tracker.domain.workdays import announced_calendar


class Story(StrEnum):
    """How the work went; the value is for tests and messages only."""

    WAITING = "waiting"
    SIGNED = "signed"
    WORKING = "working"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    DONE = "done"
    DONE_AT_SECOND_TRY = "done_at_second_try"
    DONE_LATE = "done_late"
    REOPENED = "reopened"
    DECLINED = "declined"
    SENT_BACK = "sent_back"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Beat:
    """One event of a story: where in the time it takes (0 to 1), and the percent reported with it."""

    event: Event
    at: float
    percent: int | None = None


def _beats(*told: tuple[Event, float] | tuple[Event, float, int]) -> tuple[Beat, ...]:
    return tuple(Beat(*each) for each in told)


_E = Event
_SIGN, _FIRST = (_E.SIGN_FOR, 0.02), (_E.REPORT, 0.35, 30)
BEATS: dict[Story, tuple[Beat, ...]] = {
    Story.WAITING: (),
    Story.SIGNED: _beats(_SIGN),
    Story.WORKING: _beats(_SIGN, _FIRST, (_E.REPORT, 0.65, 50), (_E.REPORT, 0.9, 70)),
    Story.SUBMITTED: _beats(_SIGN, _FIRST, (_E.SUBMIT, 0.96, 100)),
    Story.RETURNED: _beats(_SIGN, _FIRST, (_E.SUBMIT, 0.8, 100), (_E.RETURN, 0.9)),
    Story.DONE: _beats(_SIGN, _FIRST, (_E.SUBMIT, 0.75, 100), (_E.ACCEPT, 0.9)),
    Story.DONE_AT_SECOND_TRY: _beats(
        _SIGN, (_E.REPORT, 0.3, 40), (_E.SUBMIT, 0.5, 100), (_E.RETURN, 0.6), (_E.SUBMIT, 0.8, 100), (_E.ACCEPT, 0.95)
    ),
    Story.DONE_LATE: _beats(_SIGN, (_E.REPORT, 0.5, 50), (_E.SUBMIT, 0.9, 100), (_E.ACCEPT, 1.0)),
    Story.REOPENED: _beats(_SIGN, (_E.SUBMIT, 0.4, 100), (_E.ACCEPT, 0.5), (_E.REOPEN, 0.8), (_E.REPORT, 0.95, 60)),
    Story.DECLINED: _beats((_E.DECLINE, 0.6)),
    Story.SENT_BACK: _beats((_E.DECLINE, 0.1), (_E.DISPATCH, 0.2), (_E.SIGN_FOR, 0.25), (_E.REPORT, 0.8, 40)),
    Story.SUSPENDED: _beats(_SIGN, _FIRST, (_E.SUSPEND, 0.7)),
    Story.RESUMED: _beats(_SIGN, (_E.SUSPEND, 0.3), (_E.RESUME, 0.6), (_E.REPORT, 0.85, 50)),
    Story.WITHDRAWN: _beats(_SIGN, (_E.WITHDRAW, 0.5)),
}

# How often each story is told, of a hundred: by whether the date has passed, is this year's, or lies further off.
MISSED: Mapping[Story, int] = {Story.DONE_LATE: 70, Story.WORKING: 18, Story.SUBMITTED: 6, Story.RETURNED: 6}
PASSED: Mapping[Story, int] = {
    Story.DONE: 66,
    Story.DONE_AT_SECOND_TRY: 11,
    Story.DONE_LATE: 9,
    Story.WORKING: 5,
    Story.SUBMITTED: 3,
    Story.RETURNED: 2,
    Story.WAITING: 1,
    Story.DECLINED: 1,
    Story.SUSPENDED: 1,
    Story.WITHDRAWN: 1,
}
THIS_YEAR: Mapping[Story, int] = {
    Story.WORKING: 62,
    Story.DONE: 14,
    Story.SUBMITTED: 6,
    Story.RETURNED: 5,
    Story.SIGNED: 5,
    Story.WAITING: 3,
    Story.SENT_BACK: 2,
    Story.DECLINED: 1,
    Story.SUSPENDED: 2,
}
LATER: Mapping[Story, int] = {
    Story.WORKING: 66,
    Story.SIGNED: 13,
    Story.DONE: 5,
    Story.RESUMED: 3,
    Story.REOPENED: 2,
    Story.SENT_BACK: 3,
    Story.SUBMITTED: 2,
    Story.WAITING: 3,
    Story.DECLINED: 1,
    Story.SUSPENDED: 1,
    Story.WITHDRAWN: 1,
}
# Units with somebody to sign in as take their stories in turn, so that each of their lists has something in it.
IN_TURN: Mapping[str, Sequence[Story]] = {
    "MISSED": (Story.WORKING, Story.DONE_LATE, Story.SUBMITTED, Story.DONE_LATE),
    "PASSED": (Story.DONE, Story.WORKING, Story.DONE_AT_SECOND_TRY, Story.DONE_LATE, Story.SUBMITTED, Story.DONE),
    "THIS_YEAR": (Story.WORKING, Story.WAITING, Story.SUBMITTED, Story.RETURNED, Story.DONE, Story.SIGNED),
    "LATER": (
        *(Story.WORKING, Story.WAITING, Story.WORKING, Story.SIGNED, Story.WORKING, Story.DONE),
        *(Story.WORKING, Story.SUBMITTED, Story.WORKING, Story.RESUMED, Story.WORKING, Story.SUSPENDED),
    ),
}
_OFTEN = {"MISSED": MISSED, "PASSED": PASSED, "THIS_YEAR": THIS_YEAR, "LATER": LATER}


def season_of(start: date, due_on: date | None, until: date) -> str:
    """Which table of stories fits: the date was missed before the work began, has passed, is near, or is far off."""
    if due_on is None or due_on.year > until.year:
        return "LATER"
    if due_on > until:
        return "THIS_YEAR"
    return "MISSED" if due_on <= start + timedelta(days=10) else "PASSED"


def any_story(rng: Random, season: str) -> Story:
    """A story, as often as its table says."""
    often = _OFTEN[season]
    return rng.choices(list(often), list(often.values()))[0]


@dataclass(frozen=True, slots=True)
class Happening:
    """One event with its instant and day in the office's zone."""

    event: Event
    at: datetime
    day: date
    percent: int | None = None
    outcome: Outcome | None = None


def happenings(
    rng: Random, story: Story, dispatched_at: datetime, due_on: date | None, *, until: date, zone: ZoneInfo
) -> Iterator[Happening]:
    """The story's events in order, on working days, in office hours, none later than ``until``."""
    start, at = dispatched_at.astimezone(zone).date(), dispatched_at
    span = _last_day(rng, story, start, due_on, until) - start
    for beat in BEATS[story]:
        day = _workday(start + span * _about(rng, beat.at), start)
        moment = datetime.combine(day, time(rng.randint(8, 16), rng.randint(0, 59)), zone)
        at = max(moment, at + timedelta(minutes=rng.randint(20, 90)))
        outcome = rng.choices(list(Outcome), (88, 9, 3))[0] if beat.event is Event.ACCEPT else None
        yield Happening(beat.event, at, at.astimezone(zone).date(), _percent(rng, beat.percent), outcome)


def _about(rng: Random, share: float) -> float:
    """Roughly that share of the time; the end of a story stays its end."""
    return share if share >= 1 else min(1.0, share * rng.uniform(0.9, 1.05))


def _percent(rng: Random, percent: int | None) -> int | None:
    return percent + rng.choice((-10, -5, 0, 5)) if percent and percent < 100 else percent


def _last_day(rng: Random, story: Story, start: date, due_on: date | None, until: date) -> date:
    """The day by which the story has been told."""
    if due_on is None or due_on > until:
        return until
    if story in (Story.DONE, Story.DONE_AT_SECOND_TRY):
        return due_on
    if story is Story.DONE_LATE:
        return min(until, max(start, due_on) + timedelta(days=rng.randint(12, 60)))
    return until


def _workday(day: date, start: date) -> date:
    """The day, or the working day before it; never earlier than ``start``."""
    calendar = announced_calendar()
    while day > start and not calendar.is_workday(day):
        day -= timedelta(days=1)
    return day
