"""The names that plans of one office may use, gathered into a directory."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.domain.units import GroupEntry, UnitDirectory, UnitEntry
from tracker.store.units import Unit, UnitGroup, UnitGroupMember, UnitName


@dataclass(frozen=True, slots=True)
class OfficeNames:
    """What the plans of one scope may name: the directory by row ids, and the rows' own names and members.

    ``beyond`` are the units, by themselves or as members, that stand outside the scope: a county's plan may name
    them, and cannot give them work.
    """

    directory: UnitDirectory[int]
    units: dict[int, Unit]
    groups: dict[int, GroupEntry[int]]
    beyond: frozenset[int] = frozenset()


def names_for(session: Session, scope: Unit) -> OfficeNames:
    """The units and groups that a plan of this scope may mean.

    Names registered for the scope itself go before those of the units above it: a county's 县教育局 is its own.
    Units no longer active are left out, also as members of groups.
    """
    of_unit, of_group = defaultdict[Unit, list[str]](list), defaultdict[UnitGroup, list[str]](list)
    for row in _names(session, scope):
        if row.unit and row.unit.active:
            of_unit[row.unit].append(row.name)
        elif row.group:
            of_group[row.group].append(row.name)
    units = sorted(of_unit, key=lambda unit: (unit.position, unit.id))
    groups = [_group_entry(group, of_group[group]) for group in sorted(of_group, key=lambda group: group.id)]
    directory = UnitDirectory.of([_unit_entry(unit, of_unit[unit]) for unit in units], groups, place=place_of(scope))
    named = [*units, *(member.unit for group in of_group for member in group.members)]
    beyond = frozenset(unit.id for unit in named if not unit.path.startswith(scope.path))
    return OfficeNames(directory, {unit.id: unit for unit in units}, {group.ref: group for group in groups}, beyond)


def _names(session: Session, scope: Unit) -> Sequence[UnitName]:
    """Every name that counts in the scope; of a key registered at several levels the nearest."""
    chain = [int(part) for part in scope.path.strip("/").split("/")]
    rows = session.scalars(
        select(UnitName)
        .where(UnitName.scope_id.in_(chain))
        .options(
            joinedload(UnitName.unit),
            joinedload(UnitName.group).selectinload(UnitGroup.members).joinedload(UnitGroupMember.unit),
        )
        .order_by(UnitName.id)
    ).all()
    nearest: dict[str, UnitName] = {}
    for row in sorted(rows, key=lambda row: -chain.index(row.scope_id)):
        nearest.setdefault(row.key, row)
    return [row for row in rows if nearest[row.key] is row]


def _unit_entry(unit: Unit, own: list[str]) -> UnitEntry[int]:
    name = unit.name if unit.name in own else own[0]
    full_name = unit.full_name if unit.full_name in own else None
    return UnitEntry(unit.id, name, full_name, tuple(other for other in own if other not in (name, full_name)))


def _group_entry(group: UnitGroup, own: list[str]) -> GroupEntry[int]:
    members = tuple(member.unit_id for member in group.members if member.unit.active)
    name = group.name if group.name in own else own[0]
    return GroupEntry(group.id, name, members, tuple(other for other in own if other != name))


def place_of(scope: Unit) -> str | None:
    """The place whose government the scope is (廊坊市人民政府 → 廊坊市); None for another kind of unit."""
    found = re.fullmatch(r"(.{2,}?[省市县区州盟旗])(?:人民)?政府", scope.full_name)
    return found[1] if found else None
