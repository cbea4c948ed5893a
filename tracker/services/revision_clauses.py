"""The clauses of two versions as values: tasks and drafts with the words that they close."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from tracker.domain.clause_text import Span, passages
from tracker.domain.drafts import Basis, Deadline, MilestoneReading
from tracker.domain.revision import Clause, Share
from tracker.domain.roles import Role
from tracker.store.plan_queries import text_of_plan
from tracker.store.plans import Draft, DraftState, Plan
from tracker.store.revision_queries import drafts_of_versions, tasks_of_versions
from tracker.store.tasks import Task

_YEAR = re.compile(r"20\d\d|二[〇○零Oo]\w\w年")


@dataclass(frozen=True, slots=True)
class Old:
    """A clause of an earlier version with the task that it was adopted as, or a draft that never was."""

    clause: Clause
    task: Task | None
    draft: Draft | None


@dataclass(frozen=True, slots=True)
class New:
    """A clause of the new version."""

    clause: Clause
    draft: Draft


def old_clauses(session: Session, plan: Plan, earlier: Sequence[Plan]) -> list[Old]:
    """What earlier versions left: every task, and of the version before this one what was never adopted."""
    ids = [version.id for version in earlier]
    if not ids:
        return []
    drafts = drafts_of_versions(session, ids)
    texts = _passages(session, earlier, drafts)
    by_id = {draft.id: draft for draft in drafts}
    tasks = [_old_task(task, by_id.get(task.draft_id or 0), texts, plan) for task in tasks_of_versions(session, ids)]
    before = [draft for draft in drafts if draft.plan_id == ids[0] and draft.state is not DraftState.ADOPTED]
    return [*tasks, *(Old(_clause_of(draft, texts), None, draft) for draft in before)]


def new_clauses(session: Session, plan: Plan) -> list[New]:
    drafts = drafts_of_versions(session, [plan.id])
    texts = _passages(session, [plan], drafts)
    return [New(_clause_of(draft, texts), draft) for draft in drafts if draft.state is not DraftState.ADOPTED]


def _passages(session: Session, plans: Sequence[Plan], drafts: Iterable[Draft]) -> dict[int, str]:
    """For every draft the words that its clause closes; "" where the text is not kept."""
    of_plan = defaultdict[int, list[Draft]](list)
    for draft in drafts:
        of_plan[draft.plan_id].append(draft)
    found = dict[int, str]()
    for plan in plans:
        rows, text, start = of_plan[plan.id], text_of_plan(session, plan), plan.start or 0
        spans = [_span(draft, start, len(text)) for draft in rows]
        found |= zip((draft.id for draft in rows), passages(text, spans), strict=True)
    return found


def _span(draft: Draft, start: int, end: int) -> Span:
    heading = draft.path[-1] if draft.path else ""
    return Span(min(max(draft.start - start, 0), end), min(max(draft.end - start, 0), end), heading)


def _clause_of(draft: Draft, texts: Mapping[int, str]) -> Clause:
    return Clause(
        draft.title,
        tuple(draft.path),
        draft.quote,
        texts.get(draft.id, ""),
        tuple(Share(row["name"], Role(row["role"])) for row in draft.units),
        Deadline(draft.deadline_text, draft.deadline_kind, draft.due_on, draft.deadline_basis, draft.deadline_rule),
        tuple(_target(row) for row in draft.milestones),
        decided=draft.edited,
    )


def _target(row: dict[str, Any]) -> MilestoneReading:
    due_on = date.fromisoformat(row["due_on"]) if row.get("due_on") else None
    return MilestoneReading(row["text"], due_on, row.get("recurrence"))


def _old_task(task: Task, draft: Draft | None, texts: Mapping[int, str], plan: Plan) -> Old:
    """A task as its clause gave it: what happened to its units and dates since then is no part of it."""
    if draft is None:
        return Old(_clause_of_task(task), task, None)
    phrase = draft.deadline_text or ""
    same_year = task.plan.issued_on == plan.issued_on or bool(_YEAR.search(phrase))
    by_person = draft.deadline_basis is Basis.REVIEW and same_year
    clause = replace(_clause_of(draft, texts), title=task.title, date_decided=by_person)
    return Old(clause, task, draft)


def _clause_of_task(task: Task) -> Clause:
    """For a task that was loaded without a draft: its text is not kept here."""
    deadline = Deadline(
        task.deadline_text, task.deadline_kind, task.original_due_on, task.deadline_basis, task.deadline_rule
    )
    targets = tuple(MilestoneReading(row.text, row.due_on, row.recurrence) for row in task.milestones)
    units = tuple(Share(part.written_name, part.role) for part in task.assignments)
    return Clause(task.title, tuple(task.path), task.quote or "", "", units, deadline, targets)
