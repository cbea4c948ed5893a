"""Noting polls: what a feed held, and which clients ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tracker.store.feeds import Feed, FeedClient
from tracker.store.once import insert_of

# Programs that put a date or a version into their name would fill the table.
MOST_CLIENTS = 20


def note_feed(session: Session, feed_id: int, **values: Any) -> None:
    """What the feed's body is made from now, its ETag, and who asked when: columns of the feed by name."""
    noted = update(Feed).where(Feed.id == feed_id).values(**values)
    session.execute(noted.execution_options(synchronize_session=False))


def note_client(  # noqa: PLR0917 - a row of its own
    session: Session, feed_id: int, name: str, at: datetime, size: int, counts: tuple[int, int]
) -> None:
    """Who asked last when, and what was answered: a body of that size, or 0 for the word that nothing changed.

    ``counts`` are the polls that are noted so, and those of them that got a body.
    """
    polls, bodies = counts
    status = HTTPStatus.OK if size else HTTPStatus.NOT_MODIFIED
    row = {"feed_id": feed_id, "name": name, "first_at": at, "polls": polls, "bodies": bodies}
    last = {"last_at": at, "last_status": int(status), "last_size": size}
    put = insert_of(session, FeedClient).values(**row, **last)
    added = {"polls": FeedClient.polls + polls, "bodies": FeedClient.bodies + bodies}
    session.execute(put.on_conflict_do_update(index_elements=["feed_id", "name"], set_={**last, **added}))
    newest = select(FeedClient.id).where(FeedClient.feed_id == feed_id).order_by(FeedClient.last_at.desc())
    session.execute(
        delete(FeedClient).where(FeedClient.feed_id == feed_id, FeedClient.id.not_in(newest.limit(MOST_CLIENTS)))
    )


def clients_of(session: Session, feed_id: int) -> Sequence[FeedClient]:
    """The feed's clients, the one that asked last first."""
    return session.scalars(
        select(FeedClient).where(FeedClient.feed_id == feed_id).order_by(FeedClient.last_at.desc(), FeedClient.id)
    ).all()


def forget_clients(session: Session, feed_id: int) -> None:
    """Forgets who asked for the feed."""
    session.execute(delete(FeedClient).where(FeedClient.feed_id == feed_id))
