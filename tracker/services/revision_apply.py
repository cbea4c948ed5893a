"""Bringing an accepted change onto the rows; nothing here commits.

State, progress, reports, history and calendar ids stay. Every part that is touched gets one row of history in the same
commit, and its sequence rises when a calendar has to show it anew: date, title, state.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import object_session
from sqlalchemy.orm.attributes import flag_modified

from tracker.domain.access import Actor
from tracker.domain.clause_text import text_key
from tracker.domain.drafts import Basis
from tracker.domain.history import REVISED
from tracker.domain.lifecycle import State
from tracker.domain.revision import Change
from tracker.domain.titles import brief_title
from tracker.services.dispatching import Dispatch, dispatched_part
from tracker.services.intake_drafts import sign
from tracker.services.moves import settle_task
from tracker.services.revision_effects import Deed, Effect, PartEffect
from tracker.services.revision_marks import settled
from tracker.services.revision_sides import Matched
from tracker.store.plans import DraftState, Plan
from tracker.store.tasks import Assignment, HistoryEntry, Milestone, Task

WORDS = "新版文件调整"


def basis_of(plan: Plan) -> str:
    """How the history names the new version: 新版《护学行动实施方案》（示政办字〔2023〕31号）."""
    return f"新版《{brief_title(plan.title)}》" + (f"（{plan.number}）" if plan.number else "")


@dataclass(frozen=True, slots=True)
class By:
    """Who accepts, when, and the new version that it follows from: ``basis`` names it in the history."""

    actor: Actor
    now: datetime
    basis: str

    def words(self, said: str) -> str:
        """The history's words for what was done to one part: ``said``, and what it follows from."""
        return f"{WORDS}：依据{self.basis}{f'，{said}' if said else ''}"


def apply_change(pair: Matched, effect: Effect, by: By, today: date) -> None:
    """Makes the task what the new clause says; ``today`` is the day on which parts are withdrawn."""
    task = pair.old.task
    assert task is not None
    retitled = text_key(pair.before.title) != text_key(pair.after.title)
    _carry(pair)
    _take_over(task, pair, effect)
    _set_milestones(task, pair)
    for each in effect.parts:
        if each.deed is Deed.ADD:
            task.assignments.append(_new_part(task, each, by))
        else:
            _on_part(each, _told(each, pair.changes), by, today, retitled=retitled)
    settle_task(task)
    draft = pair.new.draft
    draft.state, draft.doubts = DraftState.ADOPTED, settled(draft.doubts, dated=pair.after.date_decided)
    sign(draft, by.actor, by.now)


def apply_loss(task: Task, effect: Effect, by: By, today: date) -> None:
    """Withdraws what is open of a task that the new version left out."""
    for each in effect.parts:
        _on_part(each, "这一条已删去", by, today)
    settle_task(task)


def _carry(pair: Matched) -> None:
    """Writes onto the new draft what stands of the old clause, so that the next version is held against that."""
    draft, after = pair.new.draft, pair.after
    carried = after.decided and not pair.new.clause.decided
    if carried and pair.old.draft:
        old = pair.old.draft
        draft.title, draft.units, draft.milestones, draft.edited = after.title, old.units, old.milestones, True
    else:
        draft.units = list(pair.rows)
    if carried or after.date_decided:
        deadline = after.deadline
        draft.deadline_text, draft.deadline_kind, draft.due_on = deadline.text, deadline.kind, deadline.due_on
        draft.deadline_basis, draft.deadline_rule = deadline.basis, deadline.rule
    elif draft.deadline_basis in (Basis.PLAN, Basis.PARAGRAPH):
        draft.deadline_basis = Basis.REVIEW  # the supervisor has just looked at it


def _take_over(task: Task, pair: Matched, effect: Effect) -> None:
    draft = pair.new.draft
    task.plan, task.draft_id, task.position = draft.plan, draft.id, draft.position
    task.title, task.path, task.form = pair.after.title, draft.path, draft.form
    task.quote, task.start, task.end = draft.quote, draft.start, draft.end
    task.deadline_text, task.deadline_kind = draft.deadline_text, draft.deadline_kind
    task.deadline_basis, task.deadline_rule = draft.deadline_basis, draft.deadline_rule
    task.due_on = effect.due_on


def _set_milestones(task: Task, pair: Matched) -> None:
    """Gives the task the new targets; one with the same words, else the next one left, keeps its calendar id."""
    if Change.MILESTONES not in pair.changes:
        return
    left, rows = list(task.milestones), list[Milestone | None]()
    for target in pair.after.milestones:
        same = next((row for row in left if text_key(row.text) == text_key(target.text)), None)
        rows.append(same)
        if same:
            left.remove(same)
    for place, (target, known) in enumerate(zip(pair.after.milestones, rows, strict=True)):
        row = known or (left.pop(0) if left else _new_milestone(task))
        row.position, row.text, row.due_on, row.recurrence = place, target.text, target.due_on, target.recurrence
    for row in left:
        task.milestones.remove(row)


def _new_milestone(task: Task) -> Milestone:
    row = Milestone()
    task.milestones.append(row)
    return row


def _told(each: PartEffect, changes: frozenset[Change]) -> str:
    """What the history says of one part beside its date; empty when the date is all."""
    if each.deed is Deed.WITHDRAW:
        return "不再列该单位"
    said = []
    if each.changes_role and each.role_from:
        said.append(f"由{each.role_from.label}单位改为{each.role_to.label}单位")
    if Change.REWORDED in changes:
        said.append("任务文字有修改")
    if Change.MILESTONES in changes:
        said.append("节点有修改")
    return "，".join(said)


def _on_part(each: PartEffect, said: str, by: By, today: date, *, retitled: bool = False) -> None:
    """Changes a part and writes its row; nothing for one that stays as it is."""
    rises = retitled or each.moves_date or each.deed is not Deed.CHANGE
    part = each.part
    if part is None or each.deed is Deed.KEEP or not (said or rises):
        return
    came_from = part.state
    _bring(part, each, by, today)
    part.sequence += rises
    part.changed_at = by.now
    flag_modified(part, "changed_at")
    row = _row(by, came_from, part.state, said)
    # Given the part, and not put into its list: the list would be loaded for it.
    row.assignment = part
    if part.due_on != each.due_from:
        row.due_from, row.due_to = each.due_from, part.due_on
    session = object_session(part)
    assert session is not None
    session.add(row)


def _bring(part: Assignment, each: PartEffect, by: By, today: date) -> None:
    if each.deed is Deed.WITHDRAW:
        part.state, part.withdrawn_on = State.WITHDRAWN, today
        return
    if each.deed is Deed.REVIVE:
        part.state, part.withdrawn_on = State.DISPATCHED, None
        part.dispatched_at, part.signed_at, part.submitted_at = by.now, None, None
    if part.due_on != each.due_to:
        part.due_on, part.overdue_flagged_on = each.due_to, None
    if each.share and each.role_from is not each.role_to:
        part.role, part.leads_by_custom = each.role_to, each.share.leads_by_custom


def _new_part(task: Task, each: PartEffect, by: By) -> Assignment:
    assert each.share is not None
    position = 1 + max((part.position for part in task.assignments), default=-1)
    dispatch = Dispatch(by.now, by.actor.name, by.actor.person_id or None, by.words("新增单位"))
    return dispatched_part(each.share, position, task.due_on, dispatch)


def _row(by: By, came_from: State, to: State, said: str) -> HistoryEntry:
    return HistoryEntry(
        event=REVISED,
        at=by.now,
        actor_id=by.actor.person_id or None,
        actor_name=by.actor.name,
        from_state=came_from,
        to_state=to,
        words=by.words(said),
    )
