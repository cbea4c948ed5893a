"""What goes into a feed and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from tracker.domain.feeds import Flavour, Redaction
from tracker.domain.lifecycle import State
from tracker.domain.lights import Light
from tracker.domain.milestones import Standing


@dataclass(frozen=True, slots=True)
class FeedItem:
    """An assignment as a feed shows it.

    ``uid`` is the random UUID stored with the row. ``light_word`` is the warning before the title; None takes
    the light's own word. ``parts`` are lines such as 牵头：市教育局. ``url`` may be a path below the feed's base URL.
    ``changed_at`` is an aware instant; ``sequence`` rises when date, title or state changes. Days are the office's.
    ``is_ahead``: it is pressed for, and its day has not passed.
    Values are checked when the item is rendered, so that one bad row does not keep the others from being made.
    """

    uid: str
    title: str
    unit_name: str
    role_label: str
    state: State
    due_on: date | None
    light: Light
    changed_at: datetime
    sequence: int
    url: str
    original_due_on: date | None = None
    light_word: str | None = None
    completed_on: date | None = None
    withdrawn_on: date | None = None
    percent: int | None = None
    parts: tuple[str, ...] = ()
    plan_title: str = ""
    plan_number: str | None = None
    path: tuple[str, ...] = ()
    quote: str | None = None
    is_ahead: bool = False


@dataclass(frozen=True, slots=True)
class MilestoneItem:
    """A dated target (节点) of a task as a feed shows it; values are checked when it is rendered.

    ``units`` are those that must complete the task, as one line; ``changed_at`` is the last change of the task's parts.
    ``sequence`` rises with every change of what is shown.
    """

    uid: str
    text: str
    task_title: str
    units: str
    due_on: date | None
    standing: Standing
    changed_at: datetime
    sequence: int
    url: str
    reached_on: date | None = None
    parts: tuple[str, ...] = ()
    plan_title: str = ""
    plan_number: str | None = None
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedStyle:
    """What of a subscription shapes one event's bytes; kept bytes are keyed by it."""

    base_url: str
    zone_name: str = "Asia/Shanghai"
    flavour: Flavour = Flavour.EVENT
    alarm: bool = False
    redaction: Redaction = Redaction.FULL


@dataclass(frozen=True, slots=True)
class FeedSpec:
    """A subscription on a day: ``uid`` is the feed's own UUID, ``today`` the day in the office's zone."""

    uid: str
    name: str
    description: str
    today: date
    style: FeedStyle


class DayCount(NamedTuple):
    """A day, how many items are due on it, and how many of those are still waited for."""

    day: date
    due: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What a feed says of its items together.

    ``overdue`` items, the first of them ``named`` by a line each; ``days`` only where a feed tells nothing but counts.
    """

    overdue: int = 0
    named: tuple[str, ...] = ()
    days: tuple[DayCount, ...] = ()
