"""The rules that count on a day."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tracker.services.calendars import work_calendar
from tracker.services.lit import Day, When
from tracker.services.rule_packs import light_pack_on


def when_of(session: Session, day: Day) -> When:
    """The day with the calendar of the present and the light pack that was in force then; two statements."""
    return When(day.today, day.zone, day.is_past, work_calendar(session), light_pack_on(session, day.today))
