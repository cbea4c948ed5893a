"""A page to its blocks in reading order: tables, and lines of text in one column or two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from tracker.reading.formats.pdf_grid import Grid, grids_of
from tracker.reading.formats.pdf_lines import Line, line_of, rows_of
from tracker.reading.formats.pdf_page import Glyph, PageContent
from tracker.reading.formats.pdf_tables import Table, table_of

_FEWEST_IN_COLUMN = 6
_GUTTER = 1.2  # em
_MIDDLE = (0.38, 0.62)  # of the width: where a gutter between two columns is looked for


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line with the half of the page it was set in: 0 the whole width, 1 left, 2 right."""

    line: Line
    column: int


Block = TextLine | Table


@dataclass(frozen=True, slots=True)
class PageBlocks:
    """A page's blocks in reading order, with its number from 1 and its size in points."""

    number: int
    width: float
    height: float
    blocks: tuple[Block, ...]


def page_blocks(number: int, content: PageContent) -> PageBlocks:
    """The tables that are ruled on the page, and the lines above, between and below them."""
    grids = grids_of(content.level, content.upright)
    inside, outside = _dealt(content.glyphs, grids)
    tables = [table_of(grid, found) for grid, found in zip(grids, inside, strict=True)]
    tables = [table for table in tables if any(any(row) for row in table.rows)]
    blocks: list[Block] = []
    for table in tables:
        above = [glyph for glyph in outside if glyph.y <= table.top]
        outside = [glyph for glyph in outside if glyph.y > table.top]
        blocks += [*_lines(above), table]
    return PageBlocks(number, content.width, content.height, (*blocks, *_lines(outside)))


def _dealt(glyphs: Sequence[Glyph], grids: Sequence[Grid]) -> tuple[list[list[Glyph]], list[Glyph]]:
    """The glyphs of each grid (the smallest around them), and those in none."""
    inside: list[list[Glyph]] = [[] for _ in grids]
    outside = []
    order = sorted(range(len(grids)), key=lambda at: _area(grids[at]))
    for glyph in glyphs:
        x, y = (glyph.x0 + glyph.x1) / 2, glyph.y - 0.3 * glyph.size
        at = next((at for at in order if grids[at].box_at(x, y)), None)
        (outside if at is None else inside[at]).append(glyph)
    return inside, outside


def _area(grid: Grid) -> float:
    return (grid.xs[-1] - grid.xs[0]) * (grid.ys[-1] - grid.ys[0])


def _lines(glyphs: Sequence[Glyph]) -> Iterator[TextLine]:
    """The lines of a band: where it is set in two columns the left one first, then the right one."""
    rows = rows_of(glyphs)
    gutter = _gutter(rows)
    if gutter is None:
        yield from (TextLine(line_of(row), 0) for row in rows)
        return
    left: list[TextLine] = []
    right: list[TextLine] = []
    for row in rows:
        if _crosses(row, gutter):
            yield from (*left, *right, TextLine(line_of(row), 0))
            left, right = [], []
        else:
            for part, lines, column in zip(_parted(row, gutter), (left, right), (1, 2), strict=True):
                if any(not glyph.char.isspace() for glyph in part):
                    lines.append(TextLine(line_of(part), column))
    yield from (*left, *right)


def _gutter(rows: Sequence[Sequence[Glyph]]) -> float | None:
    """Where the two columns part, or None: most lines end left of it or begin right of it, and fill their column."""
    if len(rows) < _FEWEST_IN_COLUMN:
        return None
    first = min(row[0].x0 for row in rows)
    last = max(glyph.x1 for row in rows for glyph in row)
    best = min(
        (sum(_crosses(row, at) for row in rows), abs(share - 0.5), at)
        for share in (_MIDDLE[0] + 0.01 * step for step in range(25))
        for at in (first + share * (last - first),)
    )
    return best[2] if _is_set_in_two(rows, best[2]) else None


def _is_set_in_two(rows: Sequence[Sequence[Glyph]], gutter: float) -> bool:
    apart = [row for row in rows if not _crosses(row, gutter)]
    parts = [_parted(row, gutter) for row in apart]
    lefts = [line_of(left) for left, _ in parts if any(not one.char.isspace() for one in left)]
    rights = [line_of(right) for _, right in parts if any(not one.char.isspace() for one in right)]
    if min(len(lefts), len(rights)) < _FEWEST_IN_COLUMN or len(apart) < 0.6 * len(rows):
        return False
    size = median(line.size for line in lefts)
    end, begin = max(line.x1 for line in lefts), min(line.x0 for line in rights)
    full = sum(line.x1 > end - 2 * size for line in lefts)
    begun = sum(line.x0 < begin + 2.6 * size for line in rights)
    overlap = min(lefts[-1].y, rights[-1].y) - max(lefts[0].y, rights[0].y)
    return (
        begin - end > _GUTTER * size * 0.8
        and full >= 0.5 * len(lefts)
        and begun >= 0.8 * len(rights)
        and overlap > 3 * size
    )


def _crosses(row: Sequence[Glyph], at: float) -> bool:
    """Whether a row goes on over the gutter: no room of the gutter's width around it."""
    size = median(one.size for one in row)
    left = max((one.x1 for one in row if one.x0 < at and not one.char.isspace()), default=float("-inf"))
    right = min((one.x0 for one in row if one.x0 >= at and not one.char.isspace()), default=float("inf"))
    return left > at or right - left < _GUTTER * size


def _parted(row: Sequence[Glyph], at: float) -> tuple[list[Glyph], list[Glyph]]:
    return [one for one in row if one.x0 < at], [one for one in row if one.x0 >= at]
