"""A plan's drafts as a reviewer meets them: listed, filtered and put in order, beside the plan's text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.drafts import Basis
from tracker.domain.passages import LONGEST_FOLD, Mark, Passage, passages_of, without_long_folds
from tracker.services.assigning import PlannedAssignment, assignments_for, custom_applies
from tracker.services.errors import NotFound
from tracker.services.intake_lists import Looked, Show, Wanted
from tracker.services.intake_naming import NamedUnit, Naming
from tracker.services.intake_questions import Question, QuestionKind
from tracker.store.office import office_setting
from tracker.store.pages import Page, page_number
from tracker.store.plan_queries import drafts_of, plan_with_scope, same_documents, text_of_plan
from tracker.store.plans import Draft, DraftState, Plan, Source
from tracker.store.undo_queries import AdoptedAs, adopted_as
from tracker.store.unit_directory import names_for

DRAFTS_ON_A_PAGE = 25


@dataclass(frozen=True, slots=True)
class ReviewDraft:
    """A draft as a reviewer sees it. ``questions`` are what a person has to look at before it is adopted.

    ``number`` counts all drafts of the plan in the order of the text; ``task`` is what it was adopted as.
    """

    draft: Draft
    number: int
    units: tuple[NamedUnit, ...]
    questions: tuple[Question, ...]
    planned: tuple[PlannedAssignment, ...]
    task: AdoptedAs | None

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
    """A page of drafts beside the plan's text.

    ``kinds`` counts the open drafts by what they ask; ``unknown`` by the names in them that nobody knows.
    ``standing`` tells number and state of every draft, for the marks in the text.
    """

    plan: Plan
    wanted: Wanted
    counts: Mapping[Show, int]
    kinds: Mapping[QuestionKind, int]
    page: Page[ReviewDraft]
    passages: tuple[Passage, ...]
    unknown: Mapping[str, int]
    shared_dates: tuple[SharedDate, ...]
    known_names: tuple[str, ...]
    same_documents: tuple[Plan, ...]
    standing: Mapping[int, tuple[int, DraftState]]
    done: ReviewDraft | None = None

    @property
    def show(self) -> Show:
        return self.wanted.show


def plan_for_intake(session: Session, actor: Actor, plan_id: int) -> Plan:
    """A plan whose drafts the actor reviews; NotFound, or Forbidden outside the actor's reach."""
    plan = plan_with_scope(session, plan_id)
    if plan is None:
        raise NotFound("没有找到这份文件，可能网址有误。")
    if not actor.may(Permission.INTAKE, plan.scope.path):
        raise Forbidden(Permission.INTAKE, "审核该文件待核任务")
    return plan


def naming_for(session: Session, taken_in: Plan | Source) -> Naming:
    """The names that count for a plan, or for all plans of a source."""
    return Naming(names_for(session, taken_in.scope))


def review(
    session: Session,
    actor: Actor,
    plan_id: int,
    wanted: Wanted | None = None,
    *,
    draft_id: int | None = None,
    done_id: int | None = None,
) -> Review:
    """One page of a plan's drafts; with ``draft_id`` the page on which that draft stands, among all if need be.

    ``done_id`` is the draft that was just worked on, which may have left the list.
    """
    plan = plan_for_intake(session, actor, plan_id)
    looked = Looked.at(drafts_of(session, plan_id), naming_for(session, plan))
    wanted = _reaching(wanted or Wanted(), looked, draft_id)
    listed = looked.listed(wanted)
    number = page_number(_page_with(listed, draft_id) or wanted.page, len(listed), DRAFTS_ON_A_PAGE)
    on_page = listed[(number - 1) * DRAFTS_ON_A_PAGE : number * DRAFTS_ON_A_PAGE]
    shown = _shown(session, plan, replace(wanted, page=number), looked, on_page, done_id)
    return replace(
        shown,
        page=replace(shown.page, total=len(listed)),
        passages=_passages(session, plan, looked.drafts, on_page),
        same_documents=tuple(same_documents(session, plan)),
    )


def glance(session: Session, actor: Actor, plan_id: int, draft_id: int, wanted: Wanted) -> Review:
    """One draft alone as the only row, with the counts of the whole plan: what changes on a page by one deed."""
    plan = plan_for_intake(session, actor, plan_id)
    looked = Looked.at(drafts_of(session, plan_id), naming_for(session, plan))
    return _shown(session, plan, wanted, looked, [draft for draft in looked.drafts if draft.id == draft_id], draft_id)


def _shown(  # noqa: PLR0917 - what a page is made of
    session: Session, plan: Plan, wanted: Wanted, looked: Looked, on_page: Sequence[Draft], done_id: int | None
) -> Review:
    """The page without its text."""
    done = [draft for draft in looked.drafts if draft.id == done_id and draft not in on_page]
    rows = _reviewed(session, [*on_page, *done], looked)
    return Review(
        plan=plan,
        wanted=wanted,
        counts={show: sum(looked.shown(draft, show) for draft in looked.drafts) for show in Show},
        kinds=_by_kind(looked),
        page=Page(rows[: len(on_page)], wanted.page, len(on_page), DRAFTS_ON_A_PAGE),
        passages=(),
        unknown=Counter(name for draft in looked.opened for name in looked.naming.unknown_of(draft)),
        shared_dates=_shared_dates(looked.opened),
        known_names=looked.naming.names.directory.names,
        same_documents=(),
        standing={draft.id: (number, draft.state) for number, draft in enumerate(looked.drafts, 1)},
        done=next((row for row in rows if row.draft.id == done_id), None),
    )


def _reaching(wanted: Wanted, looked: Looked, draft_id: int | None) -> Wanted:
    """The list as asked for, or the whole one when the draft to show does not stand in it."""
    if draft_id is None or any(draft.id == draft_id for draft in looked.listed(wanted)):
        return wanted
    return replace(wanted, show=Show.ALL, kind=None)


def _by_kind(looked: Looked) -> dict[QuestionKind, int]:
    counts = Counter(kind for draft in looked.opened for kind in looked.kinds(draft))
    return {kind: counts[kind] for kind in QuestionKind if counts[kind]}


def _page_with(listed: Sequence[Draft], draft_id: int | None) -> int | None:
    at = next((number for number, draft in enumerate(listed) if draft.id == draft_id), None)
    return None if at is None else at // DRAFTS_ON_A_PAGE + 1


def _reviewed(session: Session, drafts: Sequence[Draft], looked: Looked) -> tuple[ReviewDraft, ...]:
    tasks = adopted_as(session, [draft.id for draft in drafts if draft.state is DraftState.ADOPTED])
    setting = office_setting(session, "first_listed_leads")
    numbers = {draft.id: number for number, draft in enumerate(looked.drafts, 1)}
    return tuple(
        ReviewDraft(
            draft,
            numbers[draft.id],
            looked.naming.units_of(draft),
            looked.questions.get(draft.id, ()),
            tuple(planned_for(draft, looked.naming, setting=setting)),
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
    passages = passages_of(text_of_plan(session, plan), marks, [draft.id for draft in on_page])
    return without_long_folds(passages, LONGEST_FOLD)


def _shared_dates(drafts: Iterable[Draft]) -> tuple[SharedDate, ...]:
    dates = Counter(
        (draft.due_on, draft.deadline_text)
        for draft in drafts
        if draft.due_on is not None and draft.deadline_basis is Basis.PLAN
    )
    return tuple(SharedDate(due_on, text, count) for (due_on, text), count in dates.items() if due_on)
