"""Reads tasks_seed.yaml, whose format its own head describes, into a Seed: pure, from text to values.

Everything wrong is reported together, each fault with file, line and field; nothing half-read comes back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from tracker.domain.drafts import Basis, Deadline, DeadlineKind, Form
from tracker.domain.roles import Role
from tracker.domain.seed import (
    NO_DEADLINE,
    RECURRENCES,
    Seed,
    SeedGroup,
    SeedMilestone,
    SeedPlan,
    SeedTask,
    SeedUnit,
    SeedUnitRole,
    directory_of,
)
from tracker.domain.units import GroupMatch, UnitDirectory, UnitKind, name_key
from tracker.reading.marked_yaml import Fault, Faults, Fields, Item, MalformedError, Spot, compose
from tracker.reading.seed_error import SeedError


def read_seed(text: str, name: str) -> Seed:
    """The seed in ``text``; ``name`` is the file's name for messages. Raises SeedError with all that is wrong."""
    faults = Faults()
    try:
        root = compose(text, faults)
    except MalformedError as error:
        raise SeedError(name, [error.fault]) from error
    if root is None:
        raise SeedError(name, [Fault(1, "", "文件没有内容，请按文件头的说明填写 plans、units、groups、tasks")])
    seed = _seed(root)
    if faults.found:
        raise SeedError(name, faults.found)
    return seed


def _seed(root: Item) -> Seed:
    fields = Fields(root, ("plans", "units", "groups", "tasks"))
    units = _entries(fields.need("units"), _unit)
    _check_tree(units)
    directory = directory_of(tuple(unit for unit, _ in units), ())
    groups = _entries(fields.get("groups"), lambda item: _group(item, directory))
    _check_names([*units, *groups])
    directory = directory_of(tuple(unit for unit, _ in units), tuple(group for group, _ in groups))
    plans = _entries(fields.need("plans"), _plan)
    _check_keys(plans)
    keys = [plan.key for plan, _ in plans]
    tasks = _entries(fields.need("tasks"), lambda item: _task(item, directory, keys))
    _check_keys(tasks)
    return Seed(_values(plans), _values(units), _values(groups), _values(tasks), directory)


_Value = TypeVar("_Value")


def _entries(items: Item | None, read: Callable[[Item], _Value]) -> list[tuple[_Value, Item]]:
    return [(read(item), item) for item in items.items()] if items else []


def _values(entries: Iterable[tuple[_Value, Item]]) -> tuple[_Value, ...]:
    return tuple(value for value, _ in entries)


# ---- units and groups


def _unit(item: Item) -> SeedUnit:
    fields = Fields(item, ("name", "kind", "full_name", "parent", "aliases"))
    fields.need("kind")
    return SeedUnit(
        name=fields.need_text("name"),
        kind=fields.choice("kind", UnitKind, UnitKind.OTHER),
        full_name=fields.text("full_name"),
        parent=fields.text("parent"),
        aliases=fields.texts("aliases"),
    )


def _group(item: Item, units: UnitDirectory[str]) -> SeedGroup:
    fields = Fields(item, ("name", "members", "aliases"))
    found = fields.need("members")
    members = [_named_units(member, units) for member in found.items()] if found else []
    if found and not members:
        found.fault("单位组至少要有一个成员；成员不明的，请在 units 中登记为 kind: collective 的单位")
    return SeedGroup(
        name=fields.need_text("name"),
        members=tuple(dict.fromkeys(unit for names in members for unit in names)),
        aliases=fields.texts("aliases"),
    )


def _named_units(item: Item, directory: UnitDirectory[str]) -> tuple[str, ...]:
    return _resolved(item, item.text(), directory)[0]


def _resolved(item: Item, name: str, directory: UnitDirectory[str]) -> tuple[tuple[str, ...], str | None]:
    """The short names of the units meant, and the group's name when it is one; a fault when nothing fits."""
    match = directory.resolve(name)
    if match is None:
        if name:
            item.fault(_unknown_unit(name, directory))
        return (), None
    return (match.members, match.name) if isinstance(match, GroupMatch) else ((match.ref,), None)


def _unknown_unit(name: str, directory: UnitDirectory[str]) -> str:
    several = directory.candidates(name)
    if several:
        return f"单位“{name}”有几种可能：{'、'.join(match.name for match in several)}，请写全称"
    alike = directory.nearest(name, 3)
    near = f"（相近的有：{'、'.join(alike)}）" if alike else ""
    return f"单位“{name}”不在 units 中，请先在 units 中登记，或改为已登记的名称{near}"


class _Named(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...


def _check_names(entries: Sequence[tuple[_Named, Item]]) -> None:
    """No name, full name or alias may mean two things."""
    owners: dict[str, tuple[_Named, Item]] = {}
    for entry, item in entries:
        for known in dict.fromkeys([entry.name, *_full_name(entry), *entry.aliases]):
            owner, where = owners.setdefault(name_key(known), (entry, item))
            if known and owner is not entry:
                item.fault(
                    f"名称“{known}”与第 {where.spot.line} 行的“{owner.name}”重复，每个名称只能属于一个单位或单位组"
                )


def _full_name(entry: _Named) -> list[str]:
    return [entry.full_name] if isinstance(entry, SeedUnit) and entry.full_name else []


def _check_tree(units: Sequence[tuple[SeedUnit, Item]]) -> None:
    """Every parent is a unit's short name, one unit alone has none, and no unit stands below itself."""
    parents = {unit.name: unit.parent for unit, _ in units}
    roots = [item for unit, item in units if unit.parent is None and item.is_mapping]
    for item in roots[1:]:
        item.fault(f"缺少 parent：只能有一个单位没有上级（第 {roots[0].spot.line} 行已有），请填写上级单位的简称")
    for unit, item in units:
        if unit.parent is not None and unit.parent not in parents:
            item.fault(f"上级单位“{unit.parent}”不在 units 中，请填写已登记单位的 name")
        elif _circles(unit.name, parents):
            item.fault(f"单位“{unit.name}”的上级关系成环，请检查 parent")


def _circles(name: str, parents: dict[str, str | None]) -> bool:
    above, seen = parents.get(name), {name}
    while above is not None and above not in seen:
        seen.add(above)
        above = parents.get(above)
    return above == name


# ---- plans


def _plan(item: Item) -> SeedPlan:
    fields = Fields(item, ("key", "title", "number", "issuer", "issued_on", "effective_until"))
    plan = SeedPlan(
        key=fields.need_text("key"),
        title=fields.need_text("title"),
        number=fields.text("number"),
        issuer=fields.text("issuer"),
        issued_on=fields.day("issued_on"),
        effective_until=fields.day("effective_until"),
    )
    ends = fields.get("effective_until")
    if ends and plan.issued_on and plan.effective_until and plan.effective_until < plan.issued_on:
        ends.fault(f"有效期截止日早于印发日期 {plan.issued_on}，请核对")
    return plan


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


def _check_keys(entries: Sequence[tuple[_Keyed, Item]]) -> None:
    owners: dict[str, Item] = {}
    for entry, item in entries:
        first = owners.setdefault(entry.key, item)
        if entry.key and first is not item:
            spot = Spot(item.spot.line, f"{item.path}.key")
            item.faults.add(spot, f"键“{entry.key}”与第 {first.spot.line} 行重复，请改用未用过的键")


# ---- tasks


def _task(item: Item, directory: UnitDirectory[str], plans: Sequence[str]) -> SeedTask:
    fields = Fields(item, ("key", "plan", "title", "path", "form", "units", "deadline", "milestones"))
    fields.need("form")
    return SeedTask(
        key=fields.need_text("key"),
        plan=_plan_key(fields, plans),
        title=fields.need_text("title"),
        path=fields.texts("path"),
        form=fields.choice("form", Form, Form.BRACKET),
        units=_unit_roles(fields, directory),
        deadline=_deadline(fields.get("deadline")),
        milestones=_values(_entries(fields.get("milestones"), _milestone)),
    )


def _plan_key(fields: Fields, plans: Sequence[str]) -> str:
    key = fields.need_text("plan")
    found = fields.get("plan")
    if found and key and key not in plans:
        found.fault(f"文件键“{key}”不在 plans 中，请填写 plans 里已有的 key")
    return key


def _unit_roles(fields: Fields, directory: UnitDirectory[str]) -> tuple[SeedUnitRole, ...]:
    found = fields.need("units")
    roles = [(_unit_role(item, directory), item) for item in found.items()] if found else []
    if found and not roles:
        found.fault("任务至少要有一个单位，请补上")
    seen: set[str] = set()
    for role, item in roles:
        if role.name and name_key(role.name) in seen:
            item.fault(f"单位“{role.name}”在本任务中重复，请删去一处")
        seen.add(name_key(role.name))
    return _values(roles)


def _unit_role(item: Item, directory: UnitDirectory[str]) -> SeedUnitRole:
    """A unit written as a bare name (a responsible unit), or as name, role and inherited."""
    if not item.is_mapping:
        name = item.text()
        stands_for, group = _resolved(item, name, directory)
        return SeedUnitRole(name, stands_for=stands_for, group=group)
    fields = Fields(item, ("name", "role", "inherited"))
    name = fields.need_text("name")
    stands_for, group = _resolved(fields.get("name") or item, name, directory)
    role = fields.choice("role", Role, Role.RESPONSIBLE)
    return SeedUnitRole(name, role, fields.flag("inherited"), stands_for, group)


def _deadline(item: Item | None) -> Deadline:
    if item is None:
        return NO_DEADLINE
    fields = Fields(item, ("text", "kind", "due_on", "basis"))
    fields.need("kind")
    deadline = Deadline(
        text=fields.text("text"),
        kind=fields.choice("kind", DeadlineKind, DeadlineKind.NONE),
        due_on=fields.day("due_on"),
        basis=fields.choice("basis", Basis, Basis.CLAUSE) if fields.get("basis") else None,
    )
    _check_deadline(fields, deadline)
    return deadline


def _check_deadline(fields: Fields, deadline: Deadline) -> None:
    dated = fields.get("due_on") is not None
    if deadline.kind is DeadlineKind.FIXED and not dated:
        fields.need("due_on")
    if deadline.kind in (DeadlineKind.NONE, DeadlineKind.ONGOING) and dated:
        fields.item.fault(f"kind 为 {deadline.kind}（{deadline.kind.label}）时不能填 due_on，请删去日期或改 kind")
    if dated:
        fields.need("text")
        fields.need("basis")


def _milestone(item: Item) -> SeedMilestone:
    fields = Fields(item, ("text", "due_on", "recurrence", "figure"))
    recurrence = fields.text("recurrence")
    found = fields.get("recurrence")
    if found and recurrence and recurrence not in RECURRENCES:
        found.fault(f"“{recurrence}”不是可用的周期，可填：{'、'.join(RECURRENCES)}")
    return SeedMilestone(fields.need_text("text"), fields.day("due_on"), recurrence, fields.text("figure"))
