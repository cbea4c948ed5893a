"""The seed's units and groups as rows: found by their key in the seed, else by name, else made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from tracker.domain.seed import Seed, SeedGroup, SeedUnit
from tracker.domain.units import name_key
from tracker.services.seeding_run import Loading, SeedConflict
from tracker.store.units import Unit, UnitGroup, UnitGroupMember, UnitName


def load_units(loading: Loading, seed: Seed) -> dict[str, Unit]:
    """The seed's units by their names in the seed, with their places in the tree and all their names."""
    session = loading.session
    known = list(session.scalars(select(Unit).options(selectinload(Unit.names))))
    entries = seed.units_from_root()
    finder = _Finder(known, root_name=entries[0].name)
    places = {unit.name: position for position, unit in enumerate(seed.units)}
    rows: dict[str, Unit] = {}
    for entry in entries:
        parent = rows[entry.parent] if entry.parent else None
        rows[entry.name] = _load_unit(loading, entry, finder.unit(entry.name), parent, places[entry.name])
    session.flush()
    _place([*rows.values(), *known])
    session.flush()
    _add_names(loading, [(rows[unit.name], _names(unit)) for unit in entries], rows[entries[0].name])
    return rows


class _Finder:
    """Finds the row that an entry means: the one loaded for it before, else one that the office made itself."""

    def __init__(self, units: list[Unit], root_name: str) -> None:
        self._by_seed_key = {unit.seed_key: unit for unit in units if unit.seed_key}
        roots = [unit for unit in units if unit.parent_id is None]
        key = name_key(root_name)
        root = self._by_seed_key.get(root_name) or next(
            (unit for unit in roots if key in {name.key for name in unit.names}), None
        )
        self._by_name = {name.key: unit for unit in units for name in unit.names if root and name.scope_id == root.id}

    def unit(self, name: str) -> Unit | None:
        """The row for a name of the seed; a row loaded for another entry is never taken."""
        found = self._by_seed_key.get(name) or self._by_name.get(name_key(name))
        return found if found and found.seed_key in (None, name) else None


def _load_unit(loading: Loading, entry: SeedUnit, row: Unit | None, parent: Unit | None, position: int) -> Unit:
    loading.counts["单位"].total += 1
    full_name = entry.full_name or entry.name
    if row is None:
        # The path needs the id, which the database gives; _place puts it right.
        row = Unit(name=entry.name, full_name=full_name, kind=entry.kind, parent=parent, path=f"/new/{entry.name}/")
        row.seed_key, row.created_at, row.position, row.active = entry.name, loading.now, position, True
        loading.add("单位", row)
        return row
    if loading.differs("unit", entry.name):
        facts = {"kind": entry.kind, "seed_key": entry.name, "parent": parent}
        # A unit that the office has renamed keeps the names that the office gave it.
        own = {"full_name": full_name} if row.name == entry.name else {}
        loading.update("单位", row, {**facts, **own})
    row.position = position
    return row


def _place(units: Iterable[Unit]) -> None:
    """Gives every unit its path, the ids from the root down to itself."""
    for unit in dict.fromkeys(units):
        path = _path(unit)
        if unit.path != path:
            unit.path = path


def _path(unit: Unit) -> str:
    return f"{_path(unit.parent) if unit.parent else '/'}{unit.id}/"


def load_groups(loading: Loading, seed: Seed, units: Mapping[str, Unit]) -> None:
    """The seed's groups with their members and names."""
    if not seed.groups:
        return
    root = units[seed.units_from_root()[0].name]
    found = select(UnitGroup).where(UnitGroup.scope_id == root.id)
    known = {group.name: group for group in loading.session.scalars(found.options(selectinload(UnitGroup.members)))}
    by_key = {group.seed_key: group for group in known.values() if group.seed_key}
    rows = [
        (_load_group(loading, entry, by_key.get(entry.name) or known.get(entry.name), root, units), entry)
        for entry in seed.groups
    ]
    loading.session.flush()
    _add_names(loading, [(row, (entry.name, *entry.aliases)) for row, entry in rows], root)


def _load_group(
    loading: Loading, entry: SeedGroup, row: UnitGroup | None, root: Unit, units: Mapping[str, Unit]
) -> UnitGroup:
    loading.counts["单位组"].total += 1
    members = [units[name].id for name in entry.members]
    if row is None:
        row = UnitGroup(scope_id=root.id, name=entry.name, seed_key=entry.name)
        loading.add("单位组", row)
        _set_members(row, members)
    elif loading.differs("group", entry.name):
        loading.update("单位组", row, {"seed_key": entry.name})
        if [member.unit_id for member in row.members] != members:
            loading.counts["单位组"].changed += 1
            _set_members(row, members)
    return row


def _set_members(group: UnitGroup, unit_ids: list[int]) -> None:
    kept = {member.unit_id: member for member in group.members}
    group.members = [kept.get(unit_id) or UnitGroupMember(unit_id=unit_id) for unit_id in unit_ids]
    for position, member in enumerate(group.members):
        member.position = position


def _names(unit: SeedUnit) -> tuple[str, ...]:
    return (unit.name, *((unit.full_name,) if unit.full_name else ()), *unit.aliases)


def _add_names(loading: Loading, named: list[tuple[Unit | UnitGroup, tuple[str, ...]]], root: Unit) -> None:
    """Registers every name once; refuses one that belongs to something else here."""
    session = loading.session
    owners = {name.key: name for name in session.scalars(select(UnitName).where(UnitName.scope_id == root.id))}
    count = loading.counts["单位名称"]
    for row, names in named:
        differs = loading.differs("unit" if isinstance(row, Unit) else "group", row.seed_key)
        for name in names:
            count.total += 1
            owner = owners.get(name_key(name))
            if owner is None and differs:
                owners[name_key(name)] = owner = _registered(row, name, root)
                loading.add("单位名称", owner)
            elif owner is not None and not _belongs(owner, row):
                raise SeedConflict(_taken(name, owner, row))


def _registered(row: Unit | UnitGroup, name: str, root: Unit) -> UnitName:
    made = UnitName(scope_id=root.id, name=name, key=name_key(name))
    if isinstance(row, Unit):
        made.unit = row
    else:
        made.group = row
    return made


def _belongs(owner: UnitName, row: Unit | UnitGroup) -> bool:
    return (owner.unit if isinstance(row, Unit) else owner.group) is row


def _taken(name: str, owner: UnitName, row: Unit | UnitGroup) -> str:
    holder = owner.unit or owner.group
    return (
        f"名称“{name}”在系统中已属于“{holder.name if holder else ''}”，核定数据文件却给了“{row.name}”。"
        "请先在单位页面改名或删除该叫法，或修改核定数据文件，再重新载入。本次没有载入任何内容。"
    )
