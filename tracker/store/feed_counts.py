"""What the entries of a feed's own said last, and the numbers that they have since."""

from __future__ import annotations

from sqlalchemy import JSON, Connection, ForeignKey, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from tracker.domain.count_numbers import Said
from tracker.store.at_once import AtOnce
from tracker.store.base import Base
from tracker.store.once import insert_of


class FeedCount(Base):
    """See ``Said``. It is written before an answer with a new number goes out, by whoever first says what is new."""

    __tablename__ = "feed_count"

    feed_id: Mapped[int] = mapped_column(
        ForeignKey("feed.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    number: Mapped[int]
    entries: Mapped[dict[str, tuple[str, int]]] = mapped_column(JSON)


_SAID = AtOnce(select(FeedCount.number, FeedCount.entries).where(FeedCount.feed_id == bindparam("feed_id")))


def said_last(connection: Connection, feed_id: int) -> Said:
    """What the feed's own entries said last; one that has said nothing yet has the number 0."""
    rows = _SAID.typed(_SAID(connection, feed_id=feed_id), connection.dialect)
    return Said(rows[0].number, {key: (each[0], each[1]) for key, each in rows[0].entries.items()}) if rows else Said()


def say(session: Session, feed_id: int, after: int, said: Said) -> bool:
    """Puts it in the place of what was said under that number; whether that was still the last. Commits nothing."""
    put = insert_of(session, FeedCount.__table__).values(
        feed_id=feed_id, number=said.number, entries=dict(said.entries)
    )
    values = {"number": put.excluded.number, "entries": put.excluded.entries}
    instead = put.on_conflict_do_update(index_elements=["feed_id"], set_=values, where=FeedCount.number == after)
    return session.scalar(instead.returning(FeedCount.number)) is not None
