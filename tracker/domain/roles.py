"""The role of a unit in a task (分工)."""

from enum import StrEnum


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
