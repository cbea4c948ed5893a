"""Lists as of a past day: the same filters, order and pages as today's, made from the ledger of that day.

The rows look to templates and sheets like those of today. What nothing holds of the past, ``past_words`` says.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.lifecycle import State
from tracker.domain.roles import Role
from tracker.services.histories import Histories, end_of, histories, those_open
from tracker.services.ledger import LedgerFilter, LedgerRow, ledger
from tracker.services.lit import When
from tracker.services.supervision import OverdueFilter, OverdueSort
from tracker.store.as_of_queries import last_entries_until
from tracker.store.late_items import REPORTS, LateItem
from tracker.store.pages import PAGE_SIZE, Page, page_number
from tracker.store.tasks import Assignment, HistoryEntry
from tracker.store.units import Unit
from tracker.store.words_then import WordThen

Row = TypeVar("Row")
Key = Callable[[Row], Any]
STATES, ROLES = tuple(State), tuple(Role)


def path_of(session: Session, unit_id: int | None) -> str:
    """The path that the wanted unit and all below it begin with; nothing does when there is no such unit."""
    unit = session.get(Unit, unit_id) if unit_id else None
    return unit.path if unit else ("none" if unit_id else "")


def speaks_of(row: LedgerRow, words: str) -> bool:
    """Every word stands in the task's title, the unit's names, or the plan's title or number."""
    places = (row.title, row.unit.name, row.unit.full_name, row.plan_title, row.plan_number or "")
    return all(_holds(word, *places) for word in words.split())


def words_then(names: Histories, end: datetime, words: str) -> list[WordThen]:
    """The words, each with the units and plans that ``speaks_of`` finds by it, called as they were before ``end``."""
    units = names.units_at(end)
    plans = {key: names.plan_at(key, end) for key in names.plans}
    return [
        WordThen(
            word,
            [unit.id for unit in units.values() if _holds(word, unit.name, unit.full_name)],
            [key for key, plan in plans.items() if _holds(word, plan.plan_title, plan.plan_number or "")],
        )
        for word in words.split()
    ]


def _holds(word: str, *places: str) -> bool:
    return any(word.lower() in place.lower() for place in places)


def in_order(rows: Iterable[Row], keys: Sequence[tuple[Key[Row], bool]]) -> list[Row]:
    """The rows by the first key, where that is equal by the second, and so on; a key may be turned downwards."""
    ordered = list(rows)
    for key, descending in reversed(keys):
        ordered.sort(key=key, reverse=descending)
    return ordered


Shown = TypeVar("Shown")


def paged(rows: Sequence[Row], number: int, shown: Callable[[Row], Shown]) -> Page[Shown]:
    """The page that exists and is nearest to the number; its rows alone are made into what is shown."""
    number = page_number(number, len(rows), PAGE_SIZE)
    on_it = rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return Page([shown(row) for row in on_it], number, len(rows))


def past_overdue(
    session: Session, actor: Actor, when: When, wanted: OverdueFilter, task_ids: Collection[int] | None = None
) -> list[LedgerRow]:
    """All items within reach that were overdue on the day, or those in some tasks, in order, out of their histories."""
    if task_ids is None:
        task_ids = those_open(session, when.today, when.zone, Assignment.due_on < when.today)
    known = histories(session, LedgerFilter(plan_id=wanted.plan_id), task_ids)
    rows = ledger(session, actor, when, permission=Permission.SUPERVISE, known=known)
    found = [
        row
        for row in of_unit(session, rows, wanted.unit_id)
        if row.is_overdue
        and speaks_of(row, wanted.words)
        and row.days_late >= (wanted.min_days or 0)
        and (wanted.role is None or row.role is wanted.role)
    ]
    chosen = [(key, wanted.descending) for key in OVERDUE_COLUMNS[wanted.sort]]
    return in_order(found, [*chosen, (lambda row: (row.then.due_on or date.max, row.assignment_id), False)])


OVERDUE_COLUMNS: Mapping[OverdueSort, Sequence[Key[LedgerRow]]] = {
    OverdueSort.DAYS: (lambda row: row.days_late,),
    OverdueSort.TITLE: (lambda row: row.title,),
    OverdueSort.UNIT: (lambda row: row.unit.position, lambda row: row.unit.id),
    OverdueSort.ROLE: (lambda row: ROLES.index(row.role),),
    OverdueSort.PLAN: (lambda row: row.plan_issued_on or date.min, lambda row: row.plan_id),
    OverdueSort.STATE: (lambda row: STATES.index(row.then.state),),
}


def of_unit(session: Session, rows: Iterable[LedgerRow], unit_id: int | None) -> list[LedgerRow]:
    """Those rows whose unit is the one named or stands below it; all where none is named."""
    path = path_of(session, unit_id)
    return [row for row in rows if row.unit.path.startswith(path)]


def with_reports(session: Session, when: When, rows: Sequence[LedgerRow]) -> list[LateItem]:
    """The rows as lists and sheets show them, each with its latest report by the end of the day."""
    ids = [row.assignment_id for row in rows]
    told = last_entries_until(session, ids, end_of(when.today, when.zone), REPORTS)
    return [_late_item(row, told.get(row.assignment_id)) for row in rows]


def _late_item(row: LedgerRow, told: HistoryEntry | None) -> LateItem:
    then = row.then
    return LateItem(
        row.assignment_id,
        row.title,
        row.unit.name,
        row.role,
        then.state,
        then.due_on or date.max,
        then.original_due_on,
        row.plan_id,
        row.plan_title,
        row.plan_number,
        told.words if told else None,
    )
