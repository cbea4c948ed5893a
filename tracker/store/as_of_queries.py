"""Questions for the past of the units' parts: facts that do not change, and the rows of the history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from tracker.domain.as_of import Happening
from tracker.domain.roles import Role
from tracker.store.among import among
from tracker.store.handling import Division
from tracker.store.plans import Plan
from tracker.store.tasks import Assignment, HistoryEntry, Task


@dataclass(frozen=True, slots=True)
class PartFacts:
    """What the tables know of a part: what never changes, and what is so now (``tracker.domain.former`` tells before).

    ``position`` is the task's place in its plan, ``parent_assignment_id`` the part that was divided into the task;
    ``due_on`` and ``original_due_on`` are the task's own, not the part's.
    """

    assignment_id: int
    task_id: int
    unit_id: int
    role: Role
    sign_by_on: date | None
    title: str
    path: Sequence[str]
    position: int
    due_on: date | None
    original_due_on: date | None
    deadline_text: str | None
    plan_id: int
    plan_title: str
    plan_number: str | None
    issued_on: date | None
    parent_assignment_id: int | None


@dataclass(frozen=True, slots=True)
class PlanNames:
    """What lists tell of a plan."""

    plan_title: str
    plan_number: str | None
    issued_on: date | None


_FACTS: tuple[Any, ...] = (
    Assignment.id,
    Assignment.task_id,
    Assignment.unit_id,
    Assignment.role,
    Assignment.sign_by_on,
    Task.title,
    Task.path,
    Task.position,
    Task.due_on,
    Task.original_due_on,
    Task.deadline_text,
    Task.plan_id,
    Plan.title,
    Plan.number,
    Plan.issued_on,
    Division.parent_id,
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


# The newest plans first, then as they number their tasks.
TASK_ORDER: Sequence[ColumnElement[Any]] = (
    Plan.issued_on.desc().nulls_last(),
    Plan.id.asc(),
    Task.position.asc(),
    Task.id.asc(),
)
LEDGER_ORDER: Sequence[ColumnElement[Any]] = (
    *TASK_ORDER,
    Assignment.position.asc(),
    Assignment.id.asc(),
)


def facts_of_parts(session: Session, conditions: Sequence[ColumnElement[bool]]) -> list[PartFacts]:
    """What is known of every part of the tasks that meet the conditions, in the order of plans and their tasks."""
    query = select(*_FACTS).join(Assignment.task).join(Task.plan)
    query = query.outerjoin(Division, Division.task_id == Task.id).where(*conditions)
    return [PartFacts(*row) for row in session.execute(query.order_by(*LEDGER_ORDER))]


def parts_of_tasks(session: Session, task_ids: Iterable[int]) -> Sequence[int]:
    """The ids of all parts of these tasks."""
    return session.scalars(select(Assignment.id).where(among(session, Assignment.task_id, task_ids))).all()


def plan_names(session: Session) -> dict[int, PlanNames]:
    """Every plan, by its id: a task may have stood in another one than it stands in."""
    found = session.execute(select(Plan.id, Plan.title, Plan.number, Plan.issued_on))
    return {plan_id: PlanNames(title, number, issued_on) for plan_id, title, number, issued_on in found}


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
    newest = _newest(session, assignment_ids, end, events)
    found = session.scalars(select(HistoryEntry).where(HistoryEntry.id.in_(newest)))
    return {entry.assignment_id: entry for entry in found}


def last_words_until(
    session: Session, assignment_ids: Iterable[int], end: datetime, events: Sequence[str]
) -> dict[int, str]:
    """The words of those entries, for assignments whose last one with words is such; one statement for them all."""
    newest = _newest(session, assignment_ids, end, events).where(HistoryEntry.words != "")
    told = select(HistoryEntry.assignment_id, HistoryEntry.words).where(HistoryEntry.id.in_(newest))
    return {part_id: words or "" for part_id, words in session.execute(told)}


def _newest(session: Session, assignment_ids: Iterable[int], end: datetime, events: Sequence[str]) -> Select[int]:
    """The ids of the last such entries, one of each assignment."""
    entries = among(session, HistoryEntry.assignment_id, assignment_ids), HistoryEntry.event.in_(events)
    return select(func.max(HistoryEntry.id)).where(*entries, HistoryEntry.at < end).group_by(HistoryEntry.assignment_id)
