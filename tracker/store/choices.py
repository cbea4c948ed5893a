"""What filters offer to choose from: plain names, hundreds to a page, so nothing is loaded that could be changed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import ColumnElement, extract, func, select
from sqlalchemy.orm import Session

from tracker.domain.units import UnitKind
from tracker.store.kept_calendars import CalendarMark
from tracker.store.plans import Plan
from tracker.store.tasks import Assignment, Task
from tracker.store.units import Unit


class UnitChoice(NamedTuple):
    """A unit as filters name it."""

    id: int
    name: str
    kind: UnitKind
    path: str


class PlanChoice(NamedTuple):
    """A plan as filters name it."""

    id: int
    title: str


def units_within(session: Session, reach: ColumnElement[bool]) -> Sequence[UnitChoice]:
    """The active units that meet the condition, in the order of lists."""
    columns = select(Unit.id, Unit.name, Unit.kind, Unit.path)
    found = session.execute(columns.where(Unit.active, reach).order_by(Unit.position, Unit.id))
    return [UnitChoice(*row) for row in found]


def plans_state(session: Session) -> tuple[int, Decimal]:
    """What is different once a part anywhere was added, changed or removed, or a plan's title or date; one statement.

    A calendar shows the title, so its marks count that; they do not count the date, by which plans are in order.
    """
    changes = select(func.coalesce(func.sum(CalendarMark.changes), 0)).scalar_subquery()
    dates = func.coalesce(func.sum(Plan.id * extract("epoch", Plan.issued_on)), 0)
    return tuple(session.execute(select(changes, dates)).one())


def plans_with_parts(session: Session, reach: ColumnElement[bool]) -> Sequence[PlanChoice]:
    """The plans with a part of a unit that meets the condition, the newest first; each is asked for one such part."""
    one = select(Task.id).join(Task.assignments).join(Assignment.unit).where(Task.plan_id == Plan.id, reach).limit(1)
    newest = (Plan.issued_on.is_(None), Plan.issued_on.desc(), Plan.id.desc())
    has_one = one.correlate(Plan).scalar_subquery().is_not(None)
    return [PlanChoice(*row) for row in session.execute(select(Plan.id, Plan.title).where(has_one).order_by(*newest))]
