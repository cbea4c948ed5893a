"""Which tasks ask for evidence: a supervisor says whether a submission must bring files, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.history import EVIDENCE_SETTLED
from tracker.domain.lifecycle import TaskState
from tracker.services.changing import changed_among, tidy, version_of
from tracker.services.errors import Invalid, NotFound
from tracker.services.noting import note
from tracker.store.task_queries import task_to_change
from tracker.store.tasks import Task

LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Demand:
    """What a supervisor wants: files with each submission or not, why, and the ``version_of`` the parts as seen."""

    required: bool
    reason: str
    seen: int

    @property
    def words(self) -> str:
        """The sentence for the history."""
        said = "申请办结时须附佐证材料" if self.required else "申请办结时不再要求附佐证材料"
        reason = tidy(self.reason)
        return f"{said}：{reason}" if reason else f"{said}。"


def require_evidence(session: Session, actor: Actor, now: datetime, task_id: int, demand: Demand) -> tuple[Task, bool]:
    """Does as demanded, tells it in the history of every open part, and commits; whether anything changed.

    Raises NotFound, Forbidden (only who decides about every part of the task may say so), Invalid, or Changed when
    something happened to a part since the page was opened. What holds already is not said again.
    """
    task = task_to_change(session, task_id)
    if task is None:
        raise NotFound("没有这项任务，可能已被删除，请从任务清单重新进入。")
    if not may_require(actor, task):
        raise Forbidden(Permission.DECIDE, "规定该任务须附佐证材料")
    if task.evidence_required == demand.required:
        session.rollback()
        return task, False
    _check(session, task, demand)
    task.evidence_required = demand.required
    for part in task.assignments:
        if not part.state.is_closed:
            note(part, actor, now, EVIDENCE_SETTLED, demand.words)
    _commit(session, task, demand)
    return task, True


def may_require(actor: Actor, task: Task) -> bool:
    """Whether this person decides about every part of the task."""
    parts = task.assignments
    return bool(parts) and all(actor.may(Permission.DECIDE, part.unit.path) for part in parts)


def _check(session: Session, task: Task, demand: Demand) -> None:
    if task.state is not TaskState.OPEN:
        raise Invalid(f"任务{task.state.label}，不能再调整佐证材料的要求。")
    if len(demand.reason.strip()) > LONGEST_REASON:
        raise Invalid(f"说明不能超过{LONGEST_REASON}字，请精简后再提交。")
    if version_of(task.assignments) != demand.seen:
        raise changed_among(session, task.assignments, demand.seen)


def _commit(session: Session, task: Task, demand: Demand) -> None:
    try:
        session.commit()
    except StaleDataError:
        session.rollback()
        raise changed_among(session, task.assignments, demand.seen) from None
