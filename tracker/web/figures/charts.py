"""Column charts as plain shapes: the template writes them as SVG, whose look is in the style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 360, 170  # units of the drawing; it is scaled to its frame
TOP, BASE = 16, 146  # the room above the highest column is for its number
GAP = 0.3  # of a column's place


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle; ``kind`` names its colour and pattern, ``title`` says what it stands for."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column's blocks, its name below it and its number above it."""

    middle: float
    name: str
    number: str
    top: float
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn; ``width`` and ``height`` are those of the view box."""

    columns: Sequence[Column]
    width: int = WIDTH
    height: int = HEIGHT
    base: int = BASE


def stacked(names: Sequence[str], layers: Sequence[tuple[str, str, Sequence[int]]]) -> Chart:
    """A column for each name, the layers one upon the other: (kind, label, one number for each name)."""
    totals = [sum(values[place] for _, _, values in layers) for place in range(len(names))]
    scale = (BASE - TOP) / max([*totals, 1])
    step = WIDTH / max(len(names), 1)
    columns = []
    for place, name in enumerate(names):
        left, top, blocks = step * (place + GAP / 2), float(BASE), []
        for kind, label, values in layers:
            height = values[place] * scale
            top -= height
            if height:
                box = (round(left, 1), round(top, 1), round(step * (1 - GAP), 1), round(height, 1))
                blocks.append(Block(*box, kind, f"{name}{label}{values[place]}项"))
        columns.append(Column(round(step * (place + 0.5), 1), name, str(totals[place]), round(top - 4, 1), blocks))
    return Chart(columns)
