"""Figures of a period by unit or by plan, and by month, with the parts behind each number.

All out of one reading of the histories: for papers that list the parts beside the numbers. Pages that show numbers
alone have the database count them (``tracker.services.boards``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.as_of import PartThen
from tracker.domain.figures import Basis, Figures, Period, Yardstick, months_up_to, tallied
from tracker.domain.lateness import JudgedBy
from tracker.domain.lights import LightPack
from tracker.domain.measures import Measure, Numbers
from tracker.domain.titles import brief_title
from tracker.services.histories import Histories, LedgerFilter, PartOn, UnitThen, histories, parts_on_days
from tracker.services.lit import When
from tracker.services.rule_packs import light_packs_on

Kind = TypeVar("Kind", bound=Numbers)
MONTHS, LEAST_MONTHS = 12, 6


class By(StrEnum):
    """What each line of the figures stands for."""

    UNIT = "unit"
    PLAN = "plan"

    @property
    def label(self) -> str:
        return {"unit": "按单位", "plan": "按文件"}[self.value]


@dataclass(frozen=True, slots=True)
class Line(Generic[Kind]):
    """A unit's own figures, or a plan's, by either date. ``rank`` is its place among units; None without a rate."""

    id: int
    label: str
    by_basis: Mapping[Basis, Kind]
    unit: UnitThen | None = None
    rank: int | None = None

    @property
    def current(self) -> Kind:
        return self.by_basis[Basis.CURRENT]

    @property
    def original(self) -> Kind:
        return self.by_basis[Basis.ORIGINAL]


@dataclass(frozen=True, slots=True)
class Board(Generic[Kind]):
    """The figures of a period: line by line, together, and month by month up to its last day (by the date in force).

    ``months`` are the last twelve, without those before there was anything to count, but six at least.
    ``judged_by`` tells by which day what was completed was judged; each month is judged by the rule of its last day.
    """

    period: Period
    by: By
    lines: Sequence[Line[Kind]]
    total: Line[Kind]
    judged_by: JudgedBy
    months: Sequence[tuple[Period, Kind]] = field(default=())


def figures(  # noqa: PLR0917 - who asks for what, and what was read of it already
    session: Session,
    actor: Actor,
    when: When,
    period: Period,
    by: By = By.UNIT,
    wanted: LedgerFilter | None = None,
    known: Histories | None = None,
) -> Board[Figures]:
    """The figures of the parts within reach, judged at the end of the period's last day; ``when`` gives zone and rules.

    Units come by their share completed on time, those with nothing due last; plans in the ledger's order.
    """
    known = known or histories(session, wanted)
    months = months_up_to(period.until, MONTHS)
    days = [period.day_before, period.until, *(month.day_before for month in months), *(m.until for m in months)]
    in_reach = known.in_reach(actor, Permission.SUPERVISE)
    told = parts_on_days(known, days, when.zone)
    on_day = {day: [part for part in parts if part.unit.id in in_reach] for day, parts in told.items()}
    before = _by_id(on_day[period.day_before])
    judged_by = when.pack.judged_by
    yardsticks = {basis: Yardstick(basis, judged_by) for basis in Basis}
    lines = _lines(on_day[period.until], before, period, yardsticks, by, known)
    total = {basis: _sum(on_day[period.until], before, period, each) for basis, each in yardsticks.items()}
    packs = light_packs_on(session, [month.until for month in months])
    by_month = [
        (month, _sum(on_day[month.until], _by_id(on_day[month.day_before]), month, in_force(pack)))
        for month, pack in zip(months, packs, strict=True)
    ]
    placed = ranked(lines) if by is By.UNIT else lines
    return Board(period, by, placed, Line(0, "合计", total), judged_by, since_begun(by_month))


def in_force(pack: LightPack) -> Yardstick:
    """By the date in force, and by the day that the rules of the time judge by."""
    return Yardstick(Basis.CURRENT, pack.judged_by)


def since_begun(months: Sequence[tuple[Period, Kind]]) -> Sequence[tuple[Period, Kind]]:
    """The months from the first with a number: a ledger begun in January has nothing to draw of the year before."""
    begun = next((place for place, (_, numbers) in enumerate(months) if not numbers.is_empty), len(months))
    return months[min(begun, len(months) - LEAST_MONTHS) :]


def _by_id(parts: Sequence[PartOn]) -> dict[int, PartThen]:
    return {part.assignment_id: part.then for part in parts}


def _sum(parts: Sequence[PartOn], before: dict[int, PartThen], period: Period, yardstick: Yardstick) -> Figures:
    return tallied((("", part) for part in parts), before, period, yardstick).get("", Figures())


def _lines(  # noqa: PLR0917 - what is counted, and by what
    parts: Sequence[PartOn],
    before: dict[int, PartThen],
    period: Period,
    yardsticks: Mapping[Basis, Yardstick],
    by: By,
    known: Histories,
) -> list[Line[Figures]]:
    """A line for each unit or plan that has anything to count."""
    keyed = [(part.unit.id if by is By.UNIT else part.plan_id, part) for part in parts]
    told = {basis: tallied(keyed, before, period, each) for basis, each in yardsticks.items()}
    labels = {part.plan_id: brief_title(part.facts.plan_title) for part in parts}
    units = {part.unit.id: part.unit for part in parts}
    found = []
    for key in told[Basis.CURRENT]:
        each = {basis: told[basis][key] for basis in Basis}
        unit = units[key] if by is By.UNIT else None
        if not all(numbers.is_empty for numbers in each.values()):
            found.append(Line(key, unit.name if unit else labels[key], each, unit))
    return found


def ranked(lines: Sequence[Line[Kind]]) -> list[Line[Kind]]:
    """The units in order of merit, equal ones with one place, as offices rank: by 按期办结率, then by what is open."""
    keyed = sorted(
        ((_merit(line), line) for line in lines),
        key=lambda each: (each[0], each[1].unit.position if each[1].unit else 0, each[1].id),
    )
    places: dict[tuple[float, int, float], int] = {}
    for place, (merit, _) in enumerate(keyed, 1):
        places.setdefault(merit, place)
    return [
        Line(line.id, line.label, line.by_basis, line.unit, None if line.current.rate is None else places[merit])
        for merit, line in keyed
    ]


def _merit(line: Line[Kind]) -> tuple[float, int, float]:
    """Smaller is better."""
    numbers = line.current
    rate = -1.0 if numbers.rate is None else numbers.rate
    return -rate, numbers.count(Measure.OVERDUE), numbers.mean_days_late or 0.0
