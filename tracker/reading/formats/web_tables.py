"""Tables of a web page: those that only lay the page out are told from those that hold data; spans are resolved."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tracker.reading.formats.web_tree import Node

Grid = list[dict[int, str]]

_MOST_COLUMNS = 200
_MOST_ROWS_SPANNED = 65_534
_LONG_CELL = 400
_MOST_OF_PAGE = 0.6
_MOST_OF_TABLE = 0.8


def is_layout(table: Node, total: int) -> bool:
    """Whether a table only places things on the page: one cell to a row, or one cell that holds the page's words.

    ``total`` is the number of characters on the page.
    """
    if (table.attributes.get("role") or "") in ("presentation", "none"):
        return True
    rows = [list(_cells(row)) for row in _rows(table)]
    if max((len(row) for row in rows), default=0) < 2:
        return True
    cells = [cell for row in rows for cell in row]
    largest = max(cells, key=lambda cell: cell.length)
    if largest.length > _LONG_CELL and largest.length > _MOST_OF_PAGE * total:
        return True
    inner = [one for cell in cells for one in cell.all() if one.tag == "table"]
    return bool(inner) and sum(one.length for one in _outermost(cells)) > _MOST_OF_TABLE * max(1, table.length)


def _outermost(cells: list[Node]) -> Iterator[Node]:
    """The tables inside cells that are in no other table there."""
    waiting = list(cells)
    while waiting:
        node = waiting.pop()
        for child in node.elements():
            if child.tag == "table":
                yield child
            else:
                waiting.append(child)


def grid_of(table: Node, words_of: Callable[[Node], str]) -> Grid:
    """The rows of a table, each with its cells' words by the column they begin in; what spans rows is repeated."""
    spanning: dict[int, tuple[int, int, str]] = {}
    grid: Grid = []
    for row in _rows(table):
        words = {column: spanned[2] for column, spanned in spanning.items()}
        taken = {column + at for column, (_, width, _) in spanning.items() for at in range(width)}
        left = {column: (rows - 1, width, said) for column, (rows, width, said) in spanning.items() if rows > 1}
        column = 0
        for cell in _cells(row):
            while column in taken:
                column += 1
            width = min(max(1, _span(cell, "colspan")), _MOST_COLUMNS)
            height = _span(cell, "rowspan") or _MOST_ROWS_SPANNED
            words[column] = words_of(cell)
            if height > 1:
                left[column] = (height - 1, width, words[column])
            column += width
        spanning = left
        grid.append(words)
    return grid


def _rows(table: Node) -> Iterator[Node]:
    for one in table.elements():
        if one.tag == "tr":
            yield one
        elif one.tag in ("thead", "tbody", "tfoot"):
            yield from (row for row in one.elements() if row.tag == "tr")


def _cells(row: Node) -> Iterator[Node]:
    return (cell for cell in row.elements() if cell.tag in ("td", "th"))


def _span(cell: Node, name: str) -> int:
    try:
        return max(0, int((cell.attributes.get(name) or "1").strip().rstrip("%")))
    except ValueError:
        return 1
