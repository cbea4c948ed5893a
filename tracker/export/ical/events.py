"""An entry put into the bytes of one component, by the icalendar library."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from icalendar import Alarm, Component, Event, Todo
from icalendar.prop import vCategory, vDDDTypes, vDuration, vInt, vUri

from tracker.domain.feeds import Flavour
from tracker.export.ical.entries import COLOURS, Entry, Status, item_entry, milestone_entry
from tracker.export.ical.values import FeedItem, FeedStyle, MilestoneItem
from tracker.export.ical.wire import Text, Written, put_line, put_text, wire_bytes

# 09:00 on the day before: all-day entries begin at midnight.
ALARM_BEFORE = timedelta(hours=-15)
# For what feeds tell of their own, day by day; the items' bytes are kept in the database.
KEPT_IN_MEMORY = 500


def event_bytes(item: FeedItem, style: FeedStyle) -> bytes:
    """One item's component, whole lines with CRLF, fit to be kept and joined; ValueError when the row is wrong."""
    return component_bytes(item_entry(item, style), style)


def milestone_bytes(item: MilestoneItem, style: FeedStyle) -> bytes:
    """The same of a milestone."""
    return component_bytes(milestone_entry(item, style), style)


@lru_cache(maxsize=KEPT_IN_MEMORY)
def repeated_bytes(entry: Entry, style: FeedStyle) -> bytes:
    """The same bytes as ``component_bytes``, for entries that are asked for again and again."""
    return component_bytes(entry, style)


def component_bytes(entry: Entry, style: FeedStyle) -> bytes:
    """The entry as a VEVENT or VTODO; the same entry gives the same bytes."""
    component = _todo(entry) if style.flavour is Flavour.TODO else _event(entry)
    if style.alarm and entry.is_ahead:
        component.add_component(_alarm(entry, style.flavour))
    return wire_bytes(component)


def _event(entry: Entry) -> Component:
    event = Event()
    _put_common(event, entry)
    _put_day(event, "DTSTART", entry.day)
    _put_day(event, "DTEND", entry.day + timedelta(days=1))
    _put_fixed(event, {"TRANSP": "TRANSPARENT", "STATUS": _event_status(entry)})
    _put_fixed(event, {"X-MICROSOFT-CDO-ALLDAYEVENT": "TRUE", "X-MICROSOFT-CDO-BUSYSTATUS": "FREE"})
    return event


def _event_status(entry: Entry) -> str:
    return "CANCELLED" if entry.status is Status.CANCELLED else "CONFIRMED"


def _todo(entry: Entry) -> Component:
    todo = Todo()
    _put_common(todo, entry)
    _put_day(todo, "DUE", entry.day)
    todo["STATUS"] = Text(entry.status)
    if entry.percent is not None:
        todo.add("percent-complete", entry.percent)
    if entry.done_at is not None:
        todo.add("completed", entry.done_at)
    return todo


def _put_common(component: Component, entry: Entry) -> None:
    component["UID"] = Text(entry.uid)
    component["DTSTAMP"] = component["LAST-MODIFIED"] = Written.of(vDDDTypes(entry.stamp))
    component["SEQUENCE"] = vInt(entry.sequence)
    put_line(component, "SUMMARY", entry.summary)
    component["URL"] = vUri(entry.url)
    if entry.description:
        put_text(component, "DESCRIPTION", entry.description)
    _put_light(component, entry)


def _put_light(component: Component, entry: Entry) -> None:
    """Colour and category besides the words, for clients that know them."""
    if entry.light in COLOURS:
        component["COLOR"] = _fixed(COLOURS[entry.light])
        component["CATEGORIES"] = _category(entry.light.label)


def _put_day(component: Component, name: str, day: date) -> None:
    component[name] = _day(day)


@lru_cache(maxsize=KEPT_IN_MEMORY)
def _day(day: date) -> Written:
    """The day, for all entries that are due on it."""
    value = vDDDTypes(day)
    value.params["VALUE"] = "DATE"
    return Written.of(value)


def _put_fixed(component: Component, values: dict[str, str]) -> None:
    for name, value in values.items():
        component[name] = _fixed(value)


@lru_cache(maxsize=KEPT_IN_MEMORY)
def _fixed(value: str) -> Written:
    """One of the words that the format itself has."""
    return Written.of(Text(value))


@lru_cache(maxsize=KEPT_IN_MEMORY)
def _category(label: str) -> Written:
    return Written.of(vCategory([label]))


def _alarm(entry: Entry, flavour: Flavour) -> Alarm:
    alarm = Alarm()
    _put_fixed(alarm, {"ACTION": "DISPLAY"})
    put_line(alarm, "DESCRIPTION", entry.summary)
    # A VTODO here has no start to count from, only its due day.
    related: dict[str, Any] = {"RELATED": "END"} if flavour is Flavour.TODO else {}
    alarm["TRIGGER"] = vDuration(ALARM_BEFORE, params=related)
    return alarm
