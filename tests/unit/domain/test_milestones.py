"""When a milestone is late, and how it stands on a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.milestones import Standing, is_milestone_late, stood

DAY = date(2023, 6, 15)


def on(offset: int | None) -> date | None:
    return None if offset is None else DAY + timedelta(days=offset)


@pytest.mark.parametrize(
    ("due", "reached", "awaited", "standing", "late"),
    [
        (-1, None, True, Standing.LATE, 1),
        (0, None, True, Standing.SOON, 0),
        (7, None, True, Standing.SOON, 0),
        (8, None, True, Standing.AHEAD, 0),
        (-1, None, False, Standing.RESTING, 0),
        (9, None, False, Standing.RESTING, 0),
        (None, None, True, Standing.UNDATED, 0),
        (-5, -5, True, Standing.ON_TIME, 0),
        (-5, -3, True, Standing.REACHED_LATE, 2),
        (-5, -3, False, Standing.REACHED_LATE, 2),
        (5, 0, True, Standing.ON_TIME, 0),
        (None, -1, True, Standing.REACHED, 0),
        (-5, 1, True, Standing.LATE, 5),  # what is reached tomorrow is not reached today
    ],
)
def test_how_it_stands(due: int | None, reached: int | None, awaited: bool, standing: Standing, late: int) -> None:
    how = stood(on(due), on(reached), DAY, awaited=awaited)
    assert (how.standing, how.days_late) == (standing, late)
    assert how.why.endswith("。")
    assert how.standing.label


@given(
    st.none() | st.integers(-40, 40),
    st.none() | st.integers(-40, 40),
    st.booleans(),
)
def test_late_is_said_by_one_rule(due: int | None, reached: int | None, awaited: bool) -> None:
    late = is_milestone_late(on(due), on(reached), DAY, awaited=awaited)
    assert (stood(on(due), on(reached), DAY, awaited=awaited).standing is Standing.LATE) == late


def test_lights_and_labels() -> None:
    assert {each: each.light for each in Standing} == {
        Standing.ON_TIME: "green",
        Standing.REACHED: "green",
        Standing.REACHED_LATE: "green",
        Standing.LATE: "red",
        Standing.SOON: "yellow",
        Standing.AHEAD: "green",
        Standing.UNDATED: "none",
        Standing.RESTING: "none",
    }
    assert [each for each in Standing if each.is_reached] == [
        Standing.ON_TIME,
        Standing.REACHED,
        Standing.REACHED_LATE,
    ]
