"""The ledger of several days in one pass, without lights: what figures count, and what trends are drawn from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from operator import is_not
from typing import Any

from sqlalchemy import Row

from tracker.domain.access import Actor, Permission
from tracker.domain.as_of import PartThen, parts_then, task_state_of
from tracker.domain.lifecycle import TaskState
from tracker.services.histories import Histories, needed_roles
from tracker.store.units import Unit


@dataclass(frozen=True, slots=True)
class PartOn:
    """One unit's part on one of several days, without its light: what figures count."""

    assignment_id: int
    plan_id: int
    unit: Unit
    then: PartThen
    task_state: TaskState
    needed: bool


def ledger_on_days(
    known: Histories, actor: Actor, days: Iterable[date], zone: tzinfo, permission: Permission = Permission.READ
) -> dict[date, list[PartOn]]:
    """The same parts as ``ledger`` gives for each of the days, told in one pass over their histories."""
    in_reach, in_order = known.in_reach(actor, permission), sorted(set(days))
    found: dict[date, list[PartOn]] = {day: [] for day in in_order}
    for facts in known.by_task():
        told = known.happenings
        pasts = [parts_then(told.get(each.assignment_id, ()), each.unit_id, in_order, zone) for each in facts]
        before: Sequence[PartThen | None] = ()
        parts: list[PartOn] = []
        for day, *thens in zip(in_order, *pasts, strict=True):
            # Most tasks stand still on most days: then they are as they were on the day before.
            if len(before) != len(thens) or any(map(is_not, before, thens)):
                parts = [part for part in _parts_of_task(facts, thens, known.units) if part.unit.id in in_reach]
                before = thens
            found[day] += parts
    return found


def _parts_of_task(
    facts: Sequence[Row[*tuple[Any, ...]]], thens: Sequence[PartThen | None], units: dict[int, Unit]
) -> list[PartOn]:
    there = [(each, then) for each, then in zip(facts, thens, strict=True) if then is not None]
    state, _ = task_state_of((each.role, then.state, then.completed_on) for each, then in there)
    needed = needed_roles(each.role for each, _ in there)
    return [
        PartOn(each.assignment_id, each.plan_id, units[then.unit_id], then, state, each.role in needed)
        for each, then in there
    ]
