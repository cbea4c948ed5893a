"""The day, the office's zone and the working calendar, as lists and lights ask for them."""

from __future__ import annotations

from datetime import date

from flask import g

from tracker.services.day_rules import when_of
from tracker.services.lit import Day, When
from tracker.web.context import settings, today
from tracker.web.database import session


def when() -> When:
    """Today in the office, with the calendar and the light pack that count."""
    return when_on(today())


def when_on(day: date) -> When:
    """The end of a day, with the calendar of the present and the light pack that was in force then."""
    asked: dict[date, When] = g.setdefault("when_on", {})
    if day not in asked:
        asked[day] = when_of(session(), the_day(day))
    return asked[day]


def the_day(day: date) -> Day:
    """The end of a day, for lists without lights: it asks the database nothing."""
    return Day(day, settings().zone, is_past=day < today())
