"""Loads a seed: its plans, units, groups and tasks become rows, once, and follow the file when it changes.

Every entry keeps a digest of its words. An entry whose words did not change is left alone, so a second run changes
nothing and does not undo what the office edited since; an entry that changed gets its facts from the file.
States and history are never touched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.domain.seed import Seed, SeedPlan
from tracker.services.errors import Invalid
from tracker.services.seeding_run import Loaded, Loading, SeedConflict, digests_of
from tracker.services.seeding_tasks import load_tasks
from tracker.services.seeding_units import load_groups, load_units
from tracker.services.turns import in_turn
from tracker.store.plans import Plan
from tracker.store.seeds import keep_digests, seed_digests
from tracker.store.units import Unit

__all__ = ["Loaded", "SeedConflict", "load_seed"]


@in_turn
def load_seed(
    session: Session, seed: Seed, now: datetime, adopted_at: Callable[[SeedPlan], datetime] | None = None
) -> Loaded:
    """Brings the database to what the seed says and commits once; what the seed does not name is left alone.

    ``adopted_at`` tells when the tasks of a plan were dispatched, by default now. Raises SeedConflict when a name
    of the seed belongs to another unit here; then nothing is loaded.
    """
    if not seed.units:
        raise Invalid("核定数据文件没有单位，请至少登记一个单位（如市政府）后再载入。")
    digests, known = digests_of(seed), seed_digests(session)
    changed = {key: digest for key, digest in digests.items() if known.get(key) != digest}
    loading = Loading(session, now, frozenset(changed))
    with session.no_autoflush:
        units = load_units(loading, seed)
        load_groups(loading, seed, units)
        plans = _load_plans(loading, seed, units)
        load_tasks(loading, seed, units, plans, adopted_at or (lambda _plan: now))
        keep_digests(session, changed, now)
    session.commit()
    return Loaded(loading.counts)


def _load_plans(loading: Loading, seed: Seed, units: Mapping[str, Unit]) -> dict[str, Plan]:
    """The seed's plans by their keys; the root's office follows them."""
    known = {plan.seed_key: plan for plan in loading.session.scalars(select(Plan).where(Plan.seed_key.is_not(None)))}
    root = units[seed.units_from_root()[0].name]
    return {
        entry.key: _load_plan(loading, entry, known.get(entry.key), root, position)
        for position, entry in enumerate(seed.plans)
    }


def _load_plan(loading: Loading, entry: SeedPlan, row: Plan | None, root: Unit, position: int) -> Plan:
    facts = {name: getattr(entry, name) for name in ("title", "number", "issuer", "issued_on", "effective_until")}
    loading.counts["文件"].total += 1
    if row is None:
        row = Plan(scope_id=root.id, seed_key=entry.key, position=position, created_at=loading.now, doubts=[], **facts)
        loading.add("文件", row)
    elif loading.differs("plan", entry.key):
        loading.update("文件", row, facts)
    return row
