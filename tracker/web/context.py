"""What every view may ask for: the clock, the settings, and who acts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast

from flask import current_app, g

from tracker.clock import Clock
from tracker.domain.access import Actor
from tracker.services.kept_bodies import Bodies
from tracker.services.kept_feeds import Place
from tracker.services.poll_notes import PollNotes
from tracker.services.report_links import Issuer
from tracker.settings import Settings

EXTENSION = "tracker"
# The headers of an answer that holds the address of a link without an account: kept, indexed, named nowhere.
CLOSED_DOOR = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


@dataclass(frozen=True, slots=True)
class Parts:
    settings: Settings
    clock: Clock
    notes: PollNotes
    bodies: Bodies = field(default_factory=Bodies)

    def place(self) -> Place:
        """Where and when calendars are made now."""
        return Place.at(self.clock, self.settings.base_url)


def parts() -> Parts:
    return cast(Parts, current_app.extensions[EXTENSION])


def settings() -> Settings:
    return parts().settings


def now() -> datetime:
    return parts().clock.now()


def today() -> date:
    return parts().clock.today()


def place() -> Place:
    """Where and when calendars are made for this request."""
    return parts().place()


def actor() -> Actor:
    """Who is signed in; only views that ask for a permission may call it."""
    return cast(Actor, g.actor)


def issuer() -> Issuer:
    """What links without an account are made with here."""
    return Issuer(settings().secret_key, settings().base_url, settings().zone)
