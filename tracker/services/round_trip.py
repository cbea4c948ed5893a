"""Sheets that units fill in and bring back: read, checked row by row, shown, and recorded all at once or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from tracker.domain.access import Actor, Permission
from tracker.domain.lifecycle import Event, State
from tracker.services.joint_check import OpinionsMissing, demand_opinions
from tracker.services.recording import Author, Report, changes_since, is_last_word, record_all, why_not
from tracker.services.round_trip_cells import Cells, Filled, FilledRow, told_changes
from tracker.services.round_trip_sheet import Claim, Typed, claim_of, unit_in_reach
from tracker.services.work import SAME_PRESS
from tracker.store.round_trip_queries import parts_of_uids, parts_with_evidence
from tracker.store.tasks import Assignment
from tracker.store.units import Unit

ON_BEHALF = "督查室代填："


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row that was filled in: what will be recorded, on which part, or what is wrong with it.

    ``faults`` begin with the cell's address, or the row's number.
    """

    filled: FilledRow
    part: Assignment | None
    report: Report | None
    faults: tuple[str, ...]

    @property
    def title(self) -> str:
        return self.part.task.title if self.part else self.filled.task

    @property
    def deed(self) -> str:
        """What will happen, in words."""
        signs = "签收并" if self.part and self.part.state is State.DISPATCHED else ""
        return signs + ("申请办结" if self.report and self.report.event is Event.SUBMIT else "报进展")


@dataclass(frozen=True, slots=True)
class Checked:
    """A sheet that came back, checked against how things stand now; ``blank`` rows are left out."""

    unit: Unit
    rows: Sequence[CheckedRow]
    blank: int

    @property
    def faults(self) -> list[str]:
        return [fault for row in self.rows for fault in row.faults]

    @property
    def is_good(self) -> bool:
        return bool(self.rows) and not self.faults


class NotRecorded(Exception):
    """Nothing was recorded, because some row cannot be; ``checked`` tells which and why."""

    def __init__(self, checked: Checked) -> None:
        super().__init__("表格里有不能报送的行，整张表都没有报送。")
        self.checked = checked


@dataclass(frozen=True, slots=True)
class Press:
    """Who brings the sheet back, when, with which key the rows were signed, and for which unit it is."""

    actor: Actor
    now: datetime
    today: date
    key: str
    unit_id: int


def check(session: Session, press: Press, filled: Filled, *, hold: bool = False) -> Checked:
    """What would be recorded, row by row; changes nothing. Raises NotFound or Forbidden for the unit."""
    unit = unit_in_reach(session, press.actor, press.unit_id)
    claims = {row.row: claim_of(press.key, row.token) for row in filled.rows}
    parts = parts_of_uids(session, [claim.uid for claim in claims.values() if claim], hold=hold)
    proven = parts_with_evidence(session, [part.id for part in parts.values()])
    checker = _Checker(session, press, unit, parts, proven)
    return Checked(unit, [checker.row(row, claims[row.row]) for row in filled.rows], filled.blank)


def apply(session: Session, press: Press, filled: Filled) -> Checked:
    """Records every row and commits, or raises NotRecorded and records none.

    The same sheet confirmed twice is recorded once: the second time answers as the first.
    """
    checked = check(session, press, filled, hold=True)
    if not checked.is_good:
        if _was_just_done(session, press, checked):
            session.rollback()
            return checked
        raise NotRecorded(checked)
    reports = [(row.part, row.report) for row in checked.rows if row.part and row.report]
    try:
        record_all(session, reports, _author(press), press.now, press.today)
        session.commit()
    except StaleDataError:
        session.rollback()
        raise NotRecorded(check(session, press, filled)) from None
    return checked


def typed_back(checked: Checked, key: str) -> tuple[dict[str, Typed], list[Typed]]:
    """What was typed, with what is wrong: by the uid of each part of the unit, and what belongs to none of them."""
    own: dict[str, Typed] = {}
    strays: list[Typed] = []
    for row in checked.rows:
        filled, claim = row.filled, claim_of(key, row.filled.token)
        # The sheet that goes back has rows of its own: there each fault stands beside its row.
        faults = tuple(fault.partition("：")[2] for fault in row.faults)
        words, percent, submit, remark = (each.text for each in filled.cells)
        typed = Typed(words, percent, submit, remark, filled.task, faults)
        if row.part and claim and claim.uid not in own:
            own[claim.uid] = typed
        else:
            strays.append(typed)
    return own, strays


def _author(press: Press) -> Author:
    return Author(press.actor.name, press.actor.person_id)


def _was_just_done(session: Session, press: Press, checked: Checked) -> bool:
    """Whether every row is the last thing that happened to its part, by this person, moments ago."""
    author = _author(press)
    for row in checked.rows:
        last = is_last_word(session, row.part, row.report, author) if row.part and row.report else None
        if last is None or press.now - last.at > SAME_PRESS:
            return False
    return bool(checked.rows)


class _Checker:
    """Checks the rows of one sheet against how things stand now."""

    def __init__(
        self, session: Session, press: Press, unit: Unit, parts: dict[str, Assignment], proven: set[int]
    ) -> None:
        self.session, self.unit, self.parts, self.proven = session, unit, parts, proven
        self.on_behalf = not press.actor.may(Permission.WORK_OWN, unit.path)
        self.rows_of: dict[str, int] = {}

    def row(self, filled: FilledRow, claim: Claim | None) -> CheckedRow:
        part = self.parts.get(claim.uid) if claim and claim.unit_id == self.unit.id else None
        if part is not None and part.unit_id != self.unit.id:
            return CheckedRow(filled, None, None, (f"第{filled.row}行：该事项已转给其他单位，请删去本行所填内容。",))
        if claim is None or part is None:
            return CheckedRow(filled, None, None, (self._stray(filled, claim),))
        cells = Cells(filled)
        report = cells.report(ON_BEHALF if self.on_behalf else "")
        faults = [*cells.faults, *self._submission(filled, part, report), *self._standing(filled, part, claim)]
        return CheckedRow(filled, part, report, tuple(faults))

    def _stray(self, filled: FilledRow, claim: Claim | None) -> str:
        if not filled.token:
            return f"第{filled.row}行：没有行标识，可能是自己增加的行。请把内容填到系统下载的原有各行里。"
        if claim is None:
            return f"第{filled.row}行：行标识被改动，认不出是哪个事项。请重新下载表格后填写。"
        if claim.unit_id != self.unit.id:
            return f"第{filled.row}行：不是“{self.unit.name}”的事项，请到该事项所属单位的页面上传。"
        return f"第{filled.row}行：该事项已被删除，请删去本行所填内容。"

    def _standing(self, filled: FilledRow, part: Assignment, claim: Claim) -> list[str]:
        """Whether the part is as it was when the sheet was made, can be reported on, and stands in one row only."""
        first = self.rows_of.setdefault(part.uid, filled.row)
        if first != filled.row:
            return [f"第{filled.row}行：与第{first}行是同一事项，请只填一行。"]
        changes = changes_since(self.session, part, claim.seen)
        if changes:
            return [f"第{filled.row}行：下载表格之后，该事项有了变动：{told_changes(changes)}请核对后再报送。"]
        sentence = why_not(part)
        return [f"第{filled.row}行：{sentence}"] if sentence else []

    def _submission(self, filled: FilledRow, part: Assignment, report: Report | None) -> list[str]:
        """What a submission needs beyond a report."""
        if report is None or report.event is not Event.SUBMIT:
            return []
        if self.on_behalf:
            return [f"{filled.submit.address}：督查室代填只能报送进展，申请办结须由承办单位提出，请改为“否”。"]
        if part.task.evidence_required and part.id not in self.proven:
            return [f"{filled.submit.address}：该任务申请办结须附佐证材料，请改为“否”，再到网页上传材料后申请。"]
        try:
            demand_opinions(self.session, part, report.event)
        except OpinionsMissing as missing:
            units = "、".join(missing.units)
            return [f"{filled.submit.address}：该任务须先收齐会办意见，还缺{units}的意见，请改为“否”，收齐后再申请。"]
        return []
