"""The ladder of notices: what is owed on which day, and the same rule read for whole tables."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.notices import LADDER, NoticeKind, Step, owed, reached, step_label

DUE = date(2023, 6, 15)
LONG_AGO = date(2022, 1, 1)


def day(offset: int) -> date:
    return DUE + timedelta(days=offset)


def told(today: int, since: date = LONG_AGO, swept: int | None = None) -> list[tuple[int, int]]:
    """(step, days late) of what is owed that many days from the due day; never swept before unless a day is given."""
    swept_on = None if swept is None else day(swept)
    return [(each.step.days, each.late_days) for each in owed(DUE, since, day(today), swept_on=swept_on)]


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
        (400, [(1, 399), (7, 393), (15, 385), (30, 370)]),
    ],
)
def test_what_is_owed_where_none_was_ever_swept(today: int, expected: list[tuple[int, int]]) -> None:
    assert told(today) == expected


@pytest.mark.parametrize(
    ("swept", "today", "expected"),
    [
        (-31, -30, [(-30, 0)]),
        (-31, 2, [(-30, 32), (-7, 9), (-3, 5), (-1, 3), (0, 2), (1, 1)]),  # a month without a sweep: all, and how late
        (-4, -2, [(-7, 5), (-3, 1)]),  # the one before the last sweep is on record already
        (6, 40, [(1, 39), (7, 33), (15, 25), (30, 10)]),
        (40, 41, [(30, 11)]),
    ],
)
def test_what_downtime_missed_is_owed_all_the_same(swept: int, today: int, expected: list[tuple[int, int]]) -> None:
    assert told(today, swept=swept) == expected


@pytest.mark.parametrize(
    ("today", "since", "expected"),
    [
        (-5, -5, [(-7, 0)]),  # given out five days before: told at once, and not late
        (-4, -5, [(-7, 1)]),
        (-3, -5, [(-7, 2), (-3, 0)]),
        (20, 20, [(15, 0)]),  # given out when long overdue: the last rung alone
        (25, 20, [(15, 5)]),
        (30, 20, [(15, 10), (30, 0)]),  # and the ladder goes on from there
        (40, 1, [(1, 39), (7, 33), (15, 25), (30, 10)]),
        (40, 7, [(7, 33), (15, 25), (30, 10)]),
    ],
)
def test_work_given_out_late_is_told_once_and_at_once(today: int, since: int, expected: list[tuple[int, int]]) -> None:
    assert told(today, day(since), swept=since) == expected


@pytest.mark.parametrize(
    ("swept", "today", "expected"),
    [
        (-7, -7, []),
        (-8, -7, [-30]),  # which is on record already: it had come by the last sweep
        (-8, -3, [-30, -7]),
        (-31, 0, [-30, -7, -3, -1]),
        (-31, 1, [-30, -7, -3, -1, 0]),  # told of as overdue, nobody needs to hear that it falls due
        (-31, 40, [-30, -7, -3, -1, 0]),  # an urging is not undone by the next
    ],
)
def test_a_reminder_is_overtaken_by_a_later_rung(swept: int, today: int, expected: list[int]) -> None:
    found = owed(DUE, LONG_AGO, day(today), swept_on=day(swept))
    assert [each.step.days for each in found if each.is_overtaken] == expected


def test_for_the_head_only_by_a_rung_that_heads_are_told_of() -> None:
    copied = Step(-7, "一周", copies_head=True), Step(-3, "三天"), Step(1, "催办", copies_head=True)
    told = owed(DUE, LONG_AGO, day(-3), copied, day(-8))
    assert [(each.is_overtaken, each.is_overtaken_for_head) for each in told] == [(True, False), (False, False)]
    late = owed(DUE, LONG_AGO, day(1), copied, day(-8))
    assert [each.is_overtaken_for_head for each in late] == [True, True, False]


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
    assert sorted((each.owed.step.days, (each.due_on - DUE).days) for each in found) == [
        (days, -days) for days in sorted(step.days for step in LADDER)
    ]
    assert {each.owed.planned_on for each in found} == {DUE}
    assert not any(each.owed.is_overtaken for each in found)


@given(due=st.integers(-60, 60), downtime=st.integers(0, 60))
def test_the_rule_for_tables_is_the_rule_for_one(due: int, downtime: int) -> None:
    """Every due day around, any downtime: both readings of the ladder agree to the day."""
    today, since = DUE, DUE - timedelta(days=downtime)
    by_one = [each for each in owed(day(due), LONG_AGO, today, swept_on=since) if each.planned_on > since]
    by_table = [each.owed for each in reached(since, today) if each.due_on == day(due)]
    assert sorted(by_table, key=lambda each: each.step.days) == by_one


@given(
    due=st.integers(-50, 50),
    since=st.integers(-60, 60),
    days=st.sets(st.integers(0, 100), min_size=1),
)
def test_any_days_of_sweeping_tell_what_sweeping_daily_tells(due: int, since: int, days: set[int]) -> None:
    """Whatever downtime lies between: the same rungs, for the same planned days."""
    start = day(since)

    def said(swept: list[int]) -> set[tuple[int, date]]:
        before = [None, *swept]
        return {
            (each.step.days, each.planned_on)
            for last, today in zip(before, swept, strict=False)
            for each in owed(
                day(due), start, start + timedelta(days=today), swept_on=start + timedelta(days=last if last else 0)
            )
        }

    assert said(sorted(days)) == said(list(range(max(days) + 1)))
