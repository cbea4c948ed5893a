"""Recurring duties: their days between any two days, without gaps and doubles, at month ends and over years."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.series import Cycle, Mark, Rhythm, Series, moved_days, next_due, occurrences, rhythm_of
from tracker.domain.workdays import announced_calendar, calendar_of

CALENDAR = announced_calendar()
START = date(2024, 3, 15)
MONTHLY = st.builds(Mark, st.integers(1, 2), st.integers(0, 31))
RHYTHMS = st.one_of(
    st.builds(
        Rhythm,
        st.sampled_from([Cycle.YEAR, Cycle.HALF_YEAR, Cycle.QUARTER, Cycle.MONTH]),
        st.lists(MONTHLY, min_size=1, max_size=4).map(tuple),
        st.integers(1, 3),
    ),
    st.builds(
        Rhythm,
        st.just(Cycle.WEEK),
        st.lists(st.builds(Mark, st.just(0), st.integers(1, 7)), min_size=1, max_size=3).map(tuple),
        st.integers(1, 3),
    ),
    st.just(Rhythm(Cycle.DAY, (Mark(0, 1),))),
)
DAYS = st.dates(date(2023, 1, 1), date(2028, 12, 31))


def due(code: str, first: str, last: str, starts: date = START, ends: date | None = None) -> list[str]:
    series = Series(rhythm_of(code), starts, ends)
    found = occurrences(series, date.fromisoformat(first), date.fromisoformat(last), CALENDAR)
    return [day.isoformat()[2:] for day in found]


@pytest.mark.parametrize(
    ("code", "first", "last", "days"),
    [
        ("Y1:11-15", "2024-01-01", "2026-12-31", ["24-11-15", "25-11-15", "26-11-15"]),
        ("Y1:2-0", "2024-01-01", "2028-03-01", ["25-02-28", "26-02-28", "27-02-28", "28-02-29"]),
        ("Y1:2-28", "2028-01-01", "2028-12-31", ["28-02-28"]),
        ("Y1:6-0,12-0", "2024-01-01", "2025-06-30", ["24-06-30", "24-12-31", "25-06-30"]),
        ("Y1:15-0", "2024-01-01", "2026-12-31", ["25-03-31", "26-03-31"]),
        ("Y1:13-31", "2024-03-15", "2026-02-01", ["25-01-31", "26-01-31"]),
        ("Y2:12-0", "2024-03-15", "2029-01-01", ["25-12-31", "27-12-31"]),
        ("H1:6-0", "2024-03-15", "2025-07-01", ["24-06-30", "24-12-31", "25-06-30"]),
        ("Q1:3-0", "2024-03-15", "2024-12-31", ["24-03-31", "24-06-30", "24-09-30", "24-12-31"]),
        ("Q1:4-5w", "2024-03-15", "2024-08-01", ["24-04-08", "24-07-05"]),
        ("Q1:1-10", "2024-03-15", "2024-08-01", ["24-04-10", "24-07-10"]),
        ("M1:1-31", "2024-03-15", "2024-06-30", ["24-03-31", "24-04-30", "24-05-31", "24-06-30"]),
        ("M1:1-30,1-31", "2024-03-15", "2024-04-30", ["24-03-30", "24-03-31", "24-04-30"]),
        ("M1:2-5", "2024-03-15", "2024-05-31", ["24-04-05", "24-05-05"]),
        ("M2:1-0", "2024-03-15", "2024-09-01", ["24-04-30", "24-06-30", "24-08-31"]),
        ("M1:1-5w", "2024-03-15", "2024-05-31", ["24-04-08", "24-05-10"]),
        ("W1:0-5", "2024-03-15", "2024-03-29", ["24-03-15", "24-03-22", "24-03-29"]),
        ("W2:0-7", "2024-03-15", "2024-04-22", ["24-03-24", "24-04-07", "24-04-21"]),
        ("D1:0-1", "2024-03-14", "2024-03-17", ["24-03-15", "24-03-16", "24-03-17"]),
    ],
)
def test_the_days_of_a_rhythm(code: str, first: str, last: str, days: list[str]) -> None:
    assert due(code, first, last) == days


def test_a_series_runs_from_its_first_day_to_its_last_and_no_further() -> None:
    assert due("M1:1-0", "2020-01-01", "2030-01-01", START, date(2024, 5, 31)) == ["24-03-31", "24-04-30", "24-05-31"]
    assert due("M1:1-0", "2024-06-01", "2030-01-01", START, date(2024, 5, 31)) == []


def test_the_next_day_is_the_first_after_a_given_one() -> None:
    yearly = Series(rhythm_of("Y1:6-0,12-0"), START, date(2025, 6, 30))
    assert next_due(yearly, date(2024, 6, 29), CALENDAR) == date(2024, 6, 30)
    assert next_due(yearly, date(2024, 6, 30), CALENDAR) == date(2024, 12, 31)
    assert next_due(yearly, date(2020, 1, 1), CALENDAR) == date(2024, 6, 30)
    assert next_due(yearly, date(2025, 6, 30), CALENDAR) is None


def test_the_end_of_all_days_stops_nothing() -> None:
    endless = Series(rhythm_of("Q1:4-5w"), date(9999, 11, 1))
    assert next_due(endless, date(9999, 12, 31) - timedelta(days=1), CALENDAR) is None


@pytest.mark.parametrize("code", ["", "Y", "Y0:1-1", "X1:1-1", "Y1:", "Y1:1", "Y1:1-1;"])
def test_a_word_that_is_no_rhythm_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match="不是周期代码"):
        rhythm_of(code)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("Y1:6-0,12-0", "每年6月底、12月底"),
        ("Y1:11-15", "每年11月15日"),
        ("Y2:12-0", "每2年12月底"),
        ("Y1:13-31", "每年次年1月31日"),
        ("Q1:3-0", "每季度末"),
        ("Q1:1-10", "每季度第1个月10日"),
        ("Q1:4-5w", "每季度期后第1个月第5个工作日"),
        ("M1:1-25", "每月25日"),
        ("M1:2-5", "每月次月5日"),
        ("W1:0-5", "每周五"),
        ("D1:0-1", "每日"),
    ],
)
def test_a_rhythm_in_words(code: str, words: str) -> None:
    assert rhythm_of(code).label == words


@given(RHYTHMS)
def test_a_rhythm_survives_being_stored(rhythm: Rhythm) -> None:
    assert rhythm_of(rhythm.code) == rhythm


@given(RHYTHMS, DAYS, DAYS, DAYS)
def test_days_come_in_order_once_and_without_gaps(rhythm: Rhythm, starts: date, one: date, other: date) -> None:
    """What two neighbouring spans give is what the whole gives: none is lost or doubled at the seam."""
    series = Series(rhythm, starts)
    first, last = min(one, other), max(one, other)
    middle = first + (last - first) // 2
    whole = list(occurrences(series, first, last, CALENDAR))
    parts = [
        *occurrences(series, first, middle, CALENDAR),
        *occurrences(series, middle + timedelta(days=1), last, CALENDAR),
    ]
    assert whole == parts == sorted(set(whole))
    assert all(first <= day <= last and day >= starts for day in whole)


@given(RHYTHMS, DAYS, DAYS)
def test_going_from_day_to_day_meets_every_occurrence(rhythm: Rhythm, starts: date, last: date) -> None:
    met: list[date] = []
    series = Series(rhythm, starts, last)
    day = next_due(series, starts - timedelta(days=1), CALENDAR)
    while day and len(met) < 50:
        met.append(day)
        day = next_due(series, day, CALENDAR)
    assert met == list(occurrences(series, starts, last, CALENDAR))[:50]


def test_days_move_with_the_calendar_and_others_stay() -> None:
    """April 2024 as it would be without days off: the fifth working day is then the 5th, not the 8th."""
    plain = calendar_of(())
    series = Series(rhythm_of("M1:1-5w,1-25"), START)
    days = set(occurrences(series, date(2024, 4, 1), date(2024, 5, 31), plain))
    assert sorted(day.isoformat()[5:] for day in days) == ["04-05", "04-25", "05-07", "05-25"]
    moved = moved_days(series, days, plain, CALENDAR)
    assert moved == {date(2024, 4, 5): date(2024, 4, 8), date(2024, 5, 7): date(2024, 5, 10)}
    assert moved_days(series, days, plain, plain) == {}
    assert moved_days(Series(rhythm_of("M1:1-25"), START), days, plain, CALENDAR) == {}
    ended = Series(rhythm_of("M1:1-5w"), START, date(2024, 5, 8))
    assert moved_days(ended, {date(2024, 5, 7)}, plain, CALENDAR) == {}  # it would leave the span of the series
