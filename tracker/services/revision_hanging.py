"""What hangs on tasks whose clauses a new version changed: asked for all of them at once, for few have any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from tracker.store.division_queries import divided_among
from tracker.store.extension_queries import parts_that_ask
from tracker.store.series_queries import templates_among
from tracker.store.tasks import Task


@dataclass(frozen=True, slots=True)
class Hanging:
    """Tasks that began a series; parts that were divided, and parts that wait for an answer about a later date."""

    series: frozenset[int]
    divided: frozenset[int]
    asking: frozenset[int]


def hanging_on(session: Session, tasks: Sequence[Task]) -> Hanging:
    """What hangs on these tasks, which the caller holds."""
    parts = [part.id for task in tasks for part in task.assignments]
    return Hanging(
        templates_among(session, [task.id for task in tasks]),
        divided_among(session, parts),
        parts_that_ask(session, parts),
    )
