"""The in-app inbox: a person's own notices, and nobody else's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import CursorResult, Select, func, select, update
from sqlalchemy.orm import Session, contains_eager

from tracker.domain.notices import NoticeKind
from tracker.services.errors import NotFound
from tracker.services.matters import has_passed, why_untrue
from tracker.services.notice_policies import Policies, policies
from tracker.store.matter_queries import Matter, matters
from tracker.store.notices import Notice
from tracker.store.pages import PAGE_SIZE, Page, page_number
from tracker.store.sweep_queries import DATED_KINDS
from tracker.store.tasks import Assignment, Task

URGENT = (
    NoticeKind.OVERDUE,
    NoticeKind.MILESTONE_LATE,
    NoticeKind.UNSIGNED,
    NoticeKind.REPORT_LATE,
    NoticeKind.URGED,
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice as its reader sees it. ``is_settled``: it asks for nothing any more, and ``why`` says why."""

    notice: Notice
    heading: str
    why: str | None
    milestone: str | None = None

    @property
    def is_unread(self) -> bool:
        return self.notice.read_at is None

    @property
    def is_urging(self) -> bool:
        return self.notice.kind in URGENT

    @property
    def is_dated(self) -> bool:
        """Whether its day is the one on which work is due."""
        return self.notice.kind in DATED_KINDS or self.milestone is not None

    @property
    def is_settled(self) -> bool:
        return self.why is not None

    @property
    def assignment(self) -> Assignment:
        return self.notice.assignment


def letters(
    session: Session,
    person_id: int,
    wanted: int,
    today: date,
    *,
    unread_only: bool = False,
    kind: NoticeKind | None = None,
) -> Page[Letter]:
    """A page of the person's own notices, newest first; as many statements whatever their number."""
    own = select(Notice).where(Notice.person_id == person_id)
    if unread_only:
        own = own.where(Notice.read_at.is_(None))
    if kind:
        own = own.where(Notice.kind == kind)
    total = session.scalar(select(func.count()).select_from(own.subquery())) or 0
    number = page_number(wanted, total)
    shown = _shown(session, own, number)
    found = {each.notice_id: each for each in matters(session, Notice.id.in_([notice.id for notice in shown]))}
    known = policies(session)
    return Page([_letter(notice, found[notice.id], known, today) for notice in shown], number, total)


def kinds_of(session: Session, person_id: int, *, unread_only: bool = False) -> list[tuple[NoticeKind, int]]:
    """Which kinds of notice the person has, with how many of each, in the order of the kinds."""
    query = select(Notice.kind, func.count()).where(Notice.person_id == person_id).group_by(Notice.kind)
    rows = session.execute(query.where(Notice.read_at.is_(None)) if unread_only else query)
    counts: dict[NoticeKind, int] = {kind: count for kind, count in rows}  # noqa: C416 - rows are no pairs to a checker
    return [(kind, counts[kind]) for kind in NoticeKind if kind in counts]


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


def _letter(notice: Notice, matter: Matter, known: Policies, today: date) -> Letter:
    heading = known.on(notice.planned_on).label_of(notice.kind, notice.step)
    passed = "时限已过" if has_passed(matter, today) else None
    return Letter(notice, heading, why_untrue(matter) or passed, matter.milestone)


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
