"""Where the past ends: which alterations count for a month, and from when on it is over for good."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tracker.store.past_marks import PastState

END_OF_MAY = datetime(2023, 6, 1, tzinfo=ZoneInfo("Asia/Shanghai"))  # 16:00 of 31 May in UTC
INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("end", "counted"), [(END_OF_MAY, 3), (END_OF_MAY - timedelta(days=1), 1), (datetime(2023, 6, 1, tzinfo=UTC), 7)]
)
def test_alterations_count_up_to_the_day_of_the_end_in_utc(end: datetime, counted: int) -> None:
    altered = {date(2023, 5, 30): 1, date(2023, 5, 31): 2, date(2023, 6, 1): 4}
    assert PastState(altered, None).changes_before(end) == counted


@pytest.mark.parametrize(
    ("newest", "is_settled"),
    [
        (END_OF_MAY + timedelta(days=1), True),
        (END_OF_MAY + timedelta(days=1) - INSTANT, False),
        (END_OF_MAY, False),
        (None, False),
    ],
)
def test_a_time_is_over_when_work_went_on_a_day_beyond_it(newest: datetime | None, is_settled: bool) -> None:
    assert PastState({}, newest).is_settled(END_OF_MAY) is is_settled
