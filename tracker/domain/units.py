"""Units (单位) by name: their kinds, the key names are compared under, and a directory to look them up in.

A plan writes one unit in many ways (市教育局, 廊坊市教育局); the directory says which registered unit
or group is meant, and says nothing rather than guess when a name fits none or several.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from tracker.domain.likeness import likest

Ref = TypeVar("Ref", bound=Hashable)


class UnitKind(StrEnum):
    """What sort of body a unit is; shown in lists and used as a filter, never as a rule of access."""

    GOVERNMENT = "government"
    DEPARTMENT = "department"
    SECTION = "section"
    COORDINATION = "coordination"
    INSTITUTION = "institution"
    PARTY = "party"
    CONGRESS = "congress"
    CONSULTATIVE = "consultative"
    JUDICIAL = "judicial"
    MILITARY = "military"
    CENTRAL = "central"
    MASS = "mass"
    DEMOCRATIC_PARTY = "democratic_party"
    COUNTY = "county"
    COUNTY_DEPARTMENT = "county_department"
    TOWN = "town"
    ZONE = "zone"
    ENTERPRISE = "enterprise"
    SCHOOL = "school"
    HOSPITAL = "hospital"
    MEDIA = "media"
    COLLECTIVE = "collective"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The word a clerk reads, such as 政府部门."""
        return _KIND_LABELS[self]


_KIND_LABELS = {
    UnitKind.GOVERNMENT: "人民政府",
    UnitKind.DEPARTMENT: "政府部门",
    UnitKind.SECTION: "内设科室",
    UnitKind.COORDINATION: "议事协调机构",
    UnitKind.INSTITUTION: "事业单位",
    UnitKind.PARTY: "党委部门",
    UnitKind.CONGRESS: "人大机关",
    UnitKind.CONSULTATIVE: "政协机关",
    UnitKind.JUDICIAL: "法院、检察院",
    UnitKind.MILITARY: "军事机关",
    UnitKind.CENTRAL: "中央、省驻地方单位",
    UnitKind.MASS: "群团组织",
    UnitKind.DEMOCRATIC_PARTY: "民主党派",
    UnitKind.COUNTY: "县（市、区）政府",
    UnitKind.COUNTY_DEPARTMENT: "县（市、区）直单位",
    UnitKind.TOWN: "乡镇（街道）",
    UnitKind.ZONE: "开发区（园区）",
    UnitKind.ENTERPRISE: "企业",
    UnitKind.SCHOOL: "学校",
    UnitKind.HOSPITAL: "医院",
    UnitKind.MEDIA: "新闻单位",
    UnitKind.COLLECTIVE: "未列明的单位统称",
    UnitKind.OTHER: "其他单位",
}


def name_key(name: str) -> str:
    """The key under which names are compared: NFKC, case-folded, without blanks and punctuation."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in folded if char.isalnum())


@dataclass(frozen=True, slots=True)
class UnitEntry(Generic[Ref]):
    """A unit as the directory is told of it; ``ref`` is whatever the caller knows it by."""

    ref: Ref
    name: str
    full_name: str | None = None
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name the unit is registered under, the short name first."""
        return (self.name, *((self.full_name,) if self.full_name else ()), *self.aliases)


@dataclass(frozen=True, slots=True)
class GroupEntry(Generic[Ref]):
    """A group (单位组) and its members, by the refs of their units."""

    ref: Ref
    name: str
    members: tuple[Ref, ...] = ()
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name the group is registered under."""
        return (self.name, *self.aliases)


@dataclass(frozen=True, slots=True)
class UnitMatch(Generic[Ref]):
    """The unit a name means; ``known_as`` is the registered name it was found under."""

    ref: Ref
    name: str
    known_as: str


@dataclass(frozen=True, slots=True)
class GroupMatch(Generic[Ref]):
    """The group a name means, with the members it stands for."""

    ref: Ref
    name: str
    known_as: str
    members: tuple[Ref, ...]


_Index = Mapping[str, tuple["UnitMatch[Ref] | GroupMatch[Ref]", ...]]


@dataclass(frozen=True, slots=True)
class UnitDirectory(Generic[Ref]):
    """Looks names up among units and groups. Build it with :meth:`of`."""

    place: str | None = None
    names: tuple[str, ...] = ()
    _exact: _Index[Ref] = field(default_factory=dict, repr=False)
    _plain: _Index[Ref] = field(default_factory=dict, repr=False)

    @classmethod
    def of(
        cls,
        units: Iterable[UnitEntry[Ref]],
        groups: Iterable[GroupEntry[Ref]] = (),
        *,
        place: str | None = None,
    ) -> UnitDirectory[Ref]:
        """A directory of these units and groups.

        ``place`` is the full name of the place whose office this is (廊坊市), under which 廊坊市教育局 and
        市教育局 are one name. Without it, it is read from the unit called 市政府 (省政府, 县政府, 区政府).
        """
        units = tuple(units)
        place = place or _own_place(units)
        found = [*_unit_matches(units), *_group_matches(groups)]
        exact = _index((name_key(match.known_as), match) for match in found)
        plain = _index((plain_key(match.known_as, place), match) for match in found)
        return cls(place, tuple(dict.fromkeys(match.known_as for match in found)), exact, plain)

    def candidates(self, name: str) -> tuple[UnitMatch[Ref] | GroupMatch[Ref], ...]:
        """Everything the name may mean: as registered, else by its plain form; empty when unknown."""
        return self._exact.get(name_key(name)) or self._plain.get(plain_key(name, self.place), ())

    def resolve(self, name: str) -> UnitMatch[Ref] | GroupMatch[Ref] | None:
        """The one unit or group the name means; None when it fits none or several."""
        found = self.candidates(name)
        return found[0] if len(found) == 1 else None

    def nearest(self, name: str, limit: int = 5) -> tuple[str, ...]:
        """Short names of the units and groups whose names are most like this one, each once, the likest first."""
        alike = nearest_names(name, self.names, limit * 4)
        owners = (self._exact[name_key(known)][0].name for known in alike)
        return tuple(dict.fromkeys(owners))[:limit]


_OWN_GOVERNMENT = re.compile(r"[省市县区州盟旗](?:人民)?政府")
_PARTY_PREFIX = re.compile(r"^(?:中国共产党|中共)")
_PROVINCE_PREFIX = re.compile(r"^[^省市县区]{2,6}(?:省|自治区)(?=.)")


def plain_key(name: str, place: str | None) -> str:
    """The name's key without what writers add or leave out at will.

    中共 before a party organ, the province before the place, the place's own name before its level word
    (廊坊市教育局 → 市教育局), and 人民 in 人民政府.
    """
    key = _PARTY_PREFIX.sub("", name_key(name))
    if place:
        key = _without_place(key, name_key(place))
    return key.replace("人民政府", "政府")


def _without_place(key: str, place: str) -> str:
    inner = _PROVINCE_PREFIX.sub("", key)
    if inner.startswith(place):
        key = inner
    rest = key.removeprefix(place)
    if rest == key or not rest:
        return key
    # 廊坊市广阳区政府 is 广阳区政府: a place inside the place keeps its own name only.
    return rest if re.match(r"[^市县区]{1,8}[市县区](?:人民)?政府", rest) else place[-1] + rest


def _own_place(units: Iterable[UnitEntry[Ref]]) -> str | None:
    for unit in units:
        if unit.full_name and _OWN_GOVERNMENT.fullmatch(unit.name):
            return unit.full_name.removesuffix("人民政府").removesuffix("政府")
    return None


def _unit_matches(units: Iterable[UnitEntry[Ref]]) -> list[UnitMatch[Ref] | GroupMatch[Ref]]:
    return [UnitMatch(unit.ref, unit.name, known) for unit in units for known in unit.names]


def _group_matches(groups: Iterable[GroupEntry[Ref]]) -> list[UnitMatch[Ref] | GroupMatch[Ref]]:
    return [GroupMatch(group.ref, group.name, known, group.members) for group in groups for known in group.names]


def _index(pairs: Iterable[tuple[str, UnitMatch[Ref] | GroupMatch[Ref]]]) -> _Index[Ref]:
    """Matches by key; of several names that mean one unit the first registered stays."""
    table: dict[str, dict[tuple[type, Ref], UnitMatch[Ref] | GroupMatch[Ref]]] = {}
    for key, match in pairs:
        table.setdefault(key, {}).setdefault((type(match), match.ref), match)
    return {key: tuple(matches.values()) for key, matches in table.items() if key}


def nearest_names(name: str, known: Iterable[str], limit: int = 5) -> tuple[str, ...]:
    """Up to ``limit`` of the known names that are most like ``name``, the likest first; equal ones keep their order.

    Names that share nothing telling are left out.
    """
    names, key = tuple(dict.fromkeys(known)), name_key(name)
    scored = likest(key, tuple(map(name_key, names)))
    best = sorted((-score, name_key(names[index]) != key, index) for index, score in scored)
    return tuple(names[index] for *_, index in best[:limit])
