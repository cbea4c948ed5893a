"""What drafts were adopted as, whether anybody has acted on it since, and taking it back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Subquery, delete, func, or_, select, union
from sqlalchemy.orm import Session

from tracker.domain.history import BEFORE_WORK
from tracker.store.notices import Notice
from tracker.store.people import Person
from tracker.store.tasks import Assignment, HistoryEntry, Task
from tracker.store.timing import SeriesOccurrence, TaskSeries
from tracker.store.units import Unit


@dataclass(frozen=True, slots=True)
class Deed:
    """The first thing that somebody did about a task after its adoption."""

    event: str
    at: datetime
    actor_name: str
    unit_name: str


@dataclass(frozen=True, slots=True)
class AdoptedAs:
    """The task of a draft; ``deed`` is None while nobody has acted on it."""

    task_id: int
    draft_id: int
    adopted_at: datetime
    adopted_by_id: int | None
    adopted_by: str | None
    deed: Deed | None


def adopted_as(session: Session, draft_ids: Collection[int]) -> dict[int, AdoptedAs]:
    """The tasks that these drafts were adopted as, by draft."""
    return _found(session, select(Task.id).where(Task.draft_id.in_(draft_ids))) if draft_ids else {}


def adoptions_of_plan(session: Session, plan_id: int) -> dict[int, AdoptedAs]:
    """All tasks of a plan that came from its drafts, by draft, in the order of the text."""
    return _found(session, select(Task.id).where(Task.plan_id == plan_id, Task.draft_id.is_not(None)))


def _found(session: Session, wanted: object) -> dict[int, AdoptedAs]:
    rows = session.execute(
        select(Task.id, Task.draft_id, Task.created_at, Task.adopted_by_id, Person.name)
        .outerjoin(Person, Task.adopted_by_id == Person.id)
        .where(Task.id.in_(wanted))  # type: ignore[arg-type]
        .order_by(Task.position, Task.id)
    ).all()
    deeds = _first_deeds(session, wanted)
    return {
        draft_id: AdoptedAs(task_id, draft_id, at, by_id, by, deeds.get(task_id))
        for task_id, draft_id, at, by_id, by in rows
        if draft_id is not None
    }


def _first_deeds(session: Session, wanted: object) -> dict[int, Deed]:
    """By task; a deed about a later task of a series is one about the task that the series began with.

    A date worked out later, because a day was entered or the calendar changed, is nobody's deed.
    """
    concerned = _concerned(wanted)
    rows = session.execute(
        select(concerned.c.adopted, HistoryEntry.event, HistoryEntry.at, HistoryEntry.actor_name, Unit.name)
        .join(Assignment, Assignment.task_id == concerned.c.task_id)
        .join(HistoryEntry, HistoryEntry.assignment_id == Assignment.id)
        .join(Unit, Assignment.unit_id == Unit.id)
        .where(HistoryEntry.event.not_in(BEFORE_WORK))
        .order_by(HistoryEntry.id.desc())
    )
    # The later ones first: what stays is the earliest.
    return {task_id: Deed(event, at, actor, unit) for task_id, event, at, actor, unit in rows}


def _concerned(wanted: object) -> Subquery:
    """The adopted tasks and all later ones of the series they began, each with the one that was adopted.

    The two are looked up one after the other: a condition on either would be held against every part of the ledger.
    """
    own = select(Task.id.label("task_id"), Task.id.label("adopted")).where(Task.id.in_(wanted))  # type: ignore[arg-type]
    later = (
        select(SeriesOccurrence.task_id, TaskSeries.template_id)
        .join(TaskSeries, SeriesOccurrence.series_id == TaskSeries.id)
        .where(TaskSeries.template_id.in_(wanted))  # type: ignore[arg-type]
    )
    return union(own, later).subquery()


def hold_series(session: Session, task_ids: Collection[int]) -> list[int]:
    """These tasks and all later ones of the series they began; the sweep adds none until the end of the transaction."""
    begun = select(TaskSeries.id).where(TaskSeries.template_id.in_(task_ids)).order_by(TaskSeries.id)
    series_ids = list(session.scalars(begun.with_for_update()))
    later = select(SeriesOccurrence.task_id).where(SeriesOccurrence.series_id.in_(series_ids))
    return sorted({*task_ids, *session.scalars(later)})


def hold_tasks(session: Session, task_ids: Collection[int]) -> None:
    """Keeps others from acting on these tasks until the end of the transaction: the row that every deed holds first."""
    session.execute(select(Task.id).where(Task.id.in_(task_ids)).order_by(Task.id).with_for_update())


def people_told(session: Session, task_ids: Collection[int]) -> int:
    """How many people have read a notice about these tasks, or had one by mail."""
    told = or_(Notice.read_at.is_not(None), Notice.mailed_at.is_not(None))
    parts = select(Assignment.id).where(Assignment.task_id.in_(task_ids))
    count = select(func.count(Notice.person_id.distinct())).where(Notice.assignment_id.in_(parts), told)
    return session.scalar(count) or 0


def delete_tasks(session: Session, task_ids: Iterable[int]) -> None:
    """Deletes tasks; their parts, milestones, history and notices go with them, by the database's own rules.

    The audit log keeps what each of them said.
    """
    going = delete(Task).where(Task.id.in_(list(task_ids)))
    session.execute(going, execution_options={"synchronize_session": False})


def batches_of(adopted: Iterable[AdoptedAs]) -> Sequence[tuple[AdoptedAs, ...]]:
    """The adoptions in the groups in which they were done: by one person in one instant, the latest first."""
    groups: dict[tuple[datetime, int | None], list[AdoptedAs]] = {}
    for each in adopted:
        groups.setdefault((each.adopted_at, each.adopted_by_id), []).append(each)
    return [tuple(groups[key]) for key in sorted(groups, key=lambda key: key[0], reverse=True)]
