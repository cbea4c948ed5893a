"""What filters offer to choose from: plain names, hundreds to a page, so nothing is loaded that could be changed."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, extract, func, select
from sqlalchemy.orm import Session

from tracker.domain.access import Standing
from tracker.domain.units import UnitKind
from tracker.store.at_once import AtOnce, Rows
from tracker.store.kept_calendars import CalendarMark
from tracker.store.plans import Plan
from tracker.store.reach import Shape, shape_of, within_shape
from tracker.store.tasks import Assignment, Task
from tracker.store.units import Unit

LISTS_KEPT = 64


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


def units_within(session: Session, reach: tuple[Standing, ...]) -> tuple[UnitChoice, ...]:
    """The active units within any of the standings, in the order of lists; mostly the same tuple as the last time.

    As the database holds it: nothing that is not written yet is in it.
    """
    shape, values = shape_of(reach)
    return _unit_choices(_units_within(shape)(session.connection(), **values))


# Every list asks for them.
@lru_cache
def _units_within(shape: Shape) -> AtOnce:
    columns = select(Unit.id, Unit.name, Unit.kind, Unit.path)
    return AtOnce(columns.where(Unit.active, within_shape(shape)).order_by(Unit.position, Unit.id))


@lru_cache(maxsize=LISTS_KEPT)
def _unit_choices(rows: Rows) -> tuple[UnitChoice, ...]:
    return tuple(UnitChoice(number, name, UnitKind(kind), path) for number, name, kind, path in rows)


def plans_state(session: Session) -> tuple[Any, ...]:
    """What is different once a part anywhere was added, changed or removed, or a plan's title or date; one statement.

    A calendar shows the title, so its marks count that; they do not count the date, by which plans are in order.
    """
    session.flush()  # what is written with the plans is counted with them
    (row,) = _PLANS_STATE(session.connection())
    return row


_changes = select(func.coalesce(func.sum(CalendarMark.changes), 0)).scalar_subquery()
_dates = func.coalesce(func.sum(Plan.id * extract("epoch", Plan.issued_on)), 0)
_PLANS_STATE = AtOnce(select(_changes, _dates), is_whole=True)


def plans_with_parts(session: Session, reach: ColumnElement[bool]) -> tuple[PlanChoice, ...]:
    """The plans with a part of a unit that meets the condition, the newest first; each is asked for one such part."""
    one = select(Task.id).join(Task.assignments).join(Assignment.unit).where(Task.plan_id == Plan.id, reach).limit(1)
    newest = (Plan.issued_on.is_(None), Plan.issued_on.desc(), Plan.id.desc())
    has_one = one.correlate(Plan).scalar_subquery().is_not(None)
    found = session.execute(select(Plan.id, Plan.title).where(has_one).order_by(*newest))
    return tuple(PlanChoice(*row) for row in found)
