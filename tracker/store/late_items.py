"""The rows of the overdue list: plain values, for a list is read and never changed through its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, bindparam, func, select
from sqlalchemy.orm import Session

from tracker.domain.access import Standing
from tracker.domain.history import URGED
from tracker.domain.lifecycle import Event, State
from tracker.domain.roles import Role
from tracker.store.at_once import AtOnce
from tracker.store.overdue import overdue_on
from tracker.store.plans import Plan
from tracker.store.reach import Shape, shape_of, within_shape
from tracker.store.tasks import Assignment, HistoryEntry, Task
from tracker.store.units import Unit

REPORTS = (Event.REPORT.value, Event.SUBMIT.value)


@dataclass(frozen=True, slots=True)
class LateItem:
    """A unit's part that is past its day, with what lists and sheets tell of it.

    ``told`` are the words of its latest report, ``urged_at`` when it was last urged by hand; None: never.
    """

    id: int
    title: str
    unit: str
    role: Role
    state: State
    due_on: date
    original_due_on: date | None
    plan_id: int
    plan_title: str
    plan_number: str | None
    told: str | None = None
    urged_at: datetime | None = None

    def days_late(self, on: date) -> int:
        """The days since it was due, counted on a day."""
        return (on - self.due_on).days


def late_items(
    session: Session,
    conditions: Sequence[ColumnElement[bool]],
    order: Sequence[Any],
    limit: int | None = None,
    offset: int = 0,
) -> list[LateItem]:
    """The items that meet the conditions, which leave none without a day; in one statement."""
    if limit is not None:
        # The page's ids are found before the rows are fetched: ids are sorted by the thousand, wide rows by the page.
        page = _joined(select(Assignment.id)).where(*conditions).order_by(*order, Assignment.id)
        conditions = [Assignment.id.in_(page.limit(limit).offset(offset).correlate(None))]
    rows = session.execute(_joined(select(*_COLUMNS)).where(*conditions).order_by(*order, Assignment.id))
    return [LateItem(*row) for row in rows]


def longest_overdue(
    session: Session, conditions: Sequence[ColumnElement[bool]], limit: int, most: int
) -> tuple[list[LateItem], int]:
    """The items that were due first, and how many meet the conditions; beyond ``most`` one more, whatever their number.

    One statement: what is counted is walked through once.
    """
    return _with_number(session.execute(_longest(conditions, limit, most)).all())


def longest_overdue_within(
    session: Session, reach: tuple[Standing, ...], today: date, limit: int, most: int
) -> tuple[list[LateItem], int]:
    """The same of all that is overdue within the standings; as the database holds it, without what is not written yet.

    Supervisors open this page all day long.
    """
    (shape, values), connection = shape_of(reach), session.connection()
    asked = _longest_within(shape, limit, most)
    return _with_number(asked.typed(asked(connection, today=today.isoformat(), **values), connection.dialect))


@lru_cache
def _longest_within(shape: Shape, limit: int, most: int) -> AtOnce:
    today = bindparam("today", date.min.isoformat(), Date)
    return AtOnce(_longest([within_shape(shape), overdue_on(today)], limit, most))


def _longest(conditions: Sequence[ColumnElement[bool]], limit: int, most: int) -> Select[Any]:
    by_day: tuple[Any, ...] = (Assignment.due_on, Assignment.id)
    found = _joined(select(*by_day)).where(*conditions).order_by(*by_day).limit(most + 1).cte("found")
    page = select(found.c.id).order_by(found.c.due_on, found.c.id).limit(limit)
    number = select(func.count()).select_from(found).scalar_subquery()
    return _joined(select(number.label("meeting"), *_COLUMNS)).where(Assignment.id.in_(page)).order_by(*by_day)


def _with_number(rows: Sequence[Any]) -> tuple[list[LateItem], int]:
    return [LateItem(*cells) for _, *cells in rows], rows[0][0] if rows else 0


def _joined(query: Select[Any]) -> Select[Any]:
    return query.select_from(Assignment).join(Assignment.unit).join(Assignment.task).join(Task.plan)


def _last(column: Any, *events: str) -> ColumnElement[Any]:
    """What the item's last entry that is one of these events holds."""
    entries = select(column).where(HistoryEntry.assignment_id == Assignment.id, HistoryEntry.event.in_(events))
    return entries.order_by(HistoryEntry.id.desc()).limit(1).correlate(Assignment).scalar_subquery()


_COLUMNS: tuple[Any, ...] = (
    Assignment.id,
    Task.title,
    Unit.name,
    Assignment.role,
    Assignment.state,
    Assignment.due_on,
    Assignment.original_due_on,
    Task.plan_id,
    Plan.title.label("plan_title"),
    Plan.number.label("plan_number"),
    _last(HistoryEntry.words, *REPORTS).label("told"),
    _last(HistoryEntry.at, URGED).label("urged_at"),
)
