"""How alike names are: what they share counts by how rare it is among all names, and the order counts too."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

# Words that say of which rank or form a body is, not which body: they must not make two names alike.
_FORM_WORDS = re.compile(r"(?:人民政府|委员会|办公室|管委会|部门|单位|[局委办部厅处科室])$")
_LEAST_ALIKE = 0.25


def likest(key: str, known: tuple[str, ...]) -> list[tuple[int, float]]:
    """Which of the known keys are like ``key``, by their index, and how much (between 0.25 and 1).

    Characters count by how rare they are among the known names (市 and 局 say little, 旅 says much).
    """
    telling, core = _telling(known), _core(key)
    scored = ((index, _likeness(core, other, telling)) for index, other in enumerate(telling.cores))
    return [(index, score) for index, score in scored if score >= _LEAST_ALIKE]


@dataclass(frozen=True, slots=True)
class _Core:
    """A name without its form words, the characters in it, and how much they tell together."""

    text: str
    chars: frozenset[str]
    weight: float


@dataclass(frozen=True, slots=True)
class _Telling:
    """The known names prepared for comparing, and how telling each character is among them."""

    cores: tuple[_Core, ...]
    weights: Mapping[str, float]
    rare: float

    def weight(self, chars: Iterable[str]) -> float:
        return sum(self.weights.get(char, self.rare) for char in chars)


@lru_cache(maxsize=4)
def _telling(keys: tuple[str, ...]) -> _Telling:
    """Prepared once for the many names that are compared with the same known ones."""
    texts = [_core(key) for key in keys]
    weights = _weights(texts)
    rare = max(weights.values(), default=1.0)
    sets = [frozenset(text) for text in texts]
    cores = (_Core(text, chars, sum(weights[c] for c in chars)) for text, chars in zip(texts, sets, strict=True))
    return _Telling(tuple(cores), weights, rare)


def _core(key: str) -> str:
    return _FORM_WORDS.sub("", key) or key


def _weights(cores: Iterable[str]) -> dict[str, float]:
    """How telling each character is: the logarithm of how few of the names have it."""
    cores = tuple(cores)
    seen = Counter(char for core in cores for char in set(core))
    return {char: math.log((len(cores) + 1) / count) for char, count in seen.items()}


def _likeness(core: str, other: _Core, telling: _Telling) -> float:
    """Between 0 and 1: how much telling both names share, how much of ``core`` the other has, and their order."""
    own = set(core)
    shared = own & other.chars
    common = telling.weight(shared)
    if not common:
        return 0.0
    mine = telling.weight(own)
    alike = 0.5 * 2 * common / (mine + other.weight) + 0.3 * common / mine
    if alike + 0.2 < _LEAST_ALIKE:
        return alike  # whatever their order, they are not alike enough
    return alike + 0.2 * 2 * _longest_common(core, other.text) / (len(core) + len(other.text))


def _longest_common(one: str, other: str) -> int:
    """Length of the longest common subsequence, by the bit-parallel method of Hyyrö (2004)."""
    masks: dict[str, int] = {}
    for index, char in enumerate(one):
        masks[char] = masks.get(char, 0) | 1 << index
    row = full = (1 << len(one)) - 1
    for char in other:
        matched = row & masks.get(char, 0)
        row = (row + matched | row - matched) & full
    return len(one) - row.bit_count()
