"""Rows of tables whose cells a sign sets apart: tabs (one row per line, or one cell per line) and bars.

Page numbers, 续表 and the borders of drawn tables are passed over; prose ends a table and gives a row without cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from tracker.domain.text import CELL_BREAK, compact
from tracker.reading.labels import begins_with_label
from tracker.reading.outline import Placed
from tracker.reading.paragraphs import Paragraph
from tracker.reading.unit_words import looks_like_unit

_LONGEST_WRAPPED = 60
_LONGEST_LINE = 40
_MOST_LINES = 5
_LONGEST_ROW = 4000
_BAR = re.compile("[|｜│┃]")
_BORDER = re.compile(
    r"[\s|｜│┃\-—:＋+=_─━┄┈┌┬┐├┼┤└┴┘╔╦╗╠╬╣╚╩╝═║]*[\-—─━═=]{2}[\s|｜│┃\-—:＋+=_─━┄┈┌┬┐├┼┤└┴┘╔╦╗╠╬╣╚╩╝═║]*"
)
_HTML_BREAK = re.compile(r"\s*<br\s*/?>\s*", re.IGNORECASE)
_PAGE = re.compile(
    r"[—\-－–·―]{1,3}\d{1,4}[—\-－–·―]{1,3}|第\d{1,4}页(?:[/，,]?共\d{1,4}页)?|\d{1,4}/\d{1,4}"
    r"|[（(]?(?:续表|续上表|接上页|接上表|转下页|见下页|续)\d{0,2}[)）]?[:：]?"
)

_SITE = re.compile("技术支持[：:]|版权所有|ICP备|公网安备|网站标识码")


class Cell(NamedTuple):
    """A cell with its words (its lines parted by ``\\n``) and its span in the text."""

    words: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; ``index`` is that of its first paragraph. Without cells it is prose that ends a table.

    ``is_guessed`` tells that no sign and no measure showed where its cells begin.
    """

    cells: tuple[Cell, ...]
    index: int
    is_guessed: bool = False

    @property
    def words(self) -> list[str]:
        """The cells' words."""
        return [cell.words for cell in self.cells]


def is_page_mark(flat: str) -> bool:
    """Whether a line only tells that a page ends or that a table goes on (— 3 —, 第3页, 续表), or whose site it is."""
    return (len(flat) < 40 and bool(_PAGE.fullmatch(compact(flat)))) or is_footer(flat)


def is_footer(flat: str) -> bool:
    """Whether a line stands below a web page and tells who keeps the site (主办：… 技术支持：…)."""
    return len(flat) < 90 and bool(_SITE.search(flat))


def rows_of(text: str, items: Sequence[Placed]) -> Iterator[Row]:
    """The rows of all tables, in order. A line without a sign inside a table is a row of one cell."""
    stack = _Stack()
    for index, placed in enumerate(items):
        paragraph = placed.paragraph
        cells = line_cells(paragraph.flat, paragraph.start)
        if not cells and paragraph.is_cell:
            yield from stack.pile(index, paragraph)
        elif not cells and stack.takes_more(paragraph) and _goes_on(text, stack.last_end, items, index):
            stack.lengthen(paragraph)
        elif cells:
            yield from stack.give(Row(tuple(cells), index), drawn="\t" not in paragraph.flat)
        elif not _is_passed_over(paragraph, stack):
            yield from stack.flush()
            yield from _between(items, index, wide=stack.wide)
            stack.wide = stack.wide and not _ends_table(paragraph)
    yield from stack.flush()


class _Stack:
    """The row that is being put together: cells that stand on lines of their own, or a drawn row of several lines."""

    def __init__(self) -> None:
        self.pending: list[Cell] = []
        self.last_end, self.wide = -1, False
        self._first, self._drawn = 0, False

    def pile(self, index: int, paragraph: Paragraph) -> Iterator[Row]:
        """Takes a cell that stands on a line of its own; an empty line before it begins a new row."""
        if self.pending and (paragraph.blank_before or self._drawn):
            yield from self.flush()
        if not self.pending:
            self._first = index
        start = paragraph.start
        self.pending.append(Cell(_worded(paragraph.flat), start, max(paragraph.last, start + 1)))
        self.last_end, self.wide = paragraph.end, False

    def takes_more(self, paragraph: Paragraph) -> bool:
        """Whether a line may go on with the last cell: in a drawn table an empty line ends the row, in any a label."""
        ends = paragraph.blank_before and (self._drawn or begins_with_label(paragraph.flat))
        return bool(self.pending) and not ends

    def lengthen(self, paragraph: Paragraph) -> None:
        """Takes a line that goes on with the last cell."""
        last = self.pending[-1]
        self.pending[-1] = Cell(f"{last.words}\n{_worded(paragraph.flat)}", last.start, paragraph.last)
        self.last_end = paragraph.end

    def give(self, row: Row, *, drawn: bool) -> Iterator[Row]:
        """Takes a whole line; in a drawn table one whose first cell is empty goes on with the row above."""
        goes_on = self._drawn and drawn and len(row.cells) == len(self.pending) and not row.cells[0].words
        if goes_on and row.cells[0].start - self.pending[0].start < _LONGEST_ROW:
            self.pending = [_below(above, cell) for above, cell in zip(self.pending, row.cells, strict=True)]
            return
        yield from self.flush()
        self.wide = len(row.cells) > 2
        if drawn:
            self.pending, self._first, self._drawn = list(row.cells), row.index, True
        else:
            yield row

    def flush(self) -> Iterator[Row]:
        """Gives the row that is done."""
        if self.pending:
            yield Row(tuple(self.pending), self._first)
        self.pending, self._drawn = [], False


def _below(above: Cell, cell: Cell) -> Cell:
    words = "\n".join(words for words in (above.words, cell.words) if words)
    return Cell(words, above.start, cell.end if cell.words else above.end)


def _is_passed_over(paragraph: Paragraph, stack: _Stack) -> bool:
    """Whether a line is a table's border or a page's end."""
    if not (stack.pending or stack.wide):
        return False
    return bool(_BORDER.fullmatch(paragraph.flat)) or is_page_mark(paragraph.flat)


def _between(items: Sequence[Placed], index: int, *, wide: bool) -> Iterator[Row]:
    """A line without a sign: part of a cell where rows of tabs stand around it, else, when it is prose, an end."""
    paragraph = items[index].paragraph
    if wide and _is_wrapped_cell(items, index):
        yield Row((Cell(_worded(paragraph.flat), paragraph.first, paragraph.last),), index)
    elif _ends_table(paragraph):
        yield Row((), index)


def _ends_table(paragraph: Paragraph) -> bool:
    return len(paragraph.flat) > _LONGEST_WRAPPED or "。" in paragraph.flat


def _is_wrapped_cell(items: Sequence[Placed], index: int) -> bool:
    """Whether a short line without a tab stands between two of tabs: the middle of a cell broken over lines."""
    paragraph = items[index].paragraph
    following = [one.paragraph.is_cell for one in items[index + 1 : index + 4]]
    return len(paragraph.flat.strip()) <= _LONGEST_WRAPPED and not paragraph.blank_before and any(following)


def _goes_on(text: str, last_end: int, items: Sequence[Placed], index: int) -> bool:
    """Whether a line without a tab goes on with the cell above: not after two empty lines, and no prose."""
    paragraph = items[index].paragraph
    gap = text.count("\n", last_end, paragraph.start)
    short = _is_short(paragraph)
    return short and gap <= 2 and (_leads_to_cell(text, items, index) or looks_like_unit(compact(paragraph.flat)))


def _is_short(paragraph: Paragraph) -> bool:
    return len(paragraph.flat.strip()) <= _LONGEST_LINE and "。" not in paragraph.flat


def _leads_to_cell(text: str, items: Sequence[Placed], index: int) -> bool:
    """Whether the next cell follows, after no more than a few short lines of the same cell."""
    for at in range(index + 1, min(index + _MOST_LINES, len(items))):
        before, paragraph = items[at - 1].paragraph, items[at].paragraph
        if paragraph.is_cell:
            return True
        if (
            not _is_short(paragraph)
            or paragraph.start - before.end > 2
            or text.count("\n", before.end, paragraph.start) > 2
        ):
            return False
    return False


def line_cells(flat: str, base: int) -> list[Cell]:
    """The cells of a line that holds a whole row, parted by tabs or bars, or []."""
    if "\t" in flat:
        if "\t" in flat.strip("\t 　") or flat.count("\t") > 1:
            return list(_cut(flat.rstrip("\n"), "\t", base))
        return []
    bars = _BAR.findall(flat)
    if len(bars) < 2 or _BORDER.fullmatch(flat):
        return []
    mark = bars[0]
    body = flat.strip().removeprefix(mark).removesuffix(mark)
    return list(_cut(body, mark, base + flat.index(body)))


def _cut(body: str, mark: str, at: int) -> Iterator[Cell]:
    for words in body.split(mark):
        yield Cell(_worded(words), at, at + len(words))
        at += len(words) + 1


def _worded(words: str) -> str:
    plain = words.strip().replace(CELL_BREAK, "\n")
    return _HTML_BREAK.sub("\n", plain) if "<" in plain else plain


def padded(row: Row, count: int) -> list[str]:
    """The row's words, filled with empty ones to ``count``."""
    return [word for _, word in zip_longest(range(count), row.words[:count], fillvalue="")]
