"""What is noted of a poll once it has been answered: nobody waits for it, and a poll is never lost over it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from tracker.store.engine import write_session
from tracker.store.kept_entries import Kept, keep
from tracker.store.poll_queries import note_client, note_feed

log = logging.getLogger(__name__)

# A poll that changes nothing is noted every few minutes only.
SEEN_EVERY = timedelta(minutes=5)
MOST_AT_ONCE = 1000


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


def note_poll(engine: Engine, seen: Seen) -> None:
    """Stores it in commits of its own. What cannot be stored is logged, and made or noted again by the next poll."""
    try:
        keep_all(engine, seen.made)
        held = {"content_key": seen.content_key, "etag": seen.etag}
        with write_session(engine) as session:
            note_feed(session, seen.feed_id, **held, fetched_at=seen.at, fetched_by=seen.client)
            note_client(session, seen.feed_id, seen.client, seen.at, seen.size)
            session.commit()
    except SQLAlchemyError:
        log.exception("a poll of feed %s could not be noted", seen.feed_id)


def keep_all(engine: Engine, entries: Sequence[Kept]) -> None:
    """Stores entries that were made, some at a time, so that nobody who writes waits long."""
    for first in range(0, len(entries), MOST_AT_ONCE):
        with write_session(engine) as session:
            keep(session, entries[first : first + MOST_AT_ONCE])
            session.commit()
