"""Numbers of a unit stay what they are until something of the unit changes: pages remember them, unit by unit.

who asks -> the marks of all units, one statement -> those whose marks are as they were: what is remembered
                                                  -> the others: counted anew, together, and remembered

A change concerns the units of one task; so an office of a thousand units pays for a few of them, however long its
ledger is. Each process remembers for itself, for a few questions (which day, which period, which rules).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Mapping
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Pool
from sqlalchemy.orm import Session

from tracker.store.engine import reads_one_instant
from tracker.store.unit_marks import unit_marks

MOST_QUESTIONS = 48
Numbers = TypeVar("Numbers")
Count = Callable[[Collection[int]], Mapping[int, Numbers]]


class KnownByUnit:
    """What is known to this session; made before anything is counted.

    Only a session that reads one instant takes part: another may see what is never committed.
    """

    def __init__(self, session: Session) -> None:
        self._marks = unit_marks(session) if reads_one_instant(session) else None
        self._kept = _KEPT.setdefault(session.connection().engine.pool, _Kept())

    def ask(self, question: Hashable, unit_ids: Collection[int], count: Count[Numbers]) -> dict[int, Numbers]:
        """The numbers of each of the units that has any; ``count`` is asked for those that are not known, if any.

        ``question`` is all that the numbers depend on beside what is stored of the unit's parts and their tasks.
        """
        if self._marks is None:
            return dict(count(unit_ids))
        kept, marks = self._kept.about(question), {unit_id: self._marks.of(unit_id) for unit_id in unit_ids}
        known = {unit_id: found for unit_id in unit_ids if (found := kept.get(unit_id)) and found[0] == marks[unit_id]}
        if unknown := [unit_id for unit_id in unit_ids if unit_id not in known]:
            counted = count(unknown)
            known.update((unit_id, (marks[unit_id], counted.get(unit_id))) for unit_id in unknown)
            kept.update((unit_id, known[unit_id]) for unit_id in unknown)
        return {unit_id: numbers for unit_id, (_, numbers) in known.items() if numbers is not None}


_OfUnits = dict[int, tuple[tuple[int, int], Any]]


class _Kept:
    """By question what is remembered of each unit, with the unit's marks; those asked longest ago are dropped."""

    def __init__(self) -> None:
        self._lock, self._of = Lock(), OrderedDict[Hashable, _OfUnits]()

    def about(self, question: Hashable) -> _OfUnits:
        with self._lock:
            found = self._of.setdefault(question, {})
            self._of.move_to_end(question)
            if len(self._of) > MOST_QUESTIONS:
                self._of.popitem(last=False)
            return found


_KEPT: WeakKeyDictionary[Pool, _Kept] = WeakKeyDictionary()
