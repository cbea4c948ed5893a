"""The one reader of wall time. Everything else is told what time it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Clock:
    """Tells the instant (aware, UTC) and the day in the office's zone.

    ``fixed_day`` holds the sample on one day: its hours run with the wall clock, its date does not.
    """

    zone: ZoneInfo
    read: Callable[[], datetime] = lambda: datetime.now(UTC)
    fixed_day: date | None = None

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        instant = self.read()
        if self.fixed_day is None:
            return instant
        hours = instant.astimezone(self.zone).timetz()
        return datetime.combine(self.fixed_day, hours).astimezone(UTC)

    def today(self) -> date:
        """The present day in the office's zone."""
        return self.day_of(self.now())

    def day_of(self, instant: datetime) -> date:
        """The office's day in which an aware instant falls; never cut a UTC instant into a date."""
        return instant.astimezone(self.zone).date()

    def start_of(self, day: date) -> datetime:
        """The instant (UTC) at which a day begins in the office's zone."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def fixed_at(self, instant: datetime) -> Clock:
        """A clock that always says ``instant``; for tests and for the sample's history."""
        return Clock(self.zone, lambda: instant)
