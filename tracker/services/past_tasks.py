"""All tasks as of a past day: the same filters, order and pages as today's.

The rows look to templates like those of today. What nothing holds of the past, ``past_words`` says.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.lifecycle import CHASED_STATES, Outcome, State, TaskState
from tracker.domain.lights import Light, LitLight
from tracker.domain.roles import Role
from tracker.services.histories import UnitThen, end_of, histories, reached, those_open, units_called, unless_all
from tracker.services.ledger import LedgerFilter, LedgerRow, ledgers
from tracker.services.lit import When
from tracker.services.marked_pages import page_of_piece
from tracker.services.past_lists import Key, in_order, path_of, speaks_of
from tracker.services.task_pages import UNITS_NAMED, WORST_FIRST, TaskFilter, TaskSort
from tracker.store.former_queries import altered_since
from tracker.store.pages import MOST_COUNTED, Page
from tracker.store.past_task_queries import TaskPlace, ToldByRows, count_told_by_rows, first_told_by_rows
from tracker.store.tasks import Assignment
from tracker.store.untold import given_anew_since, turns_since


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
    ordered = in_order(told, _task_order(wanted))
    page = page_of_piece(len(ordered), lambda start, most: ordered[start : start + most], number)
    return page.of([_task_row(actor, *pair) for pair in page.rows])


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
    untold = _untold(session, end, wanted)
    units = units_called(session)
    in_reach = reached(units, LedgerFilter(path_of(session, wanted.unit_id)), actor, Permission.READ)
    asked = ToldByRows(
        end, unless_all(in_reach, units), wanted.plan_id, wanted.due_from, wanted.due_to, left_out=untold
    )
    told = _told(session, actor, when, wanted, untold)
    total = len(told) + count_told_by_rows(session, asked, max(MOST_COUNTED + 1 - len(told), 0))

    def piece(start: int, most: int) -> list[Pair]:
        # As many as come out of the histories may stand before those that rows tell.
        before = max(0, start - len(told))
        places = first_told_by_rows(session, asked, start + most - before, before, descending=wanted.descending)
        merged = in_order([*told, *((_placed(place), ()) for place in places)], _task_order(wanted))
        return merged[start - before :][:most]

    page = page_of_piece(total, piece, number)
    by_id = {task.id: (task, rows) for task, rows in _told(session, actor, when, wanted, _without_rows(page.rows))}
    pairs = (pair if pair[1] else by_id.get(pair[0].id) for pair in page.rows)
    return page.of([_task_row(actor, *pair) for pair in pairs if pair])


def _untold(session: Session, end: datetime, wanted: TaskFilter) -> set[int]:
    """The tasks of which rows do not tell whether they are asked for, and where they stand in the list."""
    if wanted.due_from or wanted.due_to:
        return {turn.task_id for turn in turns_since(session, end) if turn.hides(end)} | altered_since(session, end)
    # A part's own day does not matter here, and the task's is altered with it.
    return given_anew_since(session, end) | altered_since(session, end)


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
    path = path_of(session, wanted.unit_id)

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
