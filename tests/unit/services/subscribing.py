"""Subscriptions that tests poll as a calendar program does, remembering what it was given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar
from sqlalchemy import Engine, delete

from tests.builders import NOW, the_actor
from tracker.domain.feeds import FeedScope
from tracker.services.feeds import NewFeed, hash_of, make_feed, token_of
from tracker.services.kept_bodies import Bodies
from tracker.services.kept_feeds import Place
from tracker.services.poll_notes import PollNotes
from tracker.services.polling import Answer, Poll, answer_poll, made_now, openings
from tracker.store.engine import write_session
from tracker.store.kept_calendars import CalendarEntry
from tracker.store.people import Person
from tracker.store.unchanged import UntilACommit

SECRET = "a key for tests that is long enough"
ZONE = ZoneInfo("Asia/Shanghai")


@dataclass
class Subscriber:
    """A calendar program with its link: ``body`` is what it shows, ``etag`` what it sends back."""

    engine: Engine
    token: str
    bodies: Bodies = field(default_factory=Bodies)
    body: bytes = b""
    etag: str = ""

    @cached_property
    def opened(self) -> UntilACommit:
        """As the server keeps it from poll to poll."""
        return openings(self.engine)

    def elsewhere(self) -> Subscriber:
        """The same subscription as another process answers it, to a program that has nothing yet."""
        return Subscriber(self.engine, self.token)

    def poll(self, day: date) -> bool:
        """Asks once, as a server answers and notes it; whether something new came."""
        answer = self._asked(day, frozenset({self.etag} if self.etag else ()))
        if answer.seen is not None:
            PollNotes(self.engine, patience=0.0).add(answer.seen)
        if answer.body is None:
            assert answer.etag == self.etag
            return False
        assert answer.etag != self.etag
        self.body, self.etag = answer.body, answer.etag
        return True

    def _asked(self, day: date, held: frozenset[str]) -> Answer:
        return answer_poll(self.opened, Poll(self.token, "a calendar", held), at(day), self.bodies)

    def afresh(self, day: date) -> bytes:
        """What the feed is when nothing of it is kept anywhere."""
        with write_session(self.engine) as session:
            session.execute(delete(CalendarEntry))
            body = made_now(session, hash_of(self.token), at(day)).body
            session.rollback()
        return body

    @property
    def events(self) -> list[dict[str, Any]]:
        """What it shows: each event's UID, day, title, status, sequence and text; the feed's own total left out."""
        return [event for event in events_of(self.body) if not str(event["summary"]).startswith("逾期 ")]


def at(day: date) -> Place:
    """The office on a day, at nine."""
    return Place(datetime.combine(day, NOW.timetz()), day, ZONE, "http://localhost")


def events_of(body: bytes) -> list[dict[str, Any]]:
    return [
        {
            "uid": str(event["UID"]),
            "day": event.decoded("DTSTART"),
            "summary": str(event["SUMMARY"]),
            "status": str(event["STATUS"]),
            "sequence": event.decoded("SEQUENCE"),
            "description": str(event.get("DESCRIPTION", "")),
        }
        for event in Calendar.from_ical(body).walk("VEVENT")
    ]


def subscribed(engine: Engine, owner: Person, scope: FeedScope, **wish: Any) -> Subscriber:
    """A new subscription of that person."""
    with write_session(engine) as session:
        feed = make_feed(session, the_actor(session.merge(owner)), NOW, SECRET, NewFeed("订阅", scope, **wish))
        token = token_of(feed, SECRET)
    assert token
    return Subscriber(engine, token)


def days_from(first: date, count: int) -> Sequence[date]:
    return [first + timedelta(days=number) for number in range(count)]
