"""Taking an adoption back while nobody has acted on it: the task goes without a trace, the draft is open as it was.

With the task go its parts, history and notices, and the later tasks of a recurring duty, so that lists, calendars
and reminders know nothing of it: a calendar program drops the entry at its next poll. Once somebody has acted, the
work is withdrawn by the lifecycle instead, which keeps its history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from tracker.domain.access import Actor
from tracker.domain.history import label_of
from tracker.services.errors import Invalid, Stale
from tracker.services.intake_drafts import StaleDraft, commit_draft, draft_for_intake, sign
from tracker.services.intake_review import plan_for_intake
from tracker.services.revision_links import refuse_superseded
from tracker.store.plan_queries import drafts_of
from tracker.store.plans import Draft, DraftState
from tracker.store.undo_queries import (
    AdoptedAs,
    Deed,
    adopted_as,
    adoptions_of_plan,
    batches_of,
    delete_tasks,
    hold_series,
    hold_tasks,
    people_told,
)
from tracker.store.written_together import write_together


class ActedOn(Invalid):
    """Somebody has acted on the task, so that its adoption stands; ``deed`` is the first thing that was done."""

    def __init__(self, title: str, deed: Deed) -> None:
        self.deed = deed
        super().__init__(
            f"“{title}”采纳后，{deed.unit_name}的事项已由{deed.actor_name}“{label_of(deed.event)}”，不能再撤销采纳。"
            "如确需收回，请到任务页面逐个单位办理“撤销”，并写明理由。"
        )


@dataclass(frozen=True, slots=True)
class Undone:
    """What was taken back: how many tasks, and how many people had read or been mailed a reminder of them."""

    tasks: int
    told: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Tasks of a plan that one person adopted at one instant, with one press."""

    at: datetime
    by_id: int | None
    by: str | None
    adopted: tuple[AdoptedAs, ...]

    @property
    def free(self) -> tuple[AdoptedAs, ...]:
        """Those on which nobody has acted."""
        return tuple(each for each in self.adopted if each.deed is None)

    @property
    def first_deed(self) -> Deed | None:
        """The earliest thing that was done about any of them."""
        return min((each.deed for each in self.adopted if each.deed), key=lambda deed: deed.at, default=None)


@dataclass(frozen=True, slots=True)
class WantedBatch:
    """A batch as the supervisor saw it: ``expected`` is how many of its tasks could be taken back."""

    at: datetime
    by_id: int | None
    expected: int

    def holds(self, adopted: AdoptedAs) -> bool:
        """Whether the adoption belongs to the batch."""
        return (adopted.adopted_at, adopted.adopted_by_id) == (self.at, self.by_id)


def undo_adoption(session: Session, actor: Actor, now: datetime, draft_id: int, version: int) -> Undone:
    """Deletes the task of an adopted draft and opens the draft again; one that is open stays so.

    Raises ActedOn when somebody acted on the task, StaleDraft when the draft is not as it was seen, Invalid when it
    was dropped.
    """
    draft = draft_for_intake(session, actor, draft_id)
    if draft.state is DraftState.OPEN:
        return Undone(0, 0)
    if draft.version != version:
        raise StaleDraft(draft)
    if draft.state is DraftState.DROPPED:
        raise Invalid(f"“{draft.title}”现为“{draft.state.label}”，没有采纳可以撤销。")
    held = _held(session, [draft_id])
    if held and held[0].deed:
        raise ActedOn(draft.title, held[0].deed)
    if not held:
        refuse_superseded(session, draft.plan)  # its task went over to the newer version
    told = _delete(session, held)
    draft.state = DraftState.OPEN
    commit_draft(session, actor, now, draft)
    return Undone(1, told)


def undo_batch(session: Session, actor: Actor, now: datetime, plan_id: int, wanted: WantedBatch) -> Undone:
    """Takes back what was adopted of a plan at one instant, as far as nobody has acted on it; all in one commit.

    When what can be taken back is more or less by now than the supervisor was told, nothing is done (Stale).
    A batch that is gone already gives 0.
    """
    plan_for_intake(session, actor, plan_id)
    found = adoptions_of_plan(session, plan_id)
    ids = [draft_id for draft_id, each in found.items() if wanted.holds(each)]
    free = [each for each in _held(session, ids) if each.deed is None]
    if ids and len(free) != wanted.expected:
        raise Stale(
            f"这一批里可以撤销的任务现在是{len(free)}条，与您看到的{wanted.expected}条不同（可能刚有单位签收），没有撤销。"
            "请核对后再办理。"
        )
    told = _delete(session, free)
    reopened = {each.draft_id for each in free}
    opened = [draft for draft in drafts_of(session, plan_id) if draft.id in reopened]
    for draft in opened:
        _reopen(draft, actor, now)
    try:
        write_together(session, opened)
        session.commit()
    except StaleDataError:
        session.rollback()
        raise Stale("其他人员正在办理这份文件的待核任务，本次没有撤销。请刷新页面后再办理。") from None
    return Undone(len(free), told)


def batches(session: Session, actor: Actor, plan_id: int) -> tuple[Batch, ...]:
    """What was adopted of a plan several at a time, the latest first."""
    plan_for_intake(session, actor, plan_id)
    groups = batches_of(adoptions_of_plan(session, plan_id).values())
    return tuple(
        Batch(group[0].adopted_at, group[0].adopted_by_id, group[0].adopted_by, group)
        for group in groups
        if len(group) > 1
    )


def _held(session: Session, draft_ids: Sequence[int]) -> list[AdoptedAs]:
    """The tasks of these drafts, held first and then looked at: nobody can sign for one in between."""
    found = adopted_as(session, draft_ids)
    hold_tasks(session, hold_series(session, [each.task_id for each in found.values()]))
    return list(adopted_as(session, draft_ids).values())


def _delete(session: Session, adopted: Sequence[AdoptedAs]) -> int:
    """Deletes the tasks; how many people know of them. Invalid when something else rests on one of them."""
    ids = hold_series(session, [each.task_id for each in adopted])
    told = people_told(session, ids) if ids else 0
    try:
        delete_tasks(session, ids)
    except IntegrityError:
        session.rollback()
        raise Invalid("已有其他记录与这些任务关联，不能撤销采纳。如确需收回，请到任务页面办理“撤销”。") from None
    return told


def _reopen(draft: Draft, actor: Actor, now: datetime) -> None:
    draft.state = DraftState.OPEN
    sign(draft, actor, now)
