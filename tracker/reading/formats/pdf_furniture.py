"""What pages carry besides their text: page numbers, and running titles that stand at one place on many pages."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from statistics import median

from tracker.domain.text import compact, same_length_ascii
from tracker.reading.formats.pdf_layout import Block, PageBlocks, TextLine
from tracker.reading.formats.pdf_lines import Line
from tracker.reading.secrecy import secrecy_mark

_EDGE = 0.13  # of the page's height, at the top and at the bottom
_DEEPEST = 3  # lines
_SAME_PLACE = 6.0  # points
_DASH = "[-—–―－_~·•.\\s]"
_PAGE_NUMBER = re.compile(
    rf"{_DASH}+\d{{1,4}}{_DASH}+|第\d{{1,4}}页(?:[，,/／|]?(?:共|总)\d{{1,4}}页)?|\d{{1,4}}[/／]\d{{1,4}}"
    r"|(?:Page)?\d{1,4}(?:of|OF)\d{1,4}|Page\d{1,4}|共\d{1,4}页[，,/]?第\d{1,4}页|\d{1,4}页"
)
_BARE_NUMBER = re.compile(r"\d{1,4}|[ivxlIVXL]{1,7}")
_PRINTED = re.compile(r"(?:https?|file)://\S+|\d{1,4}/\d{1,2}/\d{1,4}[,，]?(?:上午|下午)?\d{1,2}:\d\d.*")
_NEVER = re.compile(r"附件|附表|附录|附图|续表|目录")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class _Edge:
    """A line near a page's top or bottom: its page's place among the pages, its own among the blocks."""

    page: int
    block: int
    text: str
    y: float
    size: float
    top: bool

    @property
    def words(self) -> str:
        """The text without blanks, its digits narrow."""
        return compact(same_length_ascii(self.text))


def without_furniture(pages: Sequence[PageBlocks]) -> tuple[list[PageBlocks], list[str]]:
    """The pages without page numbers and running titles, and the words of these; tables are never touched."""
    edges = [edge for at, page in enumerate(pages) for edge in _edges(at, page)]
    found = (*_numbers(edges, pages), *_running(edges, pages), *_small(edges, pages))
    out = {(edge.page, edge.block): edge.text for edge in found if secrecy_mark(edge.text) is None}
    kept = [
        replace(page, blocks=tuple(block for n, block in enumerate(page.blocks) if (at, n) not in out))
        for at, page in enumerate(pages)
    ]
    return kept, list(dict.fromkeys(out.values()))


def _edges(at: int, page: PageBlocks) -> Iterator[_Edge]:
    """The lines at the page's top, then those at its bottom, the outermost first."""
    count = len(page.blocks)
    for top, order in ((True, range(count)), (False, range(count - 1, -1, -1))):
        for block, line in _text_first(page.blocks, order):
            near = line.y if top else page.height - line.y
            if near <= _EDGE * page.height:
                yield _Edge(at, block, line.text, line.y, line.size, top)


def _text_first(blocks: Sequence[Block], order: Iterable[int]) -> Iterator[tuple[int, Line]]:
    """The first lines in that order, up to a table."""
    for at in islice(order, _DEEPEST):
        block = blocks[at]
        if not isinstance(block, TextLine):
            return
        yield at, block.line


def _numbers(edges: Sequence[_Edge], pages: Sequence[PageBlocks]) -> Iterator[_Edge]:
    """Page numbers: those that look like one, and bare ones on the outermost line that count with the pages or stand
    apart from the text; other bare numbers are somebody's."""
    bare = [edge for edge in edges if _BARE_NUMBER.fullmatch(edge.words) and _is_outermost(edge, pages[edge.page])]
    steps = Counter(int(edge.words) - edge.page for edge in bare if edge.words.isdigit())
    counting = {step for step, count in steps.items() if count >= max(2, len(pages) // 3)}
    for edge in edges:
        if _PAGE_NUMBER.fullmatch(edge.words) or _PRINTED.match(edge.words):
            yield edge
    for edge in bare:
        if (edge.words.isdigit() and int(edge.words) - edge.page in counting) or _stands_apart(edge, pages[edge.page]):
            yield edge


def _is_outermost(edge: _Edge, page: PageBlocks) -> bool:
    return edge.block == (0 if edge.top else len(page.blocks) - 1)


def _stands_apart(edge: _Edge, page: PageBlocks) -> bool:
    """Whether there is more room between a line at a page's edge and the text than between lines of text."""
    step = 1 if edge.top else -1
    gaps = sorted(_gaps(page.blocks))
    sizes = (block.line.size for block in page.blocks if isinstance(block, TextLine))
    usual = gaps[(len(gaps) - 1) // 2] if len(gaps) >= 4 else 1.9 * median(sizes)
    for at in range(edge.block, edge.block + _DEEPEST * step, step):
        if not 0 <= at + step < len(page.blocks):
            return len(page.blocks) == 1
        if _room(page.blocks[at], page.blocks[at + step], edge.top) > 1.2 * usual:
            return True
    return False


def _gaps(blocks: Sequence[Block]) -> Iterator[float]:
    """From each line's baseline to that of the line right below it; what a table parts tells nothing."""
    for one, two in pairwise(blocks):
        if isinstance(one, TextLine) and isinstance(two, TextLine) and two.line.y > one.line.y:
            yield two.line.y - one.line.y


def _room(outer: Block, inner: Block, top: bool) -> float:
    """From a line's baseline to the next one's; a table's edge counts as a baseline a line's height inside it."""
    if not isinstance(outer, TextLine):
        return 0.0
    if isinstance(inner, TextLine):
        return abs(inner.line.y - outer.line.y)
    return inner.top - outer.line.y + 2 * outer.line.size if top else outer.line.y - inner.bottom


def _small(edges: Sequence[_Edge], pages: Sequence[PageBlocks]) -> Iterator[_Edge]:
    """A page's outermost line that is set much smaller than the text and stands apart: a head that is not repeated."""
    usual = _usual_size(pages)
    for edge in edges:
        if edge.size < 0.75 * usual and not _NEVER.match(edge.words) and _stands_apart(edge, pages[edge.page]):
            yield edge


def _running(edges: Sequence[_Edge], pages: Sequence[PageBlocks]) -> Iterator[_Edge]:
    """Lines with the same words (numbers aside) at the same height on several pages, set apart from the text."""
    groups: dict[tuple[bool, str], list[_Edge]] = defaultdict(list)
    usual = _usual_size(pages)
    for edge in edges:
        words = _DIGITS.sub("#", edge.words)
        apart = edge.size < 0.9 * usual or _stands_apart(edge, pages[edge.page])
        if apart and words.strip("#") and not _NEVER.match(words):
            groups[edge.top, words].append(edge)
    enough = 2 if len(pages) <= 4 else 3
    for group in groups.values():
        heights = Counter(round(edge.y / _SAME_PLACE) for edge in group)
        for edge in group:
            place = round(edge.y / _SAME_PLACE)
            if sum(heights[near] for near in (place - 1, place, place + 1)) >= enough:
                yield edge


def _usual_size(pages: Sequence[PageBlocks]) -> float:
    """The size of most lines between the pages' edges; where there are none, of all lines."""
    lines = [(page, block.line) for page in pages for block in page.blocks if isinstance(block, TextLine)]
    inner = [line.size for page, line in lines if _EDGE < line.y / page.height < 1 - _EDGE]
    return median(inner or [line.size for _, line in lines] or [0.0])
