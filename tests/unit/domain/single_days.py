"""A part on one day alone, where the program asks for many days at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, tzinfo

from tracker.domain.as_of import Happening, PartThen, parts_then


def part_then(happenings: Sequence[Happening], unit_id: int, day: date, zone: tzinfo) -> PartThen | None:
    """The part at the end of ``day``."""
    return parts_then(happenings, unit_id, [day], zone)[0]
