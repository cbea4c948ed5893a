"""Lines to paragraphs: which line goes on in the next, also over a page's end.

A line goes on when it is full (the next line's beginning would not have fitted) and the next one does not begin a
paragraph: by its indentation where the document indents, else by numbering, label, or the end of a sentence above.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tracker.domain.text import compact
from tracker.reading.formats.pdf_layout import PageBlocks, TextLine
from tracker.reading.formats.pdf_lines import Line, joined
from tracker.reading.formats.pdf_tables import Table, continued, table_lines
from tracker.reading.labels import labels_in
from tracker.reading.outline import without_number
from tracker.reading.titles import is_number

_SLACK = 0.35  # em that a full line may lack
_AT_EDGE = 0.6  # em: a line that begins so close to the left edge is not indented
_KEYED = re.compile(r"[\u4e00-\u9fff \u3000]{2,8}[：:]")
_SENTENCE_END = ("。", "；", "：", "！", "？", ";", ":")
_GOES_ON = ("、", "，", ",", "（", "(", "和", "及", "与")
_BEFORE_LABEL = (*_SENTENCE_END, *_GOES_ON, *"【〔[ 　")
_OPEN, _CLOSE = "（(【〔《", "）)】〕》"
_CONTINUED_TABLE = re.compile(r"[（(]?(?:续表|接上表|接上页)[)）]?.{0,6}")


@dataclass(frozen=True, slots=True)
class _Set:
    """A line as it is set: between which edges, on which page."""

    line: Line
    left: float
    right: float
    page: int
    column: int

    @property
    def indent(self) -> float:
        """How far it begins from the left edge, in points."""
        return self.line.x0 - self.left


@dataclass(frozen=True, slots=True)
class _Style:
    """How a document is set: the size of its text, the distance of its lines, and whether paragraphs are indented."""

    size: float
    pitch: float
    indented: bool


def text_of(pages: Sequence[PageBlocks]) -> str:
    """The text of all pages, a paragraph or a table's row a line."""
    size = _body_size(pages)
    blocks = list(_placed(pages, size))
    style = _style([block for block in blocks if isinstance(block, _Set)], size)
    written: list[str] = []
    for block in _joined_tables(blocks):
        if isinstance(block, Table):
            written += ["", *table_lines(block), ""]
        else:
            written += _paragraphs(block, style)
    return "\n".join(written).strip("\n") + "\n" if written else ""


def _body_size(pages: Sequence[PageBlocks]) -> float:
    """The font size in which most characters are set."""
    sizes: Counter[float] = Counter()
    for line in _text_lines(pages):
        sizes[round(line.size * 2) / 2] += len(line.text)
    return max(sizes, key=lambda size: (sizes[size], size), default=12.0)


def _text_lines(pages: Iterable[PageBlocks]) -> Iterator[Line]:
    for page in pages:
        yield from (block.line for block in page.blocks if isinstance(block, TextLine))


def _placed(pages: Sequence[PageBlocks], size: float) -> Iterator[_Set | Table]:
    """The blocks of all pages, every line with the edges between which it is set."""
    lefts = {page.number: _lefts(page, size) for page in pages}
    widths = _widths(pages, lefts, size)
    for page in pages:
        for block in page.blocks:
            if isinstance(block, Table):
                yield block
            else:
                left = lefts[page.number][block.column]
                right = left + widths[_kind(page, block.column)]
                yield _Set(block.line, left, right, page.number, block.column)


def _kind(page: PageBlocks, column: int) -> tuple[int, bool]:
    """Pages of one width are set alike; columns in two are set apart from lines over the whole width."""
    return round(page.width / 10), column > 0


def _lefts(page: PageBlocks, size: float) -> dict[int, float]:
    """For each column the left edge: the first place at which not only a stray line begins."""
    begins: dict[int, list[float]] = defaultdict(list)
    for block in page.blocks:
        if isinstance(block, TextLine):
            begins[block.column].append(block.line.x0)
    return {column: _edge(sorted(xs), size) for column, xs in begins.items()}


def _edge(xs: Sequence[float], size: float) -> float:
    enough = max(1, len(xs) // 12)
    supported = (x for at, x in enumerate(xs) if sum(x <= other <= x + 0.4 * size for other in xs[at:]) >= enough)
    return next(supported, xs[0])


def _widths(
    pages: Sequence[PageBlocks], lefts: dict[int, dict[int, float]], size: float
) -> dict[tuple[int, bool], float]:
    """How wide full lines are on pages of each kind; where no line is full, as the margins tell."""
    reach: dict[tuple[int, bool], list[float]] = defaultdict(list)
    margins: dict[tuple[int, bool], float] = {}
    for page in pages:
        for block in page.blocks:
            if isinstance(block, TextLine):
                left, kind = lefts[page.number][block.column], _kind(page, block.column)
                margins[kind] = 0.0 if block.column else max(margins.get(kind, 0.0), page.width - 2 * left)
                if block.line.size < 1.2 * size:
                    reach[kind].append(block.line.x1 - left)
    return {kind: _width(sorted(reach[kind]), margin) for kind, margin in margins.items()}


def _width(reach: Sequence[float], margin: float) -> float:
    widest = reach[-1 - len(reach) // 40] if reach else 0.0
    return widest if widest > 0.85 * margin else margin


def _style(lines: Sequence[_Set], size: float) -> _Style:
    beside = [(one, two) for one, two in pairwise(lines) if _are_neighbours(one, two)]
    gaps = Counter(round(two.line.y - one.line.y) for one, two in beside)
    pitch = max(gaps, key=lambda gap: (gaps[gap], -gap), default=1.8 * size)
    begun = [two for one, two in beside if not _is_full(one, two.line) and abs(two.line.size - size) < 0.12 * size]
    indented = sum(1.2 * size <= line.indent <= 3.2 * size for line in begun)
    return _Style(size, float(pitch), indented * 2 >= len(begun) and indented > 0)


def _are_neighbours(one: _Set, two: _Set) -> bool:
    return (one.page, one.column) == (two.page, two.column) and two.line.y > one.line.y


def _joined_tables(blocks: Iterable[_Set | Table]) -> Iterator[list[_Set] | Table]:
    """Runs of lines, and tables with those that go on from page to page made one."""
    lines: list[_Set] = []
    table: Table | None = None
    for block in blocks:
        if isinstance(block, _Set):
            if table and not lines and _CONTINUED_TABLE.fullmatch(compact(block.line.text)):
                continue
            lines.append(block)
            continue
        whole = continued(table, block) if table and not lines else None
        if whole is None:
            if table:
                yield table
            if lines:
                yield lines
        table, lines = whole or block, []
    if table:
        yield table
    if lines:
        yield lines


def _paragraphs(lines: Sequence[_Set], style: _Style) -> Iterator[str]:
    words, first, before = "", lines[0], None
    for one in lines:
        if before is None:
            words = one.line.text
        elif _goes_on(first, before, one, words, style):
            words = _with(words, one.line.text)
        else:
            yield words.strip()
            words, first = one.line.text, one
        before = one
    yield words.strip()


def _with(words: str, below: str) -> str:
    """The words with the next line's; a label that begins the line keeps the blank that the line's end swallowed."""
    labelled = any(label.start == 0 for label in labels_in(below)) and not _parts_a_label(words, below)
    return f"{words} {below}" if labelled and not words.endswith(_BEFORE_LABEL) else joined(words, below)


def _goes_on(first: _Set, above: _Set, below: _Set, words: str, style: _Style) -> bool:
    """Whether the line below goes on with the paragraph that began with ``first`` and holds ``words`` so far."""
    if not _is_full(above, below.line) or _is_far(above, below, style):
        return False
    if abs(above.line.size - below.line.size) > 0.12 * style.size:
        return False
    return _goes_on_indented(first, above, below, words, style) if style.indented else _goes_on_flush(below, words)


def _is_full(above: _Set, below: Line) -> bool:
    return above.line.x1 + below.lead > above.right - _SLACK * above.line.size


def _is_far(above: _Set, below: _Set, style: _Style) -> bool:
    """Whether there is more room between the lines than between lines of one paragraph."""
    usual = style.pitch * max(1.0, above.line.size / style.size)
    return _are_neighbours(above, below) and below.line.y - above.line.y > 1.35 * usual


def _goes_on_indented(first: _Set, above: _Set, below: _Set, words: str, style: _Style) -> bool:
    numbered = _is_numbered(below.line.text)
    if below.indent <= _AT_EDGE * style.size:
        return not (numbered and words.endswith(_SENTENCE_END))
    hangs = below.line.x0 > first.line.x0 + _AT_EDGE * style.size and first.indent > _AT_EDGE * style.size
    level = abs(below.line.x0 - above.line.x0) < _AT_EDGE * style.size
    if hangs and (above is first or level):
        return not numbered and not words.endswith(_SENTENCE_END)
    return level and _is_broken_off(words)


def _goes_on_flush(below: _Set, words: str) -> bool:
    if _is_broken_off(words) or _parts_a_label(words, below.line.text):
        return True
    begins = _is_numbered(below.line.text) or _KEYED.match(below.line.text) or is_number(below.line.text)
    return not begins and not words.endswith(_SENTENCE_END)


def _parts_a_label(words: str, below: str) -> bool:
    """Whether the line's end stands inside a label (完成 / 时限：)."""
    tail = words[-8:]
    return any(label.start < len(tail) < label.end for label in labels_in(tail + below[:12]))


def _is_numbered(text: str) -> bool:
    return without_number(text) != text.lstrip()


def _is_broken_off(words: str) -> bool:
    """Whether words cannot end here: a bracket is open, or a list goes on."""
    depth = sum(char in _OPEN for char in words) - sum(char in _CLOSE for char in words)
    return words.endswith(_GOES_ON) or depth > 0
