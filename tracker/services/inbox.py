"""The in-app inbox: a person's own notices, and nobody else's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import CursorResult, Select, func, select, update
from sqlalchemy.orm import Session, contains_eager

from tracker.domain.lifecycle import CHASED_STATES, TaskState
from tracker.domain.notices import NoticeKind, step_label
from tracker.services.errors import NotFound
from tracker.store.notices import Notice
from tracker.store.pages import PAGE_SIZE, Page, page_number
from tracker.store.tasks import Assignment, Task


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice as its reader sees it. ``is_settled``: it asks for nothing any more, and ``why`` says why."""

    notice: Notice
    heading: str
    why: str | None

    @property
    def is_unread(self) -> bool:
        return self.notice.read_at is None

    @property
    def is_urging(self) -> bool:
        return self.notice.kind is NoticeKind.OVERDUE

    @property
    def is_settled(self) -> bool:
        return self.why is not None

    @property
    def assignment(self) -> Assignment:
        return self.notice.assignment


def unread_count(session: Session, person_id: int) -> int:
    """How many notices the person has not read."""
    unread = select(func.count()).where(Notice.person_id == person_id, Notice.read_at.is_(None))
    return session.scalar(unread) or 0


def letters(session: Session, person_id: int, wanted: int, *, unread_only: bool = False) -> Page[Letter]:
    """A page of the person's own notices, newest first; three statements whatever their number."""
    own = select(Notice).where(Notice.person_id == person_id)
    if unread_only:
        own = own.where(Notice.read_at.is_(None))
    total = session.scalar(select(func.count()).select_from(own.subquery())) or 0
    number = page_number(wanted, total)
    return Page([_letter(notice) for notice in _shown(session, own, number)], number, total)


def _shown(session: Session, own: Select[Notice], number: int) -> Sequence[Notice]:
    path = contains_eager(Notice.assignment)
    return session.scalars(
        own.join(Notice.assignment)
        .join(Assignment.task)
        .join(Task.plan)
        .join(Assignment.unit)
        .options(path.contains_eager(Assignment.task).contains_eager(Task.plan), path.contains_eager(Assignment.unit))
        .order_by(Notice.recorded_at.desc(), Notice.step.desc(), Notice.id.desc())
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()


def _letter(notice: Notice) -> Letter:
    return Letter(notice, step_label(notice.step), _why_settled(notice.assignment, notice.due_on))


def _why_settled(part: Assignment, told_of: date) -> str | None:
    """In words why nothing is asked any more; None while the unit is still held to that date."""
    if part.state not in CHASED_STATES:
        return f"现为“{part.state.label}”"
    if part.task.state is not TaskState.OPEN:
        return f"任务{part.task.state.label}"
    return "时限已调整" if part.due_on != told_of else None


def mark_read(session: Session, person_id: int, notice_id: int, now: datetime) -> None:
    """Notes that the person has read one of the own notices; commits. Raises NotFound for any other."""
    own = select(Notice).where(Notice.id == notice_id, Notice.person_id == person_id)
    notice = session.scalar(own)
    if notice is None:
        raise NotFound("没有这条消息，或它不是发给您的。")
    notice.read_at = notice.read_at or now
    session.commit()


def mark_all_read(session: Session, person_id: int, now: datetime) -> int:
    """Notes that the person has read all own notices recorded up to now; commits, returns how many were unread."""
    done = session.execute(
        update(Notice)
        .where(Notice.person_id == person_id, Notice.read_at.is_(None), Notice.recorded_at <= now)
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )
    session.commit()
    assert isinstance(done, CursorResult)
    return done.rowcount
