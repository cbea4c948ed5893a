"""Named questions about a liaison's work that goes to somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from tracker.domain.access import Office
from tracker.domain.history import HANDED_OVER
from tracker.domain.lifecycle import OPEN_STATES
from tracker.store.notices import Notice
from tracker.store.people import Person, PersonStanding
from tracker.store.tasks import Assignment, HistoryEntry
from tracker.store.units import Unit


def liaison_standings(session: Session, unit_id: int) -> Sequence[PersonStanding]:
    """The roles as liaison held at the unit, of closed accounts too: somebody may have left before handing over."""
    return session.scalars(
        select(PersonStanding)
        .where(PersonStanding.unit_id == unit_id, PersonStanding.office == Office.LIAISON)
        .options(joinedload(PersonStanding.person))
        .order_by(PersonStanding.id)
        .execution_options(populate_existing=True)
    ).all()


def active_people(session: Session, condition: ColumnElement[bool]) -> Sequence[Person]:
    """The active people who meet the condition, by name."""
    return session.scalars(select(Person).where(Person.active, condition).order_by(Person.name, Person.id)).all()


def open_parts_of(session: Session, unit_id: int) -> Sequence[Assignment]:
    """The unit's own open parts, by their days; those without one last."""
    query = select(Assignment).where(Assignment.unit_id == unit_id, Assignment.state.in_(OPEN_STATES))
    return session.scalars(
        query.order_by(Assignment.due_on.is_(None), Assignment.due_on, Assignment.id).execution_options(
            populate_existing=True
        )
    ).all()


def unread_about(session: Session, person_id: int, unit_id: int) -> Sequence[Notice]:
    """The person's unread notices about the unit's parts, held until the transaction ends."""
    return session.scalars(
        select(Notice)
        .join(Notice.assignment)
        .where(Notice.person_id == person_id, Notice.read_at.is_(None), Assignment.unit_id == unit_id)
        .order_by(Notice.id)
        .with_for_update(of=Notice)
    ).all()


def keys_of(session: Session, recipient_key: str, assignment_ids: Sequence[int]) -> set[tuple[object, ...]]:
    """What a recipient was told about these parts: all of the unique key but the recipient."""
    columns = (Notice.assignment_id, Notice.kind, Notice.due_on, Notice.step, Notice.subject)
    found = select(*columns).where(Notice.recipient_key == recipient_key, Notice.assignment_id.in_(assignment_ids))
    return {tuple(row) for row in session.execute(found)}


def entry_shown(session: Session, entry_id: int) -> HistoryEntry | None:
    """A row of the history that tells of a hand-over."""
    return session.scalar(
        select(HistoryEntry)
        .where(HistoryEntry.id == entry_id, HistoryEntry.event == HANDED_OVER)
        .options(joinedload(HistoryEntry.assignment).joinedload(Assignment.unit))
    )


def entries_beside(session: Session, entry: HistoryEntry) -> Sequence[HistoryEntry]:
    """The rows of the same hand-over, this one among them, in the order of the parts' days."""
    return session.scalars(
        select(HistoryEntry)
        .join(HistoryEntry.assignment)
        .where(
            HistoryEntry.event == HANDED_OVER,
            HistoryEntry.at == entry.at,
            HistoryEntry.words == entry.words,
            Assignment.unit_id == entry.assignment.unit_id,
        )
        .options(joinedload(HistoryEntry.assignment).joinedload(Assignment.task))
        .order_by(Assignment.due_on.is_(None), Assignment.due_on, Assignment.id)
    ).all()


def hand_overs_since(session: Session, reach: ColumnElement[bool], since: datetime) -> Sequence[HistoryEntry]:
    """One row of each hand-over at a unit that meets the condition, the latest first."""
    found = session.scalars(
        select(HistoryEntry)
        .join(HistoryEntry.assignment)
        .join(Assignment.unit)
        .where(HistoryEntry.event == HANDED_OVER, HistoryEntry.at >= since, reach)
        .options(joinedload(HistoryEntry.assignment).joinedload(Assignment.unit))
        .order_by(HistoryEntry.id.desc())
    )
    first = dict[tuple[datetime, int, str | None], HistoryEntry]()
    for entry in found:
        first.setdefault((entry.at, entry.assignment.unit_id, entry.words), entry)
    return list(first.values())


def latest_hand_over(session: Session, unit: Unit, actor_id: int, since: datetime, words: str) -> HistoryEntry | None:
    """The row of a hand-over at the unit by this person with these very words."""
    query = select(HistoryEntry).join(HistoryEntry.assignment)
    query = query.where(HistoryEntry.event == HANDED_OVER, HistoryEntry.at >= since, HistoryEntry.words == words)
    return session.scalar(
        query.where(Assignment.unit_id == unit.id, HistoryEntry.actor_id == actor_id)
        .order_by(HistoryEntry.id.desc())
        .limit(1)
    )
