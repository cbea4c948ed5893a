"""What was loaded of a seed: a digest of every entry as it stood in the file.

An entry is applied again only when the file's own words changed, so that loading twice changes nothing, and what
the office has edited since on its pages is not undone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from tracker.store.base import Base, Instant


class SeedEntry(Base):
    """One entry of a seed; ``key`` is its kind and its own key, such as ``unit:市教育局``."""

    __tablename__ = "seed_entry"

    key: Mapped[str] = mapped_column(String(220), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    loaded_at: Mapped[datetime] = mapped_column(Instant)


def seed_digests(session: Session) -> dict[str, str]:
    """The digest of every entry that was loaded, by its key."""
    return {entry.key: entry.digest for entry in session.scalars(select(SeedEntry))}


def keep_digests(session: Session, digests: Mapping[str, str], now: datetime) -> None:
    """Notes the entries as loaded now; does not commit."""
    known = {entry.key: entry for entry in session.scalars(select(SeedEntry))}
    for key, digest in digests.items():
        if key in known:
            known[key].digest, known[key].loaded_at = digest, now
        else:
            session.add(SeedEntry(key=key, digest=digest, loaded_at=now))
