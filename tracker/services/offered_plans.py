"""The plans that filters offer, remembered by each process for as long as the database counts no change.

To ask each plan for a part within reach takes longer than all else that a list asks.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Pool
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.store.choices import PlanChoice, plans_state, plans_with_parts
from tracker.store.reach import within

MOST_KEPT = 200
_Reach = tuple[tuple[str, str], ...]
_Kept = dict[_Reach, tuple[tuple[Any, ...], tuple[PlanChoice, ...]]]
_KEPT: WeakKeyDictionary[Pool, _Kept] = WeakKeyDictionary()


def offered_plans(session: Session, actor: Actor, permission: Permission) -> tuple[PlanChoice, ...]:
    """The plans with a part within the actor's reach, the newest first."""
    kept = _KEPT.setdefault(session.connection().engine.pool, {})
    reach = tuple((held.office.value, held.unit_path) for held in actor.reach(permission))
    state = plans_state(session)
    found = kept.get(reach)
    if found is None or found[0] != state:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        found = kept[reach] = state, plans_with_parts(session, within(actor, permission))
    return found[1]
