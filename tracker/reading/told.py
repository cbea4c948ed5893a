"""What one piece of a list of units tells, and what a label that no list knows opens in it (时间表：8月底)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tracker.domain.roles import Role
from tracker.domain.text import tidy
from tracker.reading.told_times import take_time
from tracker.reading.unit_words import is_person, is_surely_unit, looks_like_unit

_LABELLED = re.compile(r"(?P<label>[\u4e00-\u9fff]{2,8})[：:]\s*(?P<value>[^：:]{2,40})")
_TELLS_UNITS = re.compile("(?:单位|部门|主体|[处科股]室|[省市县区镇乡]级)$")


@dataclass(frozen=True, slots=True)
class Told:
    """What one piece of a list tells: names with their roles, persons, the time it gives, names with a mark."""

    names: tuple[tuple[str, Role], ...] = ()
    persons: tuple[str, ...] = ()
    deadlines: tuple[str, ...] = ()
    marked: tuple[str, ...] = ()


def told_by_label(piece: str, role: Role) -> Told | None:
    """What an unknown label opens: a time, a person, or a unit in ``role``; None where no label stands.

    A unit with its duty (市公安局：负责疏导) is no label.
    """
    found = _LABELLED.fullmatch(piece)
    if not found or (looks_like_unit(found["label"]) and not _TELLS_UNITS.search(found["label"])):
        return None
    label, value = found["label"], found["value"]
    if not take_time(value)[0]:
        return Told(deadlines=(value,))
    if is_person(label) or is_person(value):
        return Told(persons=(value,))
    is_unit = looks_like_unit(value) if _TELLS_UNITS.search(label) else is_surely_unit(value)
    return Told(names=((tidy(value), role),)) if is_unit else Told()
