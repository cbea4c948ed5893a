"""What a person said about the columns of tables with a certain header, kept for the next table of that kind."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from tracker.store.base import Base, Instant


class ColumnMapping(Base):
    """The use of each column under a header, in one scope; ``digest`` is the sha256 of the header's cells."""

    __tablename__ = "column_mapping"

    id: Mapped[int] = mapped_column(primary_key=True)
    scope_id: Mapped[int] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"))
    digest: Mapped[str] = mapped_column(String(64))
    header: Mapped[list[str]] = mapped_column(JSON)
    uses: Mapped[list[str]] = mapped_column(JSON)
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    set_at: Mapped[datetime] = mapped_column(Instant)

    __table_args__ = (
        UniqueConstraint("scope_id", "digest"),
        CheckConstraint("length(digest) = 64", name="digest_form"),
    )


def mappings_of(session: Session, scope_id: int, digests: Collection[str]) -> Sequence[ColumnMapping]:
    """The mappings of a scope for headers with these digests."""
    wanted = (ColumnMapping.scope_id == scope_id, ColumnMapping.digest.in_(digests))
    return session.scalars(select(ColumnMapping).where(*wanted)).all() if digests else []
