"""Lists as of a past day: the same filters, order and pages as today's, made from the ledger of that day.

The rows look to templates and sheets like those of today. What nothing holds of the past, ``past_words`` says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.lifecycle import CHASED_STATES, Outcome, State, TaskState
from tracker.domain.lights import Light, LitLight
from tracker.domain.roles import Role
from tracker.services.histories import UnitThen, end_of, histories, those_open, units_called
from tracker.services.ledger import LedgerFilter, LedgerRow, ledger, ledgers
from tracker.services.lit import When
from tracker.services.supervision import WORST_UNITS, OverdueFilter, OverdueSort
from tracker.services.task_pages import UNITS_NAMED, WORST_FIRST, TaskFilter, TaskSort
from tracker.store.as_of_queries import last_entries_until
from tracker.store.former_queries import altered_since
from tracker.store.late_items import REPORTS, LateItem
from tracker.store.pages import PAGE_SIZE, Page, page_number
from tracker.store.past_task_queries import TaskPlace, ToldByRows, count_told_by_rows, first_told_by_rows
from tracker.store.shortlists import untold_tasks
from tracker.store.tasks import Assignment, HistoryEntry
from tracker.store.units import Unit

Row = TypeVar("Row")
Key = Callable[[Row], Any]
STATES, ROLES = tuple(State), tuple(Role)


@dataclass(frozen=True, slots=True)
class PastPlan:
    """A plan as rows name it."""

    id: int
    title: str
    number: str | None


@dataclass(frozen=True, slots=True)
class PastTask:
    """A task at the end of the day."""

    id: int
    title: str
    plan: PastPlan
    due_on: date | None
    state: TaskState
    completed_on: date | None
    plan_issued_on: date | None
    position: int
    original_due_on: date | None = None

    @property
    def plan_id(self) -> int:
        return self.plan.id


@dataclass(frozen=True, slots=True)
class PastItem:
    """What an assignment was at the end of the day."""

    id: int
    task: PastTask
    unit: UnitThen
    role: Role
    state: State
    due_on: date | None
    original_due_on: date | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class PastPart:
    """A unit's part as lists showed it on the day."""

    assignment: PastItem
    lit: LitLight
    days_late: int


@dataclass(frozen=True, slots=True)
class PastTaskRow:
    """A task in the list of a past day, as ``tracker.services.task_pages.TaskRow`` is one of today's."""

    task: PastTask
    worst: PastPart
    named: Sequence[PastPart]
    more: int
    readable: frozenset[int] = frozenset()


def past_tasks(session: Session, actor: Actor, when: When, wanted: TaskFilter, number: int) -> Page[PastTaskRow]:
    """A page of the tasks in which a unit within reach had, on the day, a part that meets the filter."""
    if _is_told_by_rows(wanted):
        return _page_of_rows(session, actor, when, wanted, number)
    told = _told(session, actor, when, wanted, _maybe(session, when, wanted))
    return _page(in_order(told, _task_order(wanted)), number, lambda pair: _task_row(actor, *pair))


def _told(
    session: Session, actor: Actor, when: When, wanted: TaskFilter, task_ids: Collection[int] | None
) -> list[Pair]:
    """The tasks that meet the filter, out of their histories, with all their parts."""
    meets = _task_filter(session, actor, wanted)
    known = histories(session, LedgerFilter(plan_id=wanted.plan_id), task_ids)
    (book,) = ledgers(known, [when], None)
    tasks = (list(rows) for _, rows in groupby(book, key=lambda row: row.task_id))
    return [(_task(rows), rows) for rows in tasks if any(meets(row) for row in rows)]


def _is_told_by_rows(wanted: TaskFilter) -> bool:
    """Whether rows tell which tasks are asked for, and in which order: names and states of then they do not."""
    return wanted.sort is TaskSort.DUE and not (wanted.words or wanted.state or wanted.light or wanted.overdue)


def _page_of_rows(session: Session, actor: Actor, when: When, wanted: TaskFilter, number: int) -> Page[PastTaskRow]:
    """A page for which the histories are read of its own tasks, and of those that their rows do not tell."""
    end = end_of(when.today, when.zone)
    untold = untold_tasks(session, [end]) | altered_since(session, end)
    units = units_called(session)
    path = _path_of(session, wanted.unit_id)
    in_reach = {u.id for u in units.values() if u.path.startswith(path) and actor.may(Permission.READ, u.path)}
    everybody = len(in_reach) == len(units)
    asked = ToldByRows(end, None if everybody else in_reach, wanted.plan_id, wanted.due_from, wanted.due_to, untold)
    told = _told(session, actor, when, wanted, untold)
    total = len(told) + count_told_by_rows(session, asked)
    number = page_number(number, total, PAGE_SIZE)
    first, last = (number - 1) * PAGE_SIZE, number * PAGE_SIZE
    places = first_told_by_rows(session, asked, last, descending=wanted.descending)
    merged = in_order([*told, *((_placed(place), ()) for place in places)], _task_order(wanted))[first:last]
    by_id = {task.id: (task, rows) for task, rows in _told(session, actor, when, wanted, _without_rows(merged))}
    rows = [_task_row(actor, *(pair if pair[1] else by_id[pair[0].id])) for pair in merged]
    return Page(rows, number, total)


def _without_rows(pairs: Iterable[Pair]) -> set[int]:
    return {task.id for task, rows in pairs if not rows}


def _placed(place: TaskPlace) -> PastTask:
    """A task of which its place in the list is known, and nothing else."""
    plan = PastPlan(place.plan_id, "", None)
    return PastTask(place.id, "", plan, place.due_on, TaskState.OPEN, None, None, place.position)


def _maybe(session: Session, when: When, wanted: TaskFilter) -> set[int] | None:
    """The tasks that may meet the filter; None where it asks for nothing that rows tell."""
    if wanted.overdue or wanted.light is Light.RED:
        return those_open(session, when.today, when.zone, Assignment.due_on < when.today)
    if wanted.light is Light.YELLOW or wanted.state in CHASED_STATES:
        return those_open(session, when.today, when.zone)
    return None


def _task_filter(session: Session, actor: Actor, wanted: TaskFilter) -> Callable[[LedgerRow], bool]:
    path = _path_of(session, wanted.unit_id)

    def meets(row: LedgerRow) -> bool:
        due_on = row.then.due_on
        return (
            actor.may(Permission.READ, row.unit.path)
            and row.unit.path.startswith(path)
            and speaks_of(row, wanted.words)
            and (wanted.state is None or row.then.state is wanted.state)
            and (wanted.due_from is None or (due_on is not None and due_on >= wanted.due_from))
            and (wanted.due_to is None or (due_on is not None and due_on <= wanted.due_to))
            and (row.is_overdue or not wanted.overdue)
            and (wanted.light is None or row.lit.light is wanted.light)
        )

    return meets


def _path_of(session: Session, unit_id: int | None) -> str:
    """The path that the wanted unit and all below it begin with; nothing does when there is no such unit."""
    unit = session.get(Unit, unit_id) if unit_id else None
    return unit.path if unit else ("none" if unit_id else "")


def speaks_of(row: LedgerRow, words: str) -> bool:
    """Every word stands in the task's title, the unit's names, or the plan's title or number."""
    places = (row.title, row.unit.name, row.unit.full_name, row.plan_title, row.plan_number or "")
    return all(any(word.lower() in place.lower() for place in places) for word in words.split())


def _task(rows: Sequence[LedgerRow]) -> PastTask:
    row = rows[0]
    return PastTask(
        id=row.task_id,
        title=row.title,
        plan=PastPlan(row.plan_id, row.plan_title, row.plan_number),
        due_on=row.task_due_on,
        state=row.task_state,
        completed_on=row.task_completed_on,
        plan_issued_on=row.plan_issued_on,
        position=row.position,
        original_due_on=row.task_original_due_on,
    )


def _task_row(actor: Actor, task: PastTask, rows: Sequence[LedgerRow]) -> PastTaskRow:
    own = [_part(row, task) for row in rows if actor.may(Permission.READ, row.unit.path)]
    others = [_part(row, task) for row in rows if not actor.may(Permission.READ, row.unit.path)]
    worst = min(own, key=lambda part: WORST_FIRST.index(part.lit.light))
    named = [*own, *others][:UNITS_NAMED]
    return PastTaskRow(task, worst, named, len(rows) - len(named), frozenset(part.assignment.id for part in own))


def _part(row: LedgerRow, task: PastTask) -> PastPart:
    then = row.then
    item = PastItem(
        row.assignment_id, task, row.unit, row.role, then.state, then.due_on, then.original_due_on, then.outcome
    )
    return PastPart(item, row.lit, row.days_late)


Pair = tuple[PastTask, Sequence[LedgerRow]]


def _task_order(wanted: TaskFilter) -> list[tuple[Key[Pair], bool]]:
    """The order of ``tracker.services.task_pages``, as keys and whether each is turned."""
    columns: dict[TaskSort, list[Key[Pair]]] = {
        TaskSort.DUE: [lambda pair: pair[0].due_on or date.max],
        TaskSort.TITLE: [lambda pair: pair[0].title],
        TaskSort.PLAN: [lambda pair: pair[0].plan_issued_on or date.min, lambda pair: pair[0].plan_id],
        TaskSort.STATE: [lambda pair: pair[0].state.value],
    }
    undated: list[tuple[Key[Pair], bool]] = [(lambda pair: pair[0].due_on is None, False)]
    last: list[Key[Pair]] = [
        lambda pair: pair[0].due_on or date.max,
        lambda pair: (pair[0].plan_id, pair[0].position, pair[0].id),
    ]
    chosen = [(key, wanted.descending) for key in columns[wanted.sort]]
    # Tasks without a day come last in either direction.
    first = undated if wanted.sort is TaskSort.DUE else []
    return [*first, *chosen, *undated, *((key, False) for key in last)]


def in_order(rows: Iterable[Row], keys: Sequence[tuple[Key[Row], bool]]) -> list[Row]:
    """The rows by the first key, where that is equal by the second, and so on; a key may be turned downwards."""
    ordered = list(rows)
    for key, descending in reversed(keys):
        ordered.sort(key=key, reverse=descending)
    return ordered


Shown = TypeVar("Shown")


def _page(rows: Sequence[Row], number: int, shown: Callable[[Row], Shown]) -> Page[Shown]:
    number = page_number(number, len(rows), PAGE_SIZE)
    on_it = rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return Page([shown(row) for row in on_it], number, len(rows))


def past_overdue(session: Session, actor: Actor, when: When, wanted: OverdueFilter) -> list[LedgerRow]:
    """All items within reach that were overdue on the day, in order, whole: pages and sheets are cut from them."""
    maybe = those_open(session, when.today, when.zone, Assignment.due_on < when.today)
    known = histories(session, LedgerFilter(plan_id=wanted.plan_id), maybe)
    rows = ledger(session, actor, when, permission=Permission.SUPERVISE, known=known)
    found = [
        row
        for row in of_unit(session, rows, wanted.unit_id)
        if row.is_overdue
        and speaks_of(row, wanted.words)
        and row.days_late >= (wanted.min_days or 0)
        and (wanted.role is None or row.role is wanted.role)
    ]
    return in_order(found, _overdue_order(wanted))


def of_unit(session: Session, rows: Iterable[LedgerRow], unit_id: int | None) -> list[LedgerRow]:
    """Those rows whose unit is the one named or stands below it; all where none is named."""
    path = _path_of(session, unit_id)
    return [row for row in rows if row.unit.path.startswith(path)]


def _overdue_order(wanted: OverdueFilter) -> list[tuple[Key[LedgerRow], bool]]:
    columns: dict[OverdueSort, list[Key[LedgerRow]]] = {
        OverdueSort.DAYS: [lambda row: row.days_late],
        OverdueSort.TITLE: [lambda row: row.title],
        OverdueSort.UNIT: [lambda row: (row.unit.position, row.unit.id)],
        OverdueSort.ROLE: [lambda row: ROLES.index(row.role)],
        OverdueSort.PLAN: [lambda row: row.plan_issued_on or date.min, lambda row: row.plan_id],
        OverdueSort.STATE: [lambda row: STATES.index(row.then.state)],
    }
    chosen = [(key, wanted.descending) for key in columns[wanted.sort]]
    return [*chosen, (lambda row: (row.then.due_on or date.max, row.assignment_id), False)]


def past_overdue_page(session: Session, when: When, rows: Sequence[LedgerRow], number: int) -> Page[LateItem]:
    """A page of those items, each with its latest report by then."""
    page = _page(rows, number, lambda row: row)
    return Page(with_reports(session, when, page.rows), page.number, page.total)


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


def past_worst_units(rows: Sequence[LedgerRow]) -> list[tuple[UnitThen, int]]:
    """The units with the most of these items."""
    found = Counter(row.unit.id for row in rows)
    units = {row.unit.id: row.unit for row in rows}
    by_count = sorted(units.values(), key=lambda unit: (-found[unit.id], unit.position, unit.id))
    return [(unit, found[unit.id]) for unit in by_count[:WORST_UNITS]]
