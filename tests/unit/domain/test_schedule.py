"""Slots of the clock, lateness, and the words for spans."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.schedule import JOBS, Job, Rhythm, counts_in_words, in_long, lateness, sent_late

ZONE = ZoneInfo("Asia/Shanghai")
FIVE = Rhythm(timedelta(minutes=5))
NIGHTLY = Rhythm(timedelta(days=1), time(0, 15))


def at(day: int, hour: int, minute: int, second: int = 0) -> datetime:
    """An instant of June 2023 in the office."""
    return datetime(2023, 6, day, hour, minute, second, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("rhythm", "now", "last", "coming"),
    [
        (FIVE, at(15, 10, 7, 30), at(15, 10, 5), at(15, 10, 10)),
        (FIVE, at(15, 10, 5), at(15, 10, 5), at(15, 10, 10)),
        (FIVE, at(15, 0, 0), at(15, 0, 0), at(15, 0, 5)),  # the day's first sweep comes with the day
        (NIGHTLY, at(15, 0, 14, 59), at(14, 0, 15), at(15, 0, 15)),
        (NIGHTLY, at(15, 0, 15), at(15, 0, 15), at(16, 0, 15)),
        (NIGHTLY, at(15, 9, 0), at(15, 0, 15), at(16, 0, 15)),
    ],
)
def test_slots(rhythm: Rhythm, now: datetime, last: datetime, coming: datetime) -> None:
    assert rhythm.last(now, ZONE) == last
    assert rhythm.next(now, ZONE) == coming


def test_a_day_that_is_shorter_by_an_hour_has_its_slot() -> None:
    """Summer time begins in the night: the day's slot stands at the same time of the wall's clock."""
    berlin, rhythm = ZoneInfo("Europe/Berlin"), Rhythm(timedelta(days=1), time(8, 0))
    evening = datetime(2023, 3, 25, 20, 0, tzinfo=berlin)
    assert rhythm.next(evening, berlin) == datetime(2023, 3, 26, 6, 0, tzinfo=UTC)
    assert rhythm.last(evening, berlin) == datetime(2023, 3, 25, 7, 0, tzinfo=UTC)


@given(seconds=st.integers(0, 20 * 365 * 24 * 3600))
def test_every_instant_lies_between_two_slots(seconds: int) -> None:
    now = datetime(2020, 1, 2, tzinfo=UTC) + timedelta(seconds=seconds)
    for plan in JOBS.values():
        last, coming = plan.rhythm.last(now, ZONE), plan.rhythm.next(now, ZONE)
        assert last <= now < coming
        assert coming - last == plan.rhythm.every
        assert plan.rhythm.last(last, ZONE) == last


def test_every_job_says_what_it_does() -> None:
    assert set(JOBS) == set(Job)
    assert [plan.rhythm.words for plan in JOBS.values()] == [
        "每5分钟",
        "每5分钟",
        "每1分钟",
        "每天0:15",
        "每10分钟",
        "每小时",
    ]
    assert all(plan.does.endswith("。") for plan in JOBS.values())


@pytest.mark.parametrize(
    ("done", "now", "late"),
    [
        (None, at(15, 10, 5), timedelta()),  # it never ran: nobody waited
        (at(15, 10, 0, 3), at(15, 10, 5, 1), timedelta()),
        (at(15, 10, 0, 3), at(15, 10, 8), timedelta(minutes=3)),  # the slot at 10:05 was left to the next
        (at(5, 10, 0, 3), at(15, 10, 5, 1), timedelta(days=10, seconds=1)),
        (at(15, 10, 6), at(15, 10, 5), timedelta()),  # somebody swept by hand meanwhile
    ],
)
def test_lateness_counts_from_the_first_slot_that_nobody_did(
    done: datetime | None, now: datetime, late: timedelta
) -> None:
    assert lateness(Job.SWEEP, done, JOBS[Job.SWEEP].rhythm.last(now, ZONE), now, ZONE) == late


def test_words() -> None:
    spans = [timedelta(seconds=59), timedelta(minutes=59), timedelta(minutes=119), timedelta(hours=47), timedelta(3)]
    assert [in_long(span) for span in spans] == ["不到1分钟", "59分钟", "1小时", "1天", "3天"]
    assert [sent_late(3, 72), sent_late(0, 15), sent_late(0, 0)] == ["迟发3天", "迟发15小时", ""]
    assert counts_in_words({"flagged": 3, "recorded": 0, "set_aside": 1}) == "新标记逾期3项，未能处理1项"
    assert counts_in_words({}) == ""
