"""By which day the next report is owed, and which reports are still in time."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.report_rhythm import NUMBERS, Every, ReportRhythm

DAYS = st.dates(date(2020, 1, 1), date(2028, 12, 31))
RHYTHMS = st.sampled_from([Every.DAYS, Every.MONTH, Every.WEEK]).flatmap(
    lambda every: st.builds(ReportRhythm, st.just(every), st.integers(*NUMBERS[every]))
)


@pytest.mark.parametrize(
    ("rhythm", "since", "owed_on"),
    [
        (ReportRhythm(), date(2023, 5, 20), None),
        (ReportRhythm(Every.DAYS, 10), date(2023, 5, 25), date(2023, 6, 4)),
        # A report of May is for May, early or late; the next is June's.
        (ReportRhythm(Every.MONTH, 25), date(2023, 5, 1), date(2023, 6, 25)),
        (ReportRhythm(Every.MONTH, 25), date(2023, 5, 25), date(2023, 6, 25)),
        (ReportRhythm(Every.MONTH, 25), date(2023, 5, 31), date(2023, 6, 25)),
        (ReportRhythm(Every.MONTH, 31), date(2023, 1, 31), date(2023, 2, 28)),
        (ReportRhythm(Every.MONTH, 31), date(2024, 1, 31), date(2024, 2, 29)),
        (ReportRhythm(Every.MONTH, 5), date(2023, 12, 6), date(2024, 1, 5)),
        # 15 May 2023 was a Monday.
        (ReportRhythm(Every.WEEK, 5), date(2023, 5, 15), date(2023, 5, 26)),
        (ReportRhythm(Every.WEEK, 5), date(2023, 5, 21), date(2023, 5, 26)),
        (ReportRhythm(Every.WEEK, 7), date(2023, 5, 21), date(2023, 5, 28)),
        (ReportRhythm(Every.WEEK, 1), date(2023, 5, 22), date(2023, 5, 29)),
    ],
)
def test_the_day_by_which_the_next_report_is_owed(rhythm: ReportRhythm, since: date, owed_on: date | None) -> None:
    assert rhythm.owed_on(since) == owed_on


@given(RHYTHMS, DAYS, st.integers(-80, 80))
def test_both_ways_of_asking_agree(rhythm: ReportRhythm, day: date, ago: int) -> None:
    since, first = day - timedelta(days=ago), rhythm.first_in_time(day)
    owed_on = rhythm.owed_on(since)
    assert first
    assert owed_on
    assert (day > owed_on) == (since < first)


@given(RHYTHMS, DAYS)
def test_a_report_on_the_last_day_is_never_asked_for_again_at_once(rhythm: ReportRhythm, day: date) -> None:
    owed_on = rhythm.owed_on(day)
    assert owed_on
    assert owed_on > day
    later = rhythm.owed_on(owed_on)
    assert later
    assert later > owed_on


def test_nothing_is_owed_where_nothing_is_asked_for() -> None:
    assert ReportRhythm().first_in_time(date(2023, 5, 1)) is None


@pytest.mark.parametrize(
    ("rhythm", "words"),
    [
        (ReportRhythm(), "不要求定期报进展"),
        (ReportRhythm(Every.DAYS, 10), "每10天一次"),
        (ReportRhythm(Every.MONTH, 25), "每月25日前"),
        (ReportRhythm(Every.MONTH, 31), "每月最后一天前"),
        (ReportRhythm(Every.WEEK, 1), "每周一前"),
        (ReportRhythm(Every.WEEK, 7), "每周日前"),
    ],
)
def test_in_words(rhythm: ReportRhythm, words: str) -> None:
    assert rhythm.words == words
