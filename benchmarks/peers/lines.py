"""Lines of the report on other programs, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from benchmarks.peers.facts import Facts

POLLS_HEAD = (
    "| program | tasks | poll | status | median / p95 | ours: status, median / p95 | ratio |\n" + "|---" * 7 + "|"
)
FACTS_HEAD = (
    "| program | tasks | entries | without UID | UIDs used twice | without DTSTAMP | lines over 75 octets "
    "| split characters | answers 304 |\n" + "|---" * 9 + "|"
)


@dataclass(frozen=True, slots=True)
class Times:
    """What a poll took each time, in seconds, and how it was answered."""

    status: str
    seconds: Sequence[float]

    @property
    def middle(self) -> float:
        return median(self.seconds)

    def __str__(self) -> str:
        high = quantiles(self.seconds, n=20, method="inclusive")[-1] if len(self.seconds) > 1 else self.seconds[0]
        return f"{self.middle * 1000:.2f} / {high * 1000:.2f} ms"


@dataclass(frozen=True, slots=True)
class PollLine:
    """One kind of poll of a program and of ours, asked by turns."""

    program: str
    size: int
    poll: str
    times: Times
    ours: Times

    @property
    def ratio(self) -> float:
        """How many times ours the program takes."""
        return self.times.middle / self.ours.middle

    def __str__(self) -> str:
        figures = f"{self.times.status} | {self.times} | {self.ours.status}, {self.ours} | {self.ratio:,.1f} ×"
        return f"| {self.program} | {self.size:,} | {self.poll} | {figures} |"


def facts_line(program: str, size: int, facts: Facts, *, answers_304: bool) -> str:
    """What a program serves, one line."""
    counts = (
        facts.entries,
        facts.without_uid,
        facts.shared_uids,
        facts.without_stamp,
        facts.long_lines,
        facts.split_characters,
    )
    figures = " | ".join(f"{count:,}" for count in counts)
    return f"| {program} | {size:,} | {figures} | {'yes' if answers_304 else 'no'} |"
