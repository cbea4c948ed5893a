"""A workbook's cells as they stand: hidden ones too, formulas told as such, with the addresses that Excel shows."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.formula import ArrayFormula

from tracker.domain.cells import BookCells, SheetCell, address
from tracker.reading.formats.sheet_cells import read_cells
from tracker.reading.unreadable import UnreadableFile
from tracker.reading.wire import NotAReading, decode_cells, encode_cells


def book_of(fill: dict[str, Any]) -> bytes:
    book, file = Workbook(), BytesIO()
    page = book.worksheets[0]
    for place, value in fill.items():
        page[place] = value
    page.row_dimensions[2].hidden = True
    page.column_dimensions["C"].hidden = True
    page.sheet_state = "visible"
    book.save(file)
    return file.getvalue()


def test_everything_with_its_place() -> None:
    array = ArrayFormula("D4", "=SUM(A1:A2)")
    data = book_of({"A1": " 甲 ", "B2": 40, "C3": True, "A3": "=1+1", "D4": array, "E9": 0.5, "F1": "  "})
    assert set(read_cells(data, "表.xlsx").sheets[0].cells) == {
        SheetCell(1, 1, "甲"), SheetCell(2, 2, "40"), SheetCell(3, 3, "是"), SheetCell(3, 1, "=1+1", True),
        SheetCell(4, 4, "=SUM(A1:A2)", True), SheetCell(9, 5, "0.5"),
    }  # fmt: skip


@pytest.mark.parametrize("column", [1, 5, 26, 27, 52, 53, 702, 703, 16384])
def test_addresses(column: int) -> None:
    assert address(5, column) == f"{get_column_letter(column)}5"


def test_they_travel_between_processes() -> None:
    cells = read_cells(book_of({"A1": "甲", "B2": "=1"}), "表.xlsx")
    assert decode_cells(encode_cells(cells)) == cells
    for wrong in (b"", b"{}", b'{"sheets": 1}', encode_cells(BookCells(()))[:-1]):
        with pytest.raises(NotAReading):
            decode_cells(wrong)


def test_a_cell_far_out_is_not_walked_to() -> None:
    data = book_of({f"XFD{row}": "远" for row in range(1, 200)})
    with pytest.raises(UnreadableFile, match="表格过大"):
        read_cells(data, "表.xlsx")
