"""Writing notices, each once, or telling which would be written: the one statement behind every kind.

A table of what is owed (the columns of OWED) is joined with the people who are told. ``record`` inserts what comes
of it and passes over what is there; ``foreseen`` selects the same rows without writing any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from sqlalchemy import (
    CTE,
    ColumnElement,
    Row,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from tracker.domain.access import Office
from tracker.domain.notices import NoticeKind, Owed
from tracker.store.base import Instant
from tracker.store.given import given_rows
from tracker.store.notices import MailState, Notice
from tracker.store.once import insert_once
from tracker.store.overdue import chased
from tracker.store.people import Person, PersonStanding
from tracker.store.tasks import Assignment, Task
from tracker.store.units import Unit

# The columns of what is owed to parts, and of what they are read as.
_CELLS = {
    "due_on": date,
    "kind": str,
    "step": int,
    "planned_on": date,
    "late_days": int,
    "late_hours": int,
    "copies_head": int,
    "is_overtaken": int,
    "is_overtaken_for_head": int,
    "subject": str,
    "words": str,
    "author_name": str,
    "not_to": int,
}
OWED = tuple(_CELLS)
_TOLD = (
    "assignment_id",
    "kind",
    "due_on",
    "step",
    "planned_on",
    "late_days",
    "late_hours",
    "subject",
    "words",
    "author_name",
)
_NOTICE_COLUMNS = [*_TOLD, "recipient_key", "person_id", "recorded_at", "read_at", "mail_state", "mail_attempts"]

# (kind, step, days late, recipient key) of a notice that is new.
Told: TypeAlias = Row[str, int, int, str]


@dataclass(frozen=True, slots=True)
class OwedRow:
    """What is owed to a unit: everything of a notice but its recipient. ``not_to`` is who did it and knows.

    What is overtaken by a later rung, for the liaisons or for the head, is written down as done with: read, and not
    to be mailed.
    """

    due_on: date
    kind: NoticeKind
    step: int
    planned_on: date
    late_days: int
    copies_head: bool = False
    is_overtaken: bool = False
    is_overtaken_for_head: bool = False
    subject: str = ""
    words: str = ""
    author_name: str = ""
    not_to: int = 0
    late_hours: int = 0

    @classmethod
    def of_rung(
        cls, due_on: date, owed: Owed, late_hours: int = 0, kind: NoticeKind | None = None, subject: str = ""
    ) -> OwedRow:
        """A rung of a ladder, of the part's own date unless a kind and a subject are given."""
        step = owed.step
        return cls(
            due_on,
            kind or step.kind,
            step.days,
            owed.planned_on,
            owed.late_days,
            late_hours=late_hours,
            copies_head=step.copies_head,
            is_overtaken=owed.is_overtaken,
            is_overtaken_for_head=owed.is_overtaken_for_head,
            subject=subject,
        )

    @property
    def cells(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in OWED)


def owed_table(name: str, rows: Sequence[tuple[Any, ...]], **more: type) -> CTE:
    """Rows given from here, cells of OwedRow and more, as a table that a statement can join."""
    return given_rows(name, {**_CELLS, **more}, rows)


def owed_of(table: CTE) -> list[Any]:
    """The table's columns, for the select that joins it with parts."""
    return [table.c[name] for name in OWED]


def owed_to_parts(decided: Sequence[tuple[int, OwedRow]], *, same_day: bool, pressed: bool = True) -> CTE:
    """What was decided for parts one by one, as a table for ``record``.

    ``same_day``: only where the part still has that date; ``pressed``: only where its unit is still chased.
    """
    rows = [(*row.cells, part_id) for part_id, row in decided]
    table = owed_table("decided", rows, assignment_id=int)
    conditions = [Assignment.id == table.c.assignment_id]
    if same_day:
        conditions.append(Assignment.due_on == table.c.due_on)
    parts = (
        select(Assignment.id.label("assignment_id"), Assignment.unit_id, *owed_of(table))
        .join(table, and_(*conditions))
        .join(Task, Assignment.task_id == Task.id)
    )
    return (parts.where(chased()) if pressed else parts).cte("owed")


def record(session: Session, owed: CTE, now: datetime) -> Sequence[Told]:
    """Writes the notices of owed parts, each once; returns (kind, step, days late, recipient key) of the new ones.

    Told are the unit's active liaisons, or the unit as such when it has none, and its head where asked.
    In the order of the unique key, so that two writers never wait for each other crosswise.
    """
    told, instant = _told_rows(owed), literal(now, Instant)
    is_overtaken = told.c.is_overtaken == 1
    mail = case(
        (told.c.person_id.is_(None), MailState.NO_ADDRESS.value),
        (is_overtaken, MailState.UNNEEDED.value),
        else_=MailState.WAITING.value,
    )
    cells = [each for each in told.c if each.name != "is_overtaken"]
    rows = select(*cells, instant, case((is_overtaken, instant)), mail, literal(0)).order_by(
        told.c.assignment_id, told.c.kind, told.c.step, told.c.recipient_key, told.c.subject
    )
    new = Notice.__table__.c
    statement = insert_once(
        session, Notice, _NOTICE_COLUMNS, rows, new.kind, new.step, new.late_days, new.recipient_key
    )
    return session.execute(statement).all()


def foreseen(session: Session, owed: CTE) -> Sequence[Row[Any]]:
    """The rows that ``record`` would write for somebody to read, by name: _TOLD, recipient_key and person_id."""
    told = _told_rows(owed)
    known = (
        select(Notice.id)
        .where(
            Notice.assignment_id == told.c.assignment_id,
            cast(Notice.kind, String) == told.c.kind,
            Notice.due_on == told.c.due_on,
            Notice.step == told.c.step,
            Notice.recipient_key == told.c.recipient_key,
            Notice.subject == told.c.subject,
        )
        .exists()
    )
    return session.execute(select(*told.c).where(told.c.is_overtaken == 0, ~known)).all()


def _told_rows(owed: CTE) -> Any:
    return union_all(_to_liaisons(owed), _to_heads(owed)).subquery()


def _to_liaisons(owed: CTE) -> Select[Any]:
    liaison = _holders(Office.LIAISON, "liaison")
    nobody = literal("unit:", String) + cast(owed.c.unit_id, String)
    key = case((liaison.c.person_id.is_(None), nobody), else_=_person_key(liaison))
    return (
        select(*_told(owed), key.label("recipient_key"), liaison.c.person_id, owed.c.is_overtaken)
        .outerjoin(liaison, liaison.c.unit_id == owed.c.unit_id)
        .where(or_(liaison.c.person_id.is_(None), liaison.c.person_id != owed.c.not_to))
    )


def _to_heads(owed: CTE) -> Select[Any]:
    head = _holders(Office.LEADER, "head")
    return (
        select(
            *_told(owed),
            _person_key(head).label("recipient_key"),
            head.c.person_id,
            owed.c.is_overtaken_for_head.label("is_overtaken"),
        )
        .join(head, head.c.unit_id == owed.c.unit_id)
        .where(owed.c.copies_head == 1, head.c.person_id != owed.c.not_to)
        # Somebody who is both is told once, also where two rows for one person would not meet in the unique key.
        .where(~_is_liaison(owed, head))
    )


def _is_liaison(owed: CTE, head: Any) -> ColumnElement[bool]:
    both = aliased(PersonStanding)
    return (
        select(both.id)
        .where(both.unit_id == owed.c.unit_id, both.person_id == head.c.person_id, both.office == Office.LIAISON)
        .exists()
    )


def _told(owed: CTE) -> list[Any]:
    empty = {"words", "author_name"}
    return [func.nullif(owed.c[name], "").label(name) if name in empty else owed.c[name] for name in _TOLD]


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
