"""Which clause of a new version is which of the old one: one to one, the likest first, always the same answer.

The matching does not care which version is called old: exchanging them exchanges the answer. Clauses that say the
very same are paired at once; of the others only those are held against each other that share telling pieces of text,
so that the time grows with the number of clauses and not with its square.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

LIKE_ENOUGH = 0.5
PIECE = 3  # characters
TELLING = 32
"""Pieces by which a clause is looked up: the rarest of those that both versions have."""
MOST_MEETINGS = 400
"""A piece that would bring more clauses together than this tells nothing."""
TITLE, TEXT, PATH, UNITS = 0.4, 0.35, 0.1, 0.15
"""What each likeness counts. The same title under the same heading is enough by itself, with TITLE + PATH."""
TITLE_ALONE, PATH_ALONE, UNITS_ALONE = 0.55, 0.2, 0.25
"""The same where one of the texts is not kept."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """A clause as it is matched: all texts as ``text_key`` gives them, path and passage without their numbers.

    ``body`` is the passage without the bracket; ``exact`` holds units, date and milestones in one word.
    """

    title: str
    path: tuple[str, ...]
    passage: str
    body: str
    units: frozenset[str]
    exact: str


Key = Callable[[Sketch], Hashable | None]
# From the strictest to the loosest; None takes no part.
_KEYS: tuple[Key, ...] = (
    lambda it: (it.path, it.title, it.passage, it.exact),
    lambda it: (it.title, it.passage, it.exact) if it.passage else None,
    lambda it: (it.passage, it.path) if it.passage else None,
    lambda it: it.passage or None,
)
_TITLE_THERE: Key = lambda it: (it.path, it.title)  # noqa: E731 - as those above


def matched(old: Sequence[Sketch], new: Sequence[Sketch]) -> list[tuple[int, int]]:
    """Places of the clauses that belong together, in the old and in the new version."""
    lefts, rights = dict(enumerate(old)), dict(enumerate(new))
    found = list[tuple[int, int]]()
    for key in _KEYS:
        found += _taken(lefts, rights, _equal(lefts, rights, key))
    found += _taken(lefts, rights, _alone(lefts, rights))
    return found + _taken(lefts, rights, _likest(lefts, rights))


def _taken(
    lefts: dict[int, Sketch], rights: dict[int, Sketch], pairs: Iterable[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Takes the pairs of which both are still free."""
    found = []
    for i, j in pairs:
        if i in lefts and j in rights:
            del lefts[i], rights[j]
            found.append((i, j))
    return found


def _equal(lefts: dict[int, Sketch], rights: dict[int, Sketch], key: Key) -> list[tuple[int, int]]:
    """Of clauses with the same key the first with the first, the second with the second, and so on."""
    mine, theirs = _grouped(lefts, key), _grouped(rights, key)
    return [pair for value in mine if value in theirs for pair in zip(mine[value], theirs[value], strict=False)]


def _alone(lefts: dict[int, Sketch], rights: dict[int, Sketch]) -> list[tuple[int, int]]:
    """Clauses of one title under one heading, where each side has one of them left."""
    mine, theirs = _grouped(lefts, _TITLE_THERE), _grouped(rights, _TITLE_THERE)
    both = ((mine[value], theirs[value]) for value in mine if value in theirs)
    return [(left[0], right[0]) for left, right in both if len(left) == len(right) == 1]


def _grouped(sketches: dict[int, Sketch], key: Key) -> dict[Hashable, list[int]]:
    groups = defaultdict[Hashable, list[int]](list)
    for place, sketch in sketches.items():
        value = key(sketch)
        if value is not None:
            groups[value].append(place)
    return groups


def _likest(lefts: dict[int, Sketch], rights: dict[int, Sketch]) -> list[tuple[int, int]]:
    """Pairs that are like enough, the likest first.

    Of equally like ones the nearest places go first; pairs that tie even then share no clause, so that their order
    does not matter.
    """
    mine = {place: _Cut.of(sketch) for place, sketch in lefts.items()}
    theirs = {place: _Cut.of(sketch) for place, sketch in rights.items()}
    scored = [(_likeness(mine[i], theirs[j]), i, j) for i, j in _meetings(mine, theirs)]
    good = [entry for entry in scored if entry[0] >= LIKE_ENOUGH]
    return [(i, j) for _, i, j in sorted(good, key=lambda e: (-e[0], abs(e[1] - e[2]), e[1] + e[2], e[1]))]


@dataclass(frozen=True, slots=True)
class _Cut:
    """A clause cut into pieces; ``telling`` are those by which it may be found, ``named`` tell it by its title."""

    sketch: Sketch
    title: frozenset[str]
    body: frozenset[str]
    telling: frozenset[str]
    named: frozenset[str]

    @classmethod
    def of(cls, sketch: Sketch) -> _Cut:
        body, title = _pieces(sketch.body), sketch.title
        named = frozenset((f"={title}", *(f"={title}|{unit}" for unit in sketch.units)))
        return cls(sketch, _pieces(title, 2), body, _pieces(title) | body, named)


def _meetings(mine: dict[int, _Cut], theirs: dict[int, _Cut]) -> set[tuple[int, int]]:
    """Clauses that share a telling piece, as seen from both."""
    left, right = _counted(mine), _counted(theirs)
    shared = {piece: left[piece] + right[piece] for piece in left if 0 < left[piece] * right[piece] <= MOST_MEETINGS}
    posted = defaultdict[str, list[int]](list)
    for place, piece in _chosen(mine, shared):
        posted[piece].append(place)
    return {(i, j) for j, piece in _chosen(theirs, shared) for i in posted[piece]}


def _counted(cuts: dict[int, _Cut]) -> Counter[str]:
    return Counter(piece for cut in cuts.values() for piece in cut.telling | cut.named)


def _chosen(cuts: dict[int, _Cut], shared: dict[str, int]) -> Iterator[tuple[int, str]]:
    for place, cut in cuts.items():
        rarest = sorted((shared[piece], piece) for piece in cut.telling if piece in shared)[:TELLING]
        yield from ((place, piece) for piece in cut.named if piece in shared)
        yield from ((place, piece) for _, piece in rarest)


def _likeness(one: _Cut, other: _Cut) -> float:
    """Between 0 and 1."""
    mine, theirs = one.sketch, other.sketch
    title = 1.0 if mine.title == theirs.title else _shared(one.title, other.title)
    path, units = _path(mine.path, theirs.path), _shared(mine.units, theirs.units)
    if not (mine.passage and theirs.passage):
        return TITLE_ALONE * title + PATH_ALONE * path + UNITS_ALONE * units
    text = 1.0 if mine.body == theirs.body else _shared(one.body, other.body)
    return TITLE * title + TEXT * text + PATH * path + UNITS * units


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 1.0


def _path(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    if one == other:
        return 1.0
    common = Counter(one) & Counter(other)
    return common.total() / max(len(one), len(other))


def _pieces(text: str, size: int = PIECE) -> frozenset[str]:
    if len(text) <= size:
        return frozenset((text,)) if text else frozenset()
    return frozenset(text[n : n + size] for n in range(len(text) - size + 1))
