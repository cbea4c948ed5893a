"""Tables whose columns are parted by blanks: two and more (half or full width), or one where every word is known.

Cells that go on below are told by where they stand: under which word of the header, counted in columns of a screen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tracker.domain.text import compact, display_width
from tracker.reading.columns import Columns
from tracker.reading.fitting import are_units, fitted, is_date
from tracker.reading.grid import Cell, Row, is_page_mark
from tracker.reading.header_words import Kind, is_header_word, is_ordinal, kind_of
from tracker.reading.outline import Placed
from tracker.reading.sections import Header, Section, read_any_header

_WIDE_GAP = re.compile(r"[ \t]{2,}|[ \t]*\u3000[ \t\u3000]+|[ \t]+\u3000[ \t\u3000]*")
_ANY_GAP = re.compile(r"[ \t\u3000]+")
_HEADS = re.compile("单位|部门|责任|牵头|指标|主办|承办|单[ \u3000]*位")
_LONGEST_LINE = 300
_LONGEST_HEADER_LINE = 160
_NEAR = 6
_LONGEST_PROSE = 60
_MOST_PIECES = 60
_LONGEST_ODD = 8
_MANY = 4
_MOST_ABOVE = 5
_FROM_EDGE = 10


@dataclass(frozen=True, slots=True)
class Piece:
    """A cell's part on one line; ``left`` is the screen column where it begins."""

    words: str
    start: int
    end: int
    left: int


@dataclass(slots=True)
class _Open:
    """The row that is being put together: for every column its pieces."""

    index: int
    cells: list[list[Piece]] = field(default_factory=list)

    def row(self, at: int) -> Row:
        cells = []
        for pieces in self.cells:
            words = "\n".join(piece.words for piece in pieces)
            start = pieces[0].start if pieces else at
            end = max((piece.end for piece in pieces), default=at)
            cells.append(Cell(words, start, end))
        return Row(tuple(cells), self.index)


def blank_section(items: Sequence[Placed], at: int) -> tuple[Section, int] | None:
    """The table whose header is this line, its words parted by blanks, and where it ends."""
    flat = items[at].paragraph.flat
    if len(flat) > _LONGEST_HEADER_LINE or not _HEADS.search(flat) or not _ANY_GAP.search(flat.strip()):
        return None
    for gap in (_WIDE_GAP, _ANY_GAP):
        pieces = pieces_of(items[at], gap)
        words = tuple(compact(piece.words) for piece in pieces)
        if len(words) < 3 or not _are_header_words(words, wide=gap is _WIDE_GAP):
            continue
        header = read_any_header(words)
        if header:
            section = Section(header, words, "")
            end = _Filling(section, pieces, gap).fill(items, at + 1)
            return section, end
    return None


def _are_header_words(words: Sequence[str], *, wide: bool) -> bool:
    """Whether headers use all of the words; between wide gaps and after a number's column one may be unheard of."""
    unheard = [word for word in words if not is_header_word(word)]
    if not unheard:
        return True
    one_odd = len(unheard) == 1 and 1 < len(unheard[0]) <= _LONGEST_ODD and len(words) > _MANY
    return wide and one_odd and kind_of(words[0])[0] is Kind.ORDINAL


def pieces_of(placed: Placed, gap: re.Pattern[str]) -> list[Piece]:
    """The parts of a line between gaps, with where they stand in the text and on the screen."""
    return list(_pieces(placed.paragraph.flat, placed.paragraph.start, gap))


def _pieces(flat: str, base: int, gap: re.Pattern[str]) -> Iterator[Piece]:
    at = len(flat) - len(flat.lstrip())
    last = len(flat.rstrip())
    left = display_width(flat[:at])
    while at < last:
        found = gap.search(flat, at, last)
        end = found.start() if found else last
        yield Piece(flat[at:end], base + at, base + end, left)
        after = found.end() if found else last
        left += display_width(flat[at:after])
        at = after


class _Filling:
    """Puts lines into a section's rows."""

    def __init__(self, section: Section, header_pieces: Sequence[Piece], gap: re.Pattern[str]) -> None:
        self.section, self.header, self.gap = section, section.header, gap
        self.lefts = [piece.left for piece in header_pieces]
        self.open: _Open | None = None

    def fill(self, items: Sequence[Placed], at: int) -> int:
        """Takes lines as long as they belong to the table; gives the first that does not."""
        while at < len(items):
            if self._takes_broken(items, at):
                at += 2
            elif self._takes(items[at], at) or self._begins_above(items, at):
                at += 1
            else:
                break
        self._close()
        return at

    def _takes_broken(self, items: Sequence[Placed], at: int) -> bool:
        """Whether a numbered line was broken inside a cell: the next one, from the left edge on, has just the rest."""
        if self.header.shape.ordinal is None or self.gap is not _WIDE_GAP or at + 1 == len(items):
            return False
        above, below = (pieces_of(placed, self.gap) for placed in items[at : at + 2])
        if len(above) + len(below) != self.header.count + 1 or len(below) < 2 or items[at + 1].paragraph.blank_before:
            return False
        if not is_ordinal(above[0].words) or is_ordinal(below[0].words) or below[0].left > _NEAR:
            return False
        self._close()
        cells = [[piece] for piece in (*above, *below[1:])]
        cells[len(above) - 1].append(below[0])
        self.open = _Open(at, cells)
        return True

    def _takes(self, placed: Placed, index: int) -> bool:
        flat = placed.paragraph.flat
        if placed.paragraph.is_cell or len(flat) > _LONGEST_LINE:
            return False
        if is_page_mark(flat):
            return True
        pieces = pieces_of(placed, self.gap)
        if tuple(compact(piece.words) for piece in pieces) == self.section.words or _is_page_number(pieces):
            return True
        row = self._new_row(pieces, index)
        if row:
            self._begin(row, middle=self._is_middle(placed))
            return True
        if len(pieces) == 1 and placed.own and len(flat) < _LONGEST_PROSE and "。" not in flat:
            return True
        return self.open is not None and not placed.paragraph.blank_before and self._go_on(self.open, pieces)

    def _begins_above(self, items: Sequence[Placed], at: int) -> bool:
        """Whether a line begins a row whose number stands in the middle, some lines below; opens that row."""
        if self.header.shape.ordinal is None or (self.open and not items[at].paragraph.blank_before):
            return False
        below = items[at + 1 : at + _MOST_ABOVE]
        for placed in below:
            if placed.paragraph.is_cell or placed.paragraph.blank_before:
                return False
            if self._new_row(pieces_of(placed, self.gap), at):
                break
        else:
            return False
        row = _Open(at, [[] for _ in self.lefts])
        if not self._go_on(row, pieces_of(items[at], self.gap)):
            return False
        self._close()
        self.open = row
        return True

    def _is_middle(self, placed: Placed) -> bool:
        """Whether a numbered line belongs to the open row, which began above its number."""
        ordinal = self.header.shape.ordinal
        if self.open is None or ordinal is None or placed.paragraph.blank_before:
            return False
        return not self.open.cells[ordinal]

    def _begin(self, row: _Open, *, middle: bool) -> None:
        """Opens the row; one whose number stands in the middle of its lines goes on with the open one."""
        if middle and self.open:
            joint = [[*above, *below] for above, below in zip(self.open.cells, row.cells, strict=True)]
            self.open = _Open(self.open.index, joint)
            return
        self._close()
        self.open = row

    def _close(self) -> None:
        if self.open:
            self.section.rows.append(
                self.open.row(self.open.cells[0][0].start if self.open.cells[0] else _first(self.open))
            )
        self.open = None

    def _new_row(self, pieces: Sequence[Piece], index: int) -> _Open | None:
        """The row that begins with these pieces; None when they begin none."""
        ordinal = self.header.shape.ordinal
        numbered = [at for at, piece in enumerate(pieces[:3]) if is_ordinal(piece.words)]
        if len(pieces) < 2 or (ordinal is not None and not numbered):
            return None
        placed = self._placed(pieces)
        if placed is None or (ordinal is None and sum(map(bool, placed)) < min(3, self.header.count - 1)):
            return None
        return _Open(index, placed)

    def _placed(self, pieces: Sequence[Piece]) -> list[list[Piece]] | None:
        """The pieces by columns: one each, or by where they stand, or by what they say."""
        if len(pieces) == self.header.count:
            return [[piece] for piece in pieces]
        by_left = self._by_left(pieces)
        if by_left and _plausible(by_left, self.header):
            return by_left
        return _by_words(pieces, self.header) if isinstance(self.header, Columns) else by_left

    def _by_left(self, pieces: Sequence[Piece]) -> list[list[Piece]] | None:
        cells: list[list[Piece]] = [[] for _ in self.lefts]
        free = 0
        for piece in pieces:
            near = [at for at in range(free, len(cells)) if abs(self.lefts[at] - piece.left) <= _NEAR]
            if not near:
                return None
            at = min(near, key=lambda at: abs(self.lefts[at] - piece.left))
            cells[at].append(piece)
            free = at + 1
        return cells

    def _go_on(self, row: _Open, pieces: Sequence[Piece]) -> bool:
        """Whether the pieces go on with the open row's cells, and puts them there."""
        if sum(map(len, row.cells)) > _MOST_PIECES or (len(pieces) == 1 and self._is_too_wide(pieces[0])):
            return False
        targets = [self._column_under(piece) for piece in pieces]
        if any(at is None for at in targets):
            return False
        for piece, at in zip(pieces, targets, strict=True):
            row.cells[at or 0].append(piece)
        return True

    def _is_too_wide(self, piece: Piece) -> bool:
        """Whether a lone piece reaches over more than its column, as prose below a table does."""
        beyond = [left for left in self.lefts if left > piece.left + _NEAR]
        room = beyond[0] + _NEAR - piece.left if beyond else _LONGEST_PROSE
        return display_width(piece.words) > room

    def _column_under(self, piece: Piece) -> int | None:
        """The column that a piece below stands under; else the one whose kind it is."""
        near = [
            at
            for at, left in enumerate(self.lefts)
            if abs(left - piece.left) <= _NEAR and at != self.header.shape.ordinal
        ]
        if near:
            return min(near, key=lambda at: abs(self.lefts[at] - piece.left))
        if isinstance(self.header, Columns) and are_units(piece.words):
            return max(self.header.units)
        return None


def _is_page_number(pieces: Sequence[Piece]) -> bool:
    return len(pieces) == 1 and pieces[0].words.isdigit() and pieces[0].left > _FROM_EDGE


def _first(row: _Open) -> int:
    return min(piece.start for pieces in row.cells for piece in pieces)


def _plausible(cells: Sequence[Sequence[Piece]], header: Header) -> bool:
    if not isinstance(header, Columns):
        return bool(cells[header.name])
    told = [pieces[0].words for at, pieces in enumerate(cells) if pieces and at in header.units]
    dates = [pieces[0].words for at, pieces in enumerate(cells) if pieces and at in header.deadlines]
    return (
        bool(cells[header.task])
        and bool(told)
        and not any(is_date(words) for words in told)
        and not any(are_units(words) for words in dates)
    )


def _by_words(pieces: Sequence[Piece], header: Columns) -> list[list[Piece]] | None:
    shown = fitted([piece.words for piece in pieces], header)
    if shown is None:
        return None
    waiting = list(pieces)
    return [[waiting.pop(0) for _ in words.split("\n")] if words else [] for words in shown]
