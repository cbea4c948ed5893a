"""Who gets a share of a task: mentions of units in a clause become one assignment per unit.

One function for adoption from a draft and for loading a seed, so that both follow the same rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tracker.domain.drafts import Form
from tracker.domain.roles import Role
from tracker.domain.units import GroupMatch, UnitDirectory
from tracker.services.errors import Invalid


@dataclass(frozen=True, slots=True)
class Mention:
    """A unit or group as a clause writes it.

    ``unit_ids`` are the units meant, where that is already known (a person matched the name, or a seed says so);
    several of them are the members of a group. Empty: the directory is asked.
    """

    name: str
    role: Role = Role.RESPONSIBLE
    inherited: bool = False
    unit_ids: tuple[int, ...] = ()
    is_group: bool = False


@dataclass(frozen=True, slots=True)
class PlannedAssignment:
    """One unit's share, ready to be stored. ``written_name`` is the name in the clause, a group's when it came by one.

    ``leads_by_custom``: the clause names no lead, and the office's rule (首个单位为牵头单位) made this unit lead.
    """

    unit_id: int
    role: Role
    written_name: str
    inherited: bool
    leads_by_custom: bool


class UnknownUnits(Invalid):
    """Names that fit no registered unit or group, or several; ``names`` as written."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        listed = "、".join(f"“{name}”" for name in self.names)
        super().__init__(f"未登记的单位：{listed}。请先对应到已登记的单位，或登记为新单位、其他叫法。")


def custom_applies(form: Form, *, setting: bool) -> bool:
    """Whether the office's first-listed-leads rule is asked for a clause of this form.

    供稿 is a role word of its own: every unit listed writes its own part, and none leads the others.
    """
    return setting and form is not Form.SUPPLY


def assignments_for(
    mentions: Iterable[Mention], directory: UnitDirectory[int], *, first_listed_leads: bool
) -> list[PlannedAssignment]:
    """Each unit once, in the order of the clause, groups expanded into their members.

    A unit mentioned twice (by itself and through a group) keeps its strongest role (牵头, then 责任, then 配合); of
    mentions with the same role its own name goes before a group's, and a written one before an inherited one.
    ``first_listed_leads`` makes the first unit lead when the clause gives no role words, unless that is a group.
    Raises UnknownUnits with every name that cannot be told.
    """
    known = _resolved(list(mentions), directory)
    shares: dict[int, Mention] = {}
    for mention in sorted(known, key=_weight):
        for unit_id in mention.unit_ids:
            shares.setdefault(unit_id, mention)
    order = dict.fromkeys(unit_id for mention in known for unit_id in mention.unit_ids)
    lead = _lead_by_custom(known) if first_listed_leads and len(order) > 1 else None
    return [_planned(unit_id, shares[unit_id], leads=unit_id == lead) for unit_id in order]


def _resolved(mentions: list[Mention], directory: UnitDirectory[int]) -> list[Mention]:
    answers = [mention if mention.unit_ids else _looked_up(mention, directory) for mention in mentions]
    unknown = [mention.name for mention, answer in zip(mentions, answers, strict=True) if answer is None]
    if unknown:
        raise UnknownUnits(tuple(dict.fromkeys(unknown)))
    return [answer for answer in answers if answer is not None]


def _looked_up(mention: Mention, directory: UnitDirectory[int]) -> Mention | None:
    match = directory.resolve(mention.name)
    if match is None:
        return None
    is_group = isinstance(match, GroupMatch)
    members = match.members if isinstance(match, GroupMatch) else (match.ref,)
    return Mention(mention.name, mention.role, mention.inherited, members, is_group)


_STRENGTH = {Role.LEAD: 0, Role.RESPONSIBLE: 1, Role.SUPPORT: 2}


def _weight(mention: Mention) -> tuple[int, bool, bool]:
    """Sorts the mention that says most of a unit first; equal ones keep the order of the clause."""
    return _STRENGTH[mention.role], mention.is_group, mention.inherited


def _lead_by_custom(mentions: Sequence[Mention]) -> int | None:
    """The first unit that the clause itself lists, when no role word was used and it is not a group."""
    if any(mention.role is not Role.RESPONSIBLE for mention in mentions):
        return None
    first = next((mention for mention in mentions if not mention.inherited), None)
    return first.unit_ids[0] if first and not first.is_group else None


def _planned(unit_id: int, mention: Mention, *, leads: bool) -> PlannedAssignment:
    role = Role.LEAD if leads else mention.role
    return PlannedAssignment(unit_id, role, mention.name, mention.inherited, leads)
