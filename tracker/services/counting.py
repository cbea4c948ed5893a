"""What counts the figures of periods: the database; and the histories, of tasks whose rows do not tell of then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import TypeVar

from sqlalchemy.orm import Session

from tracker.domain.figures import Basis, Figures, Period, Yardstick, tallied
from tracker.domain.lateness import JudgedBy
from tracker.domain.measures import OF_DUE, Measure, Tally
from tracker.domain.titles import brief_title
from tracker.services.figures import By, Line, ranked
from tracker.services.histories import (
    Histories,
    LedgerFilter,
    PartOn,
    end_of,
    histories,
    newest_first,
    parts_on_days,
    unless_all,
)
from tracker.services.known_by_unit import KnownByUnit
from tracker.store.former_queries import moved_since
from tracker.store.tally_queries import Asked, ByKey, Counted, Key, counted, counted_due, counted_either_way
from tracker.store.tasks import Assignment, Task
from tracker.store.untold import untold_tasks

Numbers = TypeVar("Numbers")
_Count = Callable[[Session, Asked, Key], Mapping[int, Numbers]]


@dataclass(frozen=True, slots=True)
class Counting:
    """What counts, and what is told from its history: ``told`` by day, ``left_out`` the tasks of each period's end.

    What the database counts of a unit is asked only where it is not known from an earlier page.
    """

    session: Session
    zone: tzinfo
    by_unit: KnownByUnit
    known: Histories
    in_reach: set[int]
    told: Mapping[date, Sequence[PartOn]]
    left_out: Mapping[date, frozenset[int]]

    def total(self, period: Period, yardstick: Yardstick) -> Tally:
        """The numbers of all that counts."""
        of_units = self._of_each_unit(counted, self._asked(period, yardstick))
        return _together(of_units.values(), self._recounted(period, yardstick, None))

    def due(self, period: Period, yardstick: Yardstick) -> Tally:
        """What was due of all that counts, and how it ended; the other numbers stay nought."""
        found = Tally()
        for each in self._of_each_unit(counted_due, self._asked(period, yardstick)).values():
            found.add(each.counts, each.days_late)
        for numbers in self._recounted(period, yardstick, None).values():
            found.add({measure: numbers.count(measure) for measure in OF_DUE}, numbers.days_late)
        return found

    def total_and_lines(
        self, period: Period, judged_by: JudgedBy, by: By
    ) -> tuple[dict[Basis, Tally], list[Line[Tally]]]:
        """By either date the numbers of all that counts, and a line for each unit or plan that has any, in order."""
        found = self._either_way(self._asked(period, Yardstick(Basis.CURRENT, judged_by)), by)
        total: dict[Basis, Tally] = {}
        told: dict[Basis, dict[int, Tally]] = {}
        for basis, rows in found.items():
            yardstick = Yardstick(basis, judged_by)
            told[basis] = _added(rows, self._recounted(period, yardstick, by))
            total[basis] = _together(rows.values(), self._recounted(period, yardstick, None))
        keys = {key for numbers in told.values() for key, each in numbers.items() if not each.is_empty}
        by_key = [(key, {basis: told[basis].get(key, Tally()) for basis in Basis}) for key in keys]
        end = end_of(period.until, self.zone)
        return total, self._of_units(by_key, end) if by is By.UNIT else self._of_plans(by_key, end)

    def _either_way(self, asked: Asked, by: By) -> Mapping[Basis, ByKey]:
        if by is By.PLAN:
            return counted_either_way(self.session, self._of(self.in_reach, asked), Task.plan_id)
        of_units = self._of_each_unit(_either_way_of_units, asked)
        return {basis: {key: found[basis] for key, found in of_units.items() if basis in found} for basis in Basis}

    def _of_each_unit(self, count: _Count[Numbers], asked: Asked) -> Mapping[int, Numbers]:
        def count_those(unit_ids: Collection[int]) -> Mapping[int, Numbers]:
            return count(self.session, self._of(unit_ids, asked), Assignment.unit_id)

        return self.by_unit.ask((count, asked), self.in_reach, count_those)

    def _of(self, unit_ids: Collection[int], asked: Asked) -> Asked:
        return replace(asked, unit_ids=unless_all(unit_ids, self.known.units))

    def _of_units(self, by_key: Sequence[_ByKey], end: datetime) -> list[Line[Tally]]:
        units = self.known.units_at(end)
        return ranked([Line(key, units[key].name, numbers, units[key]) for key, numbers in by_key])

    def _of_plans(self, by_key: Sequence[_ByKey], end: datetime) -> list[Line[Tally]]:
        plans = {key: self.known.plan_at(key, end) for key, _ in by_key}
        ordered = sorted(by_key, key=lambda each: newest_first(plans[each[0]].issued_on, each[0]))
        return [Line(key, brief_title(plans[key].plan_title), numbers) for key, numbers in ordered]

    def _asked(self, period: Period, yardstick: Yardstick) -> Asked:
        return asked_of(period, self.zone, yardstick, self.known.wanted.plan_id, self.left_out[period.until])

    def _recounted(self, period: Period, yardstick: Yardstick, by: By | None) -> dict[int, Figures]:
        """The same of the tasks that are left out, from their histories."""
        parts = self._those(period.until, period.until)
        before = {part.assignment_id: part.then for part in self._those(period.day_before, period.until)}
        return tallied(((_key_of(part, by), part) for part in parts), before, period, yardstick)

    def _those(self, day: date, until: date) -> list[PartOn]:
        """How they stood at the end of a day, of those in reach."""
        left_out = self.left_out[until]
        return [p for p in self.told[day] if p.facts.task_id in left_out and p.unit.id in self.in_reach]


def _either_way_of_units(session: Session, asked: Asked, key: Key) -> dict[int, dict[Basis, Counted]]:
    """By unit what is counted by either date."""
    found: defaultdict[int, dict[Basis, Counted]] = defaultdict(dict)
    for basis, of_units in counted_either_way(session, asked, key).items():
        for unit_id, numbers in of_units.items():
            found[unit_id][basis] = numbers
    return found


def _added(rows: ByKey, recounted: Mapping[int, Figures]) -> defaultdict[int, Tally]:
    """What the database counted and what was told from histories, together."""
    found: defaultdict[int, Tally] = defaultdict(Tally)
    for key, row in rows.items():
        found[key].add(row.counts, row.days_late)
    for key, numbers in recounted.items():
        found[key].add({measure: numbers.count(measure) for measure in Measure}, numbers.days_late)
    return found


def _together(rows: Iterable[Counted], recounted: Mapping[int, Figures]) -> Tally:
    """The same of all rows, for which it was recounted under one key."""
    total = _added({}, recounted)[0]
    for row in rows:
        total.add(row.counts, row.days_late)
    return total


def _key_of(part: PartOn, by: By | None) -> int:
    if by is None:
        return 0
    return part.unit.id if by is By.UNIT else part.plan_id


_ByKey = tuple[int, dict[Basis, Tally]]


def counting_of(  # noqa: PLR0917 - what is asked for
    session: Session, in_reach: set[int], zone: tzinfo, periods: Sequence[Period], by: By, wanted: LedgerFilter
) -> Counting:
    """What counts these periods, with all that is told from histories read once for them."""
    by_unit = KnownByUnit(session)
    left_out = left_out_of(
        session, [each.until for each in periods], zone, by_plan=by is By.PLAN or bool(wanted.plan_id)
    )
    known = histories(session, wanted, frozenset().union(*left_out.values()))
    days = [day for each in periods for day in (each.day_before, each.until)]
    return Counting(session, zone, by_unit, known, in_reach, parts_on_days(known, days, zone), left_out)


def left_out_of(session: Session, days: Collection[date], zone: tzinfo, *, by_plan: bool) -> dict[date, frozenset[int]]:
    """For each day the tasks whose rows do not tell how they stood at its end or, where that matters, in which plan."""
    ends = {day: end_of(day, zone) for day in days}
    untold = untold_tasks(session, ends.values())
    moved = moved_since(session, min(ends.values())) if by_plan else {}
    return {day: frozenset(untold[end]) | {key for key in moved if moved[key] >= end} for day, end in ends.items()}


def asked_of(
    period: Period, zone: tzinfo, yardstick: Yardstick, plan_id: int | None, left_out: frozenset[int]
) -> Asked:
    """What is asked of a period, of all units."""
    begins, ends = end_of(period.day_before, zone), end_of(period.until, zone)
    return Asked(period, begins, ends, zone, yardstick, plan_id=plan_id, left_out=left_out)
