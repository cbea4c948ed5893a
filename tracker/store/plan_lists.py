"""What plan pages list: the plans a person may see, with counts, and the tasks of one plan.

Who oversees a plan's scope sees every task of it; anybody else those in which a unit within reach has a part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from tracker.domain.access import Actor, Office, Permission
from tracker.domain.lifecycle import TaskState
from tracker.store.division_queries import stands_for_itself
from tracker.store.overdue import overdue_on
from tracker.store.pages import PAGE_SIZE, Page, page_number
from tracker.store.plans import Draft, DraftState, Plan
from tracker.store.reach import below, within
from tracker.store.revision_queries import is_superseded
from tracker.store.tasks import Assignment, Task
from tracker.store.units import Unit

SCOPE = aliased(Unit, name="scope")
PART_UNIT = aliased(Unit, name="part_unit")


@dataclass(frozen=True, slots=True)
class TaskCounts:
    """How many tasks of a plan the person may see; ``overdue`` ones are among the open ones."""

    total: int = 0
    open: int = 0
    overdue: int = 0
    completed: int = 0


NO_TASKS = TaskCounts()


@dataclass(frozen=True, slots=True)
class PlanFilter:
    """What a list of plans is narrowed to; ``words`` are looked for in title, number and issuer."""

    words: str = ""
    only_to_review: bool = False


def visible_plans(session: Session, actor: Actor, wanted: PlanFilter, page: int) -> Page[Plan]:
    """One page of the plans within reach, the newest first."""
    conditions = [may_see_plan(actor), *_conditions(actor, wanted)]
    total = session.scalar(select(func.count(Plan.id)).join(SCOPE, Plan.scope_id == SCOPE.id).where(*conditions)) or 0
    number = page_number(page, total)
    plans = session.scalars(
        select(Plan)
        .join(SCOPE, Plan.scope_id == SCOPE.id)
        .where(*conditions)
        .options(joinedload(Plan.scope))
        .order_by(Plan.issued_on.is_(None), Plan.issued_on.desc(), Plan.id.desc())
        .offset((number - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    ).all()
    return Page(plans, number, total)


def visible_plan(session: Session, actor: Actor, plan_id: int) -> Plan | None:
    """The plan, when it is within the actor's reach."""
    return session.scalar(
        select(Plan)
        .join(SCOPE, Plan.scope_id == SCOPE.id)
        .where(Plan.id == plan_id, may_see_plan(actor))
        .options(joinedload(Plan.scope), joinedload(Plan.source))
    )


def may_see_plan(actor: Actor) -> ColumnElement[bool]:
    """The condition that SCOPE lies within reach, or above a unit where the actor may read.

    A plan of the office above may concern the unit; plans of offices below concern those who oversee them.
    """
    above = (SCOPE.path.in_(_chain(standing.unit_path)) for standing in actor.reach(Permission.READ))
    return or_(within(actor, Permission.READ, SCOPE.path), *above)


def may_see_task(actor: Actor) -> ColumnElement[bool]:
    """The condition that the actor oversees SCOPE, or that a unit within reach has a part in the task."""
    return or_(_oversees(actor), exists(_parts(actor)))


def oversees(actor: Actor, scope_path: str) -> bool:
    """Whether the actor sees every task of the plans of this scope: the same rule in Python."""
    wide = [standing for standing in actor.reach(Permission.READ) if standing.office is not Office.LIAISON]
    return any(standing.reaches(scope_path) for standing in wide)


def task_counts(session: Session, actor: Actor, plan_ids: Iterable[int], today: date) -> dict[int, TaskCounts]:
    """The counts of tasks of these plans; plans without tasks that the actor may see are left out."""
    late = exists(_late_parts(actor, today))
    sums = [_sum_if(Task.state == TaskState.OPEN), _sum_if(late), _sum_if(Task.state == TaskState.COMPLETED)]
    rows = session.execute(
        select(Task.plan_id, func.count(Task.id), *sums)
        .join(Plan, Task.plan_id == Plan.id)
        .join(SCOPE, Plan.scope_id == SCOPE.id)
        .where(Task.plan_id.in_(list(plan_ids)), may_see_task(actor), stands_for_itself(actor, _oversees(actor)))
        .group_by(Task.plan_id)
    )
    return {plan_id: TaskCounts(*map(int, counts)) for plan_id, *counts in rows}


def open_drafts(session: Session, actor: Actor, plan_ids: Iterable[int]) -> dict[int, int]:
    """How many drafts wait for review, in those of the plans that the actor takes in.

    Those of a plan that has a newer version are reviewed there, and wait no more.
    """
    rows = session.execute(
        select(Draft.plan_id, func.count())
        .join(Plan, Draft.plan_id == Plan.id)
        .join(Unit, Plan.scope_id == Unit.id)
        .where(Draft.plan_id.in_(list(plan_ids)), Draft.state == DraftState.OPEN, within(actor, Permission.INTAKE))
        .where(~is_superseded())
        .group_by(Draft.plan_id)
    )
    return {plan_id: count for plan_id, count in rows}  # noqa: C416 - rows are no pairs to a type checker


def tasks_of_plan(session: Session, actor: Actor, plan_id: int, page: int) -> Page[Task]:
    """One page of the plan's tasks that the actor may see, with their parts, in the order of the text."""
    mine = (Task.plan_id == plan_id, may_see_task(actor), stands_for_itself(actor, _oversees(actor)))
    joined = select(func.count(Task.id)).join(Plan, Task.plan_id == Plan.id).join(SCOPE, Plan.scope_id == SCOPE.id)
    total = session.scalar(joined.where(*mine)) or 0
    number = page_number(page, total)
    tasks = session.scalars(
        select(Task)
        .join(Plan, Task.plan_id == Plan.id)
        .join(SCOPE, Plan.scope_id == SCOPE.id)
        .where(*mine)
        .options(selectinload(Task.assignments).joinedload(Assignment.unit))
        .order_by(Task.position, Task.id)
        .offset((number - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    ).all()
    return Page(tasks, number, total)


def spans_of_tasks(session: Session, actor: Actor, plan_id: int) -> Sequence[tuple[int, int, int]]:
    """Task id, start and end of the quotes in the plan's text, for the tasks that the actor may see."""
    rows = session.execute(
        select(Task.id, Task.start, Task.end)
        .join(Plan, Task.plan_id == Plan.id)
        .join(SCOPE, Plan.scope_id == SCOPE.id)
        .where(Task.plan_id == plan_id, Task.start.is_not(None), Task.end.is_not(None), may_see_task(actor))
        .where(stands_for_itself(actor, _oversees(actor)))
        .order_by(Task.start)
    )
    return [(task_id, start, end) for task_id, start, end in rows if start is not None and end is not None]


def _conditions(actor: Actor, wanted: PlanFilter) -> list[ColumnElement[bool]]:
    # Words are looked for as typed: % and _ in them are no wildcards.
    fields = (Plan.title, Plan.number, Plan.issuer)
    found = [or_(*(field.icontains(word, autoescape=True) for field in fields)) for word in wanted.words.split()]
    if wanted.only_to_review:
        open_draft = exists(select(Draft.id).where(Draft.plan_id == Plan.id, Draft.state == DraftState.OPEN))
        found.append(and_(open_draft, ~is_superseded(), within(actor, Permission.INTAKE, SCOPE.path)))
    return found


def _chain(path: str) -> list[str]:
    """The paths from the root down to the unit: /1/7/ gives /1/ and /1/7/."""
    ids = path.strip("/").split("/")
    return ["/" + "/".join(ids[: n + 1]) + "/" for n in range(len(ids))]


def _oversees(actor: Actor) -> ColumnElement[bool]:
    wide = [standing for standing in actor.reach(Permission.READ) if standing.office is not Office.LIAISON]
    return or_(false(), *(below(standing.unit_path, SCOPE.path) for standing in wide))


def _parts(actor: Actor) -> Select[int]:
    return (
        select(Assignment.id)
        .join(PART_UNIT, Assignment.unit_id == PART_UNIT.id)
        .where(Assignment.task_id == Task.id, within(actor, Permission.READ, PART_UNIT.path))
        .correlate(Task)
    )


def _late_parts(actor: Actor, today: date) -> Select[int]:
    return (
        select(Assignment.id)
        .join(PART_UNIT, Assignment.unit_id == PART_UNIT.id)
        .where(
            Assignment.task_id == Task.id,
            overdue_on(today),
            or_(_oversees(actor), within(actor, Permission.READ, PART_UNIT.path)),
        )
        .correlate(Task, SCOPE)
    )


def _sum_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
