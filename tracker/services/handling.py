"""Who does the work inside a unit (责任分解表): 分管领导, 承办科室, 承办人, 电话 of each part, filed by its liaison."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.day_words import in_words
from tracker.domain.faults import Fault, Gathering
from tracker.domain.history import HANDLER_NAMED
from tracker.domain.lifecycle import OPEN_STATES
from tracker.export.sheets import Column, sheet_bytes
from tracker.services.errors import Invalid, NotFound, Stale
from tracker.services.lit import Part, When, part_of
from tracker.services.noting import note
from tracker.store import task_queries as ask
from tracker.store.handling import Handling
from tracker.store.handling_queries import handling_of, latest_of_unit
from tracker.store.tasks import Assignment
from tracker.store.undo_queries import hold_tasks
from tracker.store.units import Unit

MOST_SUGGESTED = 12
_PHONE = re.compile(r"[0-9+()（）\-－—、,，;；/ 转]{5,40}")


@dataclass(frozen=True, slots=True)
class Names:
    """What is filed of a part; empty where nothing was said."""

    leader: str = ""
    section: str = ""
    handler: str = ""
    phone: str = ""

    @property
    def is_empty(self) -> bool:
        return not any((self.leader, self.section, self.handler, self.phone))

    def told(self) -> str:
        """The four in one line, for the history: 分管领导：…；承办科室：…."""
        said = [f"{LABELS[field.name]}：{value}" for field in fields(self) if (value := getattr(self, field.name))]
        return "；".join(said) or "清空"


LABELS = {"leader": "分管领导", "section": "承办科室", "handler": "承办人", "phone": "电话"}
LONGEST = {"leader": 64, "section": 100, "handler": 64, "phone": 40}


@dataclass(frozen=True, slots=True)
class FiledRow:
    """A row as it came from a form; ``seen`` is the mark that the row had when the form was opened."""

    assignment_id: int
    seen: str
    names: Names


@dataclass(frozen=True, slots=True)
class HandlingRow:
    """A part with what is filed of it."""

    part: Part
    filed: Handling | None

    @property
    def names(self) -> Names:
        return names_of(self.filed)

    @property
    def mark(self) -> str:
        return mark_of(self.filed)


@dataclass(frozen=True, slots=True)
class Table:
    """The 责任分解表 of a unit: its open parts, the values it used before, and whether this person fills it in."""

    unit: Unit
    rows: Sequence[HandlingRow]
    suggestions: Mapping[str, Sequence[str]]
    may_file: bool

    @property
    def named(self) -> int:
        """How many parts have somebody named."""
        return sum(not row.names.is_empty for row in self.rows)


@dataclass(frozen=True, slots=True)
class Filed:
    """What came of a form: how many rows were written, and by part why the others were not.

    A fault of a row names its field, ``leader``, ``section``, ``handler`` or ``phone``, or none, for the whole row.
    """

    saved: int
    faults: Mapping[int, tuple[Fault, ...]]
    clashes: Mapping[int, str]


def names_of(filed: Handling | None) -> Names:
    """What stands in a row; nothing when there is none."""
    return Names(filed.leader, filed.section, filed.handler, filed.phone) if filed else Names()


def mark_of(filed: Handling | None) -> str:
    """A short mark of the row's version and of what stands in it."""
    return f"{filed.version if filed else 0}-{_digest(names_of(filed))}"


def _digest(names: Names) -> str:
    return hashlib.sha256(repr(names).encode()).hexdigest()[:12]


def checked(names: Names) -> Names:
    """The names without blanks around them; raises Invalid with what to change, field by field."""
    found = Gathering()
    clean = Names(*(" ".join(str(getattr(names, field.name)).split()) for field in fields(names)))
    for name, most in LONGEST.items():
        if len(getattr(clean, name)) > most:
            found.add(f"{LABELS[name]}不能超过{most}字，请缩短。", name)
    if clean.phone and not _PHONE.fullmatch(clean.phone):
        found.add("电话只能有数字、加号、括号、短横、顿号和“转”，5到40位，请修改。", "phone")
    found.refuse_as(Invalid)
    return clean


def table_of(session: Session, actor: Actor, when: When, unit_id: int) -> Table:
    """The table of a unit within reach; raises NotFound or Forbidden."""
    unit = _unit(session, actor, unit_id, Permission.READ)
    order = (ask.UNDATED_LAST, Assignment.due_on)
    parts = ask.parts(session, [Assignment.unit_id == unit.id, Assignment.state.in_(OPEN_STATES)], order)
    filed = handling_of(session, [part.id for part in parts])
    rows = [HandlingRow(part_of(part, when), filed.get(part.id)) for part in parts]
    return Table(unit, rows, suggestions_for(session, unit.id), actor.may(Permission.WORK_OWN, unit.path))


def suggestions_for(session: Session, unit_id: int) -> dict[str, list[str]]:
    """The values that the unit used before, field by field, those used last first."""
    latest = latest_of_unit(session, unit_id)
    return {
        name: list(dict.fromkeys(value for row in latest if (value := getattr(row, name))))[:MOST_SUGGESTED]
        for name in LABELS
    }


def file_rows(session: Session, actor: Actor, now: datetime, unit_id: int, given: Sequence[FiledRow]) -> Filed:
    """Writes the rows that were changed, each with its row of history, and commits.

    A row that cannot be used, that somebody else changed meanwhile, or whose part is closed or gone by now is left as
    it stands and told; the others are written. A row that was not touched is not looked at. Raises NotFound,
    Forbidden (only the unit's liaison files), or Stale when the database was quicker.
    """
    unit = _unit(session, actor, unit_id, Permission.WORK_OWN)
    touched = [row for row in given if not _is_untouched(row)]
    parts = _held_parts(session, unit, [row.assignment_id for row in touched])
    filed = handling_of(session, list(parts))
    faults, clashes, saved = dict[int, tuple[Fault, ...]](), dict[int, str](), 0
    for row in touched:
        try:
            part, names = _open_part(parts.get(row.assignment_id)), checked(row.names)
            stands = filed.get(row.assignment_id)
            if names == names_of(stands):
                continue
            if row.seen.partition("-")[0] != str(stands.version if stands else 0):
                clashes[row.assignment_id] = _clash(stands)
                continue
        except Invalid as fault:
            faults[row.assignment_id] = fault.faults
            continue
        _write(session, part, stands, names, actor, now)
        saved += 1
    _commit(session)
    return Filed(saved, faults, clashes)


def _is_untouched(row: FiledRow) -> bool:
    return row.seen.partition("-")[2] == _digest(row.names)


def _held_parts(session: Session, unit: Unit, ids: Sequence[int]) -> dict[int, Assignment]:
    """The unit's own parts among these, held until the commit."""
    found = ask.parts(session, [Assignment.id.in_(ids), Assignment.unit_id == unit.id], ())
    hold_tasks(session, [part.task_id for part in found])
    for part in found:
        session.refresh(part)
    return {part.id: part for part in found if part.unit_id == unit.id}


def _open_part(part: Assignment | None) -> Assignment:
    if part is None:
        raise Invalid("这项分工已不属于本单位，没有保存。请刷新页面核对。")
    if part.state.is_closed:
        raise Invalid(f"该事项现为“{part.state.label}”，不再填报，没有保存。")
    return part


def _clash(stands: Handling | None) -> str:
    who = stands.changed_by.name if stands and stands.changed_by else "其他人员"
    told = f"您打开页面之后，{who}已改为“{names_of(stands).told()}”。"
    return f"{told}您填写的内容还在框里，没有保存；再按一次保存就以您的为准。"


def _write(  # noqa: PLR0917 - what is written, by whom, when
    session: Session, part: Assignment, stands: Handling | None, names: Names, actor: Actor, now: datetime
) -> None:
    row = stands
    if row is None:
        row = Handling(assignment_id=part.id)
        session.add(row)
    row.leader, row.section, row.handler, row.phone = names.leader, names.section, names.handler, names.phone
    row.changed_by_id, row.changed_at = actor.person_id or None, now
    note(part, actor, now, HANDLER_NAMED, names.told())


def _unit(session: Session, actor: Actor, unit_id: int, permission: Permission) -> Unit:
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise NotFound("没有这个单位，请从单位清单重新进入。")
    if not actor.may(permission, unit.path):
        raise Forbidden(
            permission, f"{'填报' if permission is Permission.WORK_OWN else '查看'}“{unit.name}”的责任分解表"
        )
    return unit


def unit_of_part(session: Session, assignment_id: int) -> int:
    """The unit whose part it is; raises NotFound."""
    part = session.get(Assignment, assignment_id)
    if part is None:
        raise NotFound("没有这项分工，可能已被删除，请从任务清单重新进入。")
    return part.unit_id


def _commit(session: Session) -> None:
    try:
        session.commit()
    except (IntegrityError, StaleDataError):
        session.rollback()
        raise Stale("其他人员刚刚办理了这些事项，本次没有保存。您填写的内容还在页面上，请再按一次保存。") from None


COLUMNS = (
    Column("序号", 6),
    Column("任务", 44),
    Column("来源文件", 34),
    Column("文号", 20),
    Column("角色", 8),
    Column("完成时限", 13),
    Column("状态", 12),
    Column("分管领导", 12),
    Column("承办科室", 18),
    Column("承办人", 12),
    Column("电话", 18),
)


def handling_sheet(session: Session, actor: Actor, when: When, unit_id: int) -> tuple[str, bytes]:
    """The unit's name and its table as an .xlsx file."""
    table = table_of(session, actor, when, unit_id)
    rows = []
    for number, row in enumerate(table.rows, 1):
        part, task = row.part.assignment, row.part.assignment.task
        facts = (number, task.title, task.plan.title, task.plan.number, part.role.label, part.due_on, part.state.label)
        rows.append((*facts, *(getattr(row.names, name) or None for name in LABELS)))
    note_line = (
        f"{table.unit.full_name}，截至{in_words(when.today)}，未销号事项{len(rows)}项，已明确承办人员{table.named}项。"
    )
    return table.unit.name, sheet_bytes("责任分解表", COLUMNS, rows, note_line)
