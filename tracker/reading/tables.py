"""Flattened tables with a column of responsible units (责任单位): rows to clauses.

Three flattenings are read: one cell per line behind a tab (rows set apart by an empty line), one row per line with
tabs or bars between cells, and one cell per line without any sign, where the ordinal (序号) tells where rows begin.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tracker.domain.drafts import Form
from tracker.domain.text import compact, tidy
from tracker.reading.clauses import Clause
from tracker.reading.columns import Columns, read_header
from tracker.reading.fields import Fields, Sign
from tracker.reading.naming import UnitList, read_units
from tracker.reading.outline import Placed
from tracker.reading.unit_words import looks_like_unit

_ORDINAL = re.compile(r"[（(]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})[)）]?[.、．]?")
_UNIT_HEADER = re.compile("单位|部门|责任|牵头")
_TOTAL = re.compile(r"合计|总计|小计")
_LONGEST_UNLABELLED_CELL = 400
_LONGEST_WRAPPED = 60


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with its words and its span in the text."""

    words: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; ``index`` is that of its first paragraph."""

    cells: tuple[Cell, ...]
    index: int

    @property
    def words(self) -> list[str]:
        """The cells' words."""
        return [cell.words for cell in self.cells]


def table_clauses(text: str, items: Sequence[Placed]) -> Iterator[Clause]:
    """One clause for every row that names a unit in a table whose header has a column of units."""
    rows = _whole(_rows(text, items))
    columns: Columns | None = None
    category: dict[int, str] = {}
    for row in rows:
        header = read_header(row.words)
        if header:
            columns, category = header, {}
        elif row.cells and len(row.cells) == 1 and not columns:
            continue
        elif columns:
            if _is_break(row):
                columns = None
                continue
            clause = _row_clause(row, columns, category, items)
            if clause:
                yield clause
    yield from _unsigned(text, items)


def _whole(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows, with those that a line end inside a cell broke apart put together again, up to the header's width."""
    columns: Columns | None = None
    part: Row | None = None
    for row in rows:
        header = read_header(row.words)
        together = part and columns and not header and _put_together(part, row, columns)
        if together:
            part = together
        else:
            if part:
                yield part
            part, columns = row, header or columns
        if header or columns is None or columns.aligned(part.words) is not None:
            yield part
            part = None
    if part:
        yield part


def _put_together(part: Row, row: Row, columns: Columns) -> Row | None:
    """The broken row with its next lines, or None when these begin a row of their own or are too many."""
    begins_new = _ORDINAL.fullmatch(compact(row.words[0])) or _ORDINAL.fullmatch(compact("".join(row.words[:2])))
    if begins_new or not row.words[0] or len(part.cells) + len(row.cells) - 1 > columns.count:
        return None
    last, first = part.cells[-1], row.cells[0]
    joint = Cell(_joined(last.words, first.words), last.start, first.end)
    return Row((*part.cells[:-1], joint, *row.cells[1:]), part.index)


def _is_break(row: Row) -> bool:
    return len(row.cells) == 1 and len(row.words[0]) > _LONGEST_UNLABELLED_CELL


def _rows(text: str, items: Sequence[Placed]) -> Iterator[Row]:
    """Rows of tab cells and of tab-separated or bar-separated lines, in order; prose between tables ends a row."""
    pending: list[Cell] = []
    first, last_end, wide = 0, -1, False
    for index, placed in enumerate(items):
        paragraph = placed.paragraph
        flat = paragraph.flat
        in_line = _line_cells(flat, paragraph.start)
        if len(in_line) > 1 or not paragraph.is_cell:
            continues = pending and not in_line and _continues_cell(text, last_end, items, index)
            if continues:
                pending[-1] = Cell(_joined(pending[-1].words, flat.strip()), pending[-1].start, paragraph.last)
                last_end = paragraph.end
                continue
            if pending:
                yield Row(tuple(pending), first)
                pending = []
            if in_line:
                yield Row(tuple(in_line), index)
                wide = len(in_line) > 2
            elif wide and _is_wrapped_cell(items, index):
                yield Row((Cell(flat.strip(), paragraph.first, paragraph.last),), index)
            else:
                wide = False
            continue
        if pending and paragraph.blank_before:
            yield Row(tuple(pending), first)
            pending = []
        if not pending:
            first = index
        pending.append(Cell(flat.strip(), paragraph.start, max(paragraph.last, paragraph.start + 1)))
        last_end = paragraph.end
    if pending:
        yield Row(tuple(pending), first)


def _is_wrapped_cell(items: Sequence[Placed], index: int) -> bool:
    """Whether a short line without a tab stands between two of tabs: the middle of a cell broken over lines."""
    paragraph = items[index].paragraph
    following = [one.paragraph.is_cell for one in items[index + 1 : index + 4]]
    return len(paragraph.flat.strip()) <= _LONGEST_WRAPPED and not paragraph.blank_before and any(following)


def _joined(above: str, below: str) -> str:
    """Two lines of one cell: a whole unit name stays on a line of its own, other words were only wrapped."""
    last = above.rsplit("\n", 1)[-1]
    return f"{above}\n{below}" if looks_like_unit(last) and looks_like_unit(below) else above + below


def _line_cells(flat: str, base: int) -> list[Cell]:
    """The cells of a line that holds a whole row, or []."""
    mark = "\t" if "\t" in flat.strip("\t ") else "|" if flat.count("|") > 1 else ""
    if not mark:
        return []
    body = flat.strip().strip("|") if mark == "|" else flat.rstrip("\n")
    at = base + flat.index(body)
    cells = []
    for words in body.split(mark):
        cells.append(Cell(words.strip(), at, at + len(words)))
        at += len(words) + 1
    if mark == "\t" and not cells[0].words and len(cells) > 2:
        cells = cells[1:]
    return cells


def _continues_cell(text: str, last_end: int, items: Sequence[Placed], index: int) -> bool:
    """Whether a line without a tab goes on with the cell above: not after two empty lines, and no prose."""
    paragraph = items[index].paragraph
    gap = text[last_end : paragraph.start].count("\n")
    following = items[index + 1].paragraph if index + 1 < len(items) else None
    in_table = following is not None and following.is_cell
    short = len(paragraph.flat.strip()) <= 40 and "。" not in paragraph.flat
    return short and gap <= 2 and (in_table or looks_like_unit(compact(paragraph.flat)))


def _row_clause(row: Row, columns: Columns, category: dict[int, str], items: Sequence[Placed]) -> Clause | None:
    words = columns.aligned(row.words)
    if words is None or _TOTAL.search("".join(words[:3])):
        return None
    words = [word or category.get(at, "") if at in columns.merged else word for at, word in enumerate(words)]
    category.update({at: word for at, word in enumerate(words) if at in columns.merged and word})
    fields = _row_fields(words, columns)
    task = columns.task_of(words)
    if not fields or not task:
        return None
    placed = items[row.index]
    path = tuple(dict.fromkeys(tidy(words[at]) for at in sorted(columns.merged) if words[at] and at != columns.task))
    return Clause(
        Form.TABLE,
        row.cells[0].start,
        row.cells[-1].end,
        fields,
        placed,
        row.index,
        placed.heading,
        task=tidy(task),
        path=path,
    )


def _row_fields(words: Sequence[str], columns: Columns) -> Fields | None:
    got = UnitList()
    for at, role in columns.units.items():
        listed = read_units(words[at], role)
        known = {unit.name for unit in got.units}
        got.units += [unit for unit in listed.units if unit.name not in known]
        got.deadlines += listed.deadlines
        got.doubts |= listed.doubts
    if not any(looks_like_unit(unit.name) for unit in got.units):
        return None
    if not all(looks_like_unit(unit.name) for unit in got.units):
        got.doubts["odd-name"] = None
    deadlines = [words[at] for at in columns.deadlines if words[at].strip(" 　/-—无")] or got.deadlines
    return Fields(Sign.LABEL, tuple(got.units), tuple(deadlines), doubts=tuple(got.doubts))


def _unsigned(text: str, items: Sequence[Placed]) -> Iterator[Clause]:
    """Tables with one cell per line and no sign: a run of header words that begins with 序号, then rows by ordinal."""
    at = 0
    while at < len(items):
        columns, size = _unsigned_header(items, at)
        if columns is None:
            at += 1
            continue
        at += size
        starts = list(_ordinals(items, at))
        for begin, end in pairwise(starts):
            cells = [_cell(items[n]) for n in range(begin, end)]
            clause = _unsigned_row(cells, columns, begin, items)
            if clause:
                yield clause
        at = starts[-1] if starts else at


def _unsigned_header(items: Sequence[Placed], at: int) -> tuple[Columns | None, int]:
    if items[at].paragraph.is_cell or compact(items[at].paragraph.flat) != "序号":
        return None, 0
    following = [compact(one.paragraph.flat[:40]) for one in items[at : at + 7]]
    if not any(_UNIT_HEADER.search(word) for word in following[1:]):
        return None, 0
    for size in range(7, 2, -1):
        words = following[:size]
        if len(words) == size and all(len(word) <= 12 for word in words) and not _ORDINAL.fullmatch(words[-1]):
            columns = read_header(words)
            if columns and columns.all_known(words):
                return columns, size
    return None, 0


def _ordinals(items: Sequence[Placed], at: int) -> Iterator[int]:
    """The paragraphs at which rows 1, 2, 3 … begin, and the one after the last row's cells."""
    expected, last = 1, at
    while at < len(items) and len(items[at].paragraph.flat.strip()) <= _LONGEST_UNLABELLED_CELL:
        if compact(items[at].paragraph.flat).rstrip(".、．") == str(expected):
            yield at
            expected, last = expected + 1, at
        elif at - last > 12:
            break
        at += 1
    if expected > 1:
        yield at


def _cell(placed: Placed) -> Cell:
    return Cell(placed.paragraph.flat.strip(), placed.paragraph.first, placed.paragraph.last)


def _unsigned_row(cells: list[Cell], columns: Columns, index: int, items: Sequence[Placed]) -> Clause | None:
    if len(cells) > columns.count:
        cells = cells[: columns.count]
    if len(cells) == columns.count - 1 and columns.merged:
        first = min(columns.merged)
        cells = [*cells[:first], Cell("", cells[first].start, cells[first].start), *cells[first:]]
    if len(cells) != columns.count:
        return None
    return _row_clause(Row(tuple(cells), index), columns, {}, items)
