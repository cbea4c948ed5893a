"""What was typed into a sheet that came back: found by the headings, read cell by cell, told by address when wrong."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from itsdangerous import BadData, URLSafeSerializer

from tracker.domain.cells import BookCells, SheetCell, SheetCells, address
from tracker.domain.history import label_of
from tracker.domain.lifecycle import Event
from tracker.reading.unreadable import UnreadableFile
from tracker.reading.wire import NotAReading, from_plain, to_plain
from tracker.services.errors import Invalid
from tracker.services.reading_files import read_cells
from tracker.services.reading_stops import ReadingFailed, TookTooLong, TookTooMuchMemory
from tracker.services.recording import Report
from tracker.services.round_trip_sheet import NO, PERCENT, REMARK, SUBMIT, TASK, TOKEN, WORDS, YES
from tracker.services.work import LONGEST_WORDS
from tracker.settings import ReadingLimits
from tracker.store.tasks import HistoryEntry

MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 2000
MOST_CHANGES_TOLD, LONGEST_CHANGE = 3, 60
_HEADINGS = (WORDS, PERCENT, SUBMIT, REMARK, TASK, TOKEN)
_HEAD_WITHIN = 30
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_PERCENT = re.compile(r"(\d{1,3})(?:\.0*)?%?")


@dataclass(frozen=True, slots=True)
class CellText:
    """A cell's address, and what stands in it; nothing when it is empty."""

    address: str
    text: str = ""
    is_formula: bool = False


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A row in which something was typed: its number in the sheet, its token, and the four cells that are people's."""

    row: int
    token: str
    task: str
    words: CellText
    percent: CellText
    submit: CellText
    remark: CellText

    @property
    def cells(self) -> tuple[CellText, ...]:
        return self.words, self.percent, self.submit, self.remark


@dataclass(frozen=True, slots=True)
class Filled:
    """A sheet that came back: the rows in which something was typed, and how many were left as they were."""

    name: str
    rows: tuple[FilledRow, ...]
    blank: int


def read_filled(data: bytes, name: str, limits: ReadingLimits) -> Filled:
    """What was typed into the file. Takes a while; hold no transaction meanwhile.

    Raises Invalid for a file that cannot be read, was not made here, or has nothing typed into it.
    """
    if len(data) > MOST_BYTES:
        raise Invalid(f"文件超过{MOST_BYTES // 1024 // 1024} MB，不像从本页下载的表格，没有读取。")
    try:
        book = read_cells(data, name, limits)
    except (TookTooLong, TookTooMuchMemory, ReadingFailed) as fault:
        raise Invalid(f"《{name}》没有读出来，文件可能已损坏。请重新下载表格，把内容复制进去后再上传。") from fault
    except UnreadableFile as fault:
        raise Invalid(str(fault)) from fault
    filled = filled_of(book, name)
    if not filled.rows:
        raise Invalid("表格里没有填写任何进展，没有可以报送的内容。请填写黄色的格并保存后再上传。")
    return filled


def filled_of(book: BookCells, name: str) -> Filled:
    """The rows of the sheet that has our headings; raises Invalid when none has."""
    for sheet in book.sheets:
        found = _head(sheet)
        if found:
            return _filled(sheet, name, *found)
    raise Invalid(f"《{name}》不是从本页下载的填报表，或表头被改动，没有读取。请重新下载表格，填好后再上传。")


def _head(sheet: SheetCells) -> tuple[int, dict[str, int]] | None:
    """The row of the headings, and the column of each."""
    rows: dict[int, dict[str, int]] = {}
    for cell in sheet.cells:
        if cell.row <= _HEAD_WITHIN and cell.words in _HEADINGS:
            rows.setdefault(cell.row, {}).setdefault(cell.words, cell.column)
    return next(((row, columns) for row, columns in sorted(rows.items()) if len(columns) == len(_HEADINGS)), None)


def _filled(sheet: SheetCells, name: str, head: int, columns: dict[str, int]) -> Filled:
    by_row: dict[int, dict[int, SheetCell]] = {}
    for cell in sheet.cells:
        if cell.row > head:
            by_row.setdefault(cell.row, {})[cell.column] = cell
    rows = [_row(number, cells, columns) for number, cells in sorted(by_row.items())]
    typed = tuple(row for row in rows if any(cell.text for cell in row.cells))
    if len(typed) > MOST_ROWS:
        raise Invalid(f"表格里填了{len(typed)}行，一次最多{MOST_ROWS}行，请分几次上传。")
    return Filled(name, typed, sum(1 for row in rows if row.token and row not in typed))


def _row(number: int, cells: dict[int, SheetCell], columns: dict[str, int]) -> FilledRow:
    def text(heading: str) -> CellText:
        found = cells.get(columns[heading])
        place = address(number, columns[heading])
        return CellText(place, _printable(found.words), found.is_formula) if found else CellText(place)

    words, percent, submit, remark = (text(heading) for heading in (WORDS, PERCENT, SUBMIT, REMARK))
    return FilledRow(number, text(TOKEN).text, text(TASK).text, words, percent, submit, remark)


def _printable(text: str) -> str:
    """The text without what no database keeps and nobody can see."""
    return _CONTROL.sub("", text.replace("\r\n", "\n")).strip()


class Cells:
    """A row's cells as values; what is wrong with them is gathered in ``faults``, by address."""

    def __init__(self, row: FilledRow) -> None:
        self.row = row
        self.faults = [f"{cell.address}：这一格是公式，请改成文字或数字。" for cell in row.cells if cell.is_formula]

    def report(self, prefix: str = "") -> Report | None:
        """What is reported, ``prefix`` before its words; None when a cell is wrong."""
        if self.faults:
            return None
        words, percent, submits = self._words(), self._percent(), self._submits()
        if self.faults:
            return None
        return Report(Event.SUBMIT if submits else Event.REPORT, prefix + words, percent)

    def _words(self) -> str:
        words, remark = self.row.words, self.row.remark
        if not words.text:
            self.faults.append(f"{words.address}：请填写本次进展；本行不报送的，请把整行所填内容删去。")
        text = f"{words.text}\n备注：{remark.text}" if remark.text else words.text
        if len(text) > LONGEST_WORDS:
            self.faults.append(f"{words.address}：本次进展连同备注不能超过{LONGEST_WORDS}字，现有{len(text)}字。")
        return text

    def _percent(self) -> int:
        cell = self.row.percent
        found = _PERCENT.fullmatch(_plain(cell.text))
        value = int(found[1]) if found else 101
        if value > 100:
            told = f"，现为“{cell.text[:20]}”" if cell.text else "，现在没有填"
            self.faults.append(f"{cell.address}：完成比例应为0到100的整数{told}。")
        return value

    def _submits(self) -> bool:
        cell = self.row.submit
        if _plain(cell.text) not in (YES, NO, ""):
            self.faults.append(f"{cell.address}：是否申请办结应填“是”或“否”，现为“{cell.text[:20]}”。")
        return _plain(cell.text) == YES


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace(" ", "")


def told_changes(entries: Sequence[HistoryEntry]) -> str:
    """Who did what since, for the person whose row it stands against; the latest ones."""
    return "".join(
        f"{entry.actor_name}“{label_of(entry.event)}”{_said(entry)}。" for entry in entries[-MOST_CHANGES_TOLD:]
    )


def _said(entry: HistoryEntry) -> str:
    words = (entry.words or "").replace("\n", " ")
    cut = words if len(words) <= LONGEST_CHANGE else words[: LONGEST_CHANGE - 1] + "…"
    return f"（{cut}）" if cut else ""


def packed(key: str, person_id: int, unit_id: int, filled: Filled) -> str:
    """What was typed, to travel in a form from the preview to its confirmation; signed, for this person alone."""
    return str(_signer(key).dumps([person_id, unit_id, to_plain(filled)]))


def unpacked(key: str, person_id: int, unit_id: int, text: str) -> Filled:
    """What ``packed`` gave; raises Invalid for anything else. Nothing is unpacked before its signature is checked."""
    try:
        whose, where, plain = _signer(key).loads(text)
        if (whose, where) != (person_id, unit_id):
            raise NotAReading("another's")
        return from_plain(Filled, plain)
    except (BadData, NotAReading, ValueError, TypeError) as fault:
        raise Invalid("页面内容不完整，没有报送。请重新上传表格。") from fault


def _signer(key: str) -> URLSafeSerializer:
    ways = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
    return URLSafeSerializer(key, salt="tracker round trip", signer_kwargs=ways)
