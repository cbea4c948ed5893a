"""Where the base, the readings and the target of an indicator stand in a picture: numbers alone, no drawing.

The picture is ``WIDTH`` × ``HEIGHT`` units, y downwards. A template turns it into SVG.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tracker.domain.indicator_course import Goal, number_said

WIDTH, HEIGHT = 420, 250
LEFT, RIGHT, TOP, BOTTOM = 52, 20, 22, 34
MOST_YEARS_NAMED = 7


@dataclass(frozen=True, slots=True)
class Spot:
    """A point with the year and value that it stands for."""

    x: float
    y: float
    year: int
    value: float
    is_good: bool = True

    @property
    def words(self) -> str:
        return number_said(self.value)


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis: where, and what it says."""

    at: float
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The picture. ``line`` are the points of the way to the target: level where there is no way to go."""

    years: tuple[Tick, ...]
    values: tuple[Tick, ...]
    line: tuple[Spot, ...]
    readings: tuple[Spot, ...]
    base: Spot | None
    target: Spot | None

    width = WIDTH
    height = HEIGHT
    left = LEFT
    right = WIDTH - RIGHT
    top = TOP
    bottom = HEIGHT - BOTTOM

    @staticmethod
    def path(spots: Sequence[Spot]) -> str:
        """The points as SVG's ``points`` takes them."""
        return " ".join(f"{spot.x:.1f},{spot.y:.1f}" for spot in spots)


def chart_of(goal: Goal, readings: Mapping[int, float]) -> Chart | None:
    """The picture of an indicator; None where there are not two years to draw."""
    years = sorted({*readings, *(year for year in (goal.base_year, goal.target_year) if year is not None)})
    values = [*readings.values(), *(value for value in (goal.base, goal.target) if value is not None)]
    if len(years) < 2 or not values:
        return None
    axis = _Axis(years[0], years[-1], *_span(values))
    base = axis.spot(goal.base_year, goal.base) if goal.base_year is not None and goal.base is not None else None
    target = (
        axis.spot(goal.target_year, goal.target) if goal.target_year is not None and goal.target is not None else None
    )
    spots = tuple(_reading(axis, goal, year, readings[year]) for year in sorted(readings))
    return Chart(axis.year_ticks(), axis.value_ticks(), _line(axis, goal, base, target), spots, base, target)


def _reading(axis: _Axis, goal: Goal, year: int, value: float) -> Spot:
    line = goal.expected(year)
    spot = axis.spot(year, value)
    return Spot(spot.x, spot.y, year, value, line is None or goal.keeps_to(value, line))


def _line(axis: _Axis, goal: Goal, base: Spot | None, target: Spot | None) -> tuple[Spot, ...]:
    """From base to target and level after it; level all along where there is no base, or none to come from."""
    if target is None:
        return ()
    last = axis.spot(axis.last, target.value)
    expected = goal.expected(base.year) if base else None
    first = axis.spot(axis.first, target.value) if base is None or expected == target.value else base
    return (first, target, last) if axis.last > target.year else (first, target)


@dataclass(frozen=True, slots=True)
class _Axis:
    first: int
    last: int
    low: float
    high: float
    step: float

    def spot(self, year: int, value: float) -> Spot:
        along = (year - self.first) / (self.last - self.first)
        up = (value - self.low) / (self.high - self.low)
        return Spot(
            round(LEFT + along * (WIDTH - LEFT - RIGHT), 2),
            round(HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM), 2),
            year,
            value,
        )

    def year_ticks(self) -> tuple[Tick, ...]:
        every = max(1, math.ceil((self.last - self.first) / (MOST_YEARS_NAMED - 1)))
        return tuple(Tick(self.spot(year, self.low).x, str(year)) for year in range(self.first, self.last + 1, every))

    def value_ticks(self) -> tuple[Tick, ...]:
        count = round((self.high - self.low) / self.step)
        values = [self.low + n * self.step for n in range(count + 1)]
        return tuple(Tick(self.spot(self.first, value).y, number_said(value)) for value in values)


def _span(values: Sequence[float]) -> tuple[float, float, float]:
    """(lowest, highest, step) of a scale with round steps that holds the values; it need not begin at 0."""
    low, high = min(values), max(values)
    width = high - low or abs(high) or 1.0
    rough = width / 4
    scale = 10.0 ** math.floor(math.log10(rough))
    step = next(scale * n for n in (1, 2, 2.5, 5, 10) if scale * n >= rough * 0.999999)
    bottom = math.floor(low / step) * step
    top = math.ceil(high / step) * step
    if top <= bottom:
        top = bottom + step
    return bottom, top, step
