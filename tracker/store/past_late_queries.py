"""What was overdue on a past day, of the parts whose rows tell of it: found in the order of the list, page by page.

A row tells how its part stood then unless its date, unit, role or end was altered since (``UNFORESEEN``): whoever asks
leaves those tasks out, and tells them from their histories.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, collate, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from tracker.domain.lifecycle import State
from tracker.domain.roles import Role
from tracker.store.among import among, not_among
from tracker.store.overdue import AWAITED
from tracker.store.pages import Mark
from tracker.store.plans import Plan
from tracker.store.task_queries import PLACES_OF_STATES, beyond
from tracker.store.tasks import Assignment, HistoryEntry, Task
from tracker.store.words_then import WordThen, about_then

Condition = ColumnElement[bool]
_CARRIER = aliased(Assignment, name="carrier")
_PLACE: tuple[Any, ...] = (Assignment.id, Assignment.task_id, Assignment.unit_id, Assignment.due_on)


@dataclass(frozen=True, slots=True)
class LatePlace:
    """A part that was overdue, with what gives it its place: ``by`` are the values of the column that was chosen."""

    id: int
    task_id: int
    unit_id: int
    due_on: date
    by: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class LateThen:
    """Which parts are asked for: overdue at the end of ``day``, just before ``end``, and due by ``last`` at the latest.

    None stands for all units, plans or roles; ``left_out`` are tasks that are told elsewhere.
    """

    day: date
    end: datetime
    last: date
    unit_ids: Collection[int] | None = None
    plan_id: int | None = None
    role: Role | None = None
    words: Sequence[WordThen] = ()
    left_out: Collection[int] = ()

    def conditions(self, session: Session) -> list[Condition]:
        """What a part meets that was there and past its day, and was pressed for if it was open."""
        found: list[Condition] = [Assignment.dispatched_at < self.end, Assignment.due_on <= self.last]
        found += [Assignment.role == self.role] if self.role else []
        found += [among(session, Assignment.unit_id, self.unit_ids)] if self.unit_ids is not None else []
        found += [Task.plan_id == self.plan_id] if self.plan_id else []
        found += about_then(session, self.words)
        found += [not_among(session, Assignment.task_id, self.left_out)] if self.left_out else []
        return [*found, task_was_open(self.day, self.end)]

    def joined(self, query: Select[Any]) -> Select[Any]:
        """The query over parts, with their tasks where the conditions speak of those."""
        query = query.select_from(Assignment)
        return query.join(Assignment.task) if self.plan_id or self.words else query

    def was_open(self) -> tuple[Condition, Condition]:
        """The two ways in which a part was open: it is awaited still, or was completed later. Each has its index."""
        return AWAITED, Assignment.completed_on > self.day


def task_was_open(day: date, end: datetime) -> Condition:
    """That the task of a part that was open was open too: units in support are pressed for while its leads work."""
    carries = (_CARRIER.task_id == Assignment.task_id, _CARRIER.role != Role.SUPPORT, _CARRIER.dispatched_at < end)
    works = and_(_CARRIER.state != State.WITHDRAWN, or_(_CARRIER.completed_on.is_(None), _CARRIER.completed_on > day))
    # One number for each part: of a condition that something exists PostgreSQL would make a table, from all parts.
    at_work = select(func.max(case((works, 1), else_=0))).where(*carries).correlate(Assignment).scalar_subquery()
    return or_(Assignment.role != Role.SUPPORT, func.coalesce(at_work, 1) == 1)


def late_by_day(
    session: Session,
    asked: LateThen,
    most: int,
    mark: Mark | None = None,
    *,
    latest_first: bool = False,
    backwards: bool = False,
) -> list[LatePlace]:
    """The first of them by their days, from the mark on where there is one; two statements.

    ``latest_first`` puts the days in the other order, ``backwards`` both days and ids: for the page before a mark.
    """
    turned = latest_first or backwards
    order = (
        Assignment.due_on.desc() if turned else Assignment.due_on.asc(),
        Assignment.id.desc() if backwards else Assignment.id.asc(),
    )
    conditions = asked.conditions(session) + ([beyond(mark, later=not backwards)] if mark else [])
    found: list[LatePlace] = []
    for was_open in asked.was_open():
        if len(found) == most:
            # What is awaited still fills the page by this day: nothing beyond it needs to be looked at.
            day = found[-1].due_on
            conditions.append(Assignment.due_on >= day if turned else Assignment.due_on <= day)
        query = asked.joined(select(*_PLACE)).where(was_open, *conditions).order_by(*order).limit(most)
        found += [LatePlace(*row) for row in session.execute(query)]
    found.sort(key=lambda place: place.id, reverse=backwards)
    found.sort(key=lambda place: place.due_on, reverse=turned)
    return found[:most]


def late_by(
    session: Session, asked: LateThen, columns: Sequence[Any], most: int, offset: int = 0, *, descending: bool
) -> list[LatePlace]:
    """So many of them from the offset on, by these columns, then by day and id; one statement."""
    conditions, named = asked.conditions(session), [column.label(f"by_{n}") for n, column in enumerate(columns)]
    rows = select(*_PLACE, *named).select_from(Assignment).join(Assignment.unit).join(Assignment.task).join(Task.plan)
    found = union_all(*(rows.where(each, *conditions) for each in asked.was_open())).subquery()
    order = [found.c[each.name].desc() if descending else found.c[each.name].asc() for each in named]
    query = select(found).order_by(*order, found.c.due_on, found.c.id).limit(most).offset(offset)
    return [
        LatePlace(key, task_id, unit_id, due_on, tuple(by))
        for key, task_id, unit_id, due_on, *by in session.execute(query)
    ]


def maybe_late(session: Session, asked: LateThen, task_ids: Collection[int]) -> set[int]:
    """Those of the tasks of which a part may have been overdue, whatever was altered since; one statement.

    It was not completed or withdrawn by then for good, and an entry of its history had given it a day that was past.
    """
    dated = exists().where(
        HistoryEntry.assignment_id == Assignment.id, HistoryEntry.at < asked.end, HistoryEntry.due_to <= asked.last
    )
    found = select(Assignment.task_id).where(
        among(session, Assignment.task_id, task_ids),
        or_(Assignment.completed_on.is_(None), Assignment.completed_on > asked.day),
        or_(Assignment.withdrawn_on.is_(None), Assignment.withdrawn_on > asked.day),
        dated.correlate(Assignment),
    )
    return set(session.scalars(found)) if task_ids else set()


def by_code_point(session: Session, column: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[str]:
    """The text in the order in which Python puts texts, whatever the order of the database's language."""
    return collate(column, "C" if session.get_bind().dialect.name == "postgresql" else "BINARY")


def issued_then(altered: Mapping[int, date | None]) -> ColumnElement[date]:
    """The day of issue of a task's plan, for those named another than the present one; ``date.min`` for none."""
    days = {key: literal(day or date.min) for key, day in altered.items()}
    known = func.coalesce(Plan.issued_on, date.min)
    return case(days, value=Task.plan_id, else_=known) if days else known


def state_then(end: datetime) -> ColumnElement[int]:
    """The place of a part's state just before ``end`` among all states: its history's last entry by then tells it."""
    entries = select(HistoryEntry.to_state).where(HistoryEntry.assignment_id == Assignment.id, HistoryEntry.at < end)
    last = entries.order_by(HistoryEntry.id.desc()).limit(1).correlate(Assignment).scalar_subquery()
    return case(PLACES_OF_STATES, value=last)
