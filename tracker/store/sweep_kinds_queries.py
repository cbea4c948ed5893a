"""What the sweep asks for the kinds of notice beside a part's own date: milestones, signing, reports, what was done."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, and_, or_, select
from sqlalchemy.orm import Session

from tracker.domain.lifecycle import State
from tracker.domain.notices import NoticeKind
from tracker.store.milestone_queries import answers_for_task
from tracker.store.notices import Notice
from tracker.store.overdue import TASK_OPEN, chased
from tracker.store.task_queries import report_late, taken_up_at
from tracker.store.tasks import Assignment, HistoryEntry, Milestone, Task

MILESTONE_KINDS = (NoticeKind.MILESTONE_SOON, NoticeKind.MILESTONE_LATE)
ENTRIES_AT_ONCE = 500
DATED_AND_OPEN = and_(Milestone.reached_on.is_(None), Milestone.due_on.is_not(None))


def open_milestones(session: Session, first: date, last: date) -> Sequence[Row[int, int, date, datetime]]:
    """(milestone, part, its day, dispatched) of what is not reached, for every chased part that completes its task."""
    columns: list[Any] = [Milestone.id, Assignment.id, Milestone.due_on, Assignment.dispatched_at]
    return session.execute(
        select(*columns)
        .join(Task, Milestone.task_id == Task.id)
        .join(Assignment, Assignment.task_id == Task.id)
        .where(DATED_AND_OPEN, Milestone.due_on.between(first, last), chased(), answers_for_task())
        .order_by(Milestone.id, Assignment.id)
    ).all()


def milestones_told(session: Session, first: date, last: date) -> set[tuple[int, str, date, int]]:
    """(part, subject, day, step) of the milestones' notices there are for these days."""
    rows = session.execute(
        select(Notice.assignment_id, Notice.subject, Notice.due_on, Notice.step)
        .where(Notice.kind.in_(MILESTONE_KINDS), Notice.due_on.between(first, last))
        .distinct()
    )
    return {tuple(row) for row in rows}  # type: ignore[misc]


def unsigned(session: Session, dispatched_before: datetime, today: date) -> Sequence[Row[int, datetime, date | None]]:
    """(part, dispatched, own limit) of what nobody signed for in time and nobody was told of since."""
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
    columns: list[Any] = [Assignment.id, Assignment.dispatched_at, Assignment.sign_by_on]
    return session.execute(
        select(*columns)
        .join(Task, Assignment.task_id == Task.id)
        .where(Assignment.state == State.DISPATCHED, TASK_OPEN, late, ~told)
        .order_by(Assignment.id)
    ).all()


def late_reports(session: Session, before: datetime) -> Sequence[Row[int, datetime]]:
    """(part, since when) of chased parts in progress that were taken up, or last reported on, before the instant."""
    columns: list[Any] = [Assignment.id, taken_up_at()]
    return session.execute(
        select(*columns)
        .join(Task, Assignment.task_id == Task.id)
        .where(TASK_OPEN, report_late(before))
        .order_by(Assignment.id)
    ).all()


def late_reports_told(session: Session, part_ids: Collection[int], first: date) -> set[tuple[int, date]]:
    """(part, owed day) of what was told of reports owed on ``first`` or later."""
    query = select(Notice.assignment_id, Notice.due_on).where(
        Notice.kind == NoticeKind.REPORT_LATE, Notice.due_on >= first
    )
    wanted = set(part_ids)
    return {(part_id, due_on) for part_id, due_on in session.execute(query.distinct()) if part_id in wanted}


def recent_entries(session: Session, events: Collection[str], since: datetime) -> list[HistoryEntry]:
    """The rows of the history at ``since`` or later, of these events, in their order.

    The history only grows, so it is read from its end until a whole batch lies before ``since``; of most rows only
    when they were written.
    """
    found: list[HistoryEntry] = []
    before: int | None = None
    newest_first = HistoryEntry.id.desc()
    while True:
        query = select(HistoryEntry.id, HistoryEntry.at, HistoryEntry.event).order_by(newest_first)
        query = query.where(HistoryEntry.id < before) if before is not None else query
        batch = session.execute(query.limit(ENTRIES_AT_ONCE)).all()
        new = [row for row in batch if row.at >= since]
        wanted = [row.id for row in new if row.event in events]
        if wanted:
            found += session.scalars(select(HistoryEntry).where(HistoryEntry.id.in_(wanted)).order_by(newest_first))
        if not new or len(batch) < ENTRIES_AT_ONCE:
            return found[::-1]
        before = batch[-1].id


def told_of(session: Session, subjects: Collection[str]) -> set[tuple[int, str]]:
    """(part, subject) of those that somebody was told of."""
    query = select(Notice.assignment_id, Notice.subject).where(Notice.subject.in_(subjects)).distinct()
    return {tuple(row) for row in session.execute(query)} if subjects else set()  # type: ignore[misc]
