"""Text to paragraphs: spans with their words, wrapped lines joined where a clause was broken in two."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from operator import attrgetter, itemgetter
from typing import NamedTuple, TypeVar

from tracker.reading.labels import label_crosses, unbracketed
from tracker.reading.wrapping import WRAP, IsFull, begins_anew, full_line, name_goes_on

_Line = TypeVar("_Line")
_OPEN, _CLOSE = "（(【〔〖[［", "）)】〕〗]］"
_BALANCE = {**dict.fromkeys(_OPEN, 1), **dict.fromkeys(_CLOSE, -1)}
_BRACKET = re.compile(f"[{re.escape(_OPEN + _CLOSE)}]")
_AMID = ("，", "、", "；", "（")
_PERIODICAL = re.compile(r"公报|政报|第\s*\d{1,3}\s*期")
_MOST_JOINED = 6
_LONG = 50
_PAGE_NUMBER = re.compile(r"(?:[-—–－·]+\s*\d{1,4}\s*[-—–－·]+|第\s*\d{1,4}\s*页(?:\s*共\s*\d{1,4}\s*页)?)")
_LONGEST_PAGE_NUMBER = 30
"""What is wider is a row of a drawn table; the blanks before it, which centre a number on its page, do not count."""

_ENDS_PAGE_NUMBER = ("页", "-", "—", "–", "－", "·")


class Paragraph(NamedTuple):
    """A span of the text; ``flat`` has the same length, its line ends made ``WRAP``, 【责任单位】 made 责任单位：.

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


class Lines:
    """The lines of a text, each looked at once; asked for the paragraphs of a whole source and of each document."""

    def __init__(self, text: str) -> None:
        self._lines = list(_lines(text, 0, len(text)))
        self._known: dict[bool, list[Paragraph]] = {}

    def paragraphs(self, start: int = 0, end: int | None = None) -> tuple[Paragraph, ...]:
        """The paragraphs of ``text[start:end]``, in order, which begins where a line begins and ends where one ends.

        Empty lines and page numbers give none.
        """
        lines = _within(self._lines, start, end, key=itemgetter(0))
        marked = _within(self._marked(_tabs_make_cells(lines)), start, end, key=attrgetter("start"))
        if marked and not marked[0].blank_before:
            marked[0] = marked[0]._replace(blank_before=True)
        return tuple(_joined(marked, full_line(line.flat for line in marked if not line.is_cell)))

    def _marked(self, cells: bool) -> list[Paragraph]:
        if cells not in self._known:
            self._known[cells] = list(_marked(self._lines, cells))
        return self._known[cells]


def _within(lines: list[_Line], start: int, end: int | None, key: Callable[[_Line], int]) -> list[_Line]:
    """The lines that begin from ``start`` on and before ``end``."""
    last = len(lines) if end is None else bisect_left(lines, end, key=key)
    return lines[bisect_left(lines, start, key=key) : last]


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
    shown = [line.strip() for _, line in lines]
    numbers = [_is_page_number(words) for words in shown]
    heads = _running_heads(shown, numbers) if any(numbers) else frozenset()
    for (at, line), words, is_number in zip(lines, shown, numbers, strict=True):
        is_cell = "\t" in words or (cells and line.startswith("\t"))
        if is_number or (heads and words in heads):
            continue
        if words or is_cell:
            yield Paragraph(at, at + len(line), unbracketed(line), blank, is_cell)
        blank = not words and not is_cell


def _running_heads(shown: list[str], numbers: list[bool]) -> frozenset[str]:
    """The periodical's name that stands beside a page's number, and elsewhere too: 某市人民政府公报　2024年第3期."""
    kept = [(words, is_number) for words, is_number in zip(shown, numbers, strict=True) if words]
    lines = [words for words, _ in kept]
    places = [n for at, (_, is_number) in enumerate(kept) if is_number for n in (at - 1, at + 1)]
    near = {lines[n] for n in places if 0 <= n < len(lines)}
    heads = {words for words in near if len(words.replace(" ", "")) < _LONG and _PERIODICAL.search(words)}
    counted = Counter(words for words in lines if words in heads) if heads else {}
    return frozenset(words for words, count in counted.items() if count > 1)


def _is_page_number(words: str) -> bool:
    """Whether a line is a page's number, whose words (the line without blanks around them) are given."""
    return (
        len(words) < _LONGEST_PAGE_NUMBER
        and words.endswith(_ENDS_PAGE_NUMBER)
        and _PAGE_NUMBER.fullmatch(words) is not None
    )


def _joined(lines: list[Paragraph], is_full: IsFull) -> Iterator[Paragraph]:
    """Joins lines where a bracket, a name or (in a text cut at a fixed width) a full line goes on in the next one."""
    at = 0
    while at < len(lines):
        count = _lines_of(lines, at, is_full)
        first, last = lines[at], lines[at + count - 1]
        if count == 1:
            yield first
        else:
            flat = "".join(
                part.flat + WRAP * (following.start - part.end)
                for part, following in zip(lines[at : at + count - 1], lines[at + 1 : at + count], strict=True)
            )
            yield Paragraph(first.start, last.end, flat + last.flat, first.blank_before)
        at += count


def _lines_of(lines: list[Paragraph], at: int, is_full: IsFull) -> int:
    """How many lines from ``at`` on are one paragraph."""
    if lines[at].is_cell:
        return 1
    count = 1
    while at + count < len(lines):
        above, below = lines[at + count - 1].flat, lines[at + count]
        if below.is_cell or below.blank_before:
            break
        full = is_full(above)
        if not (full or name_goes_on(lines[at].flat, above, below.flat)):
            break
        amid_list = full and (above.endswith(_AMID) or label_crosses(above, below.flat))
        if begins_anew(below.flat, amid_list=amid_list):
            break
        count += 1
    return _lines_in_bracket(lines, at, count)


def _lines_in_bracket(lines: list[Paragraph], at: int, count: int) -> int:
    """How many lines it takes to close the bracket that ``count`` lines leave open; ``count`` if that is not near."""
    open_now = _open_at_end(lines[at : at + count])
    if open_now <= 0:
        return count
    for more, line in enumerate(lines[at + count : at + count + _MOST_JOINED], start=count + 1):
        if line.is_cell or begins_anew(line.flat, amid_list=True):
            return count
        open_now += sum(_BALANCE[char] for char in _BRACKET.findall(line.flat))
        if open_now <= 0:
            return more
    return count


def _open_at_end(lines: list[Paragraph]) -> int:
    """How many brackets stand open at the end of lines; a stray closing one (1）) counts for nothing."""
    depth = 0
    for line in lines:
        for char in _BRACKET.findall(line.flat):
            depth = max(0, depth + _BALANCE[char])
    return depth
