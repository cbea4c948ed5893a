"""Whether anything of a unit changed: of its work, as is counted for calendars, and of what had happened before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import Session

from tracker.store.kept_calendars import CalendarMark
from tracker.store.past_marks import PastMark

_PAST = -2  # no unit's, and no mark's that concerns every calendar


@dataclass(frozen=True, slots=True)
class UnitMarks:
    """Changes to the parts of each unit, and to their tasks; and to what had happened, of all units together."""

    of_units: Mapping[int, int]
    of_the_past: int

    def of(self, unit_id: int) -> tuple[int, int]:
        """Another one after every commit that altered a part of the unit, its task, or what had happened to it."""
        return self.of_units.get(unit_id, 0), self.of_the_past


def unit_marks(session: Session) -> UnitMarks:
    """The marks now; read them before what is to be remembered with them. One statement."""
    of_units = select(CalendarMark.unit_id, func.sum(CalendarMark.changes)).group_by(CalendarMark.unit_id)
    of_the_past = select(literal(_PAST), func.coalesce(func.sum(PastMark.changes), 0))
    marks = {key: int(changes) for key, changes in session.execute(union_all(of_units, of_the_past))}
    return UnitMarks(marks, marks.pop(_PAST))
