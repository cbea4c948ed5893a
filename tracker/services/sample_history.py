"""Writes the sample's history: every part of every task gets a story, told by the table of the lifecycle itself."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.domain.access import Permission
from tracker.domain.drafts import Form
from tracker.domain.lifecycle import transition
from tracker.services.moves import Act, move, settle_task
from tracker.services.sample_scripts import IN_TURN, Happening, Story, any_story, happenings, season_of
from tracker.services.sample_words import Words
from tracker.store.people import Person
from tracker.store.tasks import Assignment, HistoryEntry, Task

# The history is the same on every machine, so that a page seen on one is found again on another.
SEED_OF_CHANCE = 20230615


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts in the sample: liaisons by the unit they stand at, and those who decide."""

    liaisons: Mapping[int, Person]
    supervisors: Sequence[Person]
    rng: Random = field(default_factory=lambda: Random(SEED_OF_CHANCE))  # noqa: S311 - nothing here is secret
    turns: dict[tuple[int, str], Iterator[Story]] = field(default_factory=dict)

    def story(self, part: Assignment, start: date, until: date) -> Story:
        """How the work on a part went; at units where somebody signs in, each story in turn."""
        season = season_of(start, part.due_on, until)
        if part.unit_id not in self.liaisons:
            return any_story(self.rng, season)
        return next(self.turns.setdefault((part.unit_id, season), itertools.cycle(IN_TURN[season])))

    def actor(self, part: Assignment, permission: Permission) -> tuple[int | None, str]:
        """Id and name of whoever acts; units without an account are told by their name alone."""
        if permission is Permission.DECIDE:
            person: Person | None = self.rng.choice(self.supervisors)
        else:
            person = self.liaisons.get(part.unit_id)
        return (person.id, person.name) if person else (None, f"{part.unit.name[:58]}联络员")


def write_history(session: Session, cast: Cast, until: date, zone: ZoneInfo) -> int:
    """Tells every part's story up to the end of ``until``; does not commit. Returns the number of events.

    Each event goes through the lifecycle's own table: a story that it does not know raises Refused.
    """
    options = selectinload(Task.assignments).joinedload(Assignment.unit)
    tasks = session.scalars(select(Task).order_by(Task.position, Task.id).options(options, joinedload(Task.plan)))
    rows: list[dict[str, Any]] = []
    with session.no_autoflush:
        for task in tasks:
            rows += [row for part in task.assignments for row in _tell(cast, part, until, zone)]
            settle_task(task)
    session.flush()
    if rows:
        session.execute(insert(HistoryEntry), rows)
    return len(rows)


def _tell(cast: Cast, part: Assignment, until: date, zone: ZoneInfo) -> list[dict[str, Any]]:
    start = part.dispatched_at.astimezone(zone).date()
    story = cast.story(part, start, until)
    told = list(happenings(cast.rng, story, part.dispatched_at, part.due_on, until=until, zone=zone))
    words = Words(cast.rng, part.task.title, supply=part.task.form is Form.SUPPLY)
    return [_happen(cast, part, happening, words) for happening in told]


def _happen(cast: Cast, part: Assignment, happening: Happening, words: Words) -> dict[str, Any]:
    """Moves the part and gives the row of its history."""
    row = transition(part.state, happening.event)
    said = words.on(happening.event, happening.percent or part.percent)
    actor_id, actor_name = cast.actor(part, row.permission)
    deed = Act(happening.event, said, happening.percent, happening.outcome)
    came_from = move(part, row, deed, happening.at.astimezone(UTC), happening.day)
    return {
        "assignment_id": part.id,
        "event": happening.event.value,
        "at": part.changed_at,
        "actor_id": actor_id,
        "actor_name": actor_name,
        "from_state": came_from,
        "to_state": part.state,
        "words": said,
        "percent": happening.percent,
        "outcome": happening.outcome,
    }
