"""The sweep's statements. Each works on a whole set: how many there are does not grow with the rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CTE, Row, Select, case, false, func, or_, select, text, update
from sqlalchemy.orm import Session, aliased

from tracker.domain.lifecycle import CHASED_STATES, Event, State
from tracker.domain.notices import NoticeKind, Reached, Step
from tracker.store.base import Instant
from tracker.store.notice_recording import OwedRow, Told, owed_of, owed_table, owed_to_parts, record
from tracker.store.notices import MailState, Notice
from tracker.store.overdue import TASK_OPEN, chased
from tracker.store.tasks import Assignment, HistoryEntry, Task
from tracker.store.units import Unit

# Word for word the conditions of the indexes, so that both databases recognise them.
UNFLAGGED = text("assignment.overdue_flagged_on IS NULL AND assignment.state NOT IN ('completed', 'withdrawn')")
FLAG_OUTDATED = text("overdue_flagged_on IS NOT NULL AND (due_on IS NULL OR due_on >= overdue_flagged_on)")
# Said by what is left out: asked by IN, SQLite would walk the long index by state instead of the short one above.
NOT_CHASED = tuple(state for state in State if state not in CHASED_STATES)
# Events after which a unit is held to its date anew.
_STARTS = (Event.DISPATCH, Event.RESUME, Event.REOPEN)
REMINDERS = (NoticeKind.DUE_SOON, NoticeKind.MILESTONE_SOON)

DATED_KINDS = (NoticeKind.DUE_SOON, NoticeKind.OVERDUE)


@dataclass(frozen=True, slots=True)
class Decision:
    """A notice owed to the unit of one assignment, for its date as it was when this was decided."""

    assignment_id: int
    due_on: date
    step: Step
    planned_on: date
    late_days: int


def clear_outdated_flags(session: Session) -> int:
    """Takes the overdue flag from parts whose date was moved to the flag's day or later; returns how many."""
    outdated = select(Assignment.id).where(FLAG_OUTDATED).with_for_update(skip_locked=True)
    done = session.execute(
        update(Assignment)
        .where(Assignment.id.in_(outdated), FLAG_OUTDATED)
        .values(overdue_flagged_on=None)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def flag_overdue(session: Session, today: date, swept_day: date | None, limit: int) -> list[tuple[int, bool]]:
    """Flags up to ``limit`` chased parts whose day has passed.

    Returns (id, whether the sweep of ``swept_day`` should have flagged it already) of each. A row that
    somebody is changing at this moment is left to the next run: the sweep waits for nobody.
    """
    late = (
        select(Assignment.id)
        .join(Task, Assignment.task_id == Task.id)
        .where(UNFLAGGED, Assignment.due_on < today, Assignment.state.not_in(NOT_CHASED), TASK_OPEN)
        .limit(limit)
        .with_for_update(of=Assignment, skip_locked=True)
    )
    was_missed = Assignment.due_on < swept_day if swept_day else false()
    flagged = session.execute(
        update(Assignment)
        .where(Assignment.id.in_(late), Assignment.overdue_flagged_on.is_(None))
        .values(overdue_flagged_on=today)
        .returning(Assignment.id, case((was_missed, 1), else_=0))
        .execution_options(synchronize_session=False)
    )
    return [(part_id, bool(missed)) for part_id, missed in flagged]


def changed_ids(session: Session, since: datetime | None, until: date) -> list[int]:
    """The parts that changed at ``since`` or later, chased or not; all that may be owed something when it is None.

    ``until`` is the furthest day whose work is looked at: the ladder's horizon from today.
    """
    query = select(Assignment.id)
    # Asked for nothing but the instant, in no order: so that no database walks another index than that of changes.
    return list(session.scalars(query.where(Assignment.changed_at >= since) if since else _looked_at(query, until)))


def come_to_rung(session: Session, due_days: Collection[date], changed_before: datetime) -> list[int]:
    """The chased parts due on these days and unchanged since: those that ``record_reached`` tells of."""
    query = select(Assignment.id).join(Task, Assignment.task_id == Task.id)
    return list(
        session.scalars(query.where(chased(), Assignment.due_on.in_(due_days), Assignment.changed_at < changed_before))
    )


def standing_of(
    session: Session, ids: Sequence[int], until: date
) -> Sequence[Row[int, date, datetime, datetime | None]]:
    """(id, due day, dispatched, held to this date anew or None) of those that are still chased."""
    renewed = (
        select(func.max(HistoryEntry.at, type_=Instant))
        .where(
            HistoryEntry.assignment_id == Assignment.id,
            or_(HistoryEntry.event.in_(_STARTS), HistoryEntry.due_to.is_not(None)),
        )
        .scalar_subquery()
    )
    columns: list[Any] = [Assignment.id, Assignment.due_on, Assignment.dispatched_at, renewed]
    return session.execute(_looked_at(select(*columns), until).where(Assignment.id.in_(ids))).all()


def _looked_at(query: Select[Any], until: date) -> Select[Any]:
    joined = query.join(Task, Assignment.task_id == Task.id)
    return joined.where(chased(), Assignment.due_on.is_not(None), Assignment.due_on <= until)


def steps_recorded(session: Session, ids: Sequence[int]) -> set[tuple[int, date, int]]:
    """(assignment, due day, step) of every notice on their own date that these parts have had."""
    rows = session.execute(
        select(Notice.assignment_id, Notice.due_on, Notice.step)
        .where(Notice.assignment_id.in_(ids), Notice.kind.in_(DATED_KINDS))
        .distinct()
    )
    return {(assignment_id, due_on, step) for assignment_id, due_on, step in rows}


def record_reached(
    session: Session, rungs: Sequence[Reached], changed_before: datetime, now: datetime, today: date
) -> Sequence[Told]:
    """Records the notices of every part that came to one of the rungs; see ``record`` for what comes back."""
    return record(session, reached_parts(rungs, changed_before, today), now)


def reached_parts(rungs: Sequence[Reached], changed_before: datetime | None, today: date) -> CTE:
    """What came to be owed by the parts on these rungs that did not change since; whenever they changed, for None."""
    table = owed_table("rung", [_row(r.due_on, r.step, r.planned_on, r.late_days(today)).cells for r in rungs])
    parts = (
        select(Assignment.id.label("assignment_id"), Assignment.unit_id, *owed_of(table))
        .join(table, Assignment.due_on == table.c.due_on)
        .join(Task, Assignment.task_id == Task.id)
        .where(chased())
    )
    return (parts.where(Assignment.changed_at < changed_before) if changed_before else parts).cte("owed")


def record_decisions(session: Session, decisions: Sequence[Decision], now: datetime) -> Sequence[Told]:
    """Records notices decided one by one, where the part is still chased for that date."""
    return record(session, decided_parts(decisions), now)


def decided_parts(decisions: Sequence[Decision]) -> CTE:
    """What was decided for parts one by one, where each is still chased for that date."""
    decided = [(d.assignment_id, _row(d.due_on, d.step, d.planned_on, d.late_days)) for d in decisions]
    return owed_to_parts(decided, same_day=True)


def _row(due_on: date, step: Step, planned_on: date, late_days: int) -> OwedRow:
    return OwedRow(due_on, step.kind, step.days, planned_on, late_days, step.copies_head)


def unit_names(session: Session, ids: Collection[int]) -> list[str]:
    """The names of units, in the order of the tree."""
    query = select(Unit.name).where(Unit.id.in_(ids)).order_by(Unit.position, Unit.id)
    return list(session.scalars(query)) if ids else []


def settle_superseded(session: Session, recorded_at: datetime) -> int:
    """Settles, of the reminders recorded at one instant, those that a later rung recorded then has overtaken.

    Only what came after the last notice of before is looked at. What a worker has mailed meanwhile stays mailed.
    """
    before = select(Notice.id).where(Notice.recorded_at < recorded_at).order_by(Notice.id.desc()).limit(1)
    after_id = session.scalar(before) or 0
    later = aliased(Notice)
    overtaken = (
        select(later.id)
        .where(
            later.id > after_id,
            later.recorded_at == recorded_at,
            later.assignment_id == Notice.assignment_id,
            later.recipient_key == Notice.recipient_key,
            later.subject == Notice.subject,
            later.due_on == Notice.due_on,
            later.step > Notice.step,
        )
        .exists()
    )
    done = session.execute(
        update(Notice)
        .where(Notice.id > after_id, Notice.recorded_at == recorded_at)
        .where(Notice.kind.in_(REMINDERS), Notice.read_at.is_(None), overtaken)
        .values(
            read_at=recorded_at,
            mail_state=case((Notice.mail_state == MailState.WAITING, MailState.UNNEEDED), else_=Notice.mail_state),
        )
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]
