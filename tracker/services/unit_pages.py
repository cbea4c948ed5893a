"""What the pages about units show, within the reader's reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.lifecycle import State
from tracker.domain.units import UnitKind, name_key
from tracker.services.errors import NotFound
from tracker.services.histories import histories, those_of_unit
from tracker.services.ledger import LedgerFilter, ledger
from tracker.services.lit import When
from tracker.services.units import MANAGE
from tracker.store import unit_queries
from tracker.store.pages import Page
from tracker.store.people import PersonStanding
from tracker.store.people_queries import standings_at
from tracker.store.unit_queries import PartCounts
from tracker.store.units import Unit, UnitGroup, UnitName


@dataclass(frozen=True, slots=True)
class UnitFilter:
    """What is looked for: words in any of a unit's names, a kind, and whether closed units are wanted too."""

    words: str = ""
    kind: UnitKind | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class UnitList:
    """One page of units; ``counts`` holds those units whose work the reader may see."""

    page: Page[Unit]
    kinds: Mapping[UnitKind, int]
    counts: Mapping[int, PartCounts]
    may_add: bool


@dataclass(frozen=True, slots=True)
class UnitPage:
    """One unit: its place, its names, its people and, for those who may read it, its work."""

    unit: Unit
    above: Sequence[Unit]
    below: Sequence[Unit]
    groups: Sequence[UnitGroup]
    standings: Sequence[PersonStanding]
    aliases: Sequence[UnitName]
    states: Mapping[State, int]
    counts: PartCounts | None
    may_manage: bool
    may_manage_people: bool


def unit_list(session: Session, actor: Actor, today: date, wanted: UnitFilter, page: int) -> UnitList:
    """Units by kind, with open and overdue parts where the actor may read them."""
    found = unit_queries.units_page(session, wanted.words, wanted.kind, closed=wanted.closed, page=page)
    kinds = unit_queries.count_by_kind(session, wanted.words, closed=wanted.closed)
    counts = unit_queries.part_counts(session, actor, today, [unit.id for unit in found.rows])
    return UnitList(found, kinds, counts, actor.holds(MANAGE))


def unit_page(session: Session, actor: Actor, when: When, unit_id: int) -> UnitPage:
    """Everything about one unit that the actor may know, its work as of the day; raises NotFound."""
    unit = unit_queries.unit_shown(session, unit_id)
    if unit is None:
        raise NotFound("没有这个单位，请从单位清单重新进入。")
    counts, states = (_work_then if when.is_past else _work)(session, actor, when, unit)
    own = {name_key(unit.name), name_key(unit.full_name)}
    return UnitPage(
        unit=unit,
        above=unit_queries.units_above(session, unit),
        below=unit_queries.units_below(session, unit),
        groups=unit_queries.groups_of(session, unit.id),
        standings=standings_at(session, unit),
        aliases=[name for name in unit.names if name.key not in own],
        states=states,
        counts=counts,
        may_manage=actor.may(MANAGE, unit.path),
        may_manage_people=actor.may(Permission.MANAGE_PEOPLE, unit.path),
    )


Work = tuple[PartCounts | None, Mapping[State, int]]


def _work(session: Session, actor: Actor, when: When, unit: Unit) -> Work:
    """The unit's own parts, counted; None for those who may not read them."""
    counts = unit_queries.part_counts(session, actor, when.today, [unit.id]).get(unit.id)
    return counts, unit_queries.count_by_state(session, unit.id) if counts else {}


def _work_then(session: Session, actor: Actor, when: When, unit: Unit) -> Work:
    """The same as of a past day."""
    if not actor.may(Permission.READ, unit.path):
        return None, {}
    known = histories(session, LedgerFilter(unit.path), those_of_unit(session, when.today, when.zone, unit.id))
    rows = [row for row in ledger(session, actor, when, known=known) if row.unit.id == unit.id]
    still_open = sum(not row.then.state.is_closed for row in rows)
    return PartCounts(still_open, sum(row.is_overdue for row in rows)), Counter(row.then.state for row in rows)
