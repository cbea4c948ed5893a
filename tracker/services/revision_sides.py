"""A new version beside what earlier versions left: tasks and drafts as clauses, matched one to one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from tracker.domain.clause_text import Span, passages
from tracker.domain.drafts import Basis, Deadline, MilestoneReading
from tracker.domain.lifecycle import TaskState
from tracker.domain.revision import (
    Change,
    Clause,
    Share,
    changes_between,
    out_of_order,
    pairing,
    standing,
)
from tracker.domain.roles import Role
from tracker.services.assigning import Mention, PlannedAssignment, assignments_for, custom_applies
from tracker.services.intake_naming import Naming
from tracker.services.intake_questions import BY_HAND_ONLY
from tracker.store.office import office_setting
from tracker.store.plan_queries import names_of_units, text_of_plan
from tracker.store.plans import Draft, DraftState, Plan
from tracker.store.revision_queries import (
    decisions_of,
    drafts_of_versions,
    earlier_versions,
    kept_although_left_out,
    tasks_of_versions,
)
from tracker.store.revisions import RevisionDecision, Verdict
from tracker.store.tasks import Task
from tracker.store.unit_directory import names_for

_YEAR = re.compile(r"20\d\d|二[〇○零Oo]\w\w年")
Rows = Sequence[dict[str, Any]]


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


@dataclass(frozen=True, slots=True)
class Matched:
    """An old clause and the new one that it is, both with the units as the office would give them work.

    ``after`` is the new clause with what stands of the old one; ``unknown`` are names that mean nothing here yet, or a
    unit outside the scope; ``rows`` the new draft's units with what a person had matched their names with before.
    """

    old: Old
    new: New
    before: Clause
    after: Clause
    changes: frozenset[Change]
    shares_before: tuple[PlannedAssignment, ...]
    shares_after: tuple[PlannedAssignment, ...]
    unknown: tuple[str, ...]
    rows: Rows

    @property
    def says_more(self) -> bool:
        """Whether it says anything else than before; a clause that only moved does not."""
        return bool(self.changes - {Change.MOVED})

    @property
    def by_hand(self) -> bool:
        """Whether a clause of its form is never decided in bulk."""
        return self.new.draft.form in BY_HAND_ONLY


@dataclass(frozen=True, slots=True)
class Versions:
    """The new version and what it is held against; what was decided already is in ``decisions`` alone."""

    plan: Plan
    earlier: tuple[Plan, ...]
    naming: Naming
    matched: tuple[Matched, ...]
    removed: tuple[Old, ...]
    added: tuple[New, ...]
    once_dropped: Mapping[int, Old]
    decisions: tuple[RevisionDecision, ...]
    unit_names: Mapping[int, str]

    def decision(self, task_id: int, draft_id: int | None) -> RevisionDecision | None:
        """What was decided about this task and clause; the latest when several times."""
        found = (row for row in self.decisions if (row.task_id, row.draft_id) == (task_id, draft_id))
        return next(found, None)


def versions_of(session: Session, plan: Plan) -> Versions:
    """The comparison of a plan with its earlier versions as everything stands now; empty when it has none."""
    earlier = earlier_versions(session, plan.id)
    decisions = decisions_of(session, plan.id)
    naming = Naming(names_for(session, plan.scope))
    done = {row.task_id for row in decisions if row.verdict is not Verdict.SEPARATE}
    apart = {(row.task_id, row.draft_id) for row in decisions if row.verdict is Verdict.SEPARATE}
    olds = [old for old in _olds(session, plan, earlier) if old.task is None or old.task.id not in done]
    taken = {row.draft_id for row in decisions if row.verdict is not Verdict.SEPARATE}
    news = [new for new in _news(session, plan) if new.draft.id not in taken] if earlier else []
    told = _Telling(naming, office_setting(session, "first_listed_leads"), session)
    return _versions(session, (plan, earlier, naming), (olds, news, apart), told, tuple(decisions))


def _versions(
    session: Session,
    place: tuple[Plan, Sequence[Plan], Naming],
    sides: tuple[list[Old], list[New], set[tuple[int, int | None]]],
    told: _Telling,
    decisions: tuple[RevisionDecision, ...],
) -> Versions:
    (plan, earlier, naming), (olds, news, apart) = place, sides
    pairs = [(i, j) for i, j in _pairs(olds, news) if _key(olds[i], news[j]) not in apart]
    moved = out_of_order([(i, j) for i, j in pairs if olds[i].task])
    lefts, rights = {i for i, _ in pairs}, {j for _, j in pairs}
    kept = kept_although_left_out(session, [version.id for version in earlier])
    with_task = [(i, j) for i, j in sorted(pairs, key=lambda pair: pair[1]) if olds[i].task]
    dropped = {news[j].draft.id: olds[i] for i, j in pairs if not olds[i].task}
    return Versions(
        plan,
        tuple(earlier),
        naming,
        tuple(told.matched(olds[i], news[j], moved=(i, j) in moved) for i, j in with_task),
        tuple(old for i, old in enumerate(olds) if i not in lefts and _is_live(old, kept)),
        tuple(
            new for j, new in enumerate(news) if _awaits_review(new) and (j not in rights or new.draft.id in dropped)
        ),
        dropped,
        decisions,
        told.names,
    )


def _key(old: Old, new: New) -> tuple[int | None, int]:
    return old.task.id if old.task else None, new.draft.id


def _pairs(olds: Sequence[Old], news: Sequence[New]) -> list[tuple[int, int]]:
    return pairing([old.clause for old in olds], [new.clause for new in news])


def _is_live(old: Old, kept: frozenset[int]) -> bool:
    """Whether the loss of its clause asks for a decision: a task that is at work and was not kept before."""
    return old.task is not None and old.task.state is not TaskState.WITHDRAWN and old.task.id not in kept


def _awaits_review(new: New) -> bool:
    return new.draft.state is DraftState.OPEN


def _olds(session: Session, plan: Plan, earlier: Sequence[Plan]) -> list[Old]:
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


def _news(session: Session, plan: Plan) -> list[New]:
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


@dataclass(slots=True)
class _Telling:
    """Says of a pair what changed, in units that can be given work."""

    naming: Naming
    setting: bool
    session: Session
    names: dict[int, str] = field(init=False)

    def __post_init__(self) -> None:
        self.names = {key: unit.name for key, unit in self.naming.names.units.items()}

    def matched(self, old: Old, new: New, *, moved: bool) -> Matched:
        """The pair with its changes; a task comes with it."""
        assert old.task is not None
        rows = _with_matches(new.draft.units, old.draft.units if old.draft else [])
        before = self._planned(_mentions(old.task, old.draft, self.naming), old.task)
        stands = standing(old.clause, new.clause)
        whole = stands.decided and not new.clause.decided
        after = before if whole else self._planned(self.naming.mentions(rows), new.draft)
        unknown = () if whole else self._unknown(rows)
        left = replace(old.clause, units=self._shares(before))
        right = replace(stands, units=(*self._shares(after), *(Share(name, Role.RESPONSIBLE) for name in unknown)))
        changes = changes_between(left, right, moved=moved)
        return Matched(old, new, left, right, changes, before, after, unknown, rows)

    def _planned(self, mentions: Sequence[Mention], clause: Task | Draft) -> tuple[PlannedAssignment, ...]:
        custom = custom_applies(clause.form, setting=self.setting)
        return tuple(assignments_for(mentions, self.naming.names.directory, first_listed_leads=custom))

    def _shares(self, planned: Sequence[PlannedAssignment]) -> tuple[Share, ...]:
        missing = {part.unit_id for part in planned} - self.names.keys()
        if missing:
            self.names |= names_of_units(self.session, missing)
        return tuple(Share(self.names[part.unit_id], part.role) for part in planned)

    def _unknown(self, rows: Rows) -> tuple[str, ...]:
        """Names that work cannot be given to: unknown ones, and those of units outside the scope."""
        beyond = self.naming.names.beyond
        return tuple(
            row["name"]
            for row in rows
            if not (meaning := self.naming.meaning(row)) or not beyond.isdisjoint(meaning.unit_ids)
        )


def _mentions(task: Task, draft: Draft | None, naming: Naming) -> list[Mention]:
    if draft is not None:
        return naming.mentions(draft.units)
    return [
        Mention(part.written_name, part.role, part.inherited, (part.unit_id,))
        for part in task.assignments
        if part.unit.active
    ]


def _with_matches(rows: Rows, before: Rows) -> list[dict[str, Any]]:
    """The new draft's units; a name that a person had matched in the old clause keeps what it was matched with."""
    matched = {row["name"]: {key: row[key] for key in ("unit_id", "group_id") if row.get(key)} for row in before}
    return [
        row if row.get("unit_id") or row.get("group_id") else {**row, **matched.get(row["name"], {})} for row in rows
    ]
