"""Whose opinion is awaited, and until when it may come."""

from __future__ import annotations

from datetime import date

import pytest

from tests.builders import NOW
from tracker.domain.joint import SupportPart, latest_day
from tracker.domain.lifecycle import State
from tracker.domain.roles import Role
from tracker.domain.workdays import announced_calendar

ADD = announced_calendar().add_workdays
DAY = date(2023, 6, 1)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("waived", [False, True])
def test_whose_opinion_is_awaited(state: State, waived: bool) -> None:
    part = SupportPart("市财政局", state, DAY, NOW, waived)
    given = state in (State.SUBMITTED, State.COMPLETED)
    assert part.is_given == given
    assert part.is_awaited == (not given and not waived and state is not State.WITHDRAWN)


def test_three_working_days_before_the_first_of_those_who_lead() -> None:
    lead = (Role.LEAD, State.IN_PROGRESS, date(2023, 6, 30))
    assert latest_day([lead], ADD) == date(2023, 6, 27)
    # 22 to 24 June 2023 are 端午, and 25 June is a worked Sunday.
    assert latest_day([(Role.LEAD, State.IN_PROGRESS, date(2023, 6, 26))], ADD) == date(2023, 6, 20)
    earlier = (Role.RESPONSIBLE, State.IN_PROGRESS, date(2023, 6, 15))
    assert latest_day([lead, earlier], ADD) == date(2023, 6, 12)


def test_only_open_dated_parts_that_complete_the_task_count() -> None:
    support = (Role.SUPPORT, State.IN_PROGRESS, date(2023, 6, 10))
    done = (Role.RESPONSIBLE, State.COMPLETED, date(2023, 6, 10))
    assert latest_day([support, done, (Role.LEAD, State.IN_PROGRESS, None)], ADD) is None
