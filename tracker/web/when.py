"""The day, the office's zone and the working calendar, as lists and lights ask for them."""

from __future__ import annotations

from datetime import date

from flask import g

from tracker.services.calendars import work_calendar
from tracker.services.lit import When
from tracker.services.rule_packs import light_pack_on
from tracker.web.context import settings, today
from tracker.web.database import session


def when() -> When:
    """Today in the office, with the calendar and the light pack that count."""
    return when_on(today())


def when_on(day: date) -> When:
    """The end of a day, with the calendar of the present and the light pack that was in force then."""
    asked: dict[date, When] = g.setdefault("when_on", {})
    if day not in asked:
        pack, calendar = light_pack_on(session(), day), work_calendar(session())
        asked[day] = When(day, settings().zone, calendar, pack, is_past=day < today())
    return asked[day]
