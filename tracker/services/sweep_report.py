"""What a run of the sweep found, counted while it goes and told at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from tracker.domain.notice_policy import DEFAULT_POLICY, NoticePolicy
from tracker.domain.notices import NoticeKind
from tracker.store.notice_recording import Told
from tracker.store.sweep_queries import DATED_KINDS


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What a run found.

    ``recorded`` counts the new notices of parts' own dates by step (days from the due day), ``others`` those of
    every other kind. ``late_days``: how many days the run came after the day that the sweep should first have run
    again; 0 when none was missed. ``unreachable``: units without a liaison, to whom notices were due.
    ``failures``: parts that could not be looked at, and why. ``made``: the tasks as which recurring duties came.
    """

    day: date
    flagged: int
    recorded: Mapping[int, int]
    late_days: int
    late_notices: int
    unreachable: tuple[str, ...]
    failures: tuple[str, ...]
    seconds: float
    made: int = 0
    others: Mapping[NoticeKind, int] = field(default_factory=dict)
    policy: NoticePolicy = DEFAULT_POLICY

    @property
    def total(self) -> int:
        return sum(self.recorded.values()) + sum(self.others.values())


@dataclass(slots=True)
class Tally:
    """The counts of a run that is not over."""

    flagged: int = 0
    late: int = 0
    made: int = 0
    steps: Counter[int] = field(default_factory=Counter)
    others: Counter[NoticeKind] = field(default_factory=Counter)
    unreached: set[int] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.steps.total() + self.others.total()

    def add_made(self, count: int) -> None:
        """Counts tasks as which recurring duties came."""
        self.made += count

    def add(self, told: Iterable[Told]) -> None:
        """Counts notices that are new."""
        for word, step, late_days, recipient_key in told:
            kind = NoticeKind(word)
            if kind in DATED_KINDS:
                self.steps[step] += 1
            else:
                self.others[kind] += 1
            self.late += late_days > 0
            if recipient_key.startswith("unit:"):
                self.unreached.add(int(recipient_key.removeprefix("unit:")))
