"""Lists as .xlsx: a title, a note, a frozen header with filters, and cells that hold what they show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from math import ceil
from typing import Any

import xlsxwriter

from tracker.export.text import one_line, plain_text

Cell = str | int | float | bool | date | None

FONT = "宋体"  # on every office machine that opens the file
_LONGEST_TEXT = 32_767  # characters in a cell, Excel's limit; XlsxWriter leaves longer ones out without a word
_MOST_ROWS = 1_048_576
_SHEET_NAME_REFUSES = re.compile(r"[\[\]:*?/\\']")
_LINE_POINTS, _HIGHEST_ROW_POINTS = 15, 405  # of a line in the sheet's font; below Excel's limit of 409
_MADE_WITHOUT_DATE = datetime(2000, 1, 1)  # noqa: DTZ001 - a file property without zone; the wall clock is not read here


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading, and its width in characters of the default font (a Chinese one takes two)."""

    heading: str
    width: float = 16


def sheet_bytes(
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    note: str = "",
    made_at: datetime | None = None,
) -> bytes:
    """The bytes of a workbook with one sheet: title, note (left out when empty), header, rows.

    Text stays text, whatever it begins with; days are real dates shown as yyyy-mm-dd. ``made_at`` is told by the
    file's properties only; the same values give the same bytes. Refuses, with a ValueError, rows that are not as long
    as the header, instants (say the day), and more rows than a sheet holds.
    """
    file = BytesIO()
    book = xlsxwriter.Workbook(
        file,
        {
            "in_memory": True,
            "constant_memory": False,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": True,
        },
    )
    book.set_properties({"title": one_line(title), "created": made_at or _MADE_WITHOUT_DATE})
    _Sheet(book, title).fill(title, columns, rows, note)
    book.close()
    return file.getvalue()


class _Sheet:
    """One worksheet being written, from the top down."""

    def __init__(self, book: Any, title: str) -> None:
        self.sheet = book.add_worksheet(sheet_name(title))
        base = {"font_name": FONT, "font_size": 11, "valign": "top"}
        cell = {**base, "text_wrap": True, "border": 1}
        self.title_format = book.add_format({**base, "font_size": 16, "bold": True})
        self.note_format = book.add_format({**base, "font_color": "#595959"})
        self.header_format = book.add_format({**cell, "bold": True, "bg_color": "#E7E6E6", "valign": "vcenter"})
        self.cell_format = book.add_format(cell)
        self.date_format = book.add_format({**cell, "num_format": "yyyy-mm-dd", "align": "left"})

    def fill(self, title: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], note: str) -> None:
        header = self._head(title, note)
        for place, column in enumerate(columns):
            self.sheet.set_column(place, place, column.width)
            self.sheet.write_string(header, place, one_line(column.heading), self.header_format)
        last = self._rows(header, [column.width for column in columns], rows)
        self._finish(header, last, len(columns))

    def _head(self, title: str, note: str) -> int:
        """Writes title and note; the row on which the header stands."""
        self.sheet.write_string(0, 0, _fitting(one_line(title)), self.title_format)
        if not note:
            return 1
        self.sheet.write_string(1, 0, _fitting(one_line(note)), self.note_format)
        return 2

    def _rows(self, header: int, widths: Sequence[float], rows: Iterable[Sequence[Cell]]) -> int:
        """Writes the rows, each as high as its longest cell; the last row that was used."""
        last, width = header, len(widths)
        for last, row in enumerate(rows, header + 1):
            if last >= _MOST_ROWS:
                raise ValueError(f"超过一张表能容纳的 {_MOST_ROWS} 行，请缩小筛选范围后再导出。")
            if len(row) != width:
                raise ValueError(f"第 {last - header} 行有 {len(row)} 格，表头有 {width} 格。")
            for place, value in enumerate(row):
                self._cell(last, place, value)
            lines = max((_lines(value, widths[place]) for place, value in enumerate(row)), default=1)
            if lines > 1:  # not every office program finds the height of wrapped text by itself
                self.sheet.set_row(last, min(_LINE_POINTS * lines, _HIGHEST_ROW_POINTS))
        return last

    def _cell(self, row: int, place: int, value: Cell) -> None:
        if value is None:
            self.sheet.write_blank(row, place, None, self.cell_format)
        elif isinstance(value, datetime):
            raise ValueError("时刻须先换算成办公地的日期或文字，再写入表格。")
        elif isinstance(value, date):
            self._date(row, place, value)
        elif isinstance(value, bool):
            self.sheet.write_string(row, place, "是" if value else "否", self.cell_format)
        elif isinstance(value, int | float):
            self.sheet.write_number(row, place, value, self.cell_format)
        else:
            self.sheet.write_string(row, place, _fitting(plain_text(value)), self.cell_format)

    def _date(self, row: int, place: int, day: date) -> None:
        """A real date; as text before 1900-03-01, where Excel has no dates or, for two months, the wrong ones."""
        if day < date(1900, 3, 1):
            self.sheet.write_string(row, place, day.isoformat(), self.cell_format)
        else:
            self.sheet.write_datetime(row, place, day, self.date_format)

    def _finish(self, header: int, last: int, width: int) -> None:
        self.sheet.freeze_panes(header + 1, 0)
        self.sheet.autofilter(header, 0, last, max(width - 1, 0))
        self.sheet.set_landscape()
        self.sheet.set_paper(9)  # A4
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(header)
        self.sheet.set_footer("&C第 &P 页，共 &N 页")


def _lines(value: Cell, width: float) -> int:
    """How many lines a text takes in a column of that width; a Chinese character is two wide."""
    if not isinstance(value, str):
        return 1
    room = max(width - 1, 1)
    wide = (sum(1 if char < "\u2e80" else 2 for char in line) for line in value.splitlines() or [""])
    return sum(max(ceil(each / room), 1) for each in wide)


def _fitting(text: str) -> str:
    """The text, cut with a mark where a cell ends."""
    return text if _first_units(text, _LONGEST_TEXT) == text else _first_units(text, _LONGEST_TEXT - 1) + "…"


def _first_units(text: str, count: int) -> str:
    """The whole characters within the first ``count`` UTF-16 units: so Excel counts, two beyond U+FFFF."""
    return text.encode("utf-16-le")[: 2 * count].decode("utf-16-le", "ignore")


def sheet_name(title: str) -> str:
    """The title as a sheet may be called: at most 31 UTF-16 units, none of []:*?/\\'."""
    name = _first_units(_SHEET_NAME_REFUSES.sub(" ", one_line(title)).strip(), 31).strip()
    return "清单" if not name or name.lower() == "history" else name  # Excel keeps “History” for itself
