"""What is noted of polls once they have been answered: nobody waits for it, and a poll is never lost over it."""

from __future__ import annotations

import atexit
import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from tracker.store.engine import write_session
from tracker.store.kept_entries import Kept, keep
from tracker.store.poll_queries import MOST_CLIENTS, note_client, note_feed

log = logging.getLogger(__name__)

# A poll that changes nothing is noted every few minutes only.
SEEN_EVERY = timedelta(minutes=5)
MOST_AT_ONCE = 1000
PATIENCE = 1.0  # seconds
# So many new entries are written at once, before another process makes them as well.
WORTH_WRITING = 100


@dataclass(frozen=True, slots=True)
class Seen:
    """A poll that was answered: what the feed held, who asked, and the entries that were made for it.

    ``size`` is that of the body in bytes, 0 where nothing had changed.
    """

    feed_id: int
    content_key: str
    etag: str
    client: str
    at: datetime
    size: int
    made: tuple[Kept, ...] = ()


@dataclass(slots=True)
class _Tally:
    """The polls of one client for one feed: the last of them, how many there were, and how many got the whole."""

    last: Seen
    polls: int = 0
    bodies: int = 0


@dataclass(slots=True)
class _Pending:
    """What is to be written: the polls of each feed by client, the last one last, and the entries that were made."""

    feeds: dict[int, OrderedDict[str, _Tally]] = field(default_factory=dict)
    made: dict[tuple[int, int, str], Kept] = field(default_factory=dict)

    def add(self, seen: Seen) -> None:
        clients = self.feeds.setdefault(seen.feed_id, OrderedDict())
        tally = clients.setdefault(seen.client, _Tally(seen))
        tally.last, tally.polls, tally.bodies = seen, tally.polls + 1, tally.bodies + int(seen.size > 0)
        clients.move_to_end(seen.client)
        if len(clients) > MOST_CLIENTS:
            clients.popitem(last=False)
        self.made |= {(entry.assignment_id or 0, entry.milestone_id or 0, entry.style): entry for entry in seen.made}

    @property
    def entries(self) -> list[Kept]:
        """What was made, in an order that all processes keep: else two could wait for each other for ever."""
        return [self.made[place] for place in sorted(self.made)]


class PollNotes:
    """Notes polls a moment after they were answered, those of a moment together, in a thread of its own.

    ``patience`` is how long they may wait, in seconds; with 0 each is written before ``add`` returns.
    """

    def __init__(self, engine: Engine, patience: float = PATIENCE) -> None:
        self.patience = patience
        self._engine, self._pending = engine, _Pending()
        self._lock, self._wake = threading.Lock(), threading.Event()
        self._writer: threading.Thread | None = None

    def add(self, seen: Seen) -> None:
        """Takes a poll to be noted."""
        with self._lock:
            self._pending.add(seen)
            if self.patience and self._writer is None:
                self._writer = threading.Thread(target=self._write_on, name="poll notes", daemon=True)
                self._writer.start()
                atexit.register(self.write)
            if len(self._pending.made) >= WORTH_WRITING:
                self._wake.set()
        if not self.patience:
            self.write()

    def write(self) -> None:
        """Writes what is pending. What cannot be written is logged, and made or noted again by later polls."""
        with self._lock:
            pending, self._pending = self._pending, _Pending()
        try:
            keep_all(self._engine, pending.entries)
            _note(self._engine, pending)
        except SQLAlchemyError:
            log.exception("polls of feeds %s could not be noted", sorted(pending.feeds))

    def _write_on(self) -> None:
        while True:
            self._wake.wait(self.patience)
            self._wake.clear()
            with self._lock:
                if not self._pending.feeds:
                    self._writer = None
                    return
            self.write()


def _note(engine: Engine, pending: _Pending) -> None:
    if not pending.feeds:
        return
    with write_session(engine) as session:
        for feed_id, clients in sorted(pending.feeds.items()):
            last = clients[next(reversed(clients))].last
            held = {"content_key": last.content_key, "etag": last.etag}
            note_feed(session, feed_id, **held, fetched_at=last.at, fetched_by=last.client)
            for name, tally in sorted(clients.items()):
                note_client(session, feed_id, name, tally.last.at, tally.last.size, (tally.polls, tally.bodies))
        session.commit()


def keep_all(engine: Engine, entries: Sequence[Kept]) -> None:
    """Stores entries that were made, some at a time, so that nobody who writes waits long."""
    for first in range(0, len(entries), MOST_AT_ONCE):
        with write_session(engine) as session:
            keep(session, entries[first : first + MOST_AT_ONCE])
            session.commit()
