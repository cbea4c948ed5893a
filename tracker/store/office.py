"""The office's own settings: few, each with a default."""

from __future__ import annotations

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from tracker.store.base import Base

DEFAULTS: dict[str, bool] = {
    # 首个单位为牵头单位: applied at adoption to clauses that carry no role words.
    "first_listed_leads": True,
}


class OfficeSetting(Base):
    __tablename__ = "office_setting"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[bool] = mapped_column(JSON)


def office_setting(session: Session, name: str) -> bool:
    """The office's choice, or the default; KeyError for a name that does not exist."""
    row = session.get(OfficeSetting, name)
    return DEFAULTS[name] if row is None else bool(row.value)
