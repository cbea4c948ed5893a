"""Figures (统计) of units' parts over a period: what is counted, by which date, and the parts behind each number.

Everything is judged at the end of the period's last day, from the ledger of that day; what happened within the
period follows from the ledger of the day before its first. A number of a past period therefore never moves.

Counted are the parts that a task waits for (牵头、责任; 配合 only where support units alone carry the task), with
the unit that had them on the last day. Withdrawn parts (撤销) are not counted at all. A part that was divided (分解)
and the parts of its child tasks count once: a number that counts the former leaves the latter out (``counted_once``).
So every unit is told all that it has itself to answer for, and a total over several units counts no work twice.

====================  ==============================================================================================
assigned 交办          dispatched to the unit within the period (the latest dispatch counts)
completed 办结         accepted (销号) within the period, whatever the date, also without one
due 应办结             the date lies within the period, and it is decided how it ended: on_time + late + missed
on_time 按期办结       of those due: completed on or before the date, by the day that the office judges by
late 超期办结          of those due: completed after the date, by that day
missed 到期未办结      of those due: open, and the date has passed (a part due on the last day itself is still on time)
overdue 逾期未办结     open on the last day with a date that has passed, also one that lay before the period
returned 退回          sent back for more within the period, at least once (each part counts once)
extended 延期          a later date was granted within the period, at least once (each part counts once)
rate 按期办结率         on_time / due; none where nothing was due
mean_days_late         平均超期天数: days from the date to that day, or to the last one, over late + missed
====================  ==============================================================================================

Suspended parts (挂账), and what a task that is settled no longer waits for, are neither due nor overdue. Each number
is told by the date in force (现行时限) and by the first one (原定时限), which no extension moves. Whether the day of
acceptance or of submission is held against it is a rule of the office (``tracker.domain.lateness``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from tracker.domain.as_of import PartThen
from tracker.domain.division import parts_above
from tracker.domain.lateness import JudgedBy, judged_on
from tracker.domain.lifecycle import State, TaskState, is_chased
from tracker.domain.measures import LATE_ONES, OF_DUE, Measure, Numbers

Key = TypeVar("Key")


class Basis(StrEnum):
    """By which date lateness is judged."""

    CURRENT = "current"
    ORIGINAL = "original"

    @property
    def label(self) -> str:
        return {"current": "现行时限", "original": "原定时限"}[self.value]


@dataclass(frozen=True, slots=True)
class Yardstick:
    """What decides about lateness: the date, and the day of the completion that is held against it."""

    basis: Basis
    judged_by: JudgedBy


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last, both included. Refuses, with a ValueError, one that ends before it begins."""

    since: date
    until: date

    def __post_init__(self) -> None:
        if self.until < self.since:
            raise ValueError("期末不能早于期初。")

    def __contains__(self, day: date | None) -> bool:
        return day is not None and self.since <= day <= self.until

    @property
    def day_before(self) -> date:
        """The day whose ledger tells what had happened before the period."""
        return self.since - timedelta(days=1)


class PartCounted(Protocol):
    """A row of the ledger, as far as figures look at it."""

    @property
    def assignment_id(self) -> int: ...
    @property
    def parent_assignment_id(self) -> int | None: ...
    @property
    def then(self) -> PartThen: ...
    @property
    def task_state(self) -> TaskState: ...
    @property
    def needed(self) -> bool: ...


@dataclass(slots=True)
class Figures(Numbers):
    """Numbers with the ids of the parts behind each, in the ledger's order."""

    parts: dict[Measure, list[int]] = field(default_factory=lambda: {measure: [] for measure in Measure})
    days_late: int = 0

    def count(self, measure: Measure) -> int:
        return len(self.parts[measure])

    def add(self, part: PartCounted, measures: Iterable[Measure], period: Period, yardstick: Yardstick) -> None:
        """Counts one part in these numbers."""
        for measure in measures:
            self.parts[measure].append(part.assignment_id)
            if measure in LATE_ONES:
                self.days_late += days_beyond(part.then, period, yardstick)


def due_day(then: PartThen, basis: Basis) -> date | None:
    """The date that the part is judged by."""
    return then.due_on if basis is Basis.CURRENT else then.original_due_on


def end_day(then: PartThen, yardstick: Yardstick) -> date | None:
    """The day that is held against the date; None for what is not completed."""
    return judged_on(then.completed_on, then.submitted_on, yardstick.judged_by)


def days_beyond(then: PartThen, period: Period, yardstick: Yardstick) -> int:
    """Days from the date to the end, or to the period's last day; 0 without a date, negative before it."""
    due_on = due_day(then, yardstick.basis)
    return ((end_day(then, yardstick) or period.until) - due_on).days if due_on else 0


def measures_of(part: PartCounted, before: PartThen | None, period: Period, yardstick: Yardstick) -> Iterator[Measure]:
    """Every number of the period that the part counts in."""
    then = part.then
    if not part.needed or then.state is State.WITHDRAWN:
        return
    if then.dispatched_on in period:
        yield Measure.ASSIGNED
    if then.completed_on in period:
        yield Measure.COMPLETED
    yield from _by_date(part, period, yardstick)
    if then.returned > (before.returned if before else 0):
        yield Measure.RETURNED
    if then.extended > (before.extended if before else 0):
        yield Measure.EXTENDED


def _by_date(part: PartCounted, period: Period, yardstick: Yardstick) -> Iterator[Measure]:
    """How the part's date ended: on time, late or missed where it lies within the period, and whether it is overdue."""
    then, due_on = part.then, due_day(part.then, yardstick.basis)
    if due_on is None or due_on > period.until:
        return
    ended = None
    if ended_on := end_day(then, yardstick):
        ended = Measure.LATE if ended_on > due_on else Measure.ON_TIME
    elif due_on < period.until and is_chased(then.state, part.task_state):
        ended = Measure.MISSED
        yield Measure.OVERDUE
    if ended and due_on >= period.since:
        yield Measure.DUE
        yield ended


def tallied(
    parts: Iterable[tuple[Key, PartCounted]], before: Mapping[int, PartThen], period: Period, yardstick: Yardstick
) -> dict[Key, Figures]:
    """The figures of each group, in the order in which the groups come; ``before`` by the parts' ids."""
    groups: defaultdict[Key, list[PartCounted]] = defaultdict(list)
    for key, part in parts:
        groups[key].append(part)
    found = {key: Figures() for key in groups}
    for key, group in groups.items():
        measures = counted_once(group, before, period, yardstick)
        for part in group:
            found[key].add(part, measures[part.assignment_id], period, yardstick)
    return found


def counted_once(
    parts: Sequence[PartCounted], before: Mapping[int, PartThen], period: Period, yardstick: Yardstick
) -> dict[int, tuple[Measure, ...]]:
    """The numbers over these parts that each of them counts in, by its id; ``before`` by the parts' ids.

    Where a part that was divided counts in a number, those of its child tasks do not. On time, late and missed go by
    what is due, so that they add up to it.
    """
    told = {
        part.assignment_id: tuple(measures_of(part, before.get(part.assignment_id), period, yardstick))
        for part in parts
    }
    parents = {part.assignment_id: part.parent_assignment_id for part in parts}

    def counts_above(part_id: int, measure: Measure) -> bool:
        decides = Measure.DUE if measure in OF_DUE else measure
        return any(decides in told.get(above, ()) for above in parts_above(part_id, parents))

    return {
        part_id: tuple(measure for measure in measures if not counts_above(part_id, measure))
        for part_id, measures in told.items()
    }


def months_up_to(last: date, count: int = 12) -> list[Period]:
    """The months up to that of ``last``, which ends on it: the earliest first."""
    found = [Period(last.replace(day=1), last)]
    while len(found) < count:
        end = found[-1].day_before
        found.append(Period(end.replace(day=1), end))
    return found[::-1]
