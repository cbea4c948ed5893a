"""The demanding feeds: all that an office's calendar may hold at once, and what a parser is seen to read of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

from tests.judges.judges import Read
from tests.unit.export.items import CHANGED, NASTY, TODAY, a_feed, an_item, overview_of
from tracker.domain.lifecycle import State
from tracker.domain.lights import Light
from tracker.domain.milestones import Standing
from tracker.export.ical import (
    FeedItem,
    FeedSpec,
    Flavour,
    MilestoneItem,
    Redaction,
    event_bytes,
    feed_bytes,
    milestone_bytes,
    numbered,
    own_bytes,
)
from tracker.export.text import one_line

Judge = Callable[[bytes], Read]
CLOSED = {State.COMPLETED: "completed_on", State.WITHDRAWN: "withdrawn_on"}


def _of_states() -> list[FeedItem]:
    """One item in every state and every light."""
    pairs = [(state, light) for state in State for light in Light]
    return [
        an_item(number, state=state, light=light, due_on=TODAY + timedelta(days=number - 9), **_closing(state))
        for number, (state, light) in enumerate(pairs, 1)
    ]


def _closing(state: State) -> dict[str, date]:
    return {CLOSED[state]: TODAY - timedelta(days=1)} if state in CLOSED else {}


def _hostile() -> list[FeedItem]:
    return [
        an_item(1000 + number, title=text, quote=text, due_on=TODAY + timedelta(days=number))
        for number, text in enumerate(NASTY)
    ]


def _milestones() -> list[MilestoneItem]:
    """One in every standing, with hostile words around it."""
    return [
        MilestoneItem(
            uid=str(UUID(int=2000 + number)),
            text=f"建成{number}所",
            task_title=NASTY[number],
            units="市教育局",
            due_on=TODAY + timedelta(days=number),
            standing=standing,
            changed_at=CHANGED,
            sequence=number,
            url="/tasks/7",
            reached_on=TODAY if standing.is_reached else None,
            path=(NASTY[number],),
        )
        for number, standing in enumerate(Standing)
    ]


STATES, HOSTILE, MILESTONES = _of_states(), _hostile(), _milestones()
ITEMS = [*STATES, *HOSTILE]
TITLES = {item.uid: f"{one_line(item.title) or '（未命名事项）'} · 市教育局" for item in HOSTILE}


def demanding(spec: FeedSpec) -> bytes:
    """Everything in one feed of that style."""
    kept = [event_bytes(item, spec.style) for item in ITEMS]
    kept += [milestone_bytes(item, spec.style) for item in MILESTONES]
    own = own_bytes(spec, overview_of(ITEMS)).values()
    return feed_bytes(spec, kept, [numbered(each, 1) for each in own])


DUE = {item.uid: str(item.due_on) for item in ITEMS} | {each.uid: str(each.due_on) for each in MILESTONES}
DAYS = {*DUE.values(), str(TODAY)}
# How the table in docs/CALENDARS.md counts: each column with the style of the feed and what is counted of it.
COLUMNS: dict[str, tuple[dict[str, object], Callable[[Read], int]]] = {
    "Events": ({"alarm": True}, len),
    "On their day": ({"alarm": True}, lambda read: sum(map(_is_on_its_day, read))),
    "Alarms": ({"alarm": True}, lambda read: sum(each.get("alarms") == "1" for each in read)),
    "Cancelled": ({"alarm": True}, lambda read: sum(each["status"] == "CANCELLED" for each in read)),
    "Hostile titles": ({"alarm": True}, lambda read: sum(TITLES.get(each["uid"]) == each["title"] for each in read)),
    "Tasks": ({"flavour": Flavour.TODO, "alarm": True}, lambda read: sum(each["kind"] == "vtodo" for each in read)),
    "Completed": (
        {"flavour": Flavour.TODO, "alarm": True},
        lambda read: sum(each["status"] == "COMPLETED" for each in read),
    ),
    "Title and unit": ({"redaction": Redaction.TITLE_UNIT}, lambda read: sum(map(_is_on_its_day, read))),
    "Counts": ({"redaction": Redaction.COUNT}, lambda read: sum(each["start"] in DAYS for each in read)),
}
# What stands in the feeds: items (seven states by four lights, and the hostile ones), milestones and the total; alarms
# of what is open and not red; a count for each day but those on which only withdrawn items are due.
SENT = dict(zip(COLUMNS, (57, 57, 37, 4, 20, 57, 7, 57, 29), strict=True))


def _is_on_its_day(event: dict[str, str]) -> bool:
    """The total, whose UID is its own, stands on today."""
    return event["start"] == DUE.get(event["uid"], str(TODAY))


def figures(judge: Judge) -> dict[str, int]:
    """What the parser reads of the demanding feeds, by the column of the table."""
    read: dict[str, Read] = {}
    for style, _ in COLUMNS.values():
        if str(style) not in read:
            read[str(style)] = judge(demanding(a_feed(**style)))
    return {column: count(read[str(style)]) for column, (style, count) in COLUMNS.items()}
