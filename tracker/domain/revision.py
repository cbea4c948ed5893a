"""Two versions of a plan, clause by clause: what is the same, what moved, what changed, what is new, what is gone."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from tracker.domain.clause_text import numberless, text_key
from tracker.domain.drafts import Deadline, MilestoneReading
from tracker.domain.revision_matching import Sketch, matched
from tracker.domain.roles import Role


class Change(StrEnum):
    """In what way a clause differs from the one it was."""

    MOVED = "moved"  # its number, its heading or its place among the others; nothing that it says
    REWORDED = "reworded"
    UNITS = "units"
    DEADLINE = "deadline"
    MILESTONES = "milestones"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Change.MOVED: "位置或序号变动",
    Change.REWORDED: "文字修改",
    Change.UNITS: "单位变动",
    Change.DEADLINE: "时限变动",
    Change.MILESTONES: "节点变动",
}


NO_DEADLINE = Deadline()


@dataclass(frozen=True, slots=True)
class Share:
    """A unit with its role, as a clause gives them."""

    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of one version.

    ``passage`` is the clause with the text that it closes, empty where the text is not kept. ``decided`` says that a
    person settled its title, units and date by hand; ``date_decided`` that a person settled the date.
    """

    title: str
    path: tuple[str, ...] = ()
    quote: str = ""
    passage: str = ""
    units: tuple[Share, ...] = ()
    deadline: Deadline = NO_DEADLINE
    milestones: tuple[MilestoneReading, ...] = ()
    decided: bool = False
    date_decided: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """Places of a clause in the old and in the new version, and how it changed; nothing in ``changes``: unchanged."""

    old: int
    new: int
    changes: frozenset[Change] = frozenset()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Pairs in the order of the new version; ``removed`` are places in the old one, ``added`` in the new one."""

    pairs: tuple[Pair, ...]
    removed: tuple[int, ...]
    added: tuple[int, ...]


def compare(old: Sequence[Clause], new: Sequence[Clause]) -> Comparison:
    """Matches the clauses of two versions one to one, and says of each pair what changed."""
    pairs = pairing(old, new)
    moved = out_of_order(pairs)
    told = [Pair(i, j, changes_between(old[i], new[j], moved=(i, j) in moved)) for i, j in pairs]
    lefts, rights = {i for i, _ in pairs}, {j for _, j in pairs}
    return Comparison(
        tuple(sorted(told, key=lambda pair: pair.new)),
        tuple(i for i in range(len(old)) if i not in lefts),
        tuple(j for j in range(len(new)) if j not in rights),
    )


def pairing(old: Sequence[Clause], new: Sequence[Clause]) -> list[tuple[int, int]]:
    """Which clause of the new version is which of the old, in the order of the old."""
    return sorted(matched([_sketch(clause) for clause in old], [_sketch(clause) for clause in new]))


def changes_between(old: Clause, new: Clause, *, moved: bool = False) -> frozenset[Change]:
    """How the clause changed; what a person had decided about the same words is no change (see ``standing``)."""
    new = standing(old, new)
    units, deadline = _units(old) != _units(new), not _same_deadline(old, new)
    targets = _milestones(old) != _milestones(new)
    found = {
        Change.MOVED: moved or tuple(map(text_key, old.path)) != tuple(map(text_key, new.path)),
        Change.REWORDED: _is_reworded(old, new, explained=units or deadline or targets),
        Change.UNITS: units,
        Change.DEADLINE: deadline,
        Change.MILESTONES: targets,
    }
    return frozenset(change for change, holds in found.items() if holds)


def standing(old: Clause, new: Clause) -> Clause:
    """The new clause with what stands of the old one.

    A person who corrected the reading of the very same words is not asked again; nor is one who entered or confirmed
    the date of the very same phrase. What a person did to the new clause itself goes before.
    """
    if new.decided:
        return new
    if old.decided and _same_words(old, new):
        return replace(
            new, title=old.title, units=old.units, deadline=old.deadline, milestones=old.milestones, decided=True
        )
    if old.date_decided and text_key(old.deadline.text or "") == text_key(new.deadline.text or ""):
        return replace(new, deadline=old.deadline, date_decided=True)
    return new


def out_of_order(pairs: Sequence[tuple[int, int]]) -> frozenset[tuple[int, int]]:
    """The pairs to take out so that the rest stand in the same order in both versions: as few as can be."""
    ordered = sorted(pairs)
    ends, last, before = list[int](), list[int](), list[int]()
    for n, (_, place) in enumerate(ordered):
        at = bisect_left(ends, place)
        before.append(last[at - 1] if at else -1)
        ends[at : at + 1], last[at : at + 1] = [place], [n]
    kept, n = set[int](), last[-1] if last else -1
    while n >= 0:
        kept.add(n)
        n = before[n]
    return frozenset(pair for n, pair in enumerate(ordered) if n not in kept)


def _sketch(clause: Clause) -> Sketch:
    names = frozenset(text_key(share.name) for share in clause.units)
    exact = repr((sorted(_units(clause)), _deadline(clause), _milestones(clause)))
    path = tuple(text_key(numberless(step)) for step in clause.path)
    return Sketch(text_key(clause.title), path, _passage(clause), _body(clause), names, exact)


def _passage(clause: Clause) -> str:
    return text_key(numberless(clause.passage))


def _body(clause: Clause) -> str:
    """What is to be done, without the bracket that says by whom and when; the quote itself when it is all there is."""
    passage, quote = _passage(clause), text_key(clause.quote)
    return passage.removesuffix(quote) or passage


def _same_words(old: Clause, new: Clause) -> bool:
    if old.passage and new.passage:
        return _passage(old) == _passage(new)
    return bool(old.quote) and text_key(old.quote) == text_key(new.quote)


def _is_reworded(old: Clause, new: Clause, *, explained: bool) -> bool:
    """Whether words differ beyond those that name other units or another date."""
    if text_key(old.title) != text_key(new.title):
        return True
    if not (old.passage and new.passage) or _passage(old) == _passage(new):
        return False
    return not explained or _body(old) != _body(new)


def _units(clause: Clause) -> frozenset[tuple[str, Role]]:
    return frozenset((text_key(share.name), share.role) for share in clause.units)


def _deadline(clause: Clause) -> tuple[object, ...]:
    deadline = clause.deadline
    return text_key(deadline.text or ""), deadline.kind, deadline.due_on


def _same_deadline(old: Clause, new: Clause) -> bool:
    """Whether both bind alike; a phrase that one of them alone has (有效期5年, for the date of the plan) is none."""
    (phrase, *rest), (other, *others) = _deadline(old), _deadline(new)
    return rest == others and (phrase == other or not (phrase and other))


def _milestones(clause: Clause) -> list[tuple[object, ...]]:
    return [(text_key(target.text), target.due_on, target.recurrence) for target in clause.milestones]
