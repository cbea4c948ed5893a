"""The opinions that a task waits for (会办), and the refusal to submit before they are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.domain.day_words import in_words
from tracker.domain.joint import SupportPart
from tracker.domain.lifecycle import Event
from tracker.domain.roles import Role
from tracker.services.errors import Invalid
from tracker.store.joint_queries import first_asked, last_settled
from tracker.store.task_queries import last_entry_of_each
from tracker.store.tasks import Assignment, HistoryEntry, Task


@dataclass(frozen=True, slots=True)
class Opinion:
    """A support unit's opinion: its part, how it stands, the words of its submission and when it came.

    Words are told to those alone for whom ``is_told``.
    """

    part: Assignment
    support: SupportPart
    submission: HistoryEntry | None
    waiver: HistoryEntry | None
    is_told: bool = True

    @property
    def words(self) -> str | None:
        return self.submission.words if self.submission and self.support.is_given and self.is_told else None

    @property
    def given_at(self) -> datetime | None:
        return self.submission.at if self.submission and self.support.is_given else None


class OpinionsMissing(Invalid):
    """Units in support still owe their opinion; ``units`` names them."""

    def __init__(self, awaited: Sequence[Opinion]) -> None:
        self.units = tuple(each.support.unit_name for each in awaited)
        told = "；".join(_owed(each) for each in awaited)
        super().__init__(
            f"本任务须先收齐会办意见，还有{len(awaited)}个会办单位没有提出：{told}。"
            "请联系这些单位在其事项页面“申请办结”并写明意见；确实不必等候的，请督查员在任务页面对该单位“免予等候”。"
        )


def _owed(opinion: Opinion) -> str:
    support = opinion.support
    return f"{support.unit_name}（应于{in_words(support.due_on)}前提出）" if support.due_on else support.unit_name


def demand_opinions(session: Session, assignment: Assignment, event: Event) -> None:
    """Raises OpinionsMissing when a part that completes the task is submitted before the opinions it waits for."""
    task = assignment.task
    if event is Event.SUBMIT and task.awaits_opinions and assignment.role.completes:
        awaited = [each for each in opinions_of(session, task) if each.support.is_awaited]
        if awaited:
            raise OpinionsMissing(awaited)


def opinions_of(session: Session, task: Task) -> list[Opinion]:
    """The support units' parts in the order of the plan, with what each has said."""
    parts = [part for part in task.assignments if part.role is Role.SUPPORT]
    ids = [part.id for part in parts]
    with session.no_autoflush:
        settled, asked = last_settled(session, ids), first_asked(session, ids)
        submitted = last_entry_of_each(session, ids, Event.SUBMIT.value)
    return [_opinion(part, settled.get(part.id), asked.get(part.id), submitted.get(part.id)) for part in parts]


def _opinion(
    part: Assignment, settled: HistoryEntry | None, asked: HistoryEntry | None, submission: HistoryEntry | None
) -> Opinion:
    """``settled`` by a row that names the part's present unit as the one it is taken from: a waiver."""
    waiver = settled if settled is not None and settled.unit_from_id == part.unit_id else None
    since = max(part.dispatched_at, asked.at) if asked else part.dispatched_at
    support = SupportPart(part.unit.name, part.state, part.due_on, since, waiver is not None)
    return Opinion(part, support, submission, waiver)
