"""When people may be written to: working days, in the hours of daylight work (免打扰时段与非工作日不发)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tracker.domain.notice_policy import DEFAULT_POLICY, NoticePolicy
from tracker.domain.workdays import WorkCalendar


def may_write(local: datetime, calendar: WorkCalendar, policy: NoticePolicy = DEFAULT_POLICY) -> bool:
    """Whether messages may go out at this local time: from the digest's hour until the quiet hours begin."""
    return may_still_write(local, calendar, policy) and first_hour(policy) <= local.hour


def may_still_write(local: datetime, calendar: WorkCalendar, policy: NoticePolicy = DEFAULT_POLICY) -> bool:
    """Whether messages may go out at this local time or later on the same day."""
    return is_writing_day(local.date(), calendar, policy) and local.hour < policy.quiet_from


def first_hour(policy: NoticePolicy) -> int:
    """The hour from which on messages go out."""
    return max(policy.digest_hour, policy.quiet_to)


def is_writing_day(day: date, calendar: WorkCalendar, policy: NoticePolicy = DEFAULT_POLICY) -> bool:
    """Whether anything goes out on that day at all."""
    return not policy.working_days_only or calendar.is_workday(day)


def next_writing_day(day: date, calendar: WorkCalendar, policy: NoticePolicy = DEFAULT_POLICY) -> date:
    """The first day from ``day`` on, itself included, on which messages go out."""
    while not is_writing_day(day, calendar, policy):
        day += timedelta(days=1)
    return day
