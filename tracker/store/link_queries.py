"""Named questions about links without an account, and the two changes that happen once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session, joinedload

from tracker.domain.access import Office
from tracker.store.audit_trail import CHANGED, note
from tracker.store.people import Person, PersonStanding
from tracker.store.report_links import ReportLink
from tracker.store.units import Unit


def link_of_hash(session: Session, secret_hash: str) -> ReportLink | None:
    """The link whose secret has this hash."""
    return session.scalar(select(ReportLink).where(ReportLink.secret_hash == secret_hash))


def link_afresh(session: Session, link_id: int) -> ReportLink | None:
    """The link as it stands now, with who made it."""
    return session.scalar(
        select(ReportLink)
        .where(ReportLink.id == link_id)
        .options(
            joinedload(ReportLink.made_by).selectinload(Person.standings).joinedload(PersonStanding.unit),
            joinedload(ReportLink.assignment, innerjoin=True),
        )
        .execution_options(populate_existing=True)
    )


def links_of_part(session: Session, assignment_id: int, limit: int) -> Sequence[ReportLink]:
    """The part's links, the newest first."""
    found = select(ReportLink).where(ReportLink.assignment_id == assignment_id).order_by(ReportLink.id.desc())
    return session.scalars(found.limit(limit)).all()


def count_live(session: Session, assignment_id: int, now: datetime) -> int:
    """How many of the part's links could still be used."""
    found = select(func.count(ReportLink.id)).where(ReportLink.assignment_id == assignment_id, *_live(now))
    return session.scalar(found) or 0


def spend(session: Session, link_id: int, now: datetime, used_by: str) -> bool:
    """Marks the link used unless it is used, revoked or expired already; whether it was this call that did."""
    return _marked(session, [ReportLink.id == link_id, *_live(now)], used_at=now, used_by=used_by) == 1


def revoke_one(session: Session, link_id: int, now: datetime) -> bool:
    """Marks the link revoked unless it is used or revoked already; whether it was this call that did."""
    return _marked(session, [ReportLink.id == link_id, *_live(None)], revoked_at=now) == 1


def revoke_all(session: Session, assignment_id: int, now: datetime) -> int:
    """Marks all of the part's unused links revoked; how many they were."""
    return _marked(session, [ReportLink.assignment_id == assignment_id, *_live(None)], revoked_at=now)


def _live(now: datetime | None) -> list[ColumnElement[bool]]:
    unused: list[ColumnElement[bool]] = [ReportLink.used_at.is_(None), ReportLink.revoked_at.is_(None)]
    return [*unused, ReportLink.expires_at > now] if now else unused


def _marked(session: Session, conditions: Sequence[ColumnElement[bool]], **values: Any) -> int:
    """Marks the links that meet the conditions at this moment, and tells the audit log of each; how many they were."""
    marking = update(ReportLink).where(*conditions).values(**values).returning(ReportLink.id)
    marked = session.scalars(marking, execution_options={"synchronize_session": False}).all()
    for link_id in marked:
        changed = {name: [None, _plain(value)] for name, value in values.items()}
        note(session, "report_link", link_id, CHANGED, {"changed": changed, "table": ReportLink.__tablename__})
    return len(marked)


def _plain(value: datetime | str) -> str:
    return value if isinstance(value, str) else value.astimezone(UTC).isoformat()


def supervisors_over(session: Session, unit: Unit, limit: int) -> Sequence[PersonStanding]:
    """The supervisors who reach the unit, those nearest to it first."""
    steps = unit.path.strip("/").split("/")
    above = [f"/{'/'.join(steps[:depth])}/" for depth in range(1, len(steps) + 1)]
    found = (
        select(PersonStanding)
        .join(PersonStanding.person)
        .join(PersonStanding.unit)
        .where(PersonStanding.office == Office.SUPERVISOR, Person.active, Unit.path.in_(above))
        .options(joinedload(PersonStanding.person), joinedload(PersonStanding.unit))
        .order_by(func.length(Unit.path).desc(), Person.phone.is_(None), Person.id)
    )
    return session.scalars(found.limit(limit)).all()
