"""What goes into a feed and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from tracker.domain.feeds import Flavour, Redaction
from tracker.domain.lifecycle import State
from tracker.domain.lights import Light


@dataclass(frozen=True, slots=True)
class FeedItem:
    """An assignment (or a milestone of one) as a feed shows it.

    ``uid`` is the random UUID stored with the row. ``light_word`` is the warning before the title; None takes
    the light's own word. ``parts`` are lines such as 牵头：市教育局. ``url`` may be a path below the feed's base URL.
    ``changed_at`` is an aware instant; ``sequence`` rises when date, title or state changes. Days are the office's.
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


class Skipped(NamedTuple):
    """A row that could not be rendered: its UID as it came, and a Chinese sentence for the log."""

    uid: str
    reason: str


@dataclass(frozen=True, slots=True)
class RenderedFeed:
    """A whole feed: ``body`` is UTF-8 with CRLF; ``skipped`` names what is missing from it, for the log."""

    body: bytes
    skipped: tuple[Skipped, ...] = ()
