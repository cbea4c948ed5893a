"""The ladder of notices: what is owed on which day, and the same rule read for whole tables."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.notices import LADDER, NoticeKind, owed, reached, step_label

DUE = date(2023, 6, 15)
LONG_AGO = date(2022, 1, 1)


def day(offset: int) -> date:
    return DUE + timedelta(days=offset)


def told(today: int, since: date = LONG_AGO) -> list[tuple[int, int]]:
    """(step, days late) of what is owed that many days from the due day."""
    return [(each.step.days, each.late_days) for each in owed(DUE, since, day(today))]


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (-31, []),
        (-30, [(-30, 0)]),
        (-29, [(-30, 1)]),
        (-8, [(-30, 22)]),
        (-7, [(-7, 0)]),
        (-3, [(-3, 0)]),
        (-2, [(-3, 1)]),
        (-1, [(-1, 0)]),
        (0, [(0, 0)]),
        (1, [(1, 0)]),
        (6, [(1, 5)]),
        (7, [(1, 6), (7, 0)]),
        (15, [(1, 14), (7, 8), (15, 0)]),
        (30, [(1, 29), (7, 23), (15, 15), (30, 0)]),
        (400, [(1, 399), (7, 393), (15, 385), (30, 370)]),
    ],
)
def test_what_is_owed(today: int, expected: list[tuple[int, int]]) -> None:
    assert told(today) == expected


@pytest.mark.parametrize(
    ("today", "since", "expected"),
    [
        (-5, -5, [(-7, 0)]),  # given out five days before: told at once, and not late
        (-4, -5, [(-7, 1)]),
        (-3, -5, [(-3, 0)]),
        (20, 20, [(15, 0)]),  # given out when long overdue: the last rung alone
        (25, 20, [(15, 5)]),
        (30, 20, [(30, 0)]),  # and the ladder goes on from there; the rung before it was told on its own day
        (40, 1, [(1, 39), (7, 33), (15, 25), (30, 10)]),
        (40, 7, [(7, 33), (15, 25), (30, 10)]),
    ],
)
def test_work_given_out_late_is_told_once_and_at_once(today: int, since: int, expected: list[tuple[int, int]]) -> None:
    assert told(today, day(since)) == expected


def test_the_ladder_is_in_order_and_named() -> None:
    days = [step.days for step in LADDER]
    assert days == [-30, -7, -3, -1, 0, 1, 7, 15, 30]
    assert [step.days for step in LADDER if step.kind is NoticeKind.OVERDUE] == [1, 7, 15, 30]
    assert [step.days for step in LADDER if step.copies_head] == [1]
    assert step_label(7) == "逾期7天（督办单）"
    assert [step_label(days) for days in (2, -2)] == ["逾期2天提醒", "提前2天提醒"]


def test_a_day_that_was_swept_brings_nothing_new() -> None:
    assert reached(DUE, DUE) == ()
    assert reached(day(3), DUE) == ()


def test_one_day_brings_each_rung_once() -> None:
    found = reached(day(-1), DUE)
    assert sorted((each.step.days, (each.due_on - DUE).days) for each in found) == [
        (days, -days) for days in sorted(step.days for step in LADDER)
    ]
    assert {each.planned_on for each in found} == {DUE}


@given(due=st.integers(-60, 60), downtime=st.integers(0, 60))
def test_the_rule_for_tables_is_the_rule_for_one(due: int, downtime: int) -> None:
    """Every due day around, any downtime: both readings of the ladder agree to the day."""
    today, since = DUE, DUE - timedelta(days=downtime)
    by_one = {
        (each.step.days, each.planned_on, each.late_days)
        for each in owed(day(due), LONG_AGO, today)
        if each.planned_on > since
    }
    by_table = {
        (each.step.days, each.planned_on, each.late_days(today))
        for each in reached(since, today)
        if each.due_on == day(due)
    }
    assert by_table == by_one
    assert len([each for each in reached(since, today) if each.due_on == day(due)]) == len(by_table)


@given(due=st.integers(-50, 50), since=st.integers(-60, 60), days=st.lists(st.integers(0, 100), min_size=1))
def test_what_was_owed_once_stays_said_once(due: int, since: int, days: list[int]) -> None:
    """Sweeping on any set of days tells the same urgings as sweeping on the last alone, or more, never twice."""
    start = day(since)
    swept = [start + timedelta(days=each) for each in sorted(set(days))]
    said = [(each.step.days, each.planned_on) for today in swept for each in owed(day(due), start, today)]
    last = {(each.step.days, each.planned_on) for each in owed(day(due), start, swept[-1])}
    assert last <= set(said)
    assert all(planned <= swept[-1] for _, planned in said)
