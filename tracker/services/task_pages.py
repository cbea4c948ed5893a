"""All tasks within somebody's reach, one task, and one unit's part in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.history import ADOPTED, JOINED, REVISED
from tracker.domain.joint import OPINIONS_ENDED
from tracker.domain.lifecycle import Event, State
from tracker.domain.lights import Light
from tracker.services.errors import NotFound
from tracker.services.evidence import evidence_of
from tracker.services.extensions import may_ask
from tracker.services.lit import Part, When, limits, part_of
from tracker.services.marked_pages import page_of_piece
from tracker.services.milestones import MilestoneLine, lines_of, may_report
from tracker.services.offered_plans import offered_plans
from tracker.services.series_pages import SeriesView, series_view
from tracker.services.supervision import under
from tracker.services.work import events_for
from tracker.store import task_queries as ask
from tracker.store.choices import PlanChoice, UnitChoice, units_within
from tracker.store.evidence import Evidence
from tracker.store.extension_queries import requests_of
from tracker.store.extensions import Extension, ExtensionState
from tracker.store.overdue import overdue_on
from tracker.store.pages import MOST_COUNTED, Page
from tracker.store.plans import Plan
from tracker.store.reach import within
from tracker.store.task_lists import first_of_many, ordered, tasks_up_to, with_units
from tracker.store.tasks import Assignment, HistoryEntry, Task

UNITS_NAMED = 4
CONTEXT = 120  # characters of the plan shown before and after a clause
WORST_FIRST = (Light.RED, Light.YELLOW, Light.GREEN, Light.NONE)


class TaskSort(StrEnum):
    """The columns by which the list of tasks can be put in order."""

    DUE = "due"
    TITLE = "title"
    PLAN = "plan"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks are asked for: those of which one unit's part meets all of this."""

    words: str = ""
    state: State | None = None
    unit_id: int | None = None
    plan_id: int | None = None
    due_from: date | None = None
    due_to: date | None = None
    overdue: bool = False
    light: Light | None = None
    sort: TaskSort = TaskSort.DUE
    descending: bool = False


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task in the list: its worst light among the parts in reach, the first units, and how many more there are."""

    task: Task
    worst: Part
    named: Sequence[Part]
    more: int
    readable: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class TaskPage:
    """A task as one person may see it; ``entries`` are those of the parts within the person's reach alone.

    ``series`` tells the recurring duty that the task is one day of.
    """

    task: Task
    parts: Sequence[Part]
    readable: frozenset[int]
    entries: Sequence[HistoryEntry]
    around: tuple[str, str, str] | None
    series: SeriesView | None = None
    milestones: Sequence[MilestoneLine] = ()

    @property
    def sees_all(self) -> bool:
        return len(self.readable) == len(self.parts)

    @property
    def unit_names(self) -> dict[int, str]:
        """The unit's name for each assignment's id, for the timeline."""
        return {part.assignment.id: part.assignment.unit.name for part in self.parts}

    @property
    def was_revised(self) -> bool:
        """Whether a new version of the plan changed the date: the clause no longer says the first one."""
        return any(entry.event == REVISED for entry in self.date_changes)

    @property
    def date_changes(self) -> list[HistoryEntry]:
        """The moves of a date; the first date, given at dispatch, is none."""
        return [entry for entry in self.entries if entry.event != ADOPTED and entry.due_from != entry.due_to]

    @staticmethod
    def change_label(entry: HistoryEntry) -> str:
        """What a move of a date is called: the day of opinions (会办) is not the day of the work."""
        if entry.event == JOINED:
            return "会办结束，恢复时限" if entry.words == OPINIONS_ENDED else "会办意见时限"
        return "时限变更"


@dataclass(frozen=True, slots=True)
class PartPage:
    """One unit's part, with what this person may do now and, when it was sent back, by whom and why."""

    part: Part
    events: Sequence[Event]
    sent_back: HistoryEntry | None
    around: tuple[str, str, str] | None
    requests: Sequence[Extension] = ()
    evidence: Sequence[Evidence] = ()
    may_ask: bool = False
    may_decide: bool = False
    may_recall: bool = False
    milestones: Sequence[MilestoneLine] = ()
    may_report_milestones: bool = False

    @property
    def waiting(self) -> Extension | None:
        """The request for a later date that is still to be decided; none once the part is closed."""
        first = next(iter(self.requests), None)
        waits = first is not None and first.state is ExtensionState.ASKED and not self.assignment.state.is_closed
        return first if waits else None

    @property
    def may_limit_signing(self) -> bool:
        """Whether this person may say by when the unit has to sign."""
        return self.may_decide and self.assignment.state is State.DISPATCHED

    @property
    def assignment(self) -> Assignment:
        return self.part.assignment


def all_tasks(session: Session, actor: Actor, when: When, wanted: TaskFilter, number: int) -> Page[TaskRow]:
    """A page of the tasks in which a unit within reach has a part that meets the filter."""
    conditions, order = _conditions(session, actor, when, wanted), _order(wanted)
    few = tasks_up_to(session, conditions, MOST_COUNTED)

    def piece(start: int, most: int) -> Sequence[int]:
        if few.are_all:
            return ordered(session, few.ids, order, most, start)
        return first_of_many(session, conditions, order, most, start)

    page = page_of_piece(len(few.ids), piece, number)
    return page.of([_row(actor, task, when) for task in with_units(session, page.rows)])


def _conditions(session: Session, actor: Actor, when: When, wanted: TaskFilter) -> list[ask.Condition]:
    conditions = [within(actor, Permission.READ)]
    if wanted.words:
        conditions.append(ask.about_anything(wanted.words))
    if wanted.state:
        conditions.append(Assignment.state == wanted.state)
    if wanted.unit_id:
        conditions.append(under(session, wanted.unit_id))
    if wanted.plan_id:
        conditions.append(Task.plan_id == wanted.plan_id)
    if wanted.due_from:
        conditions.append(Assignment.due_on >= wanted.due_from)
    if wanted.due_to:
        conditions.append(Assignment.due_on <= wanted.due_to)
    if wanted.overdue:
        conditions.append(overdue_on(when.today))
    if wanted.light:
        conditions.append(ask.light_is(wanted.light, when.today, limits(when), when.pack))
    return conditions


def _order(wanted: TaskFilter) -> list[Any]:
    columns: dict[TaskSort, tuple[Any, ...]] = {
        TaskSort.DUE: (Task.due_on,),
        TaskSort.TITLE: (Task.title,),
        TaskSort.PLAN: (Plan.issued_on, Plan.id),
        TaskSort.STATE: (Task.state,),
    }
    chosen = [column.desc() if wanted.descending else column.asc() for column in columns[wanted.sort]]
    if wanted.sort is TaskSort.DUE:
        # Tasks without a day come last in either direction; the index on the day has them there.
        chosen = [each.nulls_last() for each in chosen]
    return [*chosen, Task.due_on.asc().nulls_last(), Plan.id.asc(), Task.position.asc()]


def _row(actor: Actor, task: Task, when: When) -> TaskRow:
    """The task's row: units within reach are named first, and they alone give the light."""
    own = [part for part in task.assignments if actor.may(Permission.READ, part.unit.path)]
    others = [part for part in task.assignments if part not in own]
    lit_parts = [part_of(part, when) for part in own]
    worst = min(lit_parts, key=lambda part: WORST_FIRST.index(part.lit.light))
    named = [*lit_parts, *(part_of(part, when) for part in others)][:UNITS_NAMED]
    return TaskRow(task, worst, named, len(task.assignments) - len(named), frozenset(part.id for part in own))


def task_page(session: Session, actor: Actor, when: When, task_id: int) -> TaskPage:
    """The task; raises NotFound, or Forbidden when no unit within the actor's reach has a part in it."""
    task = ask.task_shown(session, task_id)
    if task is None:
        raise NotFound("没有这项任务，可能已被删除，请从任务清单重新进入。")
    readable = frozenset(part.id for part in task.assignments if actor.may(Permission.READ, part.unit.path))
    if not readable:
        raise Forbidden(Permission.READ, "查看该任务")
    return TaskPage(
        task,
        [part_of(part, when) for part in task.assignments],
        readable,
        ask.entries_of(session, readable),
        ask.text_around(session, task, CONTEXT),
        series_view(session, actor, when.today, task.id),
        lines_of(session, task, when.today),
    )


def part_page(session: Session, actor: Actor, when: When, assignment_id: int) -> PartPage:
    """The part; raises NotFound, or Forbidden when its unit lies outside the actor's reach."""
    assignment = ask.assignment_shown(session, assignment_id)
    if assignment is None:
        raise NotFound("没有这项分工，可能已被删除，请从任务清单重新进入。")
    if not actor.may(Permission.READ, assignment.unit.path):
        raise Forbidden(Permission.READ, "查看该事项")
    part = part_of(assignment, when)
    around = ask.text_around(session, assignment.task, CONTEXT)
    requests = requests_of(session, assignment.id)
    return PartPage(
        part,
        events_for(actor, assignment),
        _sent_back(assignment),
        around,
        requests,
        evidence_of(session, [assignment.id]).get(assignment.id, ()),
        may_ask=may_ask(actor, assignment, requests),
        may_decide=actor.may(Permission.DECIDE, assignment.unit.path),
        may_recall=actor.may(Permission.WORK_OWN, assignment.unit.path),
        milestones=lines_of(session, assignment.task, when.today),
        may_report_milestones=may_report(actor, assignment),
    )


SENT_BACK = (Event.RETURN.value, Event.REOPEN.value)
# What brings a part to where it is; reports, requests and remarks on the way leave it there.
TURNS = frozenset(event.value for event in Event if event is not Event.REPORT)


def _sent_back(assignment: Assignment) -> HistoryEntry | None:
    """The decision that sent the work back to the unit, while the unit has not submitted again."""
    if assignment.state is not State.IN_PROGRESS:
        return None
    turns = [entry for entry in assignment.history if entry.event in TURNS]
    last = turns[-1] if turns else None
    return last if last and last.event in SENT_BACK else None


def other_units(session: Session, actor: Actor, assignment: Assignment) -> list[UnitChoice]:
    """The units besides its own to which declined work may go: those in reach without a part in the task."""
    taken = {part.unit_id for part in assignment.task.assignments}
    return [unit for unit in units_within(session, actor.reach(Permission.DECIDE)) if unit.id not in taken]


def choices(
    session: Session, actor: Actor, permission: Permission
) -> tuple[tuple[UnitChoice, ...], tuple[PlanChoice, ...]]:
    """The units and plans by which a list may be filtered: those that have parts within reach."""
    return units_within(session, actor.reach(permission)), offered_plans(session, actor, permission)
