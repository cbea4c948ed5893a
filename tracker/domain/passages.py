"""A text cut into pieces for showing: marked clauses, the text between them, and what is far from any folded away.

Nothing is lost: the pieces of all passages, joined, are the text again, until ``without_long_folds`` says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MARGIN = 240
"""Characters of context kept open around a clause; the line they fall into is kept whole."""
SHORTEST_FOLD = 400
"""A gap shorter than this is not worth folding away."""
LONGEST_FOLD = 4000
"""A gap longer than this is not worth sending along with a page on which nobody may look at it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of the text and what it belongs to; offsets count from the start of the text that is cut."""

    key: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text; ``key`` is its mark's, None between marks.

    A mark that lies wholly inside one before it becomes an empty piece, so that it can still be pointed at.
    """

    text: str
    key: int | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """Neighbouring pieces; ``folded`` says that none of the clauses in view stands in them.

    ``left_out`` counts the characters of a fold whose text was left out, and ``keys`` are its marks; else none.
    """

    pieces: tuple[Piece, ...]
    folded: bool = False
    left_out: int = 0
    keys: tuple[int, ...] = ()

    @property
    def characters(self) -> int:
        return self.left_out or sum(len(piece.text) for piece in self.pieces)


def pieces_of(text: str, marks: Iterable[Mark], start: int = 0, end: int | None = None) -> tuple[Piece, ...]:
    """``text[start:end]`` in pieces, with every mark that begins in it; marks beyond the text are cut at its end."""
    end = len(text) if end is None else end
    pieces, at = list[Piece](), start
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        if not start <= mark.start < end:
            continue
        first, last = max(mark.start, at), max(min(mark.end, end), at)
        if first > at:
            pieces.append(Piece(text[at:first]))
        pieces.append(Piece(text[first:last], mark.key))
        at = last
    return (*pieces, Piece(text[at:end])) if at < end else tuple(pieces)


def passages_of(text: str, marks: Sequence[Mark], in_view: Iterable[int]) -> tuple[Passage, ...]:
    """The whole text as passages: open ones around the marks whose keys are ``in_view``, the others folded."""
    wanted = set(in_view)
    windows = _merged(_window(text, mark) for mark in marks if mark.key in wanted and mark.start < len(text))
    passages, at = list[Passage](), 0
    for start, end in windows:
        if start > at:
            passages.append(_passage(text, marks, at, start, folded=True))
        passages.append(_passage(text, marks, start, end, folded=False))
        at = end
    if at < len(text):
        passages.append(_passage(text, marks, at, len(text), folded=True))
    return tuple(passages)


def without_long_folds(passages: Iterable[Passage], longest: int) -> tuple[Passage, ...]:
    """The passages, those folds left empty that hold more than ``longest`` characters: they are counted only."""
    return tuple(_emptied(each) if each.folded and each.characters > longest else each for each in passages)


def _emptied(passage: Passage) -> Passage:
    keys = tuple(piece.key for piece in passage.pieces if piece.key is not None)
    return Passage((), folded=True, left_out=passage.characters, keys=keys)


def _passage(text: str, marks: Sequence[Mark], start: int, end: int, *, folded: bool) -> Passage:
    return Passage(pieces_of(text, _within(marks, start, end), start, end), folded and end - start >= SHORTEST_FOLD)


def _within(marks: Iterable[Mark], start: int, end: int) -> list[Mark]:
    return [mark for mark in marks if start <= mark.start < end]


def _window(text: str, mark: Mark) -> tuple[int, int]:
    """The mark with its context, widened to whole lines."""
    start = text.rfind("\n", 0, max(0, mark.start - MARGIN)) + 1
    end = text.find("\n", min(len(text), mark.end + MARGIN))
    return start, len(text) if end < 0 else end + 1


def _merged(windows: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Windows in order; those that touch, or leave too little between them to fold, become one."""
    merged = list[tuple[int, int]]()
    for start, end in sorted(windows):
        if merged and start <= merged[-1][1] + SHORTEST_FOLD:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
