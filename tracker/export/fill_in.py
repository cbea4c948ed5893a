"""A sheet that people fill in and bring back: some cells are theirs, the others are locked, each row carries a token.

The lock has no password: it keeps people from slips of the hand, and nothing relies on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from tracker.export.sheets import FONT, Cell, sheet_name
from tracker.export.text import one_line, plain_text

_MADE = datetime(2000, 1, 1)  # noqa: DTZ001 - a file property without zone; the wall clock is not read here
_EDITABLE, _LOCKED, _HEAD, _FAULTY = "#FFF8DC", "#F2F2F2", "#E7E6E6", "#FDE9E7"


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its heading, its width in characters, whose it is, and what it takes.

    ``choices`` are the words of a list; ``most`` is the largest whole number (the least is 0); ``longest`` counts
    characters. ``tells`` is shown when something else is typed.
    """

    heading: str
    width: float
    editable: bool = False
    hidden: bool = False
    choices: tuple[str, ...] = ()
    most: int | None = None
    longest: int | None = None
    tells: str = ""
    faulty: bool = False


@dataclass(frozen=True, slots=True)
class FillRow:
    """A row; ``is_open`` unless nothing is to be filled in on it, then all of it is locked."""

    cells: tuple[Cell, ...]
    is_open: bool = True


def header_row(notes: Sequence[str]) -> int:
    """The row of the headings, from 1; the rows to fill in begin below it."""
    return len(notes) + 2


def fill_in_bytes(title: str, notes: Sequence[str], fields: Sequence[Field], rows: Sequence[FillRow]) -> bytes:
    """The bytes of a workbook with one sheet: title, notes, headings, rows. The same values give the same bytes."""
    file = BytesIO()
    quiet = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(file, {"in_memory": True, **quiet})
    book.set_properties({"title": one_line(title), "created": _MADE})
    _Form(book, title, fields).fill(title, notes, rows)
    book.close()
    return file.getvalue()


class _Form:
    """The one worksheet being written."""

    def __init__(self, book: Any, title: str, fields: Sequence[Field]) -> None:
        self.sheet, self.fields = book.add_worksheet(sheet_name(title)), fields
        base = {"font_name": FONT, "font_size": 11, "valign": "top", "text_wrap": True}
        cell = {**base, "border": 1}
        self.title = book.add_format({**base, "font_size": 16, "bold": True, "text_wrap": False})
        self.note = book.add_format({**base, "font_color": "#595959"})
        self.head = book.add_format({**cell, "bold": True, "bg_color": _HEAD, "valign": "vcenter"})
        self.locked = book.add_format({**cell, "bg_color": _LOCKED})
        self.day = book.add_format({**cell, "bg_color": _LOCKED, "num_format": "yyyy-mm-dd", "align": "left"})
        self.faulty = book.add_format({**cell, "bg_color": _FAULTY, "font_color": "#9C1C14"})
        self.editable = book.add_format({**cell, "bg_color": _EDITABLE, "locked": False})

    def fill(self, title: str, notes: Sequence[str], rows: Sequence[FillRow]) -> None:
        last = max((place for place, field in enumerate(self.fields) if not field.hidden), default=0)
        self.sheet.write_string(0, 0, one_line(title), self.title)
        for number, note in enumerate(notes, 1):
            self.sheet.set_row(number, 32)  # merged cells do not grow with their words
            self.sheet.merge_range(number, 0, number, last, one_line(note), self.note)
        head = header_row(notes) - 1
        for place, field in enumerate(self.fields):
            self.sheet.set_column(place, place, field.width, None, {"hidden": field.hidden})
            self.sheet.write_string(head, place, field.heading, self.head)
        for number, row in enumerate(rows, head + 1):
            for place, value in enumerate(row.cells):
                self._cell(number, place, value, is_open=row.is_open)
        self._ask(head + 1, max(head + len(rows), head + 1))
        self._finish(head, max(head + len(rows), head), last)

    def _cell(self, row: int, place: int, value: Cell, *, is_open: bool) -> None:
        field = self.fields[place]
        look = self.editable if field.editable and is_open else self.faulty if field.faulty and value else self.locked
        if value is None or value == "":
            self.sheet.write_blank(row, place, None, look)
        elif isinstance(value, date):
            self.sheet.write_datetime(row, place, value, self.day)
        elif isinstance(value, int | float):
            self.sheet.write_number(row, place, value, look)
        else:
            self.sheet.write_string(row, place, plain_text(value)[:32_000], look)

    def _ask(self, first: int, last: int) -> None:
        """What each column takes, told as soon as something else is typed."""
        for place, field in enumerate(self.fields):
            rule: dict[str, Any] = {"error_title": "请修改", "error_message": field.tells, "ignore_blank": True}
            if field.choices:
                rule |= {"validate": "list", "source": list(field.choices)}
            elif field.most is not None:
                rule |= {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": field.most}
            elif field.longest is not None:
                rule |= {"validate": "length", "criteria": "<=", "value": field.longest}
            else:
                continue
            self.sheet.data_validation(first, place, last, place, rule)

    def _finish(self, head: int, last_row: int, last: int) -> None:
        self.sheet.freeze_panes(head + 1, 2)
        self.sheet.autofilter(head, 0, last_row, last)
        self.sheet.protect("", {"autofilter": True, "sort": True, "format_columns": True, "format_rows": True})
        self.sheet.set_landscape()
        self.sheet.set_paper(9)  # A4
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(head)
