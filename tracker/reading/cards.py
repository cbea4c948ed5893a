"""Tables turned on their side: each row a label with its value (责任单位 | 县应急局), one block per task."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tracker.domain.roles import Role
from tracker.domain.text import compact
from tracker.reading.grid import Cell, Row
from tracker.reading.header_words import Kind, is_header_word, kind_of, tells_task

_LONGEST_KEY = 14


@dataclass(slots=True)
class Card:
    """One task's labels with their values: the units' cells by role, deadlines, and the task where it is told."""

    index: int
    start: int
    end: int
    task: str = ""
    units: list[tuple[Role, str]] = field(default_factory=list)
    deadlines: list[str] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)


def cards_of(rows: Sequence[Row]) -> Iterator[Card]:
    """The cards that name units, in order."""
    card: Card | None = None
    for row in rows:
        pairs = _pairs(row)
        repeats = card is not None and any(compact(key.words) in card.keys for key, _ in pairs)
        if card and (not pairs or repeats):
            if card.units:
                yield card
            card = None
        for key, value in pairs:
            card = card or Card(row.index, key.start, value.end)
            _take(card, key, value)
    if card and card.units:
        yield card


def _pairs(row: Row) -> list[tuple[Cell, Cell]]:
    """The row's labels with their values; [] where a cell that should be a label is none."""
    cells = [cell for cell in row.cells if cell.words]
    if len(cells) not in (2, 4, 6):
        return []
    pairs = list(zip(cells[::2], cells[1::2], strict=True))
    return pairs if all(_is_key(key.words) and not _is_key(value.words) for key, value in pairs) else []


def _is_key(words: str) -> bool:
    word = compact(words)
    return len(word) <= _LONGEST_KEY and is_header_word(word) and kind_of(word)[0] is not Kind.PLACE


def _take(card: Card, key: Cell, value: Cell) -> None:
    word = compact(key.words)
    kind, role = kind_of(word)
    card.keys.add(word)
    card.end = max(card.end, value.end)
    if kind is Kind.UNITS:
        card.units.append((role, value.words))
    elif kind is Kind.DEADLINE:
        card.deadlines.append(value.words)
    elif kind is Kind.OTHER and not card.task and tells_task(word):
        card.task = value.words
