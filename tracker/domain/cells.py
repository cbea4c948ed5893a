"""The cells of a spreadsheet as they stand in it, for sheets that people fill in and bring back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SheetCell:
    """One cell that is not empty: row and column from 1, and what a person sees in it.

    ``is_formula``: the words are those of a formula, not of its result.
    """

    row: int
    column: int
    words: str
    is_formula: bool = False


@dataclass(frozen=True, slots=True)
class SheetCells:
    """A sheet with all its cells, those of hidden rows and columns too."""

    title: str
    cells: tuple[SheetCell, ...]


@dataclass(frozen=True, slots=True)
class BookCells:
    """A workbook: every sheet, hidden ones too, in its order."""

    sheets: tuple[SheetCells, ...]


def address(row: int, column: int) -> str:
    """The address of a cell as Excel writes it: E5."""
    letters = ""
    while column > 0:
        column, place = divmod(column - 1, 26)
        letters = chr(ord("A") + place) + letters
    return f"{letters}{row}"
