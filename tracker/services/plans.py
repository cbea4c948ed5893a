"""Plans as pages show them: with counts of what the reader may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.passages import Mark, Piece, pieces_of
from tracker.services.errors import NotFound
from tracker.services.revision_pages import VersionNote, version_note
from tracker.store.pages import Page
from tracker.store.plan_lists import (
    NO_TASKS,
    PlanFilter,
    TaskCounts,
    open_drafts,
    oversees,
    spans_of_tasks,
    task_counts,
    tasks_of_plan,
    visible_plan,
    visible_plans,
)
from tracker.store.plan_queries import text_of_plan
from tracker.store.plans import Plan
from tracker.store.tasks import Task


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan in the list; ``to_review`` counts open drafts, for those who take plans in."""

    plan: Plan
    tasks: TaskCounts
    to_review: int


@dataclass(frozen=True, slots=True)
class PlanView:
    """One plan.

    ``all_tasks`` says that the reader sees every task, not only those of the own unit; ``may_review`` that the
    reader takes plans of this scope in; ``text`` is empty when the text is not kept here.
    """

    plan: Plan
    tasks: TaskCounts
    page: Page[Task]
    to_review: int
    may_review: bool
    all_tasks: bool
    text: tuple[Piece, ...]
    versions: VersionNote


def plan_list(session: Session, actor: Actor, today: date, wanted: PlanFilter, page: int) -> Page[PlanRow]:
    """One page of the plans within the actor's reach."""
    found = visible_plans(session, actor, wanted, page)
    ids = [plan.id for plan in found.rows]
    tasks, drafts = task_counts(session, actor, ids, today), open_drafts(session, actor, ids)
    rows = [PlanRow(plan, tasks.get(plan.id, NO_TASKS), drafts.get(plan.id, 0)) for plan in found.rows]
    return Page(rows, found.number, found.total)


def plan_view(session: Session, actor: Actor, today: date, plan_id: int, page: int) -> PlanView:
    """One plan; NotFound when it does not exist or lies out of reach."""
    plan = visible_plan(session, actor, plan_id)
    if plan is None:
        raise NotFound("没有找到这份文件。网址可能有误，或文件不在您的单位范围内。")
    return PlanView(
        plan,
        task_counts(session, actor, [plan_id], today).get(plan_id, NO_TASKS),
        tasks_of_plan(session, actor, plan_id, page),
        open_drafts(session, actor, [plan_id]).get(plan_id, 0),
        actor.may(Permission.INTAKE, plan.scope.path),
        oversees(actor, plan.scope.path),
        _text(session, actor, plan),
        version_note(session, plan_id),
    )


def _text(session: Session, actor: Actor, plan: Plan) -> tuple[Piece, ...]:
    start = plan.start or 0
    spans = spans_of_tasks(session, actor, plan.id)
    return pieces_of(
        text_of_plan(session, plan), [Mark(key, first - start, last - start) for key, first, last in spans]
    )
