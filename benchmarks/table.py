"""Lines of a report in Markdown: what a piece of work took beside a floor of the same run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles

Bound = tuple[str, Callable[[float], bool]]
HEAD = "| what | median / p95 | floor | ratio | must |\n|---|---|---|---|---|"


def at_most(ratio: float) -> Bound:
    """A ratio that may not be exceeded."""
    return f"≤ {ratio:g} ×", lambda found: found <= ratio


def at_least(ratio: float) -> Bound:
    """A ratio that has to be reached."""
    return f"≥ {ratio:g} ×", lambda found: found >= ratio


@dataclass(frozen=True, slots=True)
class Line:
    """What it took and what the floor took, both in seconds, and what may be asked of the ratio of their medians."""

    what: str
    work: list[float]
    floor_name: str
    floor: list[float]
    must: Bound | None = None

    @property
    def ratio(self) -> float:
        return median(self.work) / median(self.floor)

    def __str__(self) -> str:
        high = quantiles(self.work, n=20)[-1] if len(self.work) > 1 else self.work[0]
        figures = f"{median(self.work) * 1000:.2f} / {high * 1000:.2f} ms"
        floor = f"{self.floor_name} {median(self.floor) * 1000:.2f} ms"
        asked = f"{self.must[0]} {verdict(self.must[1](self.ratio))}" if self.must else ""
        return f"| {self.what} | {figures} | {floor} | {self.ratio:.2f} × | {asked} |"


def verdict(is_kept: bool) -> str:
    """The mark of what is kept or not."""
    return "✔" if is_kept else "✘"
