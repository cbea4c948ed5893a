"""What was altered since a day: titles, names and dates, the plan of a task, and who does the work of a part.

A table holds what is so now. Whoever knows what each alteration replaced, can tell what was so before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tracker.domain.roles import Role

HANDLERS = ("leader", "section", "handler", "phone")
TASK_FIELDS = ("title", "plan_id", "due_on", "original_due_on")
PART_FIELDS = ("role", "sign_by_on")
PLAN_FIELDS = ("title", "number", "issued_on")
UNIT_FIELDS = ("name", "full_name")
_DAYS = frozenset({"sign_by_on", "due_on", "original_due_on", "issued_on"})


@dataclass(frozen=True, slots=True)
class Alteration:
    """One alteration: ``before`` holds the values that it replaced, by field."""

    at: datetime
    before: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Former:
    """The alterations of tasks, parts (of their handlers too), plans and units, by their ids, in their order."""

    tasks: Mapping[int, Sequence[Alteration]] = field(default_factory=dict)
    parts: Mapping[int, Sequence[Alteration]] = field(default_factory=dict)
    plans: Mapping[int, Sequence[Alteration]] = field(default_factory=dict)
    units: Mapping[int, Sequence[Alteration]] = field(default_factory=dict)

    def touches(self, plan_id: int, task_id: int, part_ids: Iterable[int]) -> bool:
        """Whether anything of the task, of its plan or of these parts of it was ever altered."""
        return plan_id in self.plans or task_id in self.tasks or any(each in self.parts for each in part_ids)

    def once_in(self, plan_id: int) -> list[int]:
        """The tasks that stood in the plan before another version of it took them over."""
        return [key for key, told in self.tasks.items() if any(each.before.get("plan_id") == plan_id for each in told)]

    def of_part(self, task_id: int, part_id: int, end: datetime) -> dict[str, Any]:
        """The fields of the task and the part that stood otherwise at the end of a day; empty where nothing did."""
        return held(self.tasks.get(task_id, ()), end, TASK_FIELDS) | held(self.parts.get(part_id, ()), end, PART_FIELDS)

    def plan(self, plan_id: int, end: datetime) -> dict[str, Any]:
        """The title, number and day of issue of a plan that stood otherwise at the end of a day."""
        return held(self.plans.get(plan_id, ()), end, PLAN_FIELDS)

    def unit(self, unit_id: int, end: datetime) -> dict[str, Any]:
        """The names of a unit that stood otherwise at the end of a day."""
        return held(self.units.get(unit_id, ()), end, UNIT_FIELDS)

    def handlers(self, part_id: int, end: datetime) -> dict[str, str]:
        """Those of the four names of who does the work that stood otherwise at the end of a day."""
        return held(self.parts.get(part_id, ()), end, HANDLERS)


def held(alterations: Sequence[Alteration], end: datetime, fields: Sequence[str]) -> dict[str, Any]:
    """What these fields held just before ``end``, so far as they were altered from then on.

    Of several alterations of a field the first one from then on tells it.
    """
    found: dict[str, Any] = {}
    for each in alterations:
        if each.at >= end:
            found = {name: each.before[name] for name in fields if name in each.before} | found
    return found


def value_of(name: str, written: Any) -> Any:
    """A value as the log writes it, as the table holds it. Raises ValueError for a role or day that is none."""
    if written is None:
        return "" if name in HANDLERS else None
    if name == "role":
        return Role(written)
    return date.fromisoformat(written) if name in _DAYS else written
