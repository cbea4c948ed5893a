"""Units, the names they go by, and groups of them: what an administrator of the place may change.

A name means one thing within an office. Whoever changes a name of a unit changes how plans are read from then on;
what was read before keeps the names that were written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.units import UnitKind, name_key
from tracker.services.errors import Invalid, NotFound, Stale
from tracker.services.turns import in_turn
from tracker.store.unit_queries import name_owner, open_parts, unit_shown, units_below
from tracker.store.units import Unit, UnitName

MANAGE = Permission.MANAGE_UNITS
LONGEST_NAME, LONGEST_FULL_NAME = 100, 200


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What an administrator fills in about a unit; an empty full name means the same as the name."""

    name: str
    full_name: str
    kind: UnitKind


def checked(facts: UnitFacts) -> UnitFacts:
    """The facts without blanks around them; raises Invalid with what to change."""
    name, full_name = facts.name.strip(), facts.full_name.strip() or facts.name.strip()
    if not name_key(name) or len(name) > LONGEST_NAME:
        raise Invalid(f"请填写单位简称，不超过{LONGEST_NAME}字。")
    if not name_key(full_name) or len(full_name) > LONGEST_FULL_NAME:
        raise Invalid(f"单位全称不能超过{LONGEST_FULL_NAME}字，请修改。")
    return UnitFacts(name, full_name, facts.kind)


@in_turn
def add_unit(session: Session, actor: Actor, now: datetime, parent_id: int, facts: UnitFacts) -> Unit:
    """A new unit under another, with its names registered; commits. Raises Invalid when a name is taken."""
    facts = checked(facts)
    parent = managed_unit(session, actor, parent_id)
    if not parent.active:
        raise Invalid(f"上级单位“{parent.name}”已停用，请另选上级单位。")
    scope_id = office_of(actor, parent)
    _need_free(session, scope_id, [facts.name, facts.full_name], None)
    last = session.scalar(select(func.max(Unit.position)).where(Unit.parent_id == parent.id))
    unit = Unit(name=facts.name, full_name=facts.full_name, kind=facts.kind, parent=parent, created_at=now)
    # The path needs the id, which the database gives; the parent's path makes the first one unique.
    unit.path, unit.position = f"{parent.path}new/", (last or 0) + 1
    session.add(unit)
    session.flush()
    unit.path = f"{parent.path}{unit.id}/"
    _register(unit, scope_id, [facts.name, facts.full_name])
    session.commit()
    return unit


@in_turn
def edit_unit(session: Session, actor: Actor, unit_id: int, seen: UnitFacts, facts: UnitFacts) -> Unit:
    """Changes names and kind and commits; the old names stay as aliases.

    ``seen`` is what the person saw: raises Stale when somebody has changed it since.
    """
    facts = checked(facts)
    unit = managed_unit(session, actor, unit_id)
    present = UnitFacts(unit.name, unit.full_name, unit.kind)
    if present == facts:
        session.rollback()  # the same form sent twice: it stands as wanted
        return unit
    if present != seen:
        raise Stale(_what_stands(present))
    scope_id = _naming_office(session, actor, unit)
    _need_free(session, scope_id, [facts.name, facts.full_name], unit)
    unit.name, unit.full_name, unit.kind = facts.name, facts.full_name, facts.kind
    _register(unit, scope_id, [present.name, present.full_name, facts.name, facts.full_name])
    session.commit()
    return unit


def _what_stands(present: UnitFacts) -> str:
    return (
        "您打开页面之后，该单位资料已被他人修改，您的修改没有保存。"
        f"现在的资料是：简称“{present.name}”，全称“{present.full_name}”，类别“{present.kind.label}”。请核对后再保存。"
    )


@in_turn
def add_alias(session: Session, actor: Actor, unit_id: int, name: str) -> Unit:
    """Another way to write the unit; commits. One that it has already is no fault; another unit's is refused."""
    unit = managed_unit(session, actor, unit_id)
    name = usable_name(name)
    scope_id = _naming_office(session, actor, unit)
    _need_free(session, scope_id, [name], unit)
    _register(unit, scope_id, [name])
    session.commit()
    return unit


@in_turn
def remove_alias(session: Session, actor: Actor, unit_id: int, name_id: int) -> Unit:
    """Takes an alias away and commits; one that is gone already is no fault. Name and full name stay."""
    unit = managed_unit(session, actor, unit_id)
    alias = next((each for each in unit.names if each.id == name_id), None)
    if alias is not None and alias.key in {name_key(unit.name), name_key(unit.full_name)}:
        raise Invalid("简称和全称不能删除，请先把单位改成别的名称。")
    if alias is not None and not actor.may(MANAGE, session.get_one(Unit, alias.scope_id).path):
        raise Invalid(f"“{alias.name}”由上级登记，读上级文件时要用，不能在这里删除。请联系上级管理员。")
    if alias is not None:
        unit.names.remove(alias)
    session.commit()
    return unit


@in_turn
def close_unit(session: Session, actor: Actor, unit_id: int) -> Unit:
    """Takes a unit out of use and commits; refused while it has open parts or units below it, and for a root."""
    unit = managed_unit(session, actor, unit_id)
    if not unit.active:
        session.rollback()
        return unit
    if unit.parent_id is None:
        raise Invalid("最上级单位不能停用。")
    count, below = open_parts(session, unit.id), units_below(session, unit)
    if count:
        raise Invalid(f"“{unit.name}”还有 {count} 项未办结的分工，请先办结、撤销或转办给其他单位，再停用。")
    if below:
        raise Invalid(f"“{unit.name}”下面还有 {len(below)} 个单位，请先停用下级单位。")
    unit.active = False
    session.commit()
    return unit


@in_turn
def reopen_unit(session: Session, actor: Actor, unit_id: int) -> Unit:
    """Takes a closed unit into use again and commits."""
    unit = managed_unit(session, actor, unit_id)
    if unit.parent is not None and not unit.parent.active:
        raise Invalid(f"上级单位“{unit.parent.name}”已停用，请先启用上级单位。")
    unit.active = True
    session.commit()
    return unit


def managed_unit(session: Session, actor: Actor, unit_id: int) -> Unit:
    """A unit that the actor administers; raises NotFound or Forbidden."""
    unit = unit_shown(session, unit_id)
    if unit is None:
        raise NotFound("没有这个单位，请从单位清单重新进入。")
    if not actor.may(MANAGE, unit.path):
        raise Forbidden(MANAGE, f"修改“{unit.name}”")
    return unit


def office_of(actor: Actor, unit: Unit) -> int:
    """The id of the highest unit from which the actor administers this one: names are unique within its office."""
    reaching = [held for held in actor.reach(MANAGE) if held.reaches(unit.path)]
    return min(reaching, key=lambda held: len(held.unit_path)).unit_id


def scope_of(unit: Unit) -> int:
    """The id of the unit in whose office this unit's names are registered; the root's for one without names."""
    return unit.names[0].scope_id if unit.names else int(unit.path.split("/")[1])


def _naming_office(session: Session, actor: Actor, unit: Unit) -> int:
    """Where a further name is registered: beside the others, or, by an administrator of less, in the own office.

    Otherwise a county could take a name by which the city's plans mean somebody else.
    """
    scope = session.get_one(Unit, scope_of(unit))
    return scope.id if actor.may(MANAGE, scope.path) else office_of(actor, unit)


def usable_name(name: str) -> str:
    """The name without blanks around it; raises Invalid for one that names nothing."""
    name = name.strip()
    if not name_key(name) or len(name) > LONGEST_FULL_NAME:
        raise Invalid(f"请填写名称，不超过{LONGEST_FULL_NAME}字。")
    return name


def _need_free(session: Session, scope_id: int, names: list[str], unit: Unit | None) -> None:
    for name in names:
        owner = name_owner(session, scope_id, name)
        if owner is not None and (unit is None or owner.unit_id != unit.id):
            raise Invalid(taken(name, owner))


def taken(name: str, owner: UnitName) -> str:
    """Says whose the name is, and what may be done."""
    holder = owner.unit or owner.group
    kind = "单位" if owner.unit else "单位组"
    closed = "（已停用）" if owner.unit and not owner.unit.active else ""
    return f"名称“{name}”已属于{kind}“{holder.name if holder else ''}”{closed}，同一名称不能指两个单位，请换一个名称。"


def _register(unit: Unit, scope_id: int, names: list[str]) -> None:
    """Adds the names that the unit does not have yet."""
    known = {each.key for each in unit.names}
    for name in names:
        if name_key(name) not in known:
            known.add(name_key(name))
            unit.names.append(UnitName(scope_id=scope_id, name=name, key=name_key(name)))
