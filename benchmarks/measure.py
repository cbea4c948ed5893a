"""How things are measured: a piece of work beside its floor, by turns, in one run.

A floor is the least that the same input could cost. The ratio to it says more than milliseconds do: it hardly depends
on the machine or on what else runs there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Measurement:
    """A piece of work and its floor; ``size`` says how much of it was done, ``must`` the highest ratio allowed."""

    name: str
    size: str
    work: Callable[[], object]
    floor_name: str
    floor: Callable[[], object]
    must: float | None = None
    aim: float | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What the rounds took, in seconds of processor time."""

    work: tuple[float, ...]
    floor: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """Median of the work to median of the floor."""
        return median(self.work) / median(self.floor)


def measured(measurement: Measurement, rounds: int = ROUNDS) -> Figures:
    """Work and floor by turns, so that a busy moment hits them alike; a first round warms up and is not counted."""
    work, floor = [], []
    for number in range(rounds + 1):
        took, least = _seconds(measurement.work), _seconds(measurement.floor)
        if number:
            work.append(took)
            floor.append(least)
    return Figures(tuple(work), tuple(floor))


def _seconds(work: Callable[[], object]) -> float:
    """Processor time, which does not grow when other programs have their turn."""
    began = time.process_time()
    work()
    return time.process_time() - began


def line(measurement: Measurement, figures: Figures) -> str:
    """One line of the report."""
    bounds = [f"{word} {bound:g}" for word, bound in (("must", measurement.must), ("aim", measurement.aim)) if bound]
    verdict = f"({', '.join(bounds)})" if bounds else ""
    return (
        f"{measurement.name:<24} {measurement.size:<34} {median(figures.work) * 1000:9.1f} ms   "
        f"floor ({measurement.floor_name}) {median(figures.floor) * 1000:8.2f} ms   {figures.ratio:7.1f} x {verdict}"
    )
