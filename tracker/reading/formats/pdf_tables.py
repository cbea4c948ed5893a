"""The words in a grid's cells to a table's rows, and tables that go on over a page's end to one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

from tracker.domain.text import compact
from tracker.reading.formats.contract import CELL_BREAK
from tracker.reading.formats.pdf_grid import Grid
from tracker.reading.formats.pdf_lines import Line, joined, lines_of
from tracker.reading.formats.pdf_page import Glyph
from tracker.reading.unit_words import is_surely_unit, looks_like_unit

_PADDING = 12.0  # points: what programs leave free at both sides of a cell together
_SAME_EDGE = 6.0  # points by which a table's columns may differ from page to page
_NUMBERED = re.compile(
    r"(?:\d{1,2}[.．、)）](?!\d)|[（(][一二三四五六七八九十\d]{1,3}[)）]|[一二三四五六七八九十]{1,2}、|[①-⑳●■◆▲])"
)
_ORDINAL = re.compile(r"[（(]?(?:\d{1,4}|[一二三四五六七八九十百]{1,4})[)）]?[.．、]?")
_SENTENCE_END = ("。", "；", ";")


@dataclass(frozen=True, slots=True)
class Table:
    """A table's rows, all of one length.

    ``tall`` marks the boxes of cells that are merged downwards; ``seams`` are the rows that begin on a new page.
    """

    xs: tuple[float, ...]
    top: float
    bottom: float
    rows: tuple[tuple[str, ...], ...]
    tall: tuple[tuple[bool, ...], ...]
    closed: bool
    seams: tuple[int, ...] = ()


def table_of(grid: Grid, glyphs: Sequence[Glyph]) -> Table:
    """The table whose words are the glyphs inside the grid."""
    words = _cell_words(grid, glyphs)
    spans = _spans(grid)
    rows, tall = [], []
    for cells in grid.cells:
        row = [words.get(cell, "") if spans[cell].first == column else "" for column, cell in enumerate(cells)]
        rows.append(tuple(row))
        tall.append(tuple(spans[cell].rows > 1 for cell in cells))
    return Table(grid.xs, grid.ys[0], grid.ys[-1], tuple(rows), tuple(tall), grid.closed)


@dataclass(slots=True)
class _Span:
    first: int
    last: int
    rows: int


def _spans(grid: Grid) -> dict[int, _Span]:
    """For every cell its first and last column, and how many rows it covers."""
    spans: dict[int, _Span] = {}
    for cells in grid.cells:
        seen = set()
        for column, cell in enumerate(cells):
            span = spans.setdefault(cell, _Span(column, column, 0))
            span.first, span.last = min(span.first, column), max(span.last, column)
            if cell not in seen:
                span.rows += 1
                seen.add(cell)
    return spans


def _cell_words(grid: Grid, glyphs: Sequence[Glyph]) -> dict[int, str]:
    inside: dict[int, list[Glyph]] = defaultdict(list)
    for glyph in glyphs:
        box = grid.box_at((glyph.x0 + glyph.x1) / 2, glyph.y - 0.3 * glyph.size)
        if box:
            inside[grid.cells[box[0]][box[1]]].append(glyph)
    lines = {cell: lines_of(found) for cell, found in inside.items()}
    spans = _spans(grid)
    by_column: dict[tuple[int, int], list[list[Line]]] = defaultdict(list)
    for cell, found in lines.items():
        by_column[spans[cell].first, spans[cell].last].append(found)
    rooms = {
        (first, last): _room(grid.xs[last + 1] - grid.xs[first], cells) for (first, last), cells in by_column.items()
    }
    return {cell: cell_words(found, rooms[spans[cell].first, spans[cell].last]) for cell, found in lines.items()}


def _room(width: float, cells: Sequence[Sequence[Line]]) -> float:
    """How wide a line can be in a column: as wide as its widest, when other lines were broken there too."""
    widest = max((line.width for lines in cells for line in lines), default=0.0)
    size = max((line.size for lines in cells for line in lines), default=10.0)
    full = sum(line.width > widest - 0.6 * size for lines in cells for line in lines[:-1])
    return widest if full >= 2 and widest > 0.6 * width else max(widest, width - _PADDING)


def cell_words(lines: Sequence[Line], room: float) -> str:
    """A cell's lines as one: wrapped ones joined, those that were ended on purpose parted by CELL_BREAK."""
    words = ""
    for above, line in pairwise([None, *lines]):
        text = line.text.replace("\t", " ").strip() if line else ""
        if above is None or line is None:
            words = text
        elif _ends_on_purpose(above, line, room):
            words += CELL_BREAK + text
        else:
            words = joined(words, text)
    return words


def _ends_on_purpose(above: Line, below: Line, room: float) -> bool:
    """Whether the next line's beginning had fitted above, or begins a thing of its own."""
    if above.x1 - above.x0 + below.lead <= room - 0.3 * above.size:
        return True
    if above.text.endswith(("、", "，", ",")):
        return False
    units = looks_like_unit(compact(above.text)) and looks_like_unit(compact(below.text))
    numbered = bool(_NUMBERED.match(below.text)) and not above.text[-1:].isdigit()
    return numbered or (units and is_surely_unit(compact(below.text)))


def continued(table: Table, following: Table) -> Table | None:
    """Both as one table when the second goes on with the columns of the first, else None.

    A header that is repeated is left out, and a row that the page's end cut is put together again.
    """
    if not _same_columns(table, following):
        return None
    rows, tall = list(following.rows), list(following.tall)
    repeated = _repeated(table.rows, rows)
    rows, tall = rows[repeated:], tall[repeated:]
    if not rows:
        return replace(table, bottom=following.bottom, closed=following.closed)
    above, above_tall = list(table.rows), table.tall
    if _goes_on(above, rows[0]):
        above[-1] = tuple(joined(one, two) for one, two in zip(above[-1], rows[0], strict=True))
        rows, tall = rows[1:], tall[1:]
    return replace(
        table,
        bottom=following.bottom,
        rows=(*above, *rows),
        tall=(*above_tall, *tall),
        closed=following.closed,
        seams=(*table.seams, len(above)) if rows else table.seams,
    )


def _same_columns(table: Table, following: Table) -> bool:
    """Whether both have the same columns, though the second may stand a little to the side (a turned leaf)."""
    shift = following.xs[0] - table.xs[0]
    return len(table.xs) == len(following.xs) and all(
        abs(two - one - shift) <= _SAME_EDGE for one, two in zip(table.xs, following.xs, strict=True)
    )


def _repeated(above: Sequence[Sequence[str]], rows: Sequence[Sequence[str]]) -> int:
    """How many rows at the beginning are the first table's header again."""
    count = 0
    while count < min(len(above), len(rows), 3) and _same_row(above[count], rows[count]):
        count += 1
    return count


def _same_row(one: Sequence[str], two: Sequence[str]) -> bool:
    bare = [compact(cell) for cell in one]
    return any(bare) and bare == [compact(cell) for cell in two]


def _fill(rows: list[tuple[str, ...]], seam: int, tall: Sequence[Sequence[bool]]) -> None:
    """Fills cells merged downwards over the seam between two pages: their words stand on one side of it only."""
    for column in range(len(rows[0])):
        if not any(row[column] for row in tall):
            continue
        above, below = rows[seam - 1][column], rows[seam][column]
        if above and not below:
            _spread(rows, range(seam, len(rows)), column, above)
        elif below and not above:
            _spread(rows, range(seam - 1, 0, -1), column, below)


def _spread(rows: list[tuple[str, ...]], order: Iterable[int], column: int, word: str) -> None:
    for at in takewhile(lambda at: not rows[at][column], order):
        rows[at] = (*rows[at][:column], word, *rows[at][column + 1 :])


def _goes_on(above: Sequence[Sequence[str]], row: Sequence[str]) -> bool:
    """Whether a page's first row is the rest of the row above it.

    Then cells are empty that all rows have filled: the ordinal on one side of the seam, or half of them below it.
    """
    last, before = above[-1], above[1:-1] or above[:-1]
    filled = [at for at in range(len(row)) if before and sum(bool(one[at]) for one in before) >= 0.8 * len(before)]
    ordinals = [at for at in filled if all(_ORDINAL.fullmatch(compact(one[at])) for one in before if one[at])]
    if ordinals:
        return _is_rest(last, row, ordinals[0])
    empty = [at for at in filled if not row[at]]
    return len(before) > 1 and len(empty) * 2 >= len(filled) > 0 and any(last[at] for at in empty)


def _is_rest(last: Sequence[str], row: Sequence[str], ordinal: int) -> bool:
    if last[ordinal] and not row[ordinal]:
        return True
    ended = any(cell.endswith(_SENTENCE_END) for cell in last)
    return not last[ordinal] and not ended and bool(_ORDINAL.fullmatch(compact(row[ordinal])))


def table_lines(table: Table) -> Iterator[str]:
    """The table as the contract writes it: a row a line, columns that hold nothing at all left out."""
    rows = list(table.rows)
    for seam in table.seams:
        _fill(rows, seam, table.tall)
    used = [column for column in range(len(table.xs) - 1) if any(row[column] for row in rows)]
    for row in rows:
        if any(row):
            yield "\t".join(row[column] for column in used)
