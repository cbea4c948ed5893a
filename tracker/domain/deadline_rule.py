"""What a rule of the deadline grammar is, and what it gives back.

A rule is data: one name, one pattern, one reason, one example, one reading function. A rule that is not sound
(it matches the empty string, misses its own example, or shares its name) fails when it is made, that is at import.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from tracker.domain.drafts import DeadlineKind
from tracker.domain.workdays import WorkCalendar

_GROUP_NAME = re.compile(r"\(\?P<\w+>")


@dataclass(frozen=True, slots=True)
class Context:
    """What a phrase is read against.

    ``year`` is the last year named before in the same phrase; ``each_year`` says that 每年 stood before.
    """

    issued_on: date | None
    calendar: WorkCalendar
    plan_until: date | None = None
    year: int | None = None
    each_year: bool = False

    @property
    def year_meant(self) -> int | None:
        """The year of a date that names none: the phrase's own, else the issue year (DOMAIN, Deadlines 3)."""
        if self.year is not None:
            return self.year
        return self.issued_on.year if self.issued_on else None


@dataclass(frozen=True, slots=True)
class Point:
    """What one rule read in one place: a day (the last on time), or why there is none."""

    kind: DeadlineKind = DeadlineKind.FIXED
    due_on: date | None = None
    recurrence: str | None = None
    doubts: tuple[str, ...] = ()
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the grammar.

    In ``pattern`` a blank stands for any run of white space. ``in_prose`` lets the rule speak outside a clause
    even without a cue such as 到 or 前, because its words can hardly mean anything but a target.
    """

    name: str
    pattern: str
    reason: str
    example: str
    read: Callable[[re.Match[str], Context], Point]
    in_prose: bool = False
    only_in_clause: bool = False
    compiled: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        compiled = re.compile(self.pattern.replace(" ", r"\s*"))
        if compiled.fullmatch("") or compiled.match("。"):
            raise ValueError(f"deadline rule {self.name!r} matches the empty string")
        if not compiled.fullmatch(self.example):
            raise ValueError(f"deadline rule {self.name!r} does not read its example {self.example!r}")
        if not self.reason:
            raise ValueError(f"deadline rule {self.name!r} gives no reason")
        object.__setattr__(self, "compiled", compiled)

    @property
    def nameless(self) -> str:
        """The pattern without group names, to stand beside others in one expression."""
        return _GROUP_NAME.sub("(?:", self.compiled.pattern)


def one_pattern(rules: tuple[Rule, ...]) -> re.Pattern[str]:
    """All rules as one expression, group ``r<n>`` for the n-th; at one place the earlier rule wins."""
    names = [rule.name for rule in rules]
    if len(set(names)) != len(names):
        raise ValueError(f"deadline rules share a name: {sorted(n for n in names if names.count(n) > 1)}")
    return re.compile("|".join(f"(?P<r{n}>{rule.nameless})" for n, rule in enumerate(rules)))
