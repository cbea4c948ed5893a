"""A reviewed set of plans, units and tasks (tasks_seed.yaml) as values, checked and with every name resolved.

What stands here is consistent: units form one tree, every unit and group name belongs to one of them, every
task names a plan and at least one unit. The reader (tracker.reading.seed_file) refuses anything else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from tracker.domain.drafts import Deadline, Form
from tracker.domain.roles import Role
from tracker.domain.units import GroupEntry, UnitDirectory, UnitEntry, UnitKind

RECURRENCES = ("yearly", "quarterly", "monthly", "weekly")
NO_DEADLINE = Deadline()


@dataclass(frozen=True, slots=True)
class SeedUnit:
    """A unit; ``name`` is its short name and its identity in the seed, ``parent`` the name of the unit above it."""

    name: str
    kind: UnitKind
    full_name: str | None = None
    parent: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeedGroup:
    """A group (单位组) with the short names of its members."""

    name: str
    members: tuple[str, ...]
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SeedPlan:
    """A published document; ``key`` never changes, so that loading twice finds the same plan."""

    key: str
    title: str
    number: str | None = None
    issuer: str | None = None
    issued_on: date | None = None
    effective_until: date | None = None


@dataclass(frozen=True, slots=True)
class SeedUnitRole:
    """A unit or group as the plan writes it, with its role.

    ``stands_for`` are the short names of the units meant: one for a unit, the members for a group.
    """

    name: str
    role: Role = Role.RESPONSIBLE
    inherited: bool = False
    stands_for: tuple[str, ...] = ()
    group: str | None = None


@dataclass(frozen=True, slots=True)
class SeedMilestone:
    """A target inside a task (节点), in few words; ``figure`` is the part a report gives its own figure for.

    ``recurrence`` is one of RECURRENCES or None; with ``due_on`` it repeats from that day. Neither of them
    means a time limit that binds every single case (10个工作日内), which has no day of its own.
    """

    text: str
    due_on: date | None = None
    recurrence: str | None = None
    figure: str | None = None


@dataclass(frozen=True, slots=True)
class SeedTask:
    """One adopted clause; ``key`` never changes, ``plan`` is the key of its plan."""

    key: str
    plan: str
    title: str
    path: tuple[str, ...]
    form: Form
    units: tuple[SeedUnitRole, ...]
    deadline: Deadline = NO_DEADLINE
    milestones: tuple[SeedMilestone, ...] = ()


@dataclass(frozen=True, slots=True)
class Seed:
    """Everything in a seed, in the order of the file; a unit's parent may come after it."""

    plans: tuple[SeedPlan, ...] = ()
    units: tuple[SeedUnit, ...] = ()
    groups: tuple[SeedGroup, ...] = ()
    tasks: tuple[SeedTask, ...] = ()
    directory: UnitDirectory[str] = field(default_factory=UnitDirectory, compare=False, repr=False)

    def units_from_root(self) -> tuple[SeedUnit, ...]:
        """The units with every parent before its children, otherwise in the order of the file."""
        placed: dict[str | None, list[SeedUnit]] = {}
        for unit in self.units:
            placed.setdefault(unit.parent, []).append(unit)
        level, ordered = placed.get(None, []), list[SeedUnit]()
        while level:
            ordered += level
            level = [child for unit in level for child in placed.get(unit.name, [])]
        return tuple(ordered)


def directory_of(units: tuple[SeedUnit, ...], groups: tuple[SeedGroup, ...]) -> UnitDirectory[str]:
    """A directory of a seed's units and groups, under their short names."""
    return UnitDirectory.of(
        (UnitEntry(unit.name, unit.name, unit.full_name, unit.aliases) for unit in units),
        (GroupEntry(group.name, group.name, group.members, group.aliases) for group in groups),
    )
