"""The day, the office's zone and the working calendar, as lists and lights ask for them."""

from __future__ import annotations

from tracker.services.calendars import work_calendar
from tracker.services.lit import When
from tracker.web.context import settings, today
from tracker.web.database import session


def when() -> When:
    """Today in the office, with the calendar that counts."""
    return When(today(), settings().zone, work_calendar(session()))
