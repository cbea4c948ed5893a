"""The sweep's statements. Each works on a whole set: how many there are does not grow with the rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import CTE, Row, Select, case, false, func, or_, select, text, update
from sqlalchemy.orm import Session

from tracker.domain.lifecycle import CHASED_STATES, Event, State
from tracker.domain.notices import NoticeKind, Reached
from tracker.store.base import Instant
from tracker.store.engine import along_an_index
from tracker.store.given import in_words, is_given
from tracker.store.notice_recording import OwedRow, Told, owed_of, owed_table, owed_to_parts, record
from tracker.store.notices import Notice
from tracker.store.overdue import TASK_OPEN, chased
from tracker.store.tasks import FLAG_OUTDATED, Assignment, HistoryEntry, Task
from tracker.store.units import Unit

# Word for word the conditions of the indexes, so that both databases recognise them.
UNFLAGGED = text("assignment.overdue_flagged_on IS NULL AND assignment.state NOT IN ('completed', 'withdrawn')")
_OUTDATED = text(FLAG_OUTDATED)
OUTDATED_PARTS = select(Assignment.id).where(_OUTDATED)
"""The parts whose flag is to be taken from them: their day was moved."""
# Said by what is left out: asked by IN, SQLite would walk the long index by state instead of the short one above.
NOT_CHASED = tuple(state for state in State if state not in CHASED_STATES)
# Events after which a unit is held to its date anew.
_STARTS = (Event.DISPATCH, Event.RESUME, Event.REOPEN)
LateHours = Callable[[date], int]
DATED_KINDS = (NoticeKind.DUE_SOON, NoticeKind.OVERDUE)


def clear_outdated_flags(session: Session) -> int:
    """Takes the overdue flag from parts whose date was moved to the flag's day or later; returns how many."""
    outdated = OUTDATED_PARTS.with_for_update(skip_locked=True)
    done = session.execute(
        update(Assignment)
        .where(Assignment.id.in_(outdated), _OUTDATED)
        .values(overdue_flagged_on=None)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def flag_overdue(session: Session, today: date, swept_day: date | None, limit: int) -> list[tuple[int, bool]]:
    """Flags up to ``limit`` chased parts whose day has passed.

    Returns (id, whether the sweep of ``swept_day`` should have flagged it already) of each. A row that
    somebody is changing at this moment is left to the next run: the sweep waits for nobody.
    """
    ids = _find_late(session, today, limit)
    if not ids:
        return []
    late = (
        select(Assignment.id)
        .join(Task, Assignment.task_id == Task.id)
        .where(is_given(Assignment.id, "late"), *_late(today))
        .with_for_update(of=Assignment, skip_locked=True)
    )
    was_missed = Assignment.due_on < swept_day if swept_day else false()
    flagged = session.execute(
        update(Assignment)
        .where(Assignment.id.in_(late), Assignment.overdue_flagged_on.is_(None))
        .values(overdue_flagged_on=today)
        .returning(Assignment.id, case((was_missed, 1), else_=0))
        .execution_options(synchronize_session=False),
        {"late": in_words(ids)},
    )
    return [(part_id, bool(missed)) for part_id, missed in flagged]


def _find_late(session: Session, today: date, limit: int) -> list[int]:
    """Up to ``limit`` chased parts whose day has passed and that nobody flagged, those due first before the others."""
    with along_an_index(session):
        return list(session.scalars(late_parts(today).order_by(Assignment.due_on).limit(limit)))


def late_parts(today: date) -> Select[int]:
    """The chased parts whose day has passed and that nobody flagged."""
    return select(Assignment.id).join(Task, Assignment.task_id == Task.id).where(*_late(today))


def _late(today: date) -> tuple[Any, ...]:
    return UNFLAGGED, Assignment.due_on < today, Assignment.state.not_in(NOT_CHASED), TASK_OPEN


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
    session: Session, rungs: Sequence[Reached], changed_before: datetime, now: datetime, late: LateHours
) -> Sequence[Told]:
    """Records the notices of every part that came to one of the rungs; see ``record`` for what comes back."""
    return record(session, reached_parts(rungs, changed_before, late), now)


def reached_parts(rungs: Sequence[Reached], changed_before: datetime | None, late: LateHours) -> CTE:
    """What came to be owed by the parts on these rungs that did not change since; whenever they changed, for None.

    ``late`` says how many hours late it is to tell what was planned for a day.
    """
    rows = [OwedRow.of_rung(each.due_on, each.owed, late(each.owed.planned_on)) for each in rungs]
    table = owed_table("rung", [row.cells for row in rows])
    parts = (
        select(Assignment.id.label("assignment_id"), Assignment.unit_id, *owed_of(table))
        .join(table, Assignment.due_on == table.c.due_on)
        .join(Task, Assignment.task_id == Task.id)
        .where(chased())
    )
    return (parts.where(Assignment.changed_at < changed_before) if changed_before else parts).cte("owed")


def record_decisions(session: Session, decisions: Sequence[tuple[int, OwedRow]], now: datetime) -> Sequence[Told]:
    """Records what was decided for parts one by one, where each is still chased for that date."""
    return record(session, owed_to_parts(decisions, same_day=True), now)


def unit_names(session: Session, ids: Collection[int]) -> list[str]:
    """The names of units, in the order of the tree."""
    query = select(Unit.name).where(Unit.id.in_(ids)).order_by(Unit.position, Unit.id)
    return list(session.scalars(query)) if ids else []
