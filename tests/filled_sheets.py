"""A downloaded sheet, filled in as people do it: by the headings, saved with another program's hand."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from openpyxl import Workbook, load_workbook

TYPED = ("本次进展*", "完成比例*", "是否申请办结*", "备注")
Change = Callable[[Any, dict[str, int]], None]


def opened(data: bytes) -> tuple[Workbook, Any, int, dict[str, int]]:
    """The workbook, its sheet, the row of the headings, and the column of each."""
    book = load_workbook(BytesIO(data))
    sheet = book.worksheets[0]
    head = next(row for row in range(1, 30) if any(cell.value == TYPED[0] for cell in sheet[row]))
    return book, sheet, head, {str(cell.value): cell.column for cell in sheet[head] if cell.value}


def saved(book: Workbook) -> bytes:
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def filled(data: bytes, *rows: dict[str, Any], change: Change | None = None) -> bytes:
    """The sheet with values typed into its first rows, by heading; ``change`` does more to it."""
    book, sheet, head, columns = opened(data)
    for number, values in enumerate(rows, head + 1):
        for heading, value in values.items():
            sheet.cell(number, columns[heading]).value = value
    if change:
        change(sheet, columns)
    return saved(book)


def report(
    words: str = "已开工。", percent: Any = 40, submits: str | None = None, remark: str | None = None
) -> dict[str, Any]:
    """What somebody types in a row."""
    values = dict(zip(TYPED, (words, percent, submits, remark), strict=True))
    return {heading: value for heading, value in values.items() if value is not None}


def rows_of(data: bytes) -> list[dict[str, Any]]:
    """The rows below the headings, by heading."""
    _, sheet, head, columns = opened(data)
    found = [
        {name: sheet.cell(row, column).value for name, column in columns.items()}
        for row in range(head + 1, sheet.max_row + 1)
    ]
    return [row for row in found if any(row.values())]
