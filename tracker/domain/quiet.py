"""When people may be written to: working days, in the hours of daylight work (免打扰时段与非工作日不发)."""

from __future__ import annotations

from datetime import datetime, time

from tracker.domain.workdays import WorkCalendar

FIRST_HOUR, LAST_HOUR = time(8, 0), time(20, 0)


def may_write(local: datetime, calendar: WorkCalendar) -> bool:
    """Whether mail may go out at this local time: 08:00 to 20:00 on a working day of the calendar."""
    return calendar.is_workday(local.date()) and FIRST_HOUR <= local.time() < LAST_HOUR
