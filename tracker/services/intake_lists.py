"""Which of a plan's drafts a reviewer wants to see, and in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tracker.services.intake_naming import Naming
from tracker.services.intake_questions import Question, QuestionKind, questions_about
from tracker.store.plans import Draft, DraftState


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


class Order(StrEnum):
    """In which order the drafts are listed; numbers are always those of the text."""

    TEXT = "text"
    DOUBTS = "doubts"

    @property
    def label(self) -> str:
        return {"text": "按原文顺序", "doubts": "存疑在前"}[self.value]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the review page is asked for; ``kind`` keeps only open drafts with a question of that kind."""

    show: Show = Show.OPEN
    kind: QuestionKind | None = None
    order: Order = Order.TEXT
    page: int = 1


@dataclass(frozen=True, slots=True)
class Looked:
    """The drafts of a plan with what each asks, all looked up once."""

    drafts: Sequence[Draft]
    naming: Naming
    questions: Mapping[int, tuple[Question, ...]]

    @classmethod
    def at(cls, drafts: Sequence[Draft], naming: Naming) -> Looked:
        opened = (draft for draft in drafts if draft.state is DraftState.OPEN)
        return cls(drafts, naming, {draft.id: questions_about(draft, naming) for draft in opened})

    def shown(self, draft: Draft, show: Show) -> bool:
        """Whether the draft stands in that list."""
        match show:
            case Show.ALL:
                return True
            case Show.ADOPTED | Show.DROPPED | Show.OPEN:
                return draft.state.value == show.value
            case Show.SURE | Show.DOUBTED:
                return draft.id in self.questions and bool(self.questions[draft.id]) is (show is Show.DOUBTED)

    def listed(self, wanted: Wanted) -> list[Draft]:
        found = [draft for draft in self.drafts if self.shown(draft, wanted.show)]
        if wanted.kind:
            found = [draft for draft in found if wanted.kind in self.kinds(draft)]
        if wanted.order is Order.DOUBTS:
            found.sort(key=lambda draft: -len(self.questions.get(draft.id, ())))
        return found

    def kinds(self, draft: Draft) -> set[QuestionKind]:
        return {question.kind for question in self.questions.get(draft.id, ())}

    @property
    def opened(self) -> list[Draft]:
        return [draft for draft in self.drafts if draft.id in self.questions]
