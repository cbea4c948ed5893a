"""A part told again from its history: what it was at the end of each day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.unit.domain.single_days import part_then
from tracker.domain.as_of import Happening, parts_then, task_state_of
from tracker.domain.lifecycle import Outcome, State, TaskState
from tracker.domain.roles import Role

ZONE = ZoneInfo("Asia/Shanghai")
EDUCATION, FINANCE = 1, 2


def at(day: int, hour: int = 1) -> datetime:
    return datetime(2023, 6, day, hour, tzinfo=UTC)


STORY = (
    Happening(at(1), "adopt", State.DISPATCHED, due_to=date(2023, 6, 20)),
    Happening(at(2), "decline", State.DECLINED),
    Happening(at(3), "dispatch", State.DISPATCHED, unit_from_id=EDUCATION, unit_to_id=FINANCE),
    Happening(at(4), "sign_for", State.IN_PROGRESS),
    Happening(at(5), "report", State.IN_PROGRESS, percent=40),
    Happening(at(6), "grant_extension", State.IN_PROGRESS, due_from=date(2023, 6, 20), due_to=date(2023, 7, 20)),
    Happening(at(7), "submit", State.SUBMITTED, percent=100),
    Happening(at(8), "return", State.IN_PROGRESS),
    Happening(at(9), "submit", State.SUBMITTED, percent=100),
    Happening(at(10), "accept", State.COMPLETED, outcome=Outcome.SOLVED),
    Happening(at(11), "reopen", State.IN_PROGRESS),
)


def then(day: int) -> object:
    found = part_then(STORY, FINANCE, date(2023, 6, day), ZONE)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("day", "facts"),
    [
        (1, {"state": State.DISPATCHED, "unit_id": EDUCATION, "due_on": date(2023, 6, 20), "declined": 0}),
        (2, {"state": State.DECLINED, "unit_id": EDUCATION, "declined": 1}),
        (3, {"state": State.DISPATCHED, "unit_id": FINANCE, "dispatched_on": date(2023, 6, 3), "signed_on": None}),
        (4, {"state": State.IN_PROGRESS, "signed_on": date(2023, 6, 4), "percent": 0}),
        (5, {"reported_on": date(2023, 6, 5), "percent": 40, "extended": 0, "took_up_on": date(2023, 6, 5)}),
        (6, {"due_on": date(2023, 7, 20), "original_due_on": date(2023, 6, 20), "extended": 1, "percent": 40}),
        (6, {"took_up_on": date(2023, 6, 5)}),
        (7, {"state": State.SUBMITTED, "submitted_on": date(2023, 6, 7), "returned": 0}),
        (8, {"state": State.IN_PROGRESS, "submitted_on": None, "returned": 1}),
        (9, {"took_up_on": date(2023, 6, 8)}),
        (10, {"state": State.COMPLETED, "completed_on": date(2023, 6, 10), "outcome": Outcome.SOLVED}),
        (30, {"state": State.IN_PROGRESS, "completed_on": None, "outcome": None, "reopened": 1}),
    ],
)
def test_a_day_sees_what_had_happened_by_its_end(day: int, facts: dict[str, object]) -> None:
    found = then(day)
    assert {name: getattr(found, name) for name in facts} == facts


def test_before_its_dispatch_there_is_no_part() -> None:
    assert part_then(STORY, FINANCE, date(2023, 5, 31), ZONE) is None


def test_days_end_at_midnight_in_the_office() -> None:
    """16:30 UTC is half past midnight of the next day in Shanghai."""
    late = Happening(at(5, 17), "report", State.IN_PROGRESS, percent=90)
    found = part_then((*STORY[:4], late), FINANCE, date(2023, 6, 5), ZONE)
    assert found is not None
    assert found.percent == 0
    found = part_then((*STORY[:4], late), FINANCE, date(2023, 6, 6), ZONE)
    assert found is not None
    assert (found.percent, found.reported_on) == (90, date(2023, 6, 6))


def test_a_new_version_withdraws_a_part_and_gives_it_out_again() -> None:
    story = (
        *STORY[:1],
        Happening(at(2), "revise", State.WITHDRAWN),
        Happening(at(4), "revise", State.DISPATCHED),
    )
    gone = part_then(story, EDUCATION, date(2023, 6, 3), ZONE)
    back = part_then(story, EDUCATION, date(2023, 6, 4), ZONE)
    assert gone is not None
    assert back is not None
    assert (gone.state, gone.withdrawn_on) == (State.WITHDRAWN, date(2023, 6, 2))
    assert (back.state, back.withdrawn_on, back.dispatched_on) == (State.DISPATCHED, None, date(2023, 6, 4))


DONE, EARLIER = date(2023, 6, 10), date(2023, 6, 2)


@pytest.mark.parametrize(
    ("parts", "state"),
    [
        ([(Role.LEAD, State.COMPLETED, DONE), (Role.SUPPORT, State.IN_PROGRESS, None)], (TaskState.COMPLETED, DONE)),
        ([(Role.LEAD, State.COMPLETED, DONE), (Role.RESPONSIBLE, State.SUBMITTED, None)], (TaskState.OPEN, None)),
        (
            [(Role.LEAD, State.COMPLETED, EARLIER), (Role.RESPONSIBLE, State.COMPLETED, DONE)],
            (TaskState.COMPLETED, DONE),
        ),
        ([(Role.LEAD, State.WITHDRAWN, None), (Role.SUPPORT, State.IN_PROGRESS, None)], (TaskState.WITHDRAWN, None)),
        ([(Role.SUPPORT, State.COMPLETED, DONE)], (TaskState.COMPLETED, DONE)),
        ([], (TaskState.WITHDRAWN, None)),
    ],
)
def test_a_tasks_state_follows_from_its_parts(
    parts: list[tuple[Role, State, date | None]], state: tuple[TaskState, date | None]
) -> None:
    assert task_state_of(parts) == state


def test_several_days_are_told_like_each_of_them() -> None:
    days = [date(2023, 5, 31), *(date(2023, 6, day) for day in (1, 1, 4, 9, 30))]
    assert parts_then(STORY, FINANCE, days, ZONE) == [part_then(STORY, FINANCE, day, ZONE) for day in days]
