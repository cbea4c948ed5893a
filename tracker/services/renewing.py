"""Making the calendar entries of what has just changed, so that the next poll finds them made."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from tracker.export.ical import FeedStyle
from tracker.services.calendar_entries import KeptStyle, part_entries
from tracker.services.kept_feeds import Place, kept_under
from tracker.services.poll_notes import keep_all
from tracker.services.polling import missing_entries
from tracker.store.engine import write_session
from tracker.store.entry_queries import outdated_parts, tokens_in_use
from tracker.store.feed_queries import styles_in_use
from tracker.store.kept_entries import Kept, add_up_marks, forget_other_styles

log = logging.getLogger(__name__)

# What changed in larger numbers is made by the polls that ask for it.
MOST_RENEWED = 100
# A calendar that was asked for in this time is made ahead.
IN_USE = timedelta(days=7)


def renew(engine: Engine, place: Place, parts: Collection[int], tasks: Collection[int]) -> int:
    """Makes the kept entries of these parts, and of these tasks' parts, anew where they are outdated; how many.

    Only what somebody's calendar has shown before is kept at all. A failure is logged: the next poll makes good.
    """
    try:
        with Session(engine) as session:
            made = _renewed(session, place, parts, tasks)
        keep_all(engine, made)
        return len(made)
    except SQLAlchemyError:
        log.exception("calendar entries could not be made ahead")
        return 0


@dataclass(frozen=True, slots=True)
class Renewed:
    """How many entries were made, and how many feeds were passed over because theirs could not be."""

    made: int = 0
    failed: int = 0


def renew_all(engine: Engine, place: Place) -> Renewed:
    """Makes what the feeds in use need today and do not have, such as the titles that midnight changed.

    For the hour after midnight, when nobody waits. A feed that fails is logged and passed over: what is not made then
    is made by the next poll that needs it. Raises OperationalError when the database is out of reach.
    """
    with Session(engine) as session:
        hashes = tokens_in_use(session, place.now - IN_USE)
    counts = [_renew_feed(engine, place, token_hash) for token_hash in hashes]
    return Renewed(sum(count or 0 for count in counts), counts.count(None))


def _renew_feed(engine: Engine, place: Place, token_hash: str) -> int | None:
    """How many entries of the feed were made; None when it failed."""
    try:
        with Session(engine) as session:
            entries = missing_entries(session, token_hash, place)
        keep_all(engine, entries)
        return len(entries)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("the entries of a feed could not be made ahead")
        return None


def tidy_calendars(engine: Engine, place: Place) -> None:
    """Adds up the counts of changes, and forgets entries in styles that nobody asks for any more."""
    with write_session(engine) as session:
        add_up_marks(session)
        forget_other_styles(session, list(_styles(session, place)))
        session.commit()


def _renewed(session: Session, place: Place, parts: Collection[int], tasks: Collection[int]) -> list[Kept]:
    styles, day = _styles(session, place), (place.today, place.zone)
    outdated = defaultdict(list)
    for part_id, key in outdated_parts(session, list(styles), parts, tasks)[:MOST_RENEWED] if styles else ():
        outdated[key].append(part_id)
    return [
        entry for key, ids in outdated.items() for entry in part_entries(session.connection(), ids, styles[key], day)
    ]


def _styles(session: Session, place: Place) -> dict[str, KeptStyle]:
    """The styles that live feeds ask for, by what their entries are kept under."""
    kept = (
        kept_under(FeedStyle(place.base_url, place.zone.key, row.flavour, row.alarm, row.redaction), row.rules)
        for row in styles_in_use(session)
    )
    return {style.key: style for style in kept}
