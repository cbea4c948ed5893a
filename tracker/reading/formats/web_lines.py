"""A page's tree to lines: blocks and line breaks end lines, inline elements are joined, tables follow the contract."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tracker.reading.formats.grid import cell_words, refuse_swollen, table_lines
from tracker.reading.formats.number_words import number_words
from tracker.reading.formats.web_meta import meta_rows
from tracker.reading.formats.web_tables import Grid, grid_of, is_layout
from tracker.reading.formats.web_tree import Node

_BLOCKS_WORDS = (
    "p|div|li|ul|ol|dl|dt|dd|h1|h2|h3|h4|h5|h6|section|article|main|header|footer|aside|nav|blockquote|pre|center|hr"
    "|address|figure|figcaption|fieldset|form|details|summary|table|caption|tbody|thead|tfoot|tr|td|th|body"
)
_BLOCKS = frozenset(_BLOCKS_WORDS.split("|"))
_HEADINGS = frozenset(("h1", "h2", "h3"))
_TITLE_WORDS = frozenset(("title", "biaoti", "bt"))
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_WIDE = r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’—…]"
_LINE_END_IN_CHINESE = re.compile(rf"(?<={_WIDE})[ \t]*[\r\n][ \t\r\n\f]*(?={_WIDE})")
_ODD = {ord(c): " " for c in "\xa0\u2002\u2003\u2028\u2029\x0b\x85"} | dict.fromkeys(map(ord, "\u200b\ufeff\xad"), "")
_NUMBERED = re.compile(
    r"\s*(?:[（(]?(?:[一二三四五六七八九十]+|\d+)[)）、.．]|第[一二三四五六七八九十\d]+[章节条]|[①-⑳])"
)
_LIST_FORMATS = {
    "a": "lowerLetter",
    "A": "upperLetter",
    "i": "lowerRoman",
    "I": "upperRoman",
    "cjk-ideographic": "chineseCounting",
    "simp-chinese-informal": "chineseCounting",
    "none": "none",
}
_LIST_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([a-z-]+)", re.IGNORECASE)
_MOST_ITEMS = 10_000


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the page: how many of its characters are links, whether it is in the article, a row, a heading."""

    words: str
    linked: int = 0
    inside: bool = True
    is_row: bool = False
    is_heading: bool = False


def lines_of(body: Node, article: Node) -> list[Line]:
    """The lines of a page, in order; empty ones stand around tables only."""
    writer = _Writer(article, body.length)
    writer.walk(body)
    writer.end_line()
    return writer.lines


class _Writer:
    """Writes lines; ``end_line`` is idempotent, so that nested blocks end a line once."""

    def __init__(self, article: Node | None, total: int, *, in_cell: bool = False) -> None:
        self.lines: list[Line] = []
        self._article, self._total, self._in_cell = article, total, in_cell
        self._parts: list[str] = []
        self._linked, self._label = 0, ""
        self._inside = article is None
        self._heading = self._kept_blanks = self._in_link = False

    def walk(self, node: Node) -> None:
        """Writes an element and everything in it."""
        before = (self._inside, self._heading, self._kept_blanks, self._in_link)
        if node.tag in _BLOCKS:
            self.end_line()
        self._inside |= node is self._article
        self._heading |= node.tag in _HEADINGS or (node.tag in _BLOCKS and bool(node.words & _TITLE_WORDS))
        self._kept_blanks |= node.tag == "pre"
        self._in_link |= node.tag == "a"
        if node.tag == "br":
            self.end_line()
        elif node.tag == "table":
            self._table(node)
        else:
            self._children(node)
        if node.tag in _BLOCKS:
            self.end_line()
        self._inside, self._heading, self._kept_blanks, self._in_link = before

    def end_line(self) -> None:
        """Ends the line, if it has any words."""
        for words in self._written():
            self.lines.append(Line(words, self._linked, self._inside, is_heading=self._heading))
        self._parts, self._linked = [], 0

    def _written(self) -> Iterator[str]:
        words = "".join(self._parts).translate(_ODD)
        if self._kept_blanks:
            yield from (line for line in words.splitlines() if line.strip())
            return
        line = _BLANKS.sub(" ", _LINE_END_IN_CHINESE.sub("", words)).strip()
        if line:
            yield self._label + line
            self._label = ""

    def _children(self, node: Node) -> None:
        labels = _labels(node) if node.tag == "ol" else iter(())
        for child in node.children:
            if isinstance(child, str):
                self._say(child)
                continue
            label = next(labels, "") if child.tag == "li" else ""
            if label and not _NUMBERED.match(child.text()):
                self.end_line()
                self._label = label
            self.walk(child)

    def _say(self, words: str) -> None:
        self._parts.append(words)
        self._linked += len(_BLANKS.sub("", words)) if self._in_link else 0

    def _table(self, table: Node) -> None:
        if is_layout(table, self._total):
            self._children(table)
            return
        for caption in table.elements():
            if caption.tag == "caption":
                self.walk(caption)
        grid = grid_of(table, self._cell)
        for words in self._table_lines(grid):
            linked = min(table.linked * len(words) // max(1, table.length), len(words))
            self.lines.append(Line(words, linked, self._inside, is_row="\t" in words))

    def _table_lines(self, grid: Grid) -> list[str]:
        if self._in_cell:
            refuse_swollen(grid)
            return [line for row in grid if (line := " ".join(filter(None, map(cell_words, row.values()))))]
        return meta_rows(grid) or table_lines(grid)

    def _cell(self, cell: Node) -> str:
        inner = _Writer(None, self._total, in_cell=True)
        for child in cell.children:
            if isinstance(child, str):
                inner._say(child)
            else:
                inner.walk(child)
        inner.end_line()
        return "\n".join(line.words for line in inner.lines)


def _labels(ordered: Node) -> Iterator[str]:
    """The numbers of an ordered list's items, as the browser shows them."""
    style = _LIST_STYLE.search(ordered.attributes.get("style") or "")
    format = _LIST_FORMATS.get(style[1].lower() if style else ordered.attributes.get("type") or "", "decimal")
    number = _whole(ordered.attributes.get("start"), 1)
    end = "、" if format == "chineseCounting" else "."
    for item in ordered.elements():
        if item.tag == "li":
            number = _whole(item.attributes.get("value"), number)
            yield number_words(number, format) + end if format != "none" else ""
            number += 1


def _whole(text: str | None, otherwise: int) -> int:
    try:
        return min(max(int(text or ""), -_MOST_ITEMS), _MOST_ITEMS)
    except ValueError:
        return otherwise
