"""Words looked for in a list of a past day, among the names that units and plans had then."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import Session

from tracker.store.among import among
from tracker.store.tasks import Assignment, Task


@dataclass(frozen=True, slots=True)
class WordThen:
    """A word, and the units and plans by whose names of then it is found."""

    word: str
    unit_ids: Collection[int]
    plan_ids: Collection[int]


def about_then(session: Session, words: Iterable[WordThen]) -> list[ColumnElement[bool]]:
    """What a part joined with its task meets in which every word is found.

    Titles are those of the present: tasks whose titles were altered since are told elsewhere.
    """
    return [
        or_(
            Task.title.icontains(each.word, autoescape=True),
            among(session, Assignment.unit_id, each.unit_ids),
            among(session, Task.plan_id, each.plan_ids),
        )
        for each in words
    ]
