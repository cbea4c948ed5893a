"""A workbook's cells as they stand, with their places: for sheets that people fill in and bring back.

Unlike ``sheet``, which reads plans, this leaves nothing out and puts nothing together; formulas are told as such.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from tracker.domain.cells import BookCells, SheetCell, SheetCells
from tracker.reading.formats.archive import damaged, open_archive
from tracker.reading.formats.recognition import recognise
from tracker.reading.formats.sheet import FAULTS
from tracker.reading.formats.sheet_values import words_of
from tracker.reading.unreadable import UnreadableFile

MOST_CELLS, MOST_CHARACTERS = 200_000, 4_000_000
MOST_LOOKED_AT = 2_000_000
"""Cells passed over, empty ones counted."""
_MACROS = "xl/vbaProject.bin"


def read_cells(data: bytes, name: str) -> BookCells:
    """Every cell with something in it.

    Refuses (UnreadableFile) what is no .xlsx, has macros, is damaged, or swells when it is unpacked.
    """
    if recognise(data, name) != "xlsx":
        raise UnreadableFile(f"《{name}》不是 Excel 表格（.xlsx），没有读取。请上传从本页下载、填写后保存的表格。")
    with open_archive(data, name) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name.lower().endswith((".xlsm", ".xltm")) or _has_macros(archive):
            raise UnreadableFile(f"《{name}》带有宏，没有读取。请另存为“Excel 工作簿（.xlsx）”后再上传。")
        try:
            return _read(data)
        except FAULTS as failure:
            if isinstance(failure, UnreadableFile):
                raise
            raise damaged(name) from failure


def _has_macros(archive: zipfile.ZipFile) -> bool:
    return any(part.lower() == _MACROS.lower() for part in archive.namelist())


def _read(data: bytes) -> BookCells:
    book = load_workbook(BytesIO(data), read_only=True, data_only=False, keep_links=False)
    try:
        room = _Room()
        return BookCells(tuple(SheetCells(sheet.title, tuple(_cells(sheet, room))) for sheet in book.worksheets))
    finally:
        book.close()


class _Room:
    """How much more is taken in, counted over all sheets."""

    def __init__(self) -> None:
        self.cells = self.characters = self.looked_at = 0

    def take(self, cells: int, characters: int, looked_at: int) -> None:
        self.cells += cells
        self.characters += characters
        self.looked_at += looked_at
        if self.cells > MOST_CELLS or self.characters > MOST_CHARACTERS or self.looked_at > MOST_LOOKED_AT:
            raise UnreadableFile("表格过大，没有读取。请上传从本页下载的表格，不要在里面加入其他内容。")


def _cells(sheet: Any, room: _Room) -> Iterator[SheetCell]:
    sheet.reset_dimensions()
    for row in sheet.iter_rows():
        room.take(0, 0, len(row))
        for cell in row:
            if cell.value is None:
                continue
            found = _cell(cell)
            if found.words:
                room.take(1, len(found.words), 0)
                yield found


def _cell(cell: Any) -> SheetCell:
    """Array formulas and tables of data are objects in openpyxl; whatever they hold, they are formulas."""
    is_formula = cell.data_type == "f"
    words = "=" + str(getattr(cell.value, "text", cell.value) or "").lstrip("=") if is_formula else ""
    return SheetCell(cell.row, cell.column, words or words_of(cell.value, cell.number_format).strip(), is_formula)
