"""Ruled lines to tables: which lines make a grid, and which boxes of the grid are one cell.

The boxes between the lines are looked at one by one; where no line stands between two of them they are one merged
cell. Sides that are left open (no line left and right of the table, or a page's end) are closed in thought.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.reading.formats.pdf_page import Rule

_SNAP = 3.0  # points: lines closer than this are one
_REACH = 4.0  # points: a line that ends so close to another one meets it
_SHORTEST = 6.0
_MOST_BOXES = 20_000
_MOST_PAIRS = 1_000_000
"""A page with more lines than this across each other is a drawing."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table's lines, and for every box (row, column) the number of its cell.

    ``closed`` tells whether a line stands below the last row: a row that a page's end cuts has none.
    """

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    cells: tuple[tuple[int, ...], ...]
    closed: bool

    def box_at(self, x: float, y: float) -> tuple[int, int] | None:
        """The row and column in which a point lies; None outside."""
        row, column = bisect_right(self.ys, y) - 1, bisect_right(self.xs, x) - 1
        inside = 0 <= row < len(self.ys) - 1 and 0 <= column < len(self.xs) - 1
        return (row, column) if inside else None


def grids_of(level: Iterable[Rule], upright: Iterable[Rule]) -> list[Grid]:
    """The tables that the lines make, from the top down: those of two columns or more."""
    levels, uprights = _merged(level), _merged(upright)
    if len(levels) * len(uprights) > _MOST_PAIRS:
        return []
    found = [_grid(group[0], group[1]) for group in _groups(levels, uprights)]
    return sorted((grid for grid in found if grid), key=lambda grid: (grid.ys[0], grid.xs[0]))


def _merged(rules: Iterable[Rule]) -> list[Rule]:
    """The lines with those on one axis that touch made one; specks are left out."""
    merged: list[Rule] = []
    for at in _bundles(sorted(rules)):
        axis = sum(rule.at for rule in at) / len(at)
        start, end = None, 0.0
        for rule in sorted(at, key=lambda one: one.start):
            if start is None or rule.start > end + _REACH:
                if start is not None:
                    merged.append(Rule(axis, start, end))
                start, end = rule.start, rule.end
            else:
                end = max(end, rule.end)
        if start is not None:
            merged.append(Rule(axis, start, end))
    return [rule for rule in merged if rule.end - rule.start >= _SHORTEST]


def _bundles(rules: Sequence[Rule]) -> Iterable[list[Rule]]:
    bundle: list[Rule] = []
    for rule in rules:
        if bundle and rule.at - bundle[0].at > _SNAP:
            yield bundle
            bundle = []
        bundle.append(rule)
    if bundle:
        yield bundle


def _groups(levels: list[Rule], uprights: list[Rule]) -> Iterable[tuple[list[Rule], list[Rule]]]:
    """Lines that meet, directly or by others."""
    parents = list(range(len(levels) + len(uprights)))
    for at, one in enumerate(levels):
        for other, two in enumerate(uprights, len(levels)):
            if _meet(one, two):
                parents[_root(parents, other)] = _root(parents, at)
    groups: dict[int, tuple[list[Rule], list[Rule]]] = {}
    for at in range(len(parents)):
        group = groups.setdefault(_root(parents, at), ([], []))
        if at < len(levels):
            group[0].append(levels[at])
        else:
            group[1].append(uprights[at - len(levels)])
    return groups.values()


def _meet(level: Rule, upright: Rule) -> bool:
    return (
        level.start - _REACH <= upright.at <= level.end + _REACH
        and upright.start - _REACH <= level.at <= upright.end + _REACH
    )


def _root(parents: list[int], at: int) -> int:
    while parents[at] != at:
        parents[at] = parents[parents[at]]
        at = parents[at]
    return at


def _grid(levels: list[Rule], uprights: list[Rule]) -> Grid | None:
    if len(levels) < 1 or len(uprights) < 1 or len(levels) + len(uprights) < 4:
        return None
    xs = _axes([rule.at for rule in uprights], [(rule.start, rule.end) for rule in levels])
    ys = _axes([rule.at for rule in levels], [(rule.start, rule.end) for rule in uprights])
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows < 1 or columns < 2 or rows * columns > _MOST_BOXES:
        return None
    closed = any(abs(rule.at - ys[-1]) <= _SNAP for rule in levels)
    return Grid(tuple(xs), tuple(ys), _cells(xs, ys, levels, uprights), closed)


def _axes(lines: list[float], ends: list[tuple[float, float]]) -> list[float]:
    """Where lines stand; the ends of the crossing ones count too where they reach beyond the outermost line."""
    first, last = min(start for start, _ in ends), max(end for _, end in ends)
    axes: list[float] = []
    for at in sorted(lines):
        if not axes or at - axes[-1] > _SNAP:
            axes.append(at)
    if axes[0] - first > _SHORTEST:
        axes.insert(0, first)
    if last - axes[-1] > _SHORTEST:
        axes.append(last)
    return axes


def _cells(xs: list[float], ys: list[float], levels: list[Rule], uprights: list[Rule]) -> tuple[tuple[int, ...], ...]:
    """The number of each box's cell: the number of the first box that belongs to it."""
    rows, columns = len(ys) - 1, len(xs) - 1
    parents = list(range(rows * columns))
    between = _by_axis(xs, uprights), _by_axis(ys, levels)
    for row in range(rows):
        middle = (ys[row] + ys[row + 1]) / 2
        for column in range(1, columns):
            if not _covers(between[0][column], middle):
                _unite(parents, row * columns + column - 1, row * columns + column)
    for column in range(columns):
        middle = (xs[column] + xs[column + 1]) / 2
        for row in range(1, rows):
            if not _covers(between[1][row], middle):
                _unite(parents, (row - 1) * columns + column, row * columns + column)
    return tuple(tuple(_root(parents, row * columns + column) for column in range(columns)) for row in range(rows))


def _by_axis(axes: list[float], rules: list[Rule]) -> list[list[Rule]]:
    return [[rule for rule in rules if abs(rule.at - axis) <= _SNAP] for axis in axes]


def _covers(rules: list[Rule], at: float) -> bool:
    return any(rule.start - 1 <= at <= rule.end + 1 for rule in rules)


def _unite(parents: list[int], one: int, other: int) -> None:
    first, second = sorted((_root(parents, one), _root(parents, other)))
    parents[second] = first
