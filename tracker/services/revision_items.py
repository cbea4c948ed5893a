"""The changes of a new version that wait for a decision, each with what accepting it does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tracker.services.intake_questions import questions_about
from tracker.services.revision_clauses import Old
from tracker.services.revision_effects import Effect, effect_of_change, effect_of_loss
from tracker.services.revision_marks import settled
from tracker.services.revision_sides import Matched, Versions
from tracker.store.plans import Draft
from tracker.store.tasks import Task


class Group(StrEnum):
    """The kinds of changes that are accepted together."""

    CHANGED = "changed"
    REMOVED = "removed"
    SAME = "same"

    @property
    def label(self) -> str:
        return {"changed": "有变化", "removed": "删去", "same": "未变"}[self.value]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A change as the supervisor saw it: ``draft_id`` None when the clause is gone; ``seen`` is its effect's mark."""

    task_id: int
    draft_id: int | None
    seen: str


@dataclass(frozen=True, slots=True)
class Item:
    """A change that waits for a decision, with what accepting it does.

    ``questions`` are what a person has to look at before: with any, the item is not accepted together with others.
    """

    task: Task
    group: Group
    effect: Effect
    pair: Matched | None = None
    old: Old | None = None
    questions: tuple[str, ...] = ()

    @property
    def draft(self) -> Draft | None:
        return self.pair.new.draft if self.pair else None


def items_of(versions: Versions) -> list[Item]:
    """Everything that waits for a decision, in the order of the texts."""
    return [*_changes(versions), *_losses(versions)]


def _changes(versions: Versions) -> Iterator[Item]:
    for pair in versions.matched:
        effect = effect_of_change(pair, versions.unit_names)
        group = Group.CHANGED if pair.says_more else Group.SAME
        task = pair.old.task
        assert task is not None
        yield Item(task, group, effect, pair=pair, questions=_questions(pair, versions) if pair.says_more else ())


def _losses(versions: Versions) -> Iterator[Item]:
    for old in versions.removed:
        if old.task is not None:
            yield Item(old.task, Group.REMOVED, effect_of_loss(old), old=old)


def _questions(pair: Matched, versions: Versions) -> tuple[str, ...]:
    """What the new clause asks of a person, beside that it continues a task; nothing where a person decided before."""
    if pair.after.decided:
        return ()
    draft = pair.new.draft
    answered = settled(draft.doubts, dated=pair.after.date_decided)
    without = Draft(
        state=draft.state,
        units=list(pair.rows),
        doubts=answered,
        form=draft.form,
        due_on=pair.after.deadline.due_on,
        deadline_kind=pair.after.deadline.kind,
        deadline_basis=pair.after.deadline.basis,
    )
    return tuple(question.words for question in questions_about(without, versions.naming))


def together(items: Sequence[Item], group: Group) -> list[Item]:
    """Those that are accepted with one press."""
    return [item for item in items if item.group is group and not item.questions]


def mark_of(items: Sequence[Item]) -> str:
    """A short mark of what accepting these items does: a form carries it."""
    return hashlib.sha256(" ".join(item.effect.seen for item in items).encode()).hexdigest()[:16]
