"""The figures of a period against a recount that walks each history anew and knows nothing of the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from tests.unit.domain.single_days import part_then
from tracker.domain.as_of import Happening, PartThen, parts_then
from tracker.domain.figures import Basis, Figures, Period, Yardstick, months_up_to, tallied
from tracker.domain.lateness import JudgedBy
from tracker.domain.lifecycle import TRANSITIONS, Outcome, State, TaskState
from tracker.domain.measures import Measure

ZONE = ZoneInfo("Asia/Shanghai")
FIRST = date(2023, 1, 1)
UNIT = 1
RARE = ("withdraw", "suspend", "reopen")


@dataclass(frozen=True)
class Part:
    """A row of the ledger, as figures look at it."""

    assignment_id: int
    then: PartThen
    task_state: TaskState = TaskState.OPEN
    needed: bool = True
    parent_assignment_id: int | None = None


def at(day: int, hour: int = 3) -> datetime:
    return datetime(2023, 1, 1, hour, tzinfo=UTC) + timedelta(days=day)


def a_history(chance: Random) -> list[Happening]:
    """A random life: legal events a few days apart, with extensions granted in between."""
    due = FIRST + timedelta(days=chance.randrange(5, 70)) if chance.random() < 0.9 else None
    day = chance.randrange(0, 40)
    told = [Happening(at(day), "adopt", State.DISPATCHED, due_to=due)]
    for _ in range(chance.randrange(12)):
        # Late in the day in UTC is the next day in the office.
        day, hour, state = day + chance.randrange(0, 12), chance.choice((1, 15, 17, 23)), told[-1].to_state
        if chance.random() < 0.2 and not state.is_closed:
            later = (due or FIRST + timedelta(days=day)) + timedelta(days=chance.randrange(1, 30))
            told.append(Happening(at(day, hour), "grant_extension", state, due_from=due, due_to=later))
            due = later
            continue
        events = [e for (known, e) in TRANSITIONS if known is state and (e not in RARE or chance.random() < 0.2)]
        if not events:
            break
        event = chance.choice(events)
        outcome = Outcome.SOLVED if event == "accept" else None
        told.append(Happening(at(day, hour), event.value, TRANSITIONS[state, event].to, outcome=outcome))
    return sorted(told, key=lambda each: each.at)


def legal(told: list[Happening]) -> bool:
    """Sorting by the hour may have put two events of one day the wrong way round; such a life is left out."""
    state: State | None = None
    for place, each in enumerate(told):
        if each.event == "adopt":
            known = place == 0
        elif each.event == "grant_extension":
            known = each.to_state is state
        else:
            known = (state, each.event) in TRANSITIONS
        if not known:
            return False
        state = each.to_state
    return True


def day_of(each: Happening) -> date:
    return each.at.astimezone(ZONE).date()


def recounted(
    told: list[Happening], period: Period, *, original: bool, submitted: bool = False
) -> tuple[set[str], int]:
    """The names of the numbers that one history counts in, and its days late; told by hand."""
    so_far = [each for each in told if day_of(each) <= period.until]
    if not so_far or so_far[-1].to_state is State.WITHDRAWN:
        return set(), 0
    inside = [each.event for each in so_far if day_of(each) >= period.since]
    names = set()
    if [day_of(each) for each in so_far if each.event in ("adopt", "dispatch")][-1] >= period.since:
        names.add("assigned")
    if "return" in inside:
        names.add("returned")
    if "grant_extension" in inside:
        names.add("extended")
    state = so_far[-1].to_state
    done = [day_of(each) for each in so_far if each.event == "accept"][-1] if state is State.COMPLETED else None
    if done and done >= period.since:
        names.add("completed")
    dates = [each.due_to for each in so_far if each.due_to]
    if not dates:
        return names, 0
    due = dates[0] if original else dates[-1]
    overdue = done is None and state is not State.SUSPENDED and due < period.until
    if overdue:
        names.add("overdue")
    if not period.since <= due <= period.until or not (done or overdue):
        return names, 0
    names.add("due")
    ended = done
    if done and submitted:
        # What was accepted is what was submitted last before it.
        ended = [day_of(each) for each in so_far if each.event == "submit"][-1]
    if ended and ended <= due:
        return names | {"on_time"}, 0
    return names | {"late" if done else "missed"}, ((ended or period.until) - due).days


def lives(count: int, seed: int) -> Iterator[list[Happening]]:
    chance = Random(seed)
    while count:
        told = a_history(chance)
        if legal(told):
            count -= 1
            yield told


PERIODS = (
    Period(date(2023, 1, 1), date(2023, 3, 31)),
    Period(date(2023, 2, 1), date(2023, 2, 28)),
    Period(date(2023, 3, 15), date(2023, 3, 15)),
    Period(date(2022, 1, 1), date(2023, 6, 30)),
)


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize("basis", Basis)
@pytest.mark.parametrize("by", JudgedBy)
def test_the_figures_are_those_of_a_recount(period: Period, basis: Basis, by: JudgedBy) -> None:
    stories = dict(enumerate(lives(800, seed=period.since.toordinal())))
    parts, before = [], {}
    for number, told in stories.items():
        past, then = parts_then(told, UNIT, [period.day_before, period.until], ZONE)
        if past:
            before[number] = past
        if then:
            parts.append((number % 7, Part(number, then)))
    rule = {"original": basis is Basis.ORIGINAL, "submitted": by is JudgedBy.SUBMISSION}
    for key, numbers in tallied(parts, before, period, Yardstick(basis, by)).items():
        wanted = {n: recounted(told, period, **rule) for n, told in stories.items() if n % 7 == key}
        for measure in Measure:
            assert numbers.parts[measure] == [n for n, (names, _) in wanted.items() if measure.value in names], measure
        assert numbers.days_late == sum(days for _, days in wanted.values())


def test_each_number_occurs_in_the_recount() -> None:
    names = [name for told in lives(800, seed=1) for name in recounted(told, PERIODS[0], original=False)[0]]
    assert set(names) == {measure.value for measure in Measure}
    assert min(names.count(measure.value) for measure in Measure) >= 10


def test_the_rule_decides_between_on_time_and_late_alone() -> None:
    """Of many lives some are judged otherwise, all of them towards being on time; nothing else moves."""
    moved = 0
    for told in lives(800, seed=1):
        (by_acceptance, late), (by_submission, less) = (
            recounted(told, PERIODS[0], original=False, submitted=each) for each in (False, True)
        )
        assert by_acceptance - {"on_time", "late"} == by_submission - {"on_time", "late"}
        assert less <= late
        moved += by_acceptance != by_submission
    assert moved >= 10


def test_many_days_at_once_are_as_each_alone() -> None:
    days = [FIRST + timedelta(days=step) for step in (-5, 3, 3, 20, 45, 46, 90, 200)]
    for told in lives(200, seed=3):
        assert parts_then(told, UNIT, days, ZONE) == [part_then(told, UNIT, day, ZONE) for day in days]


def counted(part: Part, basis: Basis = Basis.CURRENT) -> Figures:
    return tallied([("", part)], {}, PERIODS[0], Yardstick(basis, JudgedBy.ACCEPTANCE))[""]


OPEN = PartThen(UNIT, State.IN_PROGRESS, date(2022, 12, 1), date(2023, 3, 30), date(2023, 3, 30))


def test_due_on_the_last_day_itself_is_not_decided_yet() -> None:
    assert counted(Part(1, OPEN)).count(Measure.MISSED) == 1
    same_day = PartThen(UNIT, State.IN_PROGRESS, date(2022, 12, 1), date(2023, 3, 31), date(2023, 3, 31))
    assert counted(Part(1, same_day)).is_empty


def test_what_no_task_waits_for_is_not_counted() -> None:
    assert counted(Part(1, OPEN, needed=False)).is_empty
    assert counted(Part(1, OPEN, task_state=TaskState.COMPLETED)).count(Measure.DUE) == 0


def test_rate_and_mean_are_none_without_anything_to_divide_by() -> None:
    assert (Figures().rate, Figures().mean_days_late) == (None, None)
    numbers = counted(Part(1, OPEN))
    assert (numbers.rate, numbers.mean_days_late) == (0, 1)


def test_the_months_end_with_the_day_asked_for() -> None:
    months = months_up_to(date(2023, 3, 15))
    assert (len(months), months[0]) == (12, Period(date(2022, 4, 1), date(2022, 4, 30)))
    assert months[-1] == Period(date(2023, 3, 1), date(2023, 3, 15))
    assert months[-2].until == date(2023, 2, 28)


def test_a_period_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="期末不能早于期初"):
        Period(date(2023, 3, 2), date(2023, 3, 1))
