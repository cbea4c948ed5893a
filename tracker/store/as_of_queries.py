"""Questions for the past of the units' parts: facts that do not change, and the rows of the history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from tracker.domain.as_of import Happening
from tracker.store.handling import Division
from tracker.store.plans import Plan
from tracker.store.tasks import Assignment, HistoryEntry, Task

_FACTS: tuple[Any, ...] = (
    Assignment.id.label("assignment_id"),
    Assignment.task_id,
    Assignment.unit_id,
    Assignment.role,
    Assignment.sign_by_on,
    Assignment.position.label("part_position"),
    Task.title,
    Task.path,
    Task.position,
    Task.deadline_text,
    Task.plan_id,
    Plan.title.label("plan_title"),
    Plan.number.label("plan_number"),
    Plan.issued_on,
    Division.parent_id.label("parent_assignment_id"),
)
_ROW: tuple[Any, ...] = (
    HistoryEntry.assignment_id,
    HistoryEntry.at,
    HistoryEntry.event,
    HistoryEntry.to_state,
    HistoryEntry.due_from,
    HistoryEntry.due_to,
    HistoryEntry.unit_from_id,
    HistoryEntry.unit_to_id,
    HistoryEntry.percent,
    HistoryEntry.outcome,
)


def facts_of_parts(session: Session, conditions: Sequence[ColumnElement[bool]]) -> Sequence[Row[*tuple[Any, ...]]]:
    """What is known of every part of the tasks that meet the conditions, in the order of plans and their tasks."""
    query = select(*_FACTS).join(Assignment.task).join(Task.plan)
    query = query.outerjoin(Division, Division.task_id == Task.id).where(*conditions)
    newest = (Plan.issued_on.desc(), Plan.id, Task.position, Task.id, Assignment.position, Assignment.id)
    return session.execute(query.order_by(*newest)).all()


def happenings_of(session: Session, conditions: Sequence[ColumnElement[bool]]) -> dict[int, list[Happening]]:
    """The whole history of those parts, in order, by assignment."""
    query: Select[*tuple[Any, ...]] = select(*_ROW).join(HistoryEntry.assignment).join(Assignment.task).join(Task.plan)
    told: dict[int, list[Happening]] = {}
    for assignment_id, *values in session.execute(query.where(*conditions).order_by(HistoryEntry.id)):
        told.setdefault(assignment_id, []).append(Happening(*values))
    return told


def last_entries_until(
    session: Session, assignment_ids: Sequence[int], end: datetime, events: Sequence[str]
) -> dict[int, HistoryEntry]:
    """For each assignment the last of its entries before ``end`` that is one of these events."""
    entries = HistoryEntry.assignment_id.in_(assignment_ids), HistoryEntry.event.in_(events), HistoryEntry.at < end
    newest = select(func.max(HistoryEntry.id)).where(*entries).group_by(HistoryEntry.assignment_id)
    found = session.scalars(select(HistoryEntry).where(HistoryEntry.id.in_(newest)))
    return {entry.assignment_id: entry for entry in found}
