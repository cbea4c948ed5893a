"""A table to lines, as the contract asks: one row per line, every row with as many cells as the table has columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tracker.domain.text import CELL_BREAK
from tracker.reading.formats.contract import UnreadableFile

MOST_CHARACTERS = 10_000_000
"""In one table, repeated cells counted: a hostile one repeats a long cell in thousands of rows."""


def table_lines(rows: Sequence[Mapping[int, str]]) -> list[str]:
    """The lines of a table, with the empty lines around it; ``rows`` give the words by the grid column they begin in.

    Columns are those in which some cell begins; rows without any word are left out. A table of one column is no
    table (it frames words): its cells are lines of their own.
    """
    refuse_swollen(rows)
    columns = sorted({column for row in rows for column in row})
    filled = [row for row in rows if any(words.strip() for words in row.values())]
    if len(columns) < 2:
        return [line for row in filled for words in row.values() for line in words.split("\n")]
    lines = ["\t".join(cell_words(row.get(column, "")) for column in columns) for row in filled]
    return ["", *lines, ""] if lines else []


def refuse_swollen(rows: Sequence[Mapping[int, str]]) -> None:
    """Refuses (UnreadableFile) a table that would give more than ``MOST_CHARACTERS``."""
    if sum(len(words) for row in rows for words in row.values()) > MOST_CHARACTERS:
        raise UnreadableFile("文件里有一个表格过大，没有读取。请拆分后分别上传，或只保留需要督办的部分。")


def cell_words(words: str) -> str:
    """A cell's words on one line: no tab, its line ends as CELL_BREAK, empty lines left out."""
    lines = (" ".join(line.split("\t")).strip() for line in words.split("\n"))
    return CELL_BREAK.join(line for line in lines if line)


def tidied(lines: Sequence[str]) -> str:
    """A text of these lines: blanks at their ends dropped, never two empty lines together, a newline at the end.

    A line with a tab is a row, and keeps the tabs at its ends.
    """
    kept: list[str] = []
    for one in lines:
        line = one.strip(" \u3000") if "\t" in one else one.strip()
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip("\n") + "\n" if kept else ""
