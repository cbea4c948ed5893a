"""With whom a doer does its deed: 市水利局会同市财政局等部门制定…, 市住建局牵头，会同市公安局开展…."""

from __future__ import annotations

import re
from dataclasses import replace

from tracker.domain.drafts import UnitMention
from tracker.domain.roles import Role
from tracker.reading.naming import read_units
from tracker.reading.subjects import Doer, doer_of
from tracker.reading.unit_words import is_surely_unit

_WITH = re.compile(r"(?:会同|联合|协同)(?P<names>[^，,]{2,120}?)等(?:有关|相关)?(?:部门|单位|地方)")
_WITH_NAMES = re.compile(r"会同|联合|协同")
_BEFORE_WITH = re.compile(r"(?:牵头[，,]?|要|应当?)*")
_KINDS = ("部门", "单位", "地方", "机构", "方面")
_LEADS_ITSELF = re.compile(r"(?:具体|负责|要|应当?)*牵头")


def in_roles(doer: Doer, deed: str) -> tuple[UnitMention, ...]:
    """The doer's units, and those named after 会同 in support."""
    units = doer.units
    if _LEADS_ITSELF.match(deed) and not any(unit.role is Role.SUPPORT for unit in units):
        units = tuple(replace(unit, role=Role.LEAD) for unit in units)
    partners, _ = partners_of(without_lead(deed))
    return units + tuple(unit for unit in partners if unit.name not in {own.name for own in units})


def without_lead(deed: str) -> str:
    """The deed without the words before its 会同: 牵头，会同…."""
    begun = _BEFORE_WITH.match(deed)
    rest = deed[begun.end() :] if begun else deed
    return rest if _WITH_NAMES.match(rest) else deed


def partners_of(deed: str) -> tuple[tuple[UnitMention, ...], str]:
    """The units that 会同 names at the deed's beginning (会同市财政局等部门制定…), and the deed without them."""
    found = _WITH.match(deed)
    units = tuple(read_units(found["names"], Role.SUPPORT).units) if found else ()
    if found and units and all(_says_who(unit) for unit in units):
        return units, deed[found.end() :]
    return _partners_before_deed(deed)


def _says_who(unit: UnitMention) -> bool:
    """Whether a name is one unit's: 有关部门, 公安部门 tell of what kind those are that help."""
    return is_surely_unit(unit.name) and not unit.name.endswith(_KINDS)


def _partners_before_deed(deed: str) -> tuple[tuple[UnitMention, ...], str]:
    """Those whose names run right up to the deed: 会同市住建局、市林业局开展…."""
    found = _WITH_NAMES.match(deed)
    doer = doer_of(deed[found.end() :]) if found else None
    if not found or not doer or doer.by or doer.start or not all(map(_says_who, doer.units)):
        return (), deed
    units = tuple(replace(unit, role=Role.SUPPORT) for unit in doer.units)
    return units, deed[found.end() + doer.end :].lstrip("，, ")
