"""Words in the order of the columns, but with some cells missing or broken over lines: which belongs to which column.

The best division is found by weighing each word against what its column holds; it takes words times columns steps.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from tracker.domain.deadlines import find_in_clause
from tracker.domain.roles import Role
from tracker.reading.cells import is_blank, is_ditto
from tracker.reading.columns import Columns, Kind, is_ordinal
from tracker.reading.naming import read_units
from tracker.reading.unit_words import is_person, looks_like_unit

_MOST_WORDS = 40
_NEVER = -1000.0
_MISSING = {Kind.TASK: -6.0, Kind.UNITS: -1.5, Kind.ORDINAL: -3.0, Kind.DEADLINE: -1.0}
_PEOPLE = re.compile(r"[、，,\s（()）/]+")
_LONGEST_DATE = 40
_LONGEST_UNITS = 300
_TIME_SIGN = re.compile(r"[\d年月日季底]|期|长|时|即|立|全年|同步|持续|完成")


def fitted(words: Sequence[str], columns: Columns) -> list[str] | None:
    """The words by columns, those of one cell parted by ``\\n``; None when they do not read as a row."""
    if not 1 < len(words) <= _MOST_WORDS:
        return None
    best = _best(words, columns)
    if best is None or best[0] < 0:
        return None
    cells: list[list[str]] = [[] for _ in range(columns.count)]
    for word, at in zip(words, best[1], strict=True):
        cells[at].append(word)
    shown = ["\n".join(cell) for cell in cells]
    return shown if shown[columns.task].strip() and any(shown[at].strip() for at in columns.units) else None


def _best(words: Sequence[str], columns: Columns) -> tuple[float, tuple[int, ...]] | None:
    """The best score, and for every word its column; columns never go back."""
    states: dict[int, tuple[float, tuple[int, ...]]] = {-1: (0.0, ())}
    again = [_cost_of_more(columns, at) for at in range(columns.count)]
    for word in words:
        fits = [_fit_at(word, at, columns) for at in range(columns.count)]
        following: dict[int, tuple[float, tuple[int, ...]]] = {}
        for at, (score, placed) in states.items():
            skipped = 0.0
            for to in range(max(at, 0), columns.count):
                if to > at:
                    skipped += _missing(columns, to - 1) if to - 1 > at else 0.0
                total = score + skipped + fits[to] - (again[to] if to == at else 0.0)
                if total > following.get(to, (_NEVER, ()))[0]:
                    following[to] = (total, (*placed, to))
        states = following
    ends = [
        (score + sum(_missing(columns, n) for n in range(at + 1, columns.count)), placed)
        for at, (score, placed) in states.items()
    ]
    return max(ends, default=None)


def _cost_of_more(columns: Columns, at: int) -> float:
    """What a second word in a column costs: a lead is mostly one unit, and a task is mostly on one line."""
    if columns.units.get(at) is Role.LEAD and len(columns.units) > 1:
        return 0.3
    return 0.6 if columns.kinds[at] is Kind.TASK else 0.1


def _fit_at(word: str, at: int, columns: Columns) -> float:
    named = at in columns.shape.merged and columns.kinds[at] is Kind.OTHER
    fit = _fit(word, columns.kinds[at])
    return 1.2 if named and fit > 0 and not is_blank(word) else fit


def _missing(columns: Columns, at: int) -> float:
    if at in columns.shape.merged:
        return -0.2
    return _MISSING.get(columns.kinds[at], -0.3)


@lru_cache(maxsize=4096)
def _fit(word: str, kind: Kind) -> float:
    """How well a word fits a column, from -4 to 3."""
    if kind is not Kind.ORDINAL and (is_blank(word) or is_ditto(word)):
        return 0.5 if kind is not Kind.TASK else -3.0
    test, good, bad = _FITS.get(kind, (_tells_nothing_known, 0.3, -0.5))
    return good if test(word) else bad


def _tells_nothing_known(word: str) -> bool:
    return not (is_ordinal(word) or are_units(word))


@lru_cache(maxsize=4096)
def are_units(words: str) -> bool:
    """Whether the words are a list of units."""
    if not 1 < len(words) <= _LONGEST_UNITS or "。" in words[:-1]:
        return False
    units = read_units(words).units
    return bool(units) and all(looks_like_unit(unit.name) for unit in units)


@lru_cache(maxsize=4096)
def is_date(words: str) -> bool:
    """Whether the words are nothing much but a deadline phrase."""
    if len(words) > _LONGEST_DATE or not _TIME_SIGN.search(words):
        return False
    found = find_in_clause(words, None)
    return bool(found) and sum(one.end - one.start for one in found) * 2 >= len(words)


def _is_told(word: str) -> bool:
    """Whether the words can be a task: neither units nor a time."""
    return not (are_units(word) or is_date(word))


def are_people(words: str) -> bool:
    """Whether the words are names of persons or posts."""
    if is_person(words.strip()):
        return True
    names = [name for name in _PEOPLE.split(words) if name]
    return bool(names) and all(is_person(name) or name.isdigit() for name in names)


_FITS: dict[Kind, tuple[Callable[[str], bool], float, float]] = {
    Kind.ORDINAL: (is_ordinal, 3.0, _NEVER),
    Kind.UNITS: (are_units, 3.0, -4.0),
    Kind.DEADLINE: (is_date, 3.0, -4.0),
    Kind.PERSONS: (are_people, 2.0, -3.0),
    Kind.CONTACT: (are_people, 2.0, -3.0),
    Kind.TASK: (_is_told, 1.5, -2.0),
    Kind.PLACE: (looks_like_unit, 1.0, -3.0),
}
"""For each kind of column: what its words are, and what one that is so, or is not, counts."""
