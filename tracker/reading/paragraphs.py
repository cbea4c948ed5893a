"""Text to paragraphs: spans with their words, wrapped lines joined where a clause was broken in two."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tracker.reading.labels import unbracketed

_OPEN, _CLOSE = "（(【〔[［", "）)】〕]］"
_BALANCE = {**dict.fromkeys(_OPEN, 1), **dict.fromkeys(_CLOSE, -1)}
_BRACKET = re.compile(f"[{re.escape(_OPEN + _CLOSE)}]")
_MOST_JOINED = 4
_LONG = 50
_NEW_THING = re.compile(
    r"\s*(?:第[一二三四五六七八九十百\d]+[编章节条]|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[)）]|\d{1,3}[.．、]|[①-⑳])"
)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A span of the text; ``flat`` has the same length, its line ends made blanks, 【责任单位】 made 责任单位：.

    ``blank_before`` tells whether an empty line (or the beginning) stands before it, ``is_cell`` whether it is a
    cell or a row of a table that was flattened with tabs. Only a cell may be blank.
    """

    start: int
    end: int
    flat: str
    blank_before: bool
    is_cell: bool = False

    @property
    def first(self) -> int:
        """The offset of its first character that is not blank."""
        return self.start + len(self.flat) - len(self.flat.lstrip())

    @property
    def last(self) -> int:
        """The offset after its last character that is not blank."""
        return self.start + len(self.flat.rstrip())


def paragraphs_of(text: str, start: int = 0, end: int | None = None) -> tuple[Paragraph, ...]:
    """The paragraphs of ``text[start:end]``, in order; empty lines give none."""
    lines = list(_lines(text, start, len(text) if end is None else end))
    cells = _tabs_make_cells(lines)
    return tuple(_joined(list(_marked(lines, cells))))


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    at = start
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        yield at, text[at:stop]
        at = stop + 1


def _tabs_make_cells(lines: list[tuple[int, str]]) -> bool:
    """Whether a tab at the beginning of a line makes a cell; where whole sentences begin so, it is an indent."""
    tabbed = [line for _, line in lines if line.startswith("\t") and line.strip()]
    sentences = sum(len(line) > _LONG and "。" in line for line in tabbed)
    return sentences * 5 < max(1, len(tabbed))


def _marked(lines: list[tuple[int, str]], cells: bool) -> Iterator[Paragraph]:
    blank = True
    for at, line in lines:
        is_cell = "\t" in line.strip() or (cells and line.startswith("\t"))
        if line.strip() or is_cell:
            yield Paragraph(at, at + len(line), unbracketed(line), blank, is_cell)
        blank = not line.strip() and not is_cell


def _joined(lines: list[Paragraph]) -> Iterator[Paragraph]:
    """Joins lines where a bracket opened in one is closed in a following one that begins nothing new."""
    at = 0
    while at < len(lines):
        count = _lines_in_bracket(lines, at)
        first, last = lines[at], lines[at + count - 1]
        if count == 1:
            yield first
        else:
            flat = "".join(
                part.flat + " " * (following.start - part.end)
                for part, following in zip(lines[at : at + count - 1], lines[at + 1 : at + count], strict=True)
            )
            yield Paragraph(first.start, last.end, flat + last.flat, first.blank_before)
        at += count


def _lines_in_bracket(lines: list[Paragraph], at: int) -> int:
    open_now = _open_at_end(lines[at])
    if open_now <= 0 or lines[at].is_cell:
        return 1
    for count, line in enumerate(lines[at + 1 : at + _MOST_JOINED], start=2):
        if line.is_cell or _NEW_THING.match(line.flat):
            return 1
        open_now += sum(_BALANCE[char] for char in _BRACKET.findall(line.flat))
        if open_now <= 0:
            return count
    return 1


def _open_at_end(line: Paragraph) -> int:
    """How many brackets stand open at the line's end; a stray closing one (1）) counts for nothing."""
    depth = 0
    for char in _BRACKET.findall(line.flat):
        depth = max(0, depth + _BALANCE[char])
    return depth
