"""What the sweep asks for the kinds of notice beside a part's own date: milestones, signing, reports, what was done."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, and_, case, or_, select
from sqlalchemy.orm import Session

from tracker.domain.lifecycle import State
from tracker.domain.notices import NoticeKind
from tracker.store.milestone_queries import answers_for_task, awaited
from tracker.store.notices import Notice
from tracker.store.overdue import TASK_OPEN, chased
from tracker.store.task_queries import report_late, taken_up_at
from tracker.store.tasks import Assignment, HistoryEntry, Milestone, Task

MILESTONE_KINDS = (NoticeKind.MILESTONE_SOON, NoticeKind.MILESTONE_LATE)
ENTRIES_AT_ONCE = 500
DATED_AND_OPEN = and_(Milestone.reached_on.is_(None), Milestone.due_on.is_not(None))


def open_milestone_ids(session: Session, first: date, last: date) -> list[int]:
    """The milestones due between two days that are not reached and that some chased part answers for."""
    return list(session.scalars(open_milestones_due(first, last).order_by(Milestone.id)))


def open_milestones_due(first: date, last: date) -> Select[int]:
    """The question of it, in no order."""
    due = select(Milestone.id).join(Task, Milestone.task_id == Task.id).where(Milestone.due_on.between(first, last))
    return due.where(Milestone.reached_on.is_(None), awaited())


def open_milestones(session: Session, among: Sequence[int]) -> Sequence[Row[int, int, date, datetime]]:
    """(milestone, part, its day, dispatched) of what is not reached, for every chased part that completes its task."""
    query = _open_milestones(Milestone.id, Assignment.id, Milestone.due_on, Assignment.dispatched_at)
    return session.execute(query.where(Milestone.id.in_(among)).order_by(Milestone.id, Assignment.id)).all()


def _open_milestones(*columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .join(Task, Milestone.task_id == Task.id)
        .join(Assignment, Assignment.task_id == Task.id)
        .where(DATED_AND_OPEN, chased(), answers_for_task())
    )


def milestones_told(session: Session, subjects: Collection[str]) -> set[tuple[int, str, date, int]]:
    """(part, subject, day, step) of the notices there are of these milestones."""
    rows = session.execute(
        select(Notice.assignment_id, Notice.subject, Notice.due_on, Notice.step)
        .where(Notice.kind.in_(MILESTONE_KINDS), Notice.subject.in_(subjects))
        .distinct()
    )
    return {tuple(row) for row in rows}  # type: ignore[misc]


def unsigned_ids(
    session: Session, dispatched_before: datetime, today: date, changed_since: datetime | None
) -> list[int]:
    """The parts that nobody signed for in time and nobody was told of since; of all, or of those that changed since."""
    found = _changed(_unsigned(dispatched_before, today, Assignment.id), changed_since)
    return list(session.scalars(found.order_by(Assignment.id)))


def _changed(query: Select[Any], since: datetime | None) -> Select[Any]:
    return query.where(Assignment.changed_at >= since) if since else query


def unsigned(
    session: Session, dispatched_before: datetime, today: date, among: Sequence[int]
) -> Sequence[Row[int, datetime, date | None]]:
    """(part, dispatched, own limit) of those that are still unsigned."""
    columns = Assignment.id, Assignment.dispatched_at, Assignment.sign_by_on
    query = _unsigned(dispatched_before, today, *columns)
    return session.execute(query.where(Assignment.id.in_(among)).order_by(Assignment.id)).all()


def _unsigned(dispatched_before: datetime, today: date, *columns: Any) -> Select[Any]:
    late = or_(
        Assignment.sign_by_on < today,
        and_(Assignment.sign_by_on.is_(None), Assignment.dispatched_at < dispatched_before),
    )
    told = (
        select(Notice.id)
        .where(
            Notice.assignment_id == Assignment.id,
            Notice.kind == NoticeKind.UNSIGNED,
            Notice.recorded_at >= Assignment.dispatched_at,
            or_(Assignment.sign_by_on.is_(None), Notice.due_on == Assignment.sign_by_on),
        )
        .exists()
    )
    query = select(*columns).join(Task, Assignment.task_id == Task.id)
    return query.where(Assignment.state == State.DISPATCHED, TASK_OPEN, late, ~told)


def late_report_ids(session: Session, before: datetime, changed_since: datetime | None) -> list[int]:
    """The chased parts in progress that were taken up, or last reported on, before the instant; of all, or of those
    that changed since."""
    query = select(Assignment.id).join(Task, Assignment.task_id == Task.id).where(TASK_OPEN, report_late(before))
    return list(session.scalars(_changed(query, changed_since).order_by(Assignment.id)))


def late_reports(session: Session, before: datetime, among: Sequence[int]) -> Sequence[Row[int, datetime]]:
    """(part, since when) of those that still owe a report."""
    columns: list[Any] = [Assignment.id, taken_up_at()]
    query = select(*columns).join(Task, Assignment.task_id == Task.id).where(TASK_OPEN, report_late(before))
    return session.execute(query.where(Assignment.id.in_(among)).order_by(Assignment.id)).all()


def late_reports_told(session: Session, part_ids: Collection[int], first: date) -> set[tuple[int, date]]:
    """(part, owed day) of what was told of reports owed on ``first`` or later."""
    query = select(Notice.assignment_id, Notice.due_on).where(
        Notice.kind == NoticeKind.REPORT_LATE, Notice.due_on >= first
    )
    wanted = set(part_ids)
    return {(part_id, due_on) for part_id, due_on in session.execute(query.distinct()) if part_id in wanted}


def recent_entry_ids(session: Session, events: Collection[str], since: datetime) -> list[int]:
    """The rows of the history at ``since`` or later, of these events, in their order.

    The history only grows, so it is read from its end until a whole batch lies before ``since``.
    """
    found: list[int] = []
    before: int | None = None
    is_new = case((HistoryEntry.at >= since, 1), else_=0)
    while True:
        query = select(HistoryEntry.id, is_new, HistoryEntry.event).order_by(HistoryEntry.id.desc())
        query = query.where(HistoryEntry.id < before) if before is not None else query
        batch = session.execute(query.limit(ENTRIES_AT_ONCE)).all()
        found += [entry_id for entry_id, new, event in batch if new and event in events]
        if len(batch) < ENTRIES_AT_ONCE or not any(new for _, new, _ in batch):
            return found[::-1]
        before = batch[-1][0]


def entries(session: Session, among: Sequence[int]) -> Sequence[HistoryEntry]:
    """Rows of the history by their ids, in their order."""
    query = select(HistoryEntry).where(HistoryEntry.id.in_(among)).order_by(HistoryEntry.id)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def told_of(session: Session, subjects: Collection[str]) -> set[tuple[int, str]]:
    """(part, subject) of those that somebody was told of."""
    query = select(Notice.assignment_id, Notice.subject).where(Notice.subject.in_(subjects)).distinct()
    return {tuple(row) for row in session.execute(query)} if subjects else set()  # type: ignore[misc]
