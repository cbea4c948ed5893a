"""Tables of a Word file to a grid: cells merged sideways and downwards, rows that begin late, edges a little apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from lxml import etree

from tracker.reading.formats.word_package import W, child, value, whole

_NEAR = 200
"""Twips (0.35 cm): two edges nearer than this were meant to be one; no column is so narrow."""
_MOST_COLUMNS = 500

CellWords = Callable[[etree._Element], str]


@dataclass(frozen=True, slots=True)
class _Cell:
    element: etree._Element
    column: int
    continues: bool
    empty: bool


def grid_of(table: etree._Element, words_of: CellWords) -> list[dict[int, str]]:
    """The rows of a table (``w:tbl``), each with its cells' words by the column they begin in.

    ``words_of`` gives the words of a cell; it is asked for each cell once, in the order of the text.
    """
    rows = [list(_cells(row)) for row in _rows(table)]
    columns = _joined_edges(rows, _edges(table))
    above: dict[int, str] = {}
    grid = []
    for row in rows:
        words = {}
        for cell in row:
            at = columns[cell.column]
            words[at] = above.get(at, "") if cell.continues else "" if cell.empty else words_of(cell.element)
        above = {**above, **words}
        grid.append(words)
    return grid


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    """The rows, also those in content controls; rows that a tracked change deletes are left out."""
    for one in table:
        if one.tag == W + "tr" and child(one, "trPr", "del") is None:
            yield one
        elif one.tag in (W + "sdt", W + "customXml", W + "sdtContent"):
            yield from _rows(one)


def _cells(row: etree._Element) -> Iterator[_Cell]:
    column = min(whole(value(row, "trPr", "gridBefore")), _MOST_COLUMNS)
    for cell in _cell_elements(row):
        properties = child(cell, "tcPr")
        merged, sideways = child(properties, "vMerge"), child(properties, "hMerge")
        yield _Cell(
            cell,
            column,
            continues=merged is not None and (merged.get(W + "val") or "continue") == "continue",
            empty=sideways is not None and (sideways.get(W + "val") or "continue") == "continue",
        )
        column += min(max(1, whole(value(properties, "gridSpan"), 1)), _MOST_COLUMNS)


def _cell_elements(row: etree._Element) -> Iterator[etree._Element]:
    for one in row:
        if one.tag == W + "tc" and child(one, "tcPr", "cellDel") is None:
            yield one
        elif one.tag in (W + "sdt", W + "customXml", W + "sdtContent"):
            yield from _cell_elements(one)


def _edges(table: etree._Element) -> list[int]:
    """Where each column of the grid begins, in twips from the left; [] where widths are not told."""
    widths = [whole(column.get(W + "w")) for column in table.iterfind(f"{W}tblGrid/{W}gridCol")]
    if not widths or min(widths) <= 0:
        return []
    edges = [0]
    for width in widths:
        edges.append(edges[-1] + width)
    return edges


def _joined_edges(rows: list[list[_Cell]], edges: list[int]) -> dict[int, int]:
    """For each column in which cells begin, the column it counts as: the nearest before it that was meant the same."""
    starts = sorted({cell.column for row in rows for cell in row})
    together = {pair for row in rows for pair in pairwise(cell.column for cell in row)}
    joined = dict(zip(starts, starts, strict=True))
    for left, right in pairwise(starts):
        near = right < len(edges) and edges[right] - edges[left] < _NEAR
        if near and (left, right) not in together and joined[left] == left:
            joined[right] = left
    return joined
