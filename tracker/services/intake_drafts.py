"""What a reviewer does with one draft short of adopting it: edit, drop, take back; two reviewers never overwrite."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.orm.exc import StaleDataError

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.drafts import Basis, DeadlineKind, MilestoneReading
from tracker.domain.roles import Role
from tracker.domain.units import name_key
from tracker.services.errors import Invalid, NotFound, Stale
from tracker.services.intake_questions import DATE_DOUBTS
from tracker.store.plan_queries import draft_with_plan
from tracker.store.plans import Draft, DraftState
from tracker.store.task_queries import text_around

CONTEXT = 200  # characters of the plan shown before and after a clause
_DATED = (DeadlineKind.FIXED, DeadlineKind.RECURRING, DeadlineKind.RELATIVE, DeadlineKind.EVENT)
_UNIT_DOUBTS = frozenset({"no-unit", "person-only"})


class StaleDraft(Stale):
    """Somebody else changed the draft meanwhile; ``draft`` is what it is now."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.who = draft.changed_by.name if draft.changed_by else "其他人员"
        self.did = {"open": "修改", "adopted": "采纳", "dropped": "舍弃"}[draft.state.value]
        super().__init__(f"“{draft.title}”刚刚被{self.who}{self.did}，您的操作没有执行。请核对现在的内容后再办理。")


@dataclass(frozen=True, slots=True)
class UnitEdit:
    """A unit as a reviewer leaves it."""

    name: str
    role: Role
    inherited: bool = False


@dataclass(frozen=True, slots=True)
class DraftEdit:
    """A draft as a reviewer leaves it.

    ``settled`` are the codes of the doubts that the reviewer has looked at; ``date_confirmed`` says that the date
    was looked at, also when it stayed the same.
    """

    title: str
    units: tuple[UnitEdit, ...]
    deadline_text: str | None
    kind: DeadlineKind
    due_on: date | None
    milestones: tuple[MilestoneReading, ...]
    settled: frozenset[str] = frozenset()
    date_confirmed: bool = False


def draft_for_intake(session: Session, actor: Actor, draft_id: int) -> Draft:
    """A draft that the actor may review, as the database has it now; NotFound, or Forbidden out of reach."""
    draft = draft_with_plan(session, draft_id)
    if draft is None:
        raise NotFound("没有找到这条待核任务，可能网址有误。")
    if not actor.may(Permission.INTAKE, draft.plan.scope.path):
        raise Forbidden(Permission.INTAKE, "审核该待核任务")
    return draft


def edit(session: Session, actor: Actor, now: datetime, draft_id: int, given: DraftEdit, *, version: int) -> Draft:
    """Stores a reviewer's changes; raises Invalid, or StaleDraft when the draft is no longer as it was seen.

    The same changes sent twice are stored once, and the second time is no conflict.
    """
    draft = draft_for_intake(session, actor, draft_id)
    if draft.version != version and draft.state is DraftState.OPEN and _holds(draft, given):
        return draft
    check_seen(draft, version)
    check_edit(given)
    date_changed = (given.due_on, given.kind) != (draft.due_on, draft.deadline_kind)
    draft.doubts = _settled(draft.doubts, given, date_changed=date_changed, units_given=not draft.units)
    draft.units = _units(draft.units, given.units)
    draft.milestones = [_milestone(target) for target in given.milestones]
    draft.title, draft.deadline_text = given.title.strip(), given.deadline_text
    draft.deadline_kind, draft.due_on = given.kind, given.due_on
    if date_changed:
        draft.deadline_rule = None
    if date_changed or given.date_confirmed:
        draft.deadline_basis = Basis.REVIEW
    draft.edited = True
    commit_draft(session, actor, now, draft)
    return draft


def clause_around(session: Session, draft: Draft) -> tuple[str, str, str] | None:
    """The draft's clause with the text before and after it; None when the plan's text is not kept.

    A bracket alone (责任单位：…) does not say what is to be done.
    """
    return text_around(session, draft, CONTEXT)


def edit_of(draft: Draft) -> DraftEdit:
    """The draft as it stands, in the shape of an edit: what the form shows at first."""
    milestones = tuple(
        MilestoneReading(
            row["text"], date.fromisoformat(row["due_on"]) if row.get("due_on") else None, row.get("recurrence")
        )
        for row in draft.milestones
    )
    units = tuple(UnitEdit(row["name"], Role(row["role"]), bool(row.get("inherited"))) for row in draft.units)
    settled = frozenset(doubt["code"] for doubt in draft.doubts if doubt.get("settled"))
    return DraftEdit(draft.title, units, draft.deadline_text, draft.deadline_kind, draft.due_on, milestones, settled)


def _holds(draft: Draft, given: DraftEdit) -> bool:
    """Whether the draft already says everything that was given."""
    now = edit_of(draft)
    return replace(given, settled=now.settled, date_confirmed=False) == now and given.settled <= now.settled


def check_edit(given: DraftEdit) -> None:
    """Refuses (Invalid) what cannot become a task: no title, a unit twice, a date that its kind does not have."""
    if not given.title.strip():
        raise Invalid("请填写任务名称。")
    keys = [name_key(unit.name) for unit in given.units]
    twice = next((unit.name for unit in given.units if keys.count(name_key(unit.name)) > 1), None)
    if twice:
        raise Invalid(f"单位“{twice}”填写了两次，请只保留一个。")
    if given.kind is DeadlineKind.FIXED and given.due_on is None:
        raise Invalid("时限类型是“固定时限”，请填写完成日期，或改选其他类型。")
    if given.due_on is not None and given.kind not in _DATED:
        raise Invalid(f"时限类型是“{given.kind.label}”，不应有完成日期。请清空日期，或改选“固定时限”。")


def drop(session: Session, actor: Actor, now: datetime, draft_id: int, version: int) -> Draft:
    """Sets an open draft aside; one that is dropped already stays so."""
    draft = draft_for_intake(session, actor, draft_id)
    if draft.state is not DraftState.DROPPED:
        _same_version(draft, version)
        _must_be(draft, DraftState.OPEN)
        draft.state = DraftState.DROPPED
        commit_draft(session, actor, now, draft)
    return draft


def restore(session: Session, actor: Actor, now: datetime, draft_id: int, version: int) -> Draft:
    """Opens a dropped draft again; one that is open stays so."""
    draft = draft_for_intake(session, actor, draft_id)
    if draft.state is not DraftState.OPEN:
        _same_version(draft, version)
        _must_be(draft, DraftState.DROPPED)
        draft.state = DraftState.OPEN
        commit_draft(session, actor, now, draft)
    return draft


def check_seen(draft: Draft, version: int) -> None:
    """Refuses a draft that is not as the reviewer saw it (StaleDraft), or is no longer open (Invalid)."""
    _same_version(draft, version)
    _must_be(draft, DraftState.OPEN)


def commit_draft(session: Session, actor: Actor, now: datetime, draft: Draft) -> None:
    """Signs the change and commits it; StaleDraft when another was quicker by a moment."""
    sign(draft, actor, now)
    draft_id = draft.id
    try:
        session.commit()
    except StaleDataError:
        session.rollback()
        raise StaleDraft(draft_for_intake(session, actor, draft_id)) from None


def sign(draft: Draft, actor: Actor, now: datetime) -> None:
    """Notes who changed the draft and when; every change makes a new version, also two within one instant."""
    draft.changed_by_id, draft.changed_at = actor.person_id or None, now
    flag_modified(draft, "changed_at")


def _same_version(draft: Draft, version: int) -> None:
    if draft.version != version:
        raise StaleDraft(draft)


def _must_be(draft: Draft, state: DraftState) -> None:
    if draft.state is not state:
        raise Invalid(f"“{draft.title}”现为“{draft.state.label}”，不能这样办理。请刷新页面后再看。")


def _settled(
    doubts: Iterable[dict[str, Any]], given: DraftEdit, *, date_changed: bool, units_given: bool
) -> list[dict[str, Any]]:
    """The doubts after an edit: those ticked are settled, and those that the new date or units answer."""
    answered = set(given.settled)
    if date_changed or given.date_confirmed:
        answered |= DATE_DOUBTS
    if units_given and given.units:
        answered |= _UNIT_DOUBTS
    return [{**doubt, "settled": bool(doubt.get("settled")) or doubt["code"] in answered} for doubt in doubts]


def _units(before: Iterable[dict[str, Any]], given: Iterable[UnitEdit]) -> list[dict[str, Any]]:
    """The rows after an edit; a name that stayed keeps the unit that a person matched it with."""
    matched = {row["name"]: {k: row[k] for k in ("unit_id", "group_id") if row.get(k)} for row in before}
    return [
        {"name": unit.name, "role": unit.role.value, "inherited": unit.inherited, **matched.get(unit.name, {})}
        for unit in given
    ]


def _milestone(target: MilestoneReading) -> dict[str, Any]:
    due_on = target.due_on.isoformat() if target.due_on else None
    return {"text": target.text, "due_on": due_on, "recurrence": target.recurrence}
