"""Glyphs to lines: what stands on one baseline, from left to right, with blanks where the setting leaves room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from tracker.domain.text import is_wide
from tracker.reading.formats.pdf_page import Glyph

_SAME_BASELINE = 0.4  # em
_BLANK_BETWEEN_LETTERS = 0.18  # em
_BLANK_BETWEEN_SQUARES = 0.9  # em
_OVERPRINT = 0.25  # em; the same character drawn again so close by is a bold one
_MAY_NOT_BEGIN = frozenset("，。、；：？！）》】〕」』”’…—·％%,.;:?!)]}")
_MAY_NOT_END = frozenset("（《【〔「『“‘([{")


@dataclass(frozen=True, slots=True)
class Line:
    """A line's words, where it begins and ends, its baseline, its font size, all in points.

    ``lead`` is the width of what at its beginning could not be parted: a character with the punctuation after it, or
    a number. Had that fitted on the line above, a typesetter would have put it there.
    """

    text: str
    x0: float
    x1: float
    y: float
    size: float
    lead: float

    @property
    def width(self) -> float:
        """From its first glyph to its last."""
        return self.x1 - self.x0


def rows_of(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """The glyphs by baseline from the top down, each row from left to right; blanks count for nothing."""
    rows: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda one: one.y):
        reach = _SAME_BASELINE * max(glyph.size, rows[-1][-1].size) if rows else 0.0
        if rows and glyph.y - rows[-1][-1].y <= reach and glyph.y - rows[-1][0].y <= 1.5 * reach:
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    found = [sorted(row, key=lambda one: (one.x0, one.x1)) for row in rows]
    return [row for row in found if any(not one.char.isspace() for one in row)]


def line_of(row: Sequence[Glyph]) -> Line:
    """The line that the glyphs of one row make; the row holds at least one that is not blank."""
    inked = [one for one in row if not one.char.isspace()]
    squares = [one.size for one in inked if is_wide(one.char)]
    size = median(squares or [one.size for one in inked])
    words: list[str] = []
    for before, glyph, blanks in _with_blanks(row):
        if before is not None and _is_overprint(before, glyph, size):
            continue
        words.append(_gap(before, glyph, blanks, size) + glyph.char if before else glyph.char)
    return Line(
        "".join(words), inked[0].x0, max(one.x1 for one in inked), median(one.y for one in inked), size, _lead(inked)
    )


def lines_of(glyphs: Iterable[Glyph]) -> list[Line]:
    """The lines of a region, from the top down."""
    return [line_of(row) for row in rows_of(glyphs)]


def joined(above: str, below: str) -> str:
    """Two lines of one paragraph: no blank beside a Chinese character, one between two Latin words."""
    above, below = above.rstrip(), below.lstrip()
    latin = above[-1:].isascii() and above[-1:].isalnum() and below[:1].isascii() and below[:1].isalpha()
    return f"{above} {below}" if latin and not above[-1:].isdigit() else above + below


def _with_blanks(row: Sequence[Glyph]) -> Iterable[tuple[Glyph | None, Glyph, str]]:
    """Every inked glyph with the inked one before it and the blanks written between the two."""
    before: Glyph | None = None
    blanks = ""
    for glyph in row:
        if glyph.char.isspace():
            blanks += glyph.char
        else:
            yield before, glyph, blanks
            before, blanks = glyph, ""


def _is_overprint(before: Glyph, glyph: Glyph, size: float) -> bool:
    return glyph.char == before.char and abs(glyph.x0 - before.x0) < _OVERPRINT * min(size, glyph.size or size)


def _gap(before: Glyph, glyph: Glyph, blanks: str, size: float) -> str:
    """The blank between two glyphs: one that is written, or one that the room between them amounts to."""
    room = (glyph.x0 - before.x1) / max(size, 1.0)
    squares = is_wide(before.char) or is_wide(glyph.char)
    if not squares:
        return " " if room > _BLANK_BETWEEN_LETTERS else ""
    if room > _BLANK_BETWEEN_SQUARES:
        return "　" if "　" in blanks else " "
    both = is_wide(before.char) and is_wide(glyph.char)
    return blanks[0] if blanks and both and room > _BLANK_BETWEEN_LETTERS else ""


def _lead(inked: Sequence[Glyph]) -> float:
    """The width at the beginning that no typesetter parts."""
    last = 0
    while last + 1 < len(inked) and last < 12 and _stay_together(inked[last].char, inked[last + 1].char):
        last += 1
    return inked[last].x1 - inked[0].x0


def _stay_together(before: str, after: str) -> bool:
    word = before.isascii() and after.isascii() and before.isalnum() and after.isalnum()
    return word or before in _MAY_NOT_END or after in _MAY_NOT_BEGIN
