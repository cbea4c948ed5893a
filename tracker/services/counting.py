"""What counts the figures of periods: the database; and the histories, of tasks whose rows do not tell of then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

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
from tracker.store.former_queries import moved_since
from tracker.store.tally_queries import (
    Asked,
    Counted,
    Key,
    counted,
    counted_due,
    counted_either_way,
    untold_tasks,
)
from tracker.store.tasks import Assignment, Task

_KEYS: Mapping[By, Key] = {By.UNIT: Assignment.unit_id, By.PLAN: Task.plan_id}


@dataclass(frozen=True, slots=True)
class Counting:
    """What counts, and what is told from its history: ``told`` by day, ``left_out`` the tasks of each period's end."""

    session: Session
    zone: tzinfo
    known: Histories
    in_reach: set[int]
    told: Mapping[date, Sequence[PartOn]]
    left_out: Mapping[date, Collection[int]]

    def total(self, period: Period, yardstick: Yardstick) -> Tally:
        """The numbers of all that counts."""
        rows = counted(self.session, self._asked(period, yardstick))
        return _added(((0, row) for row in rows), self._recounted(period, yardstick, None))[0]

    def due(self, period: Period, yardstick: Yardstick) -> Tally:
        """What was due of all that counts, and how it ended; the other numbers stay nought."""
        found = Tally()
        for each in counted_due(self.session, self._asked(period, yardstick)):
            found.add(each.counts, each.days_late)
        for numbers in self._recounted(period, yardstick, None).values():
            found.add({measure: numbers.count(measure) for measure in OF_DUE}, numbers.days_late)
        return found

    def total_and_lines(
        self, period: Period, judged_by: JudgedBy, by: By
    ) -> tuple[dict[Basis, Tally], list[Line[Tally]]]:
        """By either date the numbers of all that counts, and a line for each unit or plan that has any, in order."""
        found = counted_either_way(self.session, self._asked(period, Yardstick(Basis.CURRENT, judged_by)), _KEYS[by])
        total: dict[Basis, Tally] = {}
        told: dict[Basis, dict[int, Tally]] = {}
        for basis, rows in found.items():
            yardstick = Yardstick(basis, judged_by)
            told[basis] = _added(((row.key, row) for row in rows), self._recounted(period, yardstick, by))
            total[basis] = _added(((0, row) for row in rows), self._recounted(period, yardstick, None))[0]
        keys = {key for numbers in told.values() for key, each in numbers.items() if not each.is_empty}
        by_key = [(key, {basis: told[basis].get(key, Tally()) for basis in Basis}) for key in keys]
        end = end_of(period.until, self.zone)
        return total, self._of_units(by_key, end) if by is By.UNIT else self._of_plans(by_key, end)

    def _of_units(self, by_key: Sequence[_ByKey], end: datetime) -> list[Line[Tally]]:
        units = self.known.units_at(end)
        return ranked([Line(key, units[key].name, numbers, units[key]) for key, numbers in by_key])

    def _of_plans(self, by_key: Sequence[_ByKey], end: datetime) -> list[Line[Tally]]:
        plans = {key: self.known.plan_at(key, end) for key, _ in by_key}
        ordered = sorted(by_key, key=lambda each: newest_first(plans[each[0]].issued_on, each[0]))
        return [Line(key, brief_title(plans[key].plan_title), numbers) for key, numbers in ordered]

    def _asked(self, period: Period, yardstick: Yardstick) -> Asked:
        begins, ends = end_of(period.day_before, self.zone), end_of(period.until, self.zone)
        return Asked(
            period,
            begins,
            ends,
            self.zone,
            yardstick,
            unless_all(self.in_reach, self.known.units),
            self.known.wanted.plan_id,
            self.left_out[period.until],
        )

    def _recounted(self, period: Period, yardstick: Yardstick, by: By | None) -> dict[int, Figures]:
        """The same of the tasks that are left out, from their histories."""
        parts = self._those(period.until, period.until)
        before = {part.assignment_id: part.then for part in self._those(period.day_before, period.until)}
        return tallied(((_key_of(part, by), part) for part in parts), before, period, yardstick)

    def _those(self, day: date, until: date) -> list[PartOn]:
        """How they stood at the end of a day, of those in reach."""
        left_out = self.left_out[until]
        return [p for p in self.told[day] if p.facts.task_id in left_out and p.unit.id in self.in_reach]


def _added(rows: Iterable[tuple[int, Counted]], recounted: Mapping[int, Figures]) -> defaultdict[int, Tally]:
    """What the database counted and what was told from histories, together."""
    found: defaultdict[int, Tally] = defaultdict(Tally)
    for key, row in rows:
        found[key].add(row.counts, row.days_late)
    for key, numbers in recounted.items():
        found[key].add({measure: numbers.count(measure) for measure in Measure}, numbers.days_late)
    return found


def _key_of(part: PartOn, by: By | None) -> int:
    if by is None:
        return 0
    return part.unit.id if by is By.UNIT else part.plan_id


_ByKey = tuple[int, dict[Basis, Tally]]


def counting_of(  # noqa: PLR0917 - what is asked for
    session: Session, in_reach: set[int], zone: tzinfo, periods: Sequence[Period], by: By, wanted: LedgerFilter
) -> Counting:
    """What counts these periods, with all that is told from histories read once for them."""
    ends = {each.until: end_of(each.until, zone) for each in periods}
    first = min(ends.values())
    untold = untold_tasks(session, ends.values())
    moved = moved_since(session, first) if by is By.PLAN or wanted.plan_id else {}
    left_out = {day: untold[end] | {key for key in moved if moved[key] >= end} for day, end in ends.items()}
    known = histories(session, wanted, frozenset().union(*left_out.values()))
    days = [day for each in periods for day in (each.day_before, each.until)]
    return Counting(session, zone, known, in_reach, parts_on_days(known, days, zone), left_out)
