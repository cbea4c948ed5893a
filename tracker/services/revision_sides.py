"""A new version beside what earlier versions left: tasks and drafts as clauses, matched one to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.orm import Session

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
from tracker.services.revision_clauses import New, Old, new_clauses, old_clauses
from tracker.store.office import office_setting
from tracker.store.plan_queries import names_of_units
from tracker.store.plans import Draft, DraftState, Plan
from tracker.store.revision_queries import (
    decisions_of,
    earlier_versions,
    kept_although_left_out,
)
from tracker.store.revisions import RevisionDecision, Verdict
from tracker.store.tasks import Task
from tracker.store.unit_directory import names_for

Rows = Sequence[dict[str, Any]]


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
    earlier, decisions = earlier_versions(session, plan.id), decisions_of(session, plan.id)
    naming = Naming(names_for(session, plan.scope))
    told = _Telling(naming, office_setting(session, "first_listed_leads"), session)
    sides = _sides(session, plan, earlier, decisions)
    kept = kept_although_left_out(session, [version.id for version in earlier])
    moved = out_of_order([pair for pair in sides.pairs if sides.olds[pair[0]].task])
    return Versions(
        plan,
        tuple(earlier),
        naming,
        tuple(
            told.matched(sides.olds[i], sides.news[j], moved=(i, j) in moved)
            for i, j in sorted(sides.pairs, key=lambda pair: pair[1])
            if sides.olds[i].task
        ),
        tuple(old for old in sides.unmatched_olds if _is_live(old, kept)),
        tuple(new for new in sides.without_task if new.draft.state is DraftState.OPEN),
        sides.known_before,
        tuple(decisions),
        told.names,
    )


@dataclass(frozen=True, slots=True)
class _Sides:
    """What waits on both sides, and which belongs to which, by their places."""

    olds: list[Old]
    news: list[New]
    pairs: list[tuple[int, int]]

    @property
    def unmatched_olds(self) -> list[Old]:
        matched = {i for i, _ in self.pairs}
        return [old for i, old in enumerate(self.olds) if i not in matched]

    @property
    def without_task(self) -> list[New]:
        """New clauses that continue no task."""
        continued = {j for i, j in self.pairs if self.olds[i].task}
        return [new for j, new in enumerate(self.news) if j not in continued]

    @property
    def known_before(self) -> dict[int, Old]:
        """By draft, those that the version before had, without a task of it."""
        return {self.news[j].draft.id: self.olds[i] for i, j in self.pairs if not self.olds[i].task}


def _sides(session: Session, plan: Plan, earlier: Sequence[Plan], decisions: Sequence[RevisionDecision]) -> _Sides:
    """Both sides without what was decided; what was said to be two matters is no pair."""
    decided = [row for row in decisions if row.verdict is not Verdict.SEPARATE]
    tasks, drafts = {row.task_id for row in decided}, {row.draft_id for row in decided}
    apart = {(row.task_id, row.draft_id) for row in decisions if row.verdict is Verdict.SEPARATE}
    olds = [old for old in old_clauses(session, plan, earlier) if old.task is None or old.task.id not in tasks]
    news = [new for new in new_clauses(session, plan) if new.draft.id not in drafts] if earlier else []
    pairs = pairing([old.clause for old in olds], [new.clause for new in news])
    return _Sides(olds, news, [(i, j) for i, j in pairs if _key(olds[i], news[j]) not in apart])


def _key(old: Old, new: New) -> tuple[int | None, int]:
    return old.task.id if old.task else None, new.draft.id


def _is_live(old: Old, kept: frozenset[int]) -> bool:
    """Whether the loss of its clause asks for a decision: a task that is at work and was not kept before."""
    return old.task is not None and old.task.state is not TaskState.WITHDRAWN and old.task.id not in kept


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
