"""What the names in a draft mean: the units behind them, or the likeliest ones to choose from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tracker.domain.roles import Role
from tracker.domain.units import GroupMatch, UnitMatch
from tracker.services.assigning import Mention
from tracker.store.plans import Draft
from tracker.store.unit_directory import OfficeNames

UNIT, GROUP = "unit", "group"
SUGGESTED = 4
LONGEST_ID = 10


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name stands for; ``unit_ids`` are several for a group, and never none."""

    label: str
    unit_ids: tuple[int, ...]
    is_group: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A unit or group that an unknown name may be matched with; ``key`` is ``unit:12`` or ``group:3``."""

    key: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """A unit of a draft as written, with its meaning; ``choices`` are offered when it has none."""

    name: str
    role: Role
    inherited: bool
    meaning: Meaning | None
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Naming:
    """Looks up the names of many drafts; what was asked once is remembered."""

    names: OfficeNames
    _meanings: dict[str, Meaning | None] = field(default_factory=dict, repr=False)
    _choices: dict[str, tuple[Choice, ...]] = field(default_factory=dict, repr=False)

    def meaning(self, written: Mapping[str, Any]) -> Meaning | None:
        """What one entry of ``Draft.units`` means: as a person matched it, else by its name; None when unknown."""
        matched = self.meaning_of_key(_matched_key(written))
        return matched or self.meaning_of_name(written["name"])

    def meaning_of_name(self, name: str) -> Meaning | None:
        """The one unit, or group with members, that the name means; None when it fits none or several."""
        if name not in self._meanings:
            match = self.names.directory.resolve(name)
            self._meanings[name] = self.meaning_of_key(_key_of(match)) if match else None
        return self._meanings[name]

    def meaning_of_key(self, key: str) -> Meaning | None:
        """The unit or group of a choice's key; None for a key of nothing that can be given work."""
        kind, _, ref = key.partition(":")
        if not ref.isdecimal() or len(ref) > LONGEST_ID:
            return None
        if kind == UNIT:
            unit = self.names.units.get(int(ref))
            return Meaning(unit.name, (unit.id,)) if unit else None
        group = self.names.groups.get(int(ref)) if kind == GROUP else None
        return Meaning(group.name, group.members, is_group=True) if group and group.members else None

    def choices(self, name: str) -> tuple[Choice, ...]:
        """What an unknown name may mean: everything it fits, else the nearest names, the likest first."""
        if name not in self._choices:
            directory = self.names.directory
            matches = directory.candidates(name) or tuple(
                match for near in directory.nearest(name, SUGGESTED) if (match := directory.resolve(near))
            )
            keys = dict.fromkeys(_key_of(match) for match in matches)
            self._choices[name] = tuple(self._choice(key) for key in keys if self.meaning_of_key(key))
        return self._choices[name]

    def units_of(self, draft: Draft) -> tuple[NamedUnit, ...]:
        """Every unit of a draft, in the order of the clause."""
        return tuple(self._named(written) for written in draft.units)

    def unknown_of(self, draft: Draft) -> tuple[str, ...]:
        """The names in a draft that mean nothing here yet, each once."""
        return tuple(dict.fromkeys(row["name"] for row in draft.units if self.meaning(row) is None))

    def beyond_of(self, draft: Draft) -> tuple[str, ...]:
        """The names in a draft that mean a unit outside the plan's scope, which its office cannot give work to."""
        known = {row["name"]: meaning for row in draft.units if (meaning := self.meaning(row))}
        return tuple(name for name, meaning in known.items() if not self.names.beyond.isdisjoint(meaning.unit_ids))

    def mentions_of(self, draft: Draft) -> list[Mention]:
        """The units of a draft that are known, for adoption."""
        return self.mentions(draft.units)

    def mentions(self, written: Iterable[Mapping[str, Any]]) -> list[Mention]:
        """The units among these entries that are known."""
        known = [(row, meaning) for row in written if (meaning := self.meaning(row))]
        return [
            Mention(row["name"], Role(row["role"]), bool(row.get("inherited")), meaning.unit_ids, meaning.is_group)
            for row, meaning in known
        ]

    def _named(self, written: Mapping[str, Any]) -> NamedUnit:
        meaning = self.meaning(written)
        choices = () if meaning else self.choices(written["name"])
        return NamedUnit(written["name"], Role(written["role"]), bool(written.get("inherited")), meaning, choices)

    def _choice(self, key: str) -> Choice:
        kind, _, ref = key.partition(":")
        if kind == GROUP:
            group = self.names.groups[int(ref)]
            return Choice(key, group.name, f"单位组，{len(group.members)}个成员")
        unit = self.names.units[int(ref)]
        return Choice(key, unit.name, unit.full_name if unit.full_name != unit.name else "")


def _key_of(match: UnitMatch[int] | GroupMatch[int]) -> str:
    return f"{GROUP if isinstance(match, GroupMatch) else UNIT}:{match.ref}"


def _matched_key(written: Mapping[str, Any]) -> str:
    if written.get("unit_id"):
        return f"{UNIT}:{written['unit_id']}"
    return f"{GROUP}:{written['group_id']}" if written.get("group_id") else ""
