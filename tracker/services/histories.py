"""The histories of the units' parts, read once for as many questions as a page has about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.as_of import Happening
from tracker.domain.roles import Role
from tracker.store.as_of_queries import facts_of_parts, happenings_of
from tracker.store.tasks import Task
from tracker.store.unit_queries import units_by_id
from tracker.store.units import Unit


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """Whose parts are asked for: ``unit_path`` stands for the unit at it and all below."""

    unit_path: str | None = None
    plan_id: int | None = None


@dataclass(frozen=True, slots=True)
class Histories:
    """What the database knows of the parts that are asked for: read once for as many questions as a page has."""

    wanted: LedgerFilter
    facts: Sequence[Row[*tuple[Any, ...]]]
    happenings: dict[int, list[Happening]]
    units: dict[int, Unit]

    def by_task(self) -> Iterator[list[Row[*tuple[Any, ...]]]]:
        """The parts' facts, task by task."""
        return (list(group) for _, group in groupby(self.facts, key=lambda each: each.task_id))

    def in_reach(self, actor: Actor, permission: Permission) -> set[int]:
        """The units whose parts are given."""
        below = self.wanted.unit_path or "/"
        return {u.id for u in self.units.values() if u.path.startswith(below) and actor.may(permission, u.path)}


def histories(session: Session, wanted: LedgerFilter | None = None) -> Histories:
    """The histories of the parts, for ``ledger`` and ``ledger_on_days``; who may see them is asked there."""
    wanted = wanted or LedgerFilter()
    conditions: list[ColumnElement[bool]] = [Task.plan_id == wanted.plan_id] if wanted.plan_id else []
    return Histories(
        wanted, facts_of_parts(session, conditions), happenings_of(session, conditions), units_by_id(session)
    )


def needed_roles(roles: Iterable[Role]) -> set[Role]:
    """The roles that a task waits for: those that complete it, or all where only support units carry it."""
    present = set(roles)
    return {role for role in present if role.completes} or present
