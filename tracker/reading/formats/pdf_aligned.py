"""Tables that no lines rule: read only where it is sure that there is one.

Sure is: a row of words that readers of tables know as a header, columns below it that no word crosses, and row
numbers that count up in the first column. Rows part where the room between two numbers is widest, or at a level line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from tracker.domain.text import compact
from tracker.reading.columns import read_header
from tracker.reading.formats.pdf_grid import Grid
from tracker.reading.formats.pdf_lines import Line, line_of, lines_of, rows_of
from tracker.reading.formats.pdf_page import Glyph, Rule

_APART = 0.9  # em between two cells of one row
_GUTTER = 0.5  # em that stay free between two columns
_FARTHEST = 5.0  # em between two lines of a table
_FEWEST_COLUMNS = 3
_TELLING = 3
"""So many rows from the header on tell the columns: a heading on two lines, and the first row's first words."""
_NUMBER = re.compile(r"(\d{1,3})[.、．]?")
_CLEARLY = 1.08  # times wider is room that parts rows

Row = Sequence[Glyph]
Span = tuple[float, float]


def aligned_grids(glyphs: Sequence[Glyph], level: Sequence[Rule]) -> list[Grid]:
    """The grids of the tables that stand aligned among the glyphs; ``level`` are the level lines of the page."""
    rows = rows_of(glyphs)
    found: list[Grid] = []
    at = 0
    while at < len(rows):
        end = _table_end(rows, at) if _is_header(rows[at]) else at
        grid = _grid(rows, at, end, level) if end > at + 2 else None
        if grid:
            found.append(grid)
        at = end if grid else at + 1
    return found


def _is_header(row: Row) -> bool:
    words = [compact(line_of(part).text) for part in _parts(row)]
    return len(words) >= _FEWEST_COLUMNS and read_header(words) is not None


def _parts(row: Row) -> Iterator[list[Glyph]]:
    """The row's words that stand apart from each other."""
    part: list[Glyph] = []
    for glyph in row:
        if glyph.char.isspace():
            continue
        if part and glyph.x0 - part[-1].x1 > _APART * glyph.size:
            yield part
            part = []
        part.append(glyph)
    if part:
        yield part


def _table_end(rows: Sequence[Row], header: int) -> int:
    """The row after the table's last: the first that crosses one of its columns, or stands far below."""
    first = _first_of_header(rows, header)
    wanted = max(_columns_apart(rows[header]), len(_gutters(rows[first : header + _TELLING])))
    size = rows[header][0].size
    for end in range(header + 1, len(rows)):
        far = rows[end][0].y - rows[end - 1][0].y > _FARTHEST * size
        if far or len(_gutters(rows[first : end + 1])) < wanted:
            return end
    return len(rows)


def _columns_apart(header: Row) -> int:
    return len(list(_parts(header))) - 1


def _gutters(rows: Sequence[Row]) -> list[Span]:
    """The spans between the outermost words that no word covers in any row."""
    spans = sorted((one.x0, one.x1) for row in rows for one in row if not one.char.isspace())
    size = rows[0][0].size
    free: list[Span] = []
    reach = spans[0][1]
    for start, end in spans:
        if start - reach > _GUTTER * size:
            free.append((reach, start))
        reach = max(reach, end)
    return free


def _grid(rows: Sequence[Row], header: int, end: int, level: Sequence[Rule]) -> Grid | None:
    first = _first_of_header(rows, header)
    body = rows[first:end]
    gutters = _gutters(body)
    middles = [(start + stop) / 2 for start, stop in gutters]
    inked = [one for row in body for one in row if not one.char.isspace()]
    xs = [min(one.x0 for one in inked) - 2, *middles, max(one.x1 for one in inked) + 2]
    numbers = _numbers(rows[header + 1 : end], xs[1])
    parts = _row_edges(body, rows[header], numbers, level) if len(numbers) > 1 else None
    if not parts:
        return None
    ys = (body[0][0].y - 1.2 * body[0][0].size, *parts, body[-1][0].y + 0.5 * body[-1][0].size)
    columns = len(xs) - 1
    cells = tuple(tuple(range(row * columns, (row + 1) * columns)) for row in range(len(ys) - 1))
    return Grid(tuple(xs), ys, cells, closed=True, loose=True)


def _first_of_header(rows: Sequence[Row], header: int) -> int:
    """The header's first row: a narrow heading (序号) may stand on two lines, half a line above and below."""
    above = header - 1
    size = rows[header][0].size
    close = above >= 0 and rows[header][0].y - rows[above][0].y < 1.2 * size
    return above if close and len(_gutters(rows[above : header + 1])) >= _columns_apart(rows[header]) else header


def _numbers(rows: Sequence[Row], edge: float) -> list[Line]:
    """The lines of the first column if they count up from row to row, else none."""
    lines = lines_of(one for row in rows for one in row if one.x1 <= edge)
    while lines and not _NUMBER.fullmatch(compact(lines[0].text)) and len(lines[0].text) == 1:
        lines = lines[1:]  # the lower half of a heading on two lines
    found = [_NUMBER.fullmatch(compact(line.text)) for line in lines]
    values = [int(number[1]) for number in found if number]
    counting = all(two == one + 1 for one, two in pairwise(values))
    return lines if counting and len(values) == len(lines) else []


def _row_edges(body: Sequence[Row], header: Row, numbers: Sequence[Line], level: Sequence[Rule]) -> list[float] | None:
    """Where rows part, below the header and between two numbers each; None where that is not sure."""
    edges = []
    for above, below in pairwise([header[0].y, *(line.y for line in numbers)]):
        edge = _edge(body, above, below, level)
        if edge is None:
            return None
        edges.append(edge)
    return edges


def _edge(body: Sequence[Row], above: float, below: float, level: Sequence[Rule]) -> float | None:
    """Where the rows of two baselines part: at a level line, or where the room is clearly the widest."""
    rules = [rule.at for rule in level if above < rule.at < below]
    if len(rules) == 1:
        return rules[0]
    size = body[0][0].size
    ys = [row[0].y for row in body if above <= row[0].y <= below]
    gaps = sorted((two - one, one, two) for one, two in pairwise(ys))
    if not gaps or (len(gaps) > 1 and gaps[-1][0] < _CLEARLY * gaps[-2][0]):
        return None
    return (gaps[-1][1] + gaps[-1][2]) / 2 - 0.3 * size
