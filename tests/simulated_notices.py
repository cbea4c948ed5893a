"""The notices of a simulated office under names that are the same in every run and on every database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tests.simulated_acts import ZONE
from tests.simulated_books import PartBook
from tracker.store.notices import MailState, Notice
from tracker.store.tasks import HistoryEntry, Milestone

Key: TypeAlias = tuple[str, str, date, int, str, str]


@dataclass(frozen=True)
class Told:
    """A notice under names that are the same in every run."""

    part: str
    kind: str
    due_on: date
    step: int
    recipient: str
    subject: str
    planned_on: date
    late_days: int
    recorded_at: datetime
    is_read: bool
    mail: MailState

    @property
    def together(self) -> object:
        """What the rungs of one day, told to one recipient at one instant, have in common."""
        return self.part, self.recipient, self.subject, self.due_on, self.recorded_at

    @property
    def key(self) -> Key:
        """What may not come twice."""
        return self.part, self.kind, self.due_on, self.step, self.recipient, self.subject


def told_in(engine: Engine, parts: Mapping[int, PartBook], people: Mapping[str, str]) -> list[Told]:
    """Every notice there is; ``people`` are the names of recipients."""
    with Session(engine) as session:
        subjects = dict(_subjects(session))
        return [
            Told(
                parts[row.assignment_id].key,
                row.kind.value,
                row.due_on,
                row.step,
                people[row.recipient_key],
                subjects[row.subject],
                row.planned_on,
                row.late_days,
                row.recorded_at,
                row.read_at is not None,
                row.mail_state,
            )
            for row in session.scalars(select(Notice).order_by(Notice.id))
        ]


def _subjects(session: Session) -> Iterator[tuple[str, str]]:
    """The subjects of notices without the ids of the database."""
    yield "", ""
    for stone_id, position in session.execute(select(Milestone.id, Milestone.position)):
        yield f"milestone:{stone_id}", f"milestone {position}"
    for entry_id, event, instant in session.execute(select(HistoryEntry.id, HistoryEntry.event, HistoryEntry.at)):
        yield f"entry:{entry_id}", f"{event} {instant.astimezone(ZONE):%m-%d}"
