"""Adopting drafts: each becomes a task with one assignment per unit, once, however often it is asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from tracker.domain.access import Actor
from tracker.domain.drafts import Basis
from tracker.services.assigning import PlannedAssignment, UnknownUnits
from tracker.services.dispatching import Dispatch, dispatched_part, open_task
from tracker.services.errors import Invalid, Stale
from tracker.services.intake_drafts import StaleDraft, draft_for_intake, sign
from tracker.services.intake_naming import Naming
from tracker.services.intake_questions import is_sure
from tracker.services.intake_review import SharedDate, naming_for, plan_for_intake, planned_for
from tracker.services.revision_links import refuse_superseded
from tracker.services.revision_marks import refuse_second_task
from tracker.services.series import begin_series
from tracker.store.office import office_setting
from tracker.store.plan_queries import drafts_of, names_of_units, task_of_draft
from tracker.store.plans import Draft, DraftState, Plan
from tracker.store.tasks import Milestone, Task
from tracker.store.written_together import write_together


@dataclass(frozen=True, slots=True)
class Adopted:
    """The task that a draft became; ``already`` when it had become one before, and nothing was made now."""

    task_id: int
    already: bool = False


def adopt(  # noqa: PLR0917 - who, when, and what was seen
    session: Session, actor: Actor, now: datetime, today: date, draft_id: int, version: int
) -> Adopted:
    """Makes the task of one draft, whatever doubts it carries: the reviewer has them before the eyes.

    Raises StaleDraft when the draft was changed since it was seen, Invalid when it was dropped or has no unit,
    UnknownUnits (an Invalid) while a name in it is unknown. A draft that continues a task of an earlier version is
    refused too, and so is one of a plan that has a newer version.
    """
    draft = draft_for_intake(session, actor, draft_id)
    if draft.state is DraftState.ADOPTED:
        return _adopted_before(session, draft)
    if draft.version != version:
        raise StaleDraft(draft)
    refuse_superseded(session, draft.plan)
    refuse_second_task(draft)
    naming = naming_for(session, draft.plan)
    setting = office_setting(session, "first_listed_leads")
    task = _task_of(draft, _planned(draft, naming, setting=setting), actor, now)
    begin_series(session, draft, task, now, today)
    session.add(task)
    try:
        _sign(draft, actor, now)
        session.commit()
    except (IntegrityError, StaleDataError):
        session.rollback()
        return _after_lost_race(session, actor, draft_id)
    return Adopted(task.id)


@dataclass(frozen=True, slots=True)
class SureDraft:
    """A draft that needs no second look, with the parts that adopting it makes."""

    draft: Draft
    planned: tuple[PlannedAssignment, ...]


@dataclass(frozen=True, slots=True)
class SureDrafts:
    """What adopting the sure ones of a plan would make; ``units`` names those who would get work.

    ``seen`` is a short mark of which drafts these are, each as it stood: a form carries it.
    """

    plan: Plan
    rows: tuple[SureDraft, ...]
    units: dict[int, str]
    seen: str

    @property
    def parts(self) -> int:
        """How many assignments would be made."""
        return sum(len(row.planned) for row in self.rows)

    @property
    def units_concerned(self) -> int:
        """How many units would get work."""
        return len({part.unit_id for row in self.rows for part in row.planned})


def sure_drafts(session: Session, actor: Actor, plan_id: int) -> SureDrafts:
    """What ``adopt_sure`` would make now."""
    plan = plan_for_intake(session, actor, plan_id)
    naming = naming_for(session, plan)
    setting = office_setting(session, "first_listed_leads")
    sure = [draft for draft in drafts_of(session, plan_id) if is_sure(draft, naming)]
    rows = tuple(SureDraft(draft, tuple(_planned(draft, naming, setting=setting))) for draft in sure)
    # A group's members may stand under no name of their own.
    members = (member for row in rows for member in row.planned if member.unit_id not in naming.names.units)
    others = names_of_units(session, {member.unit_id for member in members})
    return SureDrafts(
        plan, rows, {**{key: unit.name for key, unit in naming.names.units.items()}, **others}, _mark(rows)
    )


def _mark(rows: Sequence[SureDraft]) -> str:
    standing = [(row.draft.id, row.draft.version, row.planned) for row in rows]
    return hashlib.sha256(repr(standing).encode("utf-8", "replace")).hexdigest()[:16]


def adopt_sure(  # noqa: PLR0917 - what the reviewer was shown
    session: Session,
    actor: Actor,
    now: datetime,
    today: date,
    plan_id: int,
    expected: int | None = None,
    seen: str | None = None,
) -> int:
    """Adopts every draft of a plan that needs no second look, in one commit; says how many.

    ``expected`` is how many the reviewer was shown, ``seen`` the mark of what was shown in full: when it is
    something else by now, nothing is done (Stale).
    """
    sure = sure_drafts(session, actor, plan_id)
    refuse_superseded(session, sure.plan)
    count = len(sure.rows)
    if sure.rows and expected is not None and count != expected:
        raise Stale(f"无存疑的待核任务现在是{count}条，与您看到的{expected}条不同，没有采纳。请核对后再办理。")
    if sure.rows and seen is not None and sure.seen != seen:
        raise Stale("您打开预览之后，其中有任务或单位被改动，没有采纳。请核对下面现在的内容后再办理。")
    for row in sure.rows:
        _adopt_row(session, row, actor, now, today)
    try:
        write_together(session, (row.draft for row in sure.rows))
        session.commit()
    except (IntegrityError, StaleDataError):
        session.rollback()
        raise Stale("其他人员正在办理这份文件的待核任务，本次没有采纳。请刷新页面后再办理。") from None
    return count


def _sign(draft: Draft, actor: Actor, now: datetime) -> None:
    draft.state = DraftState.ADOPTED
    sign(draft, actor, now)


def _adopt_row(session: Session, row: SureDraft, actor: Actor, now: datetime, today: date) -> None:
    task = _task_of(row.draft, row.planned, actor, now)
    begin_series(session, row.draft, task, now, today)
    session.add(task)
    _sign(row.draft, actor, now)


def confirm_dates(session: Session, actor: Actor, now: datetime, plan_id: int, shared: SharedDate) -> int:
    """Confirms a date that the plan states once for many drafts, which can then be adopted as sure; says for how many.

    Raises Stale when they are more or fewer by now than the reviewer was shown.
    """
    plan_for_intake(session, actor, plan_id)
    waiting = [draft for draft in drafts_of(session, plan_id) if shared.is_of(draft)]
    if waiting and len(waiting) != shared.drafts:
        raise Stale(
            f"待确认该日期的任务现在是{len(waiting)}条，与您看到的{shared.drafts}条不同，日期没有确认。请核对后再办理。"
        )
    for draft in waiting:
        draft.deadline_basis = Basis.REVIEW
        answered = [{**row, "settled": True} if row["code"] == "date-from-plan" else row for row in draft.doubts]
        draft.doubts = answered
        sign(draft, actor, now)
    try:
        write_together(session, waiting)
        session.commit()
    except StaleDataError:
        session.rollback()
        raise Stale("其他人员正在办理这份文件的待核任务，日期没有确认。请刷新页面后再办理。") from None
    return len(waiting)


def _planned(draft: Draft, naming: Naming, *, setting: bool) -> list[PlannedAssignment]:
    if draft.state is DraftState.DROPPED:
        raise Invalid(f"“{draft.title}”已舍弃，请先恢复待核，再采纳。")
    if not draft.units:
        raise Invalid(f"“{draft.title}”没有责任单位，不能采纳。请先点“修改”补填单位。")
    unknown = naming.unknown_of(draft)
    if unknown:
        raise UnknownUnits(unknown)
    beyond = naming.beyond_of(draft)
    if beyond:
        raise Invalid(_out_of_scope(beyond))
    return planned_for(draft, naming, setting=setting)


def _out_of_scope(names: Sequence[str]) -> str:
    listed = "、".join(f"“{name}”" for name in names)
    return f"{listed}不在本级管理范围内，不能下达任务。请点“修改”删去，或由上级督查室导入这份文件。"


def _task_of(draft: Draft, planned: Sequence[PlannedAssignment], actor: Actor, now: datetime) -> Task:
    dispatch = Dispatch(now, actor.name, actor.person_id or None)
    task = open_task(draft, draft.due_on, dispatch.by_id, now)
    task.draft_id = draft.id
    task.milestones = [_milestone(row, position) for position, row in enumerate(draft.milestones)]
    task.assignments = [
        dispatched_part(share, position, draft.due_on, dispatch) for position, share in enumerate(planned)
    ]
    return task


def _milestone(row: dict[str, Any], position: int) -> Milestone:
    due_on = date.fromisoformat(row["due_on"]) if row.get("due_on") else None
    return Milestone(position=position, text=row["text"], due_on=due_on, recurrence=row.get("recurrence"))


def _adopted_before(session: Session, draft: Draft) -> Adopted:
    task = task_of_draft(session, draft.id)
    if task is None:
        refuse_superseded(session, draft.plan)  # its task went over to the newer version
        raise Invalid("这一条已经采纳过，但生成的任务已被删除。如需重新立项，请联系管理员。")
    return Adopted(task.id, already=True)


def _after_lost_race(session: Session, actor: Actor, draft_id: int) -> Adopted:
    draft = draft_for_intake(session, actor, draft_id)
    if draft.state is DraftState.ADOPTED:
        return _adopted_before(session, draft)
    raise StaleDraft(draft)
