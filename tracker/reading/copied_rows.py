"""Rows of tables without signs: paragraphs that are a cell each, or lines that are put together to cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tracker.reading.broken_names import are_whole_units, unit_words
from tracker.reading.cells import is_blank
from tracker.reading.columns import Columns
from tracker.reading.fitting import is_date
from tracker.reading.grid import Cell, Row
from tracker.reading.outline import Placed
from tracker.reading.runs import divided
from tracker.reading.sections import Header
from tracker.reading.wrapping import WRAP


def row_of_lines(placed: Sequence[Placed], index: int, header: Header) -> Row:
    """The row of these paragraphs, one cell each, or put together where cells were broken over lines."""
    plain = Row(tuple(_cell(one.paragraph.flat, one.paragraph.start) for one in placed), index)
    if not isinstance(header, Columns) or (len(placed) == header.count and in_place(plain.words, header)):
        return plain
    lines = [line for one in placed for line in _lines(one)]
    found = divided([line.words for line in lines], header)
    if found is None:
        return replace(plain, is_guessed=len(placed) != header.count)
    cells = (_joint(lines, begin, end) for begin, end in found.ranges)
    told = (
        cell._replace(words=unit_words(cell.words)) if at in header.units else cell for at, cell in enumerate(cells)
    )
    return Row(tuple(told), index, found.is_guessed)


def in_place(words: Sequence[str], header: Header) -> bool:
    """Whether the words, one for each column, are units and times where the header says so."""
    if not isinstance(header, Columns):
        return any(char.isdigit() for value in header.targets for char in words[value.at])
    dates = all(is_date(words[at].replace("\n", "")) or is_blank(words[at]) for at in header.deadlines)
    units = [at for at in header.units if not is_blank(words[at])]
    return dates and bool(units) and all(are_whole_units(words[at]) for at in units)


def _lines(placed: Placed) -> Iterator[Cell]:
    """The paragraph's lines, those apart that were joined as one."""
    at = placed.paragraph.start
    for line in placed.paragraph.flat.split(WRAP):
        if line.strip():
            yield _cell(line, at)
        at += len(line) + 1


def _cell(flat: str, start: int) -> Cell:
    first = start + len(flat) - len(flat.lstrip())
    return Cell(flat.strip(), first, start + len(flat.rstrip()))


def _joint(lines: Sequence[Cell], begin: int, end: int) -> Cell:
    """The lines' cell; one without lines stands at the end of the one before."""
    if begin == end:
        at = lines[begin - 1].end if begin else lines[0].start
        return Cell("", at, at)
    return Cell("\n".join(line.words for line in lines[begin:end]), lines[begin].start, lines[end - 1].end)
