"""What an open draft still asks of a person before it is adopted, in sentences, each of one kind to filter by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from tracker.domain.deadlines import rhythm_in
from tracker.domain.drafts import Basis, DeadlineKind, Form
from tracker.domain.series import Rhythm
from tracker.services.intake_naming import Naming
from tracker.store.plans import Draft, DraftState


class QuestionKind(StrEnum):
    """What a question is about; the order is that in which the kinds are offered as filters."""

    NO_UNIT = "no_unit"
    UNKNOWN_UNIT = "unknown_unit"
    BEYOND = "beyond"
    UNIT = "unit"
    NO_DATE = "no_date"
    EARLY = "early"
    ELSEWHERE = "elsewhere"
    DATE = "date"
    FORM = "form"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    QuestionKind.NO_UNIT: "没有单位",
    QuestionKind.UNKNOWN_UNIT: "单位未对应",
    QuestionKind.BEYOND: "单位不归本级管理",
    QuestionKind.UNIT: "单位读法存疑",
    QuestionKind.NO_DATE: "没有日期",
    QuestionKind.EARLY: "早于印发日期",
    QuestionKind.ELSEWHERE: "日期非本条写明",
    QuestionKind.DATE: "日期读法存疑",
    QuestionKind.FORM: "正文表述、限期事项",
    QuestionKind.OTHER: "其他",
}

# The kind of a reader's doubt by its code; a code that is not here asks something else.
_KIND_OF_DOUBT = {
    "no-unit": QuestionKind.NO_UNIT,
    "person-only": QuestionKind.NO_UNIT,
    "person-dropped": QuestionKind.UNIT,
    "label-slip": QuestionKind.UNIT,
    "elided-prefix": QuestionKind.UNIT,
    "odd-name": QuestionKind.UNIT,
    "missing-bracket": QuestionKind.UNIT,
    "words-passed-over": QuestionKind.UNIT,
    "units-as-above": QuestionKind.UNIT,
    "units-from-above": QuestionKind.UNIT,
    "no-date": QuestionKind.NO_DATE,
    "no-year-known": QuestionKind.NO_DATE,
    "event-needs-date": QuestionKind.NO_DATE,
    "anchor-needs-date": QuestionKind.NO_DATE,
    "unread-deadline": QuestionKind.NO_DATE,
    "no-such-day": QuestionKind.NO_DATE,
    "immediate": QuestionKind.NO_DATE,
    "due-before-issue": QuestionKind.EARLY,
    "date-from-plan": QuestionKind.ELSEWHERE,
    "date-from-paragraph": QuestionKind.ELSEWHERE,
    "before-reading": QuestionKind.DATE,
    "several-dates": QuestionKind.DATE,
    "several-own-dates": QuestionKind.DATE,
    "start-only": QuestionKind.DATE,
    "follows-others": QuestionKind.DATE,
    "year-from-title": QuestionKind.DATE,
    "vague-date": QuestionKind.DATE,
    "then-ongoing": QuestionKind.DATE,
    "provisional-calendar": QuestionKind.DATE,
}
_ABOUT_DATES = (QuestionKind.NO_DATE, QuestionKind.EARLY, QuestionKind.ELSEWHERE, QuestionKind.DATE)
# Doubts about the date: a date entered or confirmed by a person answers them.
DATE_DOUBTS = frozenset(code for code, kind in _KIND_OF_DOUBT.items() if kind in _ABOUT_DATES)
BY_HAND_ONLY = (Form.PROSE, Form.DUTY)
_UNDATED = (DeadlineKind.NONE, DeadlineKind.ONGOING)


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that a person has to look at: ``words`` say what, and what to do."""

    kind: QuestionKind
    words: str


def kind_of_doubt(code: str) -> QuestionKind:
    """What a doubt of the reader is about."""
    return _KIND_OF_DOUBT.get(code, QuestionKind.OTHER)


def questions_about(draft: Draft, naming: Naming) -> tuple[Question, ...]:
    """Why an open draft is not sure; none when it may be adopted without a second look.

    Doubts of the reader first, then units that nobody knows yet or that stand outside the plan's scope, then a date
    that the clause itself does not give (DOMAIN, Deadlines 7), then forms that are never adopted in bulk.
    """
    return tuple(_questions(draft, naming))


def is_sure(draft: Draft, naming: Naming) -> bool:
    """Whether an open draft may be adopted without a second look."""
    return draft.state is DraftState.OPEN and next(_questions(draft, naming), None) is None


def _questions(draft: Draft, naming: Naming) -> Iterator[Question]:
    for doubt in draft.doubts:
        if not doubt.get("settled"):
            yield Question(kind_of_doubt(doubt["code"]), doubt["message"])
    codes = {doubt["code"] for doubt in draft.doubts}
    if not draft.units and "no-unit" not in codes:
        yield Question(QuestionKind.NO_UNIT, "没有责任单位，请补填")
    yield from _about_units(draft, naming)
    if draft.deadline_basis is not Basis.REVIEW and not codes & DATE_DOUBTS:
        yield from _about_date(draft)
    if draft.form in BY_HAND_ONLY:
        yield Question(QuestionKind.FORM, f"这一条是从{draft.form.label}中读出的，请核对是否应当立项")


def _about_units(draft: Draft, naming: Naming) -> Iterable[Question]:
    for name in naming.unknown_of(draft):
        yield Question(QuestionKind.UNKNOWN_UNIT, f"单位“{name}”尚未对应到已登记的单位")
    for name in naming.beyond_of(draft):
        yield Question(QuestionKind.BEYOND, f"单位“{name}”不在本级管理范围内，不能下达任务")


def _about_date(draft: Draft) -> Iterable[Question]:
    if draft.due_on is not None:
        if draft.deadline_basis is not Basis.CLAUSE:
            basis = draft.deadline_basis.label if draft.deadline_basis else "没有注明依据"
            yield Question(QuestionKind.ELSEWHERE, f"责任分工处没有写日期，完成日期{basis}，请核对")
    elif rhythm := _rhythm(draft):
        yield Question(QuestionKind.DATE, f"周期任务（{rhythm.label}），采纳后每到一期自动新立一项任务，请核对")
    elif draft.deadline_kind not in _UNDATED:
        yield Question(QuestionKind.NO_DATE, f"{draft.deadline_kind.label}，还没有确定的完成日期，请核对")


def _rhythm(draft: Draft) -> Rhythm | None:
    """On which days a recurring duty falls due, where its phrase tells."""
    recurs = draft.deadline_kind is DeadlineKind.RECURRING
    return rhythm_in(draft.deadline_text or "", draft.plan.issued_on) if recurs else None
