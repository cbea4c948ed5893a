"""The sweep's statements. Each works on a whole set: how many there are does not grow with the rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Integer,
    Row,
    Select,
    String,
    and_,
    case,
    cast,
    column,
    false,
    func,
    literal,
    or_,
    select,
    text,
    union_all,
    update,
    values,
)
from sqlalchemy.orm import Session, aliased

from tracker.domain.access import Office
from tracker.domain.lifecycle import CHASED_STATES, Event, State
from tracker.domain.notices import HORIZON, Reached, Step
from tracker.store.base import Instant
from tracker.store.notices import MailState, Notice
from tracker.store.once import insert_once
from tracker.store.overdue import TASK_OPEN, chased
from tracker.store.people import Person, PersonStanding
from tracker.store.tasks import Assignment, HistoryEntry, Task
from tracker.store.units import Unit

# Word for word the conditions of the indexes, so that both databases recognise them.
UNFLAGGED = text("assignment.overdue_flagged_on IS NULL AND assignment.state NOT IN ('completed', 'withdrawn')")
FLAG_OUTDATED = text("overdue_flagged_on IS NOT NULL AND (due_on IS NULL OR due_on >= overdue_flagged_on)")
# Said by what is left out: asked by IN, SQLite would walk the long index by state instead of the short one above.
NOT_CHASED = tuple(state for state in State if state not in CHASED_STATES)
# Events after which a unit is held to its date anew.
_STARTS = (Event.DISPATCH, Event.RESUME, Event.REOPEN)

_OWED_COLUMNS = ("due_on", "kind", "step", "planned_on", "late_days", "copies_head")
_NOTICE_COLUMNS = [
    "assignment_id",
    "kind",
    "due_on",
    "step",
    "planned_on",
    "late_days",
    "recipient_key",
    "person_id",
    "recorded_at",
    "mail_state",
    "mail_attempts",
]


# (step, days late, recipient key) of a notice that is new.
Told: TypeAlias = Row[int, int, str]


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


def changed_ids(session: Session, since: datetime | None, today: date) -> list[int]:
    """The parts that changed at ``since`` or later, chased or not; all that may be owed something when it is None."""
    query = select(Assignment.id)
    # Asked for nothing but the instant, in no order: so that no database walks another index than that of changes.
    return list(session.scalars(query.where(Assignment.changed_at >= since) if since else _looked_at(query, today)))


def come_to_rung(session: Session, due_days: Collection[date], changed_before: datetime) -> list[int]:
    """The chased parts due on these days and unchanged since: those that ``record_reached`` tells of."""
    query = select(Assignment.id).join(Task, Assignment.task_id == Task.id)
    return list(
        session.scalars(query.where(chased(), Assignment.due_on.in_(due_days), Assignment.changed_at < changed_before))
    )


def standing_of(
    session: Session, ids: Sequence[int], today: date
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
    return session.execute(_looked_at(select(*columns), today).where(Assignment.id.in_(ids))).all()


def _looked_at(query: Select[Any], today: date) -> Select[Any]:
    joined = query.join(Task, Assignment.task_id == Task.id)
    return joined.where(chased(), Assignment.due_on.is_not(None), Assignment.due_on <= today + HORIZON)


def steps_recorded(session: Session, ids: Sequence[int]) -> set[tuple[int, date, int]]:
    """(assignment, due day, step) of every notice that these parts have had."""
    rows = session.execute(
        select(Notice.assignment_id, Notice.due_on, Notice.step).where(Notice.assignment_id.in_(ids)).distinct()
    )
    return {(assignment_id, due_on, step) for assignment_id, due_on, step in rows}


def record_reached(
    session: Session, rungs: Sequence[Reached], changed_before: datetime, now: datetime, today: date
) -> Sequence[Told]:
    """Records the notices of every part that came to one of the rungs; see ``_record`` for what comes back."""
    table = _owed_table("rung", [(*_owed_values(r.due_on, r.step, r.planned_on), r.late_days(today)) for r in rungs])
    parts = (
        select(Assignment.id.label("assignment_id"), Assignment.unit_id, *_owed_of(table))
        .join(table, Assignment.due_on == table.c.due_on)
        .join(Task, Assignment.task_id == Task.id)
        .where(chased(), Assignment.changed_at < changed_before)
    )
    return _record(session, parts.cte("owed"), now)


def record_decisions(session: Session, decisions: Sequence[Decision], now: datetime) -> Sequence[Told]:
    """Records notices decided one by one, where the part is still chased for that date."""
    rows = [(*_owed_values(d.due_on, d.step, d.planned_on), d.late_days, d.assignment_id) for d in decisions]
    table = _owed_table("decided", rows, column("assignment_id", Integer))
    parts = (
        select(Assignment.id.label("assignment_id"), Assignment.unit_id, *_owed_of(table))
        .join(table, and_(Assignment.id == table.c.assignment_id, Assignment.due_on == table.c.due_on))
        .join(Task, Assignment.task_id == Task.id)
        .where(chased())
    )
    return _record(session, parts.cte("owed"), now)


def _owed_values(due_on: date, step: Step, planned_on: date) -> tuple[Any, ...]:
    return due_on, step.kind.value, step.days, int(step.copies_head), planned_on


def _owed_table(name: str, rows: list[tuple[Any, ...]], *more: Any) -> CTE:
    """Rows given from here as a table that a statement can join."""
    columns = (
        column("due_on", Date),
        column("kind", String),
        column("step", Integer),
        column("copies_head", Integer),
        column("planned_on", Date),
        column("late_days", Integer),
    )
    return values(*columns, *more, name=name).data(rows).cte(name)


def _owed_of(table: CTE) -> list[Any]:
    return [table.c[name] for name in _OWED_COLUMNS]


def _record(session: Session, owed: CTE, now: datetime) -> Sequence[Told]:
    """Writes the notices of owed parts, each once; returns (step, days late, recipient key) of the new ones.

    Told are the unit's active liaisons, or the unit as such when it has none, and its head where asked.
    In the order of the unique key, so that two writers never wait for each other crosswise.
    """
    told = union_all(_to_liaisons(owed), _to_heads(owed)).subquery()
    mail = case((told.c.person_id.is_(None), MailState.NO_ADDRESS.value), else_=MailState.WAITING.value)
    rows = select(*told.c, literal(now, Instant), mail, literal(0)).order_by(
        told.c.assignment_id, told.c.step, told.c.recipient_key
    )
    new = Notice.__table__.c
    statement = insert_once(session, Notice, _NOTICE_COLUMNS, rows, new.step, new.late_days, new.recipient_key)
    return session.execute(statement).all()


def _to_liaisons(owed: CTE) -> Select[Any]:
    liaison = _holders(Office.LIAISON, "liaison")
    nobody = literal("unit:", String) + cast(owed.c.unit_id, String)
    key = case((liaison.c.person_id.is_(None), nobody), else_=_person_key(liaison))
    return select(*_told(owed), key.label("recipient_key"), liaison.c.person_id).outerjoin(
        liaison, liaison.c.unit_id == owed.c.unit_id
    )


def _to_heads(owed: CTE) -> Select[Any]:
    head = _holders(Office.LEADER, "head")
    return (
        select(*_told(owed), _person_key(head).label("recipient_key"), head.c.person_id)
        .join(head, head.c.unit_id == owed.c.unit_id)
        .where(owed.c.copies_head == 1)
    )


def _told(owed: CTE) -> list[Any]:
    return [owed.c[name] for name in ("assignment_id", "kind", "due_on", "step", "planned_on", "late_days")]


def _person_key(holder: Any) -> ColumnElement[str]:
    return literal("person:", String) + cast(holder.c.person_id, String)


def _holders(office: Office, name: str) -> Any:
    """(unit_id, person_id) of the active people who hold the office at exactly that, existing, unit."""
    person, unit = aliased(Person), aliased(Unit)
    return (
        select(PersonStanding.unit_id, PersonStanding.person_id)
        .join(person, and_(PersonStanding.person_id == person.id, person.active))
        .join(unit, and_(PersonStanding.unit_id == unit.id, unit.active))
        .where(PersonStanding.office == office)
        .subquery(name)
    )


def unit_names(session: Session, ids: Collection[int]) -> list[str]:
    """The names of units, in the order of the tree."""
    query = select(Unit.name).where(Unit.id.in_(ids)).order_by(Unit.position, Unit.id)
    return list(session.scalars(query)) if ids else []
