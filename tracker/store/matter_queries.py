"""What notices are about, as it stands now: asked by whoever sends them, at the moment of sending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, FromClause, Row, Select, String, and_, cast, literal, or_, select
from sqlalchemy.orm import Session, aliased

from tracker.domain.access import Office
from tracker.domain.lifecycle import State, TaskState
from tracker.domain.notices import NoticeKind
from tracker.domain.roles import Role
from tracker.store.given import given_rows
from tracker.store.notices import Notice
from tracker.store.people import PersonStanding
from tracker.store.plans import Plan
from tracker.store.tasks import Assignment, Milestone, Task
from tracker.store.units import Unit


@dataclass(frozen=True, slots=True)
class Matter:
    """A notice with its part, and for a milestone that, as they stand now.

    ``person_id`` is None where the unit had nobody to receive it. ``still_told``: the person holds today a role by
    which the unit is told, or one that reaches it.
    """

    notice_id: int
    kind: NoticeKind
    subject: str
    step: int
    late_days: int
    late_hours: int
    notice_due_on: date
    planned_on: date
    recorded_at: datetime
    read_at: datetime | None
    words: str | None
    author: str | None
    held: str | None
    mailed_at: datetime | None
    person_id: int | None
    assignment_id: int
    state: State
    role: Role
    due_on: date | None
    took_up_at: datetime | None
    task_state: TaskState
    title: str
    plan: str
    unit_id: int
    unit: str
    milestone: str | None
    milestone_due_on: date | None
    milestone_reached_on: date | None
    still_told: bool


# (part, person told or 0, subject) of something that might be told.
About: TypeAlias = tuple[int, int, str]


def matters(session: Session, condition: ColumnElement[bool]) -> list[Matter]:
    """The matters of the notices that the condition names, the earliest date first, parts without one last.

    That is said to the database, because each kind has an order of its own for what is NULL.
    """
    own: list[Any] = [
        *(Notice.id, Notice.kind, Notice.subject, Notice.step, Notice.late_days, Notice.late_hours),
        *(Notice.due_on, Notice.planned_on),
        *(Notice.recorded_at, Notice.read_at, Notice.words, Notice.author_name, Notice.mail_error),
        *(Notice.mailed_at, Notice.person_id),
    ]
    rows: Sequence[Row[Any]] = session.execute(
        _with_facts(own, Notice.__table__)
        .where(condition)
        .order_by(Assignment.due_on.is_(None), Assignment.due_on, Assignment.id, Notice.step, Notice.id)
    ).all()
    return [Matter(*tuple(row)) for row in rows]


def facts_about(session: Session, asked: Sequence[About]) -> dict[About, tuple[Any, ...]]:
    """What a matter says of its part, from ``assignment_id`` on, for notices that are not written yet."""
    columns = {"assignment_id": int, "person_id": int, "subject": str}
    table = given_rows("asked", columns, sorted(set(asked)))
    own = [table.c.assignment_id, table.c.person_id, table.c.subject]
    rows = session.execute(_with_facts(own, table)).all()
    return {(row[0], row[1], row[2]): tuple(row)[3:] for row in rows}


def _with_facts(own: list[Any], told: FromClause) -> Select[Any]:
    """The columns, and those of Matter from ``assignment_id`` on, of whatever names a part, a person and a subject."""
    facts: list[Any] = [
        *(Assignment.id, Assignment.state, Assignment.role, Assignment.due_on, Assignment.took_up_at),
        *(Task.state, Task.title, Plan.title, Unit.id, Unit.name),
        *(Milestone.text, Milestone.due_on, Milestone.reached_on, _still_told(told)),
    ]
    subject = literal("milestone:", String) + cast(Milestone.id, String)
    return (
        select(*own, *facts)
        .select_from(told)
        .join(Assignment, told.c.assignment_id == Assignment.id)
        .join(Task, Assignment.task_id == Task.id)
        .join(Plan, Task.plan_id == Plan.id)
        .join(Unit, Assignment.unit_id == Unit.id)
        .outerjoin(Milestone, and_(Milestone.task_id == Task.id, told.c.subject == subject))
    )


def _still_told(told: FromClause) -> ColumnElement[bool]:
    own_unit = aliased(Unit)
    stands_there = and_(
        PersonStanding.unit_id == Assignment.unit_id, PersonStanding.office.in_((Office.LIAISON, Office.LEADER))
    )
    reaches_it = and_(
        PersonStanding.office.in_((Office.LEADER, Office.SUPERVISOR)),
        Unit.path.like(own_unit.path + literal("%", String)),
    )
    return (
        select(PersonStanding.id)
        .join(own_unit, PersonStanding.unit_id == own_unit.id)
        .where(PersonStanding.person_id == told.c.person_id, own_unit.active, or_(stands_there, reaches_it))
        .exists()
    )
