"""The review page as a value: a plan's drafts with what each of them still asks of a person, beside its text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.deadlines import rhythm_in
from tracker.domain.drafts import Basis, DeadlineKind, Form
from tracker.domain.passages import Mark, Passage, passages_of
from tracker.services.assigning import PlannedAssignment, assignments_for, custom_applies
from tracker.services.errors import NotFound
from tracker.services.intake_naming import NamedUnit, Naming
from tracker.store.office import office_setting
from tracker.store.pages import PAGE_SIZE, Page, page_number
from tracker.store.plan_queries import drafts_of, plan_with_scope, same_documents, tasks_of_drafts, text_of_plan
from tracker.store.plans import Draft, DraftState, Plan
from tracker.store.unit_directory import names_for


class Show(StrEnum):
    """Which drafts the review page lists."""

    OPEN = "open"
    DOUBTED = "doubted"
    SURE = "sure"
    ADOPTED = "adopted"
    DROPPED = "dropped"
    ALL = "all"

    @property
    def label(self) -> str:
        return _SHOW_LABELS[self]


_SHOW_LABELS = {
    Show.OPEN: "待核",
    Show.DOUBTED: "有存疑",
    Show.SURE: "无存疑",
    Show.ADOPTED: "已采纳",
    Show.DROPPED: "已舍弃",
    Show.ALL: "全部",
}

_UNDATED = (DeadlineKind.NONE, DeadlineKind.ONGOING)
# Doubts about the date: a date entered or confirmed by a person answers them.
DATE_DOUBTS = frozenset(
    {
        "no-date",
        "date-from-paragraph",
        "date-from-plan",
        "due-before-issue",
        "before-reading",
        "several-dates",
        "no-year-known",
        "event-needs-date",
        "anchor-needs-date",
        "unread-deadline",
        "no-such-day",
        "vague-date",
        "then-ongoing",
        "immediate",
        "start-only",
        "year-from-title",
        "follows-others",
        "provisional-calendar",
        "several-own-dates",
    }
)
_BY_HAND_ONLY = (Form.PROSE, Form.DUTY)


@dataclass(frozen=True, slots=True)
class ReviewDraft:
    """A draft as a reviewer sees it. ``questions`` are what a person has to look at before it is adopted."""

    draft: Draft
    units: tuple[NamedUnit, ...]
    questions: tuple[str, ...]
    planned: tuple[PlannedAssignment, ...]
    task_id: int | None

    @property
    def has_unknown_units(self) -> bool:
        return any(unit.meaning is None for unit in self.units)

    @property
    def custom_lead(self) -> str | None:
        """The written name of the unit that leads by the office's custom alone."""
        return next((part.written_name for part in self.planned if part.leads_by_custom), None)


@dataclass(frozen=True, slots=True)
class SharedDate:
    """One date that the plan states once for many drafts, waiting for a supervisor to confirm it."""

    due_on: date
    text: str | None
    drafts: int

    def is_of(self, draft: Draft) -> bool:
        """Whether the draft is one of those that wait for this date."""
        waits = draft.state is DraftState.OPEN and draft.deadline_basis is Basis.PLAN
        return waits and (draft.due_on, draft.deadline_text) == (self.due_on, self.text)


@dataclass(frozen=True, slots=True)
class Review:
    """A page of drafts beside the plan's text."""

    plan: Plan
    show: Show
    counts: dict[Show, int]
    page: Page[ReviewDraft]
    passages: tuple[Passage, ...]
    unknown: dict[str, int]
    shared_dates: tuple[SharedDate, ...]
    known_names: tuple[str, ...]
    same_documents: tuple[Plan, ...]
    done: ReviewDraft | None = None


def questions_about(draft: Draft, naming: Naming) -> tuple[str, ...]:
    """Why an open draft is not sure, in sentences; none when it may be adopted without a second look.

    Doubts of the reader first, then units that nobody knows yet or that stand outside the plan's scope, then a date
    that the clause itself does not give (DOMAIN, Deadlines 7), then forms that are never adopted in bulk.
    """
    said = [doubt["message"] for doubt in draft.doubts if not doubt.get("settled")]
    codes = {doubt["code"] for doubt in draft.doubts}
    if not draft.units and "no-unit" not in codes:
        said.append("没有责任单位，请补填")
    said += [f"单位“{name}”尚未对应到已登记的单位" for name in naming.unknown_of(draft)]
    said += [f"单位“{name}”不在本级管理范围内，不能下达任务" for name in naming.beyond_of(draft)]
    if draft.deadline_basis is not Basis.REVIEW and not codes & DATE_DOUBTS:
        said += _about_date(draft)
    if draft.form in _BY_HAND_ONLY:
        said.append(f"这一条是从{draft.form.label}中读出的，请核对是否应当立项")
    return tuple(said)


def _about_date(draft: Draft) -> list[str]:
    if draft.due_on is not None:
        if draft.deadline_basis is Basis.CLAUSE:
            return []
        basis = draft.deadline_basis.label if draft.deadline_basis else "没有注明依据"
        return [f"责任分工处没有写日期，完成日期{basis}，请核对"]
    recurs = draft.deadline_kind is DeadlineKind.RECURRING
    rhythm = rhythm_in(draft.deadline_text or "", draft.plan.issued_on) if recurs else None
    if rhythm:
        return [f"周期任务（{rhythm.label}），采纳后每到一期自动新立一项任务，请核对"]
    if draft.deadline_kind not in _UNDATED:
        return [f"{draft.deadline_kind.label}，还没有确定的完成日期，请核对"]
    return []


def is_sure(draft: Draft, naming: Naming) -> bool:
    """Whether an open draft may be adopted without a second look."""
    return draft.state is DraftState.OPEN and not questions_about(draft, naming)


def plan_for_intake(session: Session, actor: Actor, plan_id: int) -> Plan:
    """A plan whose drafts the actor reviews; NotFound, or Forbidden outside the actor's reach."""
    plan = plan_with_scope(session, plan_id)
    if plan is None:
        raise NotFound("没有找到这份文件，可能网址有误。")
    if not actor.may(Permission.INTAKE, plan.scope.path):
        raise Forbidden(Permission.INTAKE, "审核该文件待核任务")
    return plan


def naming_for(session: Session, plan: Plan) -> Naming:
    """The names that count for a plan."""
    return Naming(names_for(session, plan.scope))


def review(
    session: Session,
    actor: Actor,
    plan_id: int,
    *,
    show: Show = Show.OPEN,
    page: int = 1,
    draft_id: int | None = None,
    done_id: int | None = None,
) -> Review:
    """One page of a plan's drafts; with ``draft_id`` the page on which that draft stands, among all if need be.

    ``done_id`` is the draft that was just worked on, which may have left the list.
    """
    plan = plan_for_intake(session, actor, plan_id)
    naming = naming_for(session, plan)
    drafts = drafts_of(session, plan_id)
    kinds = {draft.id: _shows(draft, naming) for draft in drafts}
    if draft_id is not None and show not in kinds.get(draft_id, frozenset()):
        show = Show.ALL
    listed = [draft for draft in drafts if show in kinds[draft.id]]
    number = page_number(_page_with(listed, draft_id) or page, len(listed))
    on_page = listed[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    counts = Counter(kind for found in kinds.values() for kind in found)
    return Review(
        plan,
        show,
        {kind: counts[kind] for kind in Show},
        Page(_reviewed(session, on_page, naming), number, len(listed)),
        _passages(session, plan, drafts, on_page),
        dict(Counter(name for draft in drafts if Show.OPEN in kinds[draft.id] for name in naming.unknown_of(draft))),
        _shared_dates(draft for draft in drafts if Show.OPEN in kinds[draft.id]),
        naming.names.directory.names,
        tuple(same_documents(session, plan)),
        next(iter(_reviewed(session, [draft for draft in drafts if draft.id == done_id], naming)), None),
    )


def _shows(draft: Draft, naming: Naming) -> frozenset[Show]:
    if draft.state is DraftState.ADOPTED:
        return frozenset((Show.ALL, Show.ADOPTED))
    if draft.state is DraftState.DROPPED:
        return frozenset((Show.ALL, Show.DROPPED))
    return frozenset((Show.ALL, Show.OPEN, Show.SURE if is_sure(draft, naming) else Show.DOUBTED))


def _page_with(listed: Sequence[Draft], draft_id: int | None) -> int | None:
    at = next((number for number, draft in enumerate(listed) if draft.id == draft_id), None)
    return None if at is None else at // PAGE_SIZE + 1


def _reviewed(session: Session, drafts: Sequence[Draft], naming: Naming) -> tuple[ReviewDraft, ...]:
    tasks = tasks_of_drafts(session, [draft.id for draft in drafts if draft.state is DraftState.ADOPTED])
    setting = office_setting(session, "first_listed_leads")
    return tuple(
        ReviewDraft(
            draft,
            naming.units_of(draft),
            questions_about(draft, naming) if draft.state is DraftState.OPEN else (),
            tuple(planned_for(draft, naming, setting=setting)),
            tasks.get(draft.id),
        )
        for draft in drafts
    )


def planned_for(draft: Draft, naming: Naming, *, setting: bool) -> list[PlannedAssignment]:
    """The assignments that adopting would make of the units known so far; ``setting`` is first_listed_leads."""
    custom = custom_applies(draft.form, setting=setting)
    return assignments_for(naming.mentions_of(draft), naming.names.directory, first_listed_leads=custom)


def _passages(session: Session, plan: Plan, drafts: Sequence[Draft], on_page: Sequence[Draft]) -> tuple[Passage, ...]:
    start = plan.start or 0
    marks = [Mark(draft.id, max(0, draft.start - start), max(0, draft.end - start)) for draft in drafts]
    return passages_of(text_of_plan(session, plan), marks, [draft.id for draft in on_page])


def _shared_dates(drafts: Iterable[Draft]) -> tuple[SharedDate, ...]:
    dates = Counter(
        (draft.due_on, draft.deadline_text)
        for draft in drafts
        if draft.due_on is not None and draft.deadline_basis is Basis.PLAN
    )
    return tuple(SharedDate(due_on, text, count) for (due_on, text), count in dates.items() if due_on)
