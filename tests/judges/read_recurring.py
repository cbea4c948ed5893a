"""Reads a calendar on standard input with recurring-ical-events, in the judges' own Python, and prints JSON.

Usage: python read_recurring.py FIRST_DAY LAST_DAY
"""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta

import icalendar
import recurring_ical_events  # type: ignore[import-not-found,unused-ignore]


def main(first: str, last: str) -> None:
    calendar = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
    components = recurring_ical_events.of(calendar, components=["VEVENT", "VTODO"])
    found = components.between(date.fromisoformat(first), date.fromisoformat(last) + timedelta(days=1))
    print(json.dumps([_told(component) for component in found]))


def _told(component: icalendar.Component) -> dict[str, str]:
    start = component.decoded("DUE" if component.name == "VTODO" else "DTSTART")
    return {
        "kind": str(component.name).lower(),
        "uid": str(component["UID"]),
        "title": str(component["SUMMARY"]),
        "start": start.isoformat(),
        "end": component.decoded("DTEND").isoformat() if "DTEND" in component else "",
        "status": str(component["STATUS"]),
        "description": str(component.get("DESCRIPTION", "")),
        "url": str(component.get("URL", "")),
        "alarms": str(len(component.walk("VALARM"))),
    }


main(*sys.argv[1:])
