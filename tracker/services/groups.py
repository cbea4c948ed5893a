"""Groups of units (单位组): what 各县（市、区） stands for when a task is adopted.

A group belongs to the office at its scope; its administrator edits it. Tasks that were adopted keep their units.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Forbidden
from tracker.domain.units import name_key
from tracker.services.errors import Invalid, NotFound
from tracker.services.turns import in_turn
from tracker.services.units import MANAGE, taken, usable_name
from tracker.store.unit_directory import names_for
from tracker.store.unit_queries import all_groups, group_shown, name_owner, unit_named, unit_names
from tracker.store.units import Unit, UnitGroup, UnitGroupMember, UnitName


@dataclass(frozen=True, slots=True)
class GroupList:
    """Every group, and whether the reader may make one."""

    groups: Sequence[UnitGroup]
    may_add: bool


@dataclass(frozen=True, slots=True)
class GroupPage:
    """One group; ``names`` are the units that may join it, for those who may change it."""

    group: UnitGroup
    aliases: Sequence[UnitName]
    may_manage: bool
    names: Sequence[str]


def group_list(session: Session, actor: Actor) -> GroupList:
    """Every group with its members."""
    return GroupList(all_groups(session), actor.holds(MANAGE))


def group_page(session: Session, actor: Actor, group_id: int) -> GroupPage:
    """One group; raises NotFound."""
    group = _found(session, group_id)
    may_manage = actor.may(MANAGE, _scope(session, group).path)
    aliases = [name for name in group.names if name.key != name_key(group.name)]
    return GroupPage(group, aliases, may_manage, member_choices(session, actor) if may_manage else [])


def member_choices(session: Session, actor: Actor) -> list[str]:
    """Names of the units that the actor administers, as help for typing."""
    return unit_names(session, actor, MANAGE)


@in_turn
def add_group(session: Session, actor: Actor, name: str, member: str) -> UnitGroup:
    """A new group with its first member, in the office of the actor's highest standing; commits."""
    name, scope = usable_name(name), _own_office(session, actor)
    owner = name_owner(session, scope.id, name)
    if owner is not None:
        raise Invalid(taken(name, owner))
    group = UnitGroup(scope_id=scope.id, name=name)
    group.members.append(UnitGroupMember(unit_id=_known_unit(session, scope, member).id, position=0))
    group.names.append(UnitName(scope_id=scope.id, name=name, key=name_key(name)))
    session.add(group)
    session.commit()
    return group


@in_turn
def add_member(session: Session, actor: Actor, group_id: int, name: str) -> UnitGroup:
    """Puts a unit at the end of the group and commits; a member stays one."""
    group = managed_group(session, actor, group_id)
    unit = _known_unit(session, _scope(session, group), name)
    if all(member.unit_id != unit.id for member in group.members):
        place = max((member.position for member in group.members), default=-1) + 1
        group.members.append(UnitGroupMember(unit_id=unit.id, position=place))
    session.commit()
    return group


@in_turn
def remove_member(session: Session, actor: Actor, group_id: int, unit_id: int) -> UnitGroup:
    """Takes a unit out of the group and commits; the last member stays, or the group would mean nobody."""
    group = managed_group(session, actor, group_id)
    leaving = [member for member in group.members if member.unit_id == unit_id]
    if leaving and len(group.members) == 1:
        raise Invalid("单位组至少要有一个成员，请先加入其他单位，再移出这一个。")
    for member in leaving:
        group.members.remove(member)
    session.commit()
    return group


def managed_group(session: Session, actor: Actor, group_id: int) -> UnitGroup:
    """A group that the actor's office keeps; raises NotFound or Forbidden."""
    group = _found(session, group_id)
    if not actor.may(MANAGE, _scope(session, group).path):
        raise Forbidden(MANAGE, f"修改单位组“{group.name}”")
    return group


def _found(session: Session, group_id: int) -> UnitGroup:
    group = group_shown(session, group_id)
    if group is None:
        raise NotFound("没有这个单位组，请从单位组清单重新进入。")
    return group


def _scope(session: Session, group: UnitGroup) -> Unit:
    return session.get_one(Unit, group.scope_id)


def _own_office(session: Session, actor: Actor) -> Unit:
    held = min(actor.reach(MANAGE), key=lambda standing: len(standing.unit_path), default=None)
    if held is None:
        raise Forbidden(MANAGE, "新建单位组")
    return session.get_one(Unit, held.unit_id)


def _known_unit(session: Session, scope: Unit, name: str) -> Unit:
    unit = unit_named(session, scope, name)
    if unit is None:
        near = names_for(session, scope).directory.nearest(name, 3)
        hint = f"相近的有：{'、'.join(near)}。" if near else ""
        raise Invalid(f"没有单位“{name.strip()}”，请填写已登记的单位名称。{hint}")
    return unit
