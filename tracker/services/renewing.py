"""Making the calendar entries of what has just changed, so that the next poll finds them made."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from tracker.export.ical import FeedStyle
from tracker.services.calendar_entries import part_entries
from tracker.services.kept_feeds import kept_under
from tracker.store.engine import write_session
from tracker.store.feed_queries import styles_in_use
from tracker.store.kept_entries import Kept, keep
from tracker.store.kept_queries import outdated_parts

log = logging.getLogger(__name__)

# What changed in larger numbers is made by the polls that ask for it.
MOST_RENEWED = 100


Day = tuple[date, ZoneInfo]


def renew(engine: Engine, base_url: str, day: Day, parts: Collection[int], tasks: Collection[int]) -> int:
    """Makes the kept entries of these parts, and of these tasks' parts, anew where they are outdated; how many.

    Only what somebody's calendar has shown before is kept at all. A failure is logged: the next poll makes good.
    """
    try:
        with Session(engine) as session:
            made = _renewed(session, base_url, day, parts, tasks)
        if made:
            with write_session(engine) as session:
                keep(session, made)
                session.commit()
        return len(made)
    except SQLAlchemyError:
        log.exception("calendar entries could not be made ahead")
        return 0


def _renewed(session: Session, base_url: str, day: Day, parts: Collection[int], tasks: Collection[int]) -> list[Kept]:
    styles = {}
    for row in styles_in_use(session):
        style, key = kept_under(FeedStyle(base_url, day[1].key, row.flavour, row.alarm, row.redaction), row.rules)
        styles[key] = style
    outdated = defaultdict(list)
    for part_id, key in outdated_parts(session, list(styles), parts, tasks)[:MOST_RENEWED] if styles else ():
        outdated[key].append(part_id)
    return [entry for key, ids in outdated.items() for entry in part_entries(session, ids, styles[key], key, day)]
