"""The doubt that keeps a clause of a new version from becoming a second task beside the one it continues."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tracker.services.errors import Invalid
from tracker.services.intake_questions import DATE_DOUBTS
from tracker.store.plans import Draft

CODE = "revises-task"
Doubts = list[dict[str, Any]]


def marked(doubts: Iterable[dict[str, Any]], task_title: str) -> Doubts:
    """The doubts with this one, open."""
    message = f"这是已有任务“{task_title}”的新版条款，请到“新旧对照”办理，不要重复立项"
    return [*unmarked(doubts), {"code": CODE, "message": message, "settled": False}]


def unmarked(doubts: Iterable[dict[str, Any]]) -> Doubts:
    """The doubts without it: the clause is a matter of its own."""
    return [doubt for doubt in doubts if doubt["code"] != CODE]


def settled(doubts: Iterable[dict[str, Any]], *, dated: bool = False) -> Doubts:
    """The doubts with this one answered; ``dated`` also those about a date that a person decided before."""
    answered = {CODE} | (DATE_DOUBTS if dated else frozenset())
    return [{**doubt, "settled": True} if doubt["code"] in answered else doubt for doubt in doubts]


def refuse_second_task(draft: Draft) -> None:
    """Refuses (Invalid) to adopt a clause that continues a task, until somebody decided about it."""
    if any(doubt["code"] == CODE and not doubt.get("settled") for doubt in draft.doubts):
        raise Invalid(
            f"“{draft.title}”是已有任务的新版条款，没有采纳，以免重复立项。请到“新旧对照”接受或不接受它的变化；"
            "如果是另一件事，请在那里点“不是同一任务”。"
        )
