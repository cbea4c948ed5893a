"""The role of a unit in a task (分工), and whom a task waits for."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar

Part = TypeVar("Part")


class Role(StrEnum):
    """What a unit is to a task; only lead and responsible units are needed to complete it."""

    LEAD = "lead"
    RESPONSIBLE = "responsible"
    SUPPORT = "support"

    @property
    def label(self) -> str:
        """The word a clerk reads: 牵头, 责任 or 配合."""
        return _LABELS[self]

    @property
    def completes(self) -> bool:
        """Whether a task waits for units in this role before it counts as completed."""
        return self is not Role.SUPPORT


_LABELS = {Role.LEAD: "牵头", Role.RESPONSIBLE: "责任", Role.SUPPORT: "配合"}


def needed_of(parts: Iterable[Part], role_of: Callable[[Part], Role]) -> list[Part]:
    """Those of a task's parts that it waits for: lead and responsible units, or all where support units alone carry it.

    All parts of the task are given, withdrawn ones too: those do not make way for support units.
    """
    given = list(parts)
    return [part for part in given if role_of(part).completes] or given
