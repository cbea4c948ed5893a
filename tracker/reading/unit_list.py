"""What a list of units says, put together name by name."""

from __future__ import annotations

from dataclasses import dataclass, field

from tracker.domain.drafts import UnitMention
from tracker.domain.roles import Role
from tracker.reading.told import Told


@dataclass(slots=True)
class UnitList:
    """What a list of units says: the units with their roles, deadline phrases found among them, persons left out."""

    units: list[UnitMention] = field(default_factory=list)
    deadlines: list[str] = field(default_factory=list)
    persons: list[str] = field(default_factory=list)
    doubts: dict[str, None] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    prefix: str | None = None
    marked: list[str] = field(default_factory=list)

    def copy(self) -> UnitList:
        """The same list, to be added to."""
        return UnitList(
            self.units.copy(),
            self.deadlines.copy(),
            self.persons.copy(),
            self.doubts.copy(),
            self.places.copy(),
            self.prefix,
            self.marked.copy(),
        )

    def take(self, told: Told) -> None:
        """Adds what a piece tells beside its names."""
        self.deadlines += told.deadlines
        self.persons += told.persons
        self.marked += told.marked

    def add(self, name: str, role: Role) -> None:
        """Each unit once; a unit named twice keeps its first role, unless the second is the lead."""
        at = self.places.setdefault(name, len(self.units))
        if at == len(self.units):
            self.units.append(UnitMention(name, role))
        elif role is Role.LEAD:
            self.units[at] = UnitMention(name, role)
