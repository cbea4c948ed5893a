"""Deadlines that wait for a day: what is asked, and what follows from the answer."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.deadline_completion import asked_for, completed_by
from tracker.domain.workdays import announced_calendar

CALENDAR = announced_calendar()


@pytest.mark.parametrize(
    ("phrase", "day", "label", "due_on", "provisional"),
    [
        ("自收到申请之日起5个工作日内", date(2024, 9, 27), "起算日期", date(2024, 10, 10), False),
        ("项目竣工后3个月内", date(2024, 11, 30), "起算日期", date(2025, 2, 28), False),
        ("验收后30日内", date(2024, 3, 15), "起算日期", date(2024, 4, 14), False),
        ("半年内", date(2024, 3, 15), "起算日期", date(2024, 9, 15), False),
        ("收到通知后24小时内", date(2024, 3, 15), "起算日期", date(2024, 3, 16), False),
        ("验收后20个工作日内", date(2026, 12, 20), "起算日期", date(2027, 1, 15), True),
        ("春节前", date(2025, 1, 29), "事件日期", date(2025, 1, 28), False),
        ("2024年秋季学期开学前", date(2024, 9, 2), "事件日期", date(2024, 9, 1), False),
        ("项目验收前", date(2024, 5, 10), "事件日期", date(2024, 5, 9), False),
        ("汛期结束后", date(2024, 9, 30), "事件日期", date(2024, 9, 30), False),
        ("两会期间", date(2025, 3, 11), "事件日期", date(2025, 3, 11), False),
        ("会议召开前5个工作日", date(2024, 10, 9), "事件日期", date(2024, 9, 26), False),
        ("活动举办前15日", date(2024, 5, 20), "事件日期", date(2024, 5, 5), False),
        ("提前1个月", date(2024, 3, 31), "事件日期", date(2024, 2, 29), False),
        ("立行立改", date(2024, 3, 20), "完成日期", date(2024, 3, 20), False),
        ("按国家统一部署", date(2024, 12, 31), "完成日期", date(2024, 12, 31), False),
    ],
    ids=str,
)
def test_the_day_that_follows(phrase: str, day: date, label: str, due_on: date, provisional: bool) -> None:
    completion = completed_by(phrase, day, CALENDAR)
    assert (asked_for(phrase).label, completion.due_on, completion.provisional) == (label, due_on, provisional)


def test_a_period_out_of_all_calendars_is_refused() -> None:
    with pytest.raises(ValueError, match="过长"):
        completed_by("验收后99999日内", date(2024, 1, 1), CALENDAR)


@given(st.text(alphabet="自收到验收后前提半年月周日天工作内个0123456789十春节汛期立行改按部署", max_size=20))
def test_any_phrase_asks_for_something(phrase: str) -> None:
    assert asked_for(phrase).label in ("起算日期", "事件日期", "完成日期")
