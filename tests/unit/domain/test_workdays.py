"""Working days with moved weekends, and years whose notice is not out yet."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.holidays import ANNOUNCED
from tracker.domain.workdays import WorkCalendar, announced_calendar

CALENDAR = announced_calendar()
DAYS = st.dates(date(2004, 1, 1), date(2040, 1, 1))


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2023, 1, 20), True),
        (date(2023, 1, 21), False),  # 除夕, a Saturday off
        (date(2023, 1, 23), False),  # 春节, a Monday
        (date(2023, 1, 28), True),  # a Saturday that is worked
        (date(2023, 1, 29), True),  # a Sunday that is worked
        (date(2023, 10, 7), True),
        (date(2024, 2, 18), True),
        (date(2025, 10, 8), False),
        (date(2026, 2, 28), True),
        (date(2023, 6, 17), False),  # a plain Saturday
    ],
)
def test_knows_moved_weekends(day: date, worked: bool) -> None:
    assert CALENDAR.is_workday(day) is worked


def test_counts_twenty_days_over_the_spring_festival() -> None:
    assert CALENDAR.add_workdays(date(2023, 1, 4), 20) == date(2023, 2, 6)


def test_counts_back() -> None:
    assert CALENDAR.add_workdays(date(2023, 1, 30), -3) == date(2023, 1, 20)


def test_no_working_day_is_the_noughth() -> None:
    with pytest.raises(ValueError, match="不能为零"):
        CALENDAR.add_workdays(date(2023, 1, 4), 0)


def test_years_without_a_notice_are_provisional() -> None:
    assert CALENDAR.knows(date(2004, 1, 1), date(2026, 12, 31))
    assert not CALENDAR.knows(date(2026, 12, 31), date(2027, 1, 1))


def test_every_year_announced_has_holidays_and_makes_up_on_weekends() -> None:
    assert set(ANNOUNCED) == set(range(2004, 2027))
    assert all(day.weekday() >= 5 for day in CALENDAR.makeup_days)
    assert not CALENDAR.makeup_days & CALENDAR.holidays


@given(DAYS, st.integers(1, 60))
def test_the_nth_working_day_is_n_working_days_on(start: date, count: int) -> None:
    end = CALENDAR.add_workdays(start, count)
    assert CALENDAR.is_workday(end)
    days = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    assert sum(CALENDAR.is_workday(day) for day in days) == count


@given(DAYS)
def test_an_unknown_calendar_works_on_weekdays(day: date) -> None:
    assert WorkCalendar(frozenset(), frozenset(), frozenset()).is_workday(day) is (day.weekday() < 5)
