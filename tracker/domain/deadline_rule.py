"""What a rule of the deadline grammar is, and what it gives back.

A rule is data: one name, one pattern, one reason, one example, one reading function, and the characters at which it
is tried at all. A rule that is not sound (it matches the empty string, misses its own example, cannot begin where its
example does, or shares its name) fails when it is made, that is at import.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from tracker.domain.drafts import DeadlineKind
from tracker.domain.series import Rhythm
from tracker.domain.workdays import WorkCalendar

_NAMES = re.compile(r"\(\?P<\w+>")
_BLANK = r"\\s{0,8}"
"""What a blank in a pattern stands for: bounded, so that a page of blanks costs no more than a page of letters."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a phrase is read against.

    ``year`` is the last year named before in the same phrase; ``each_year`` says that 每年 stood before,
    ``dates_recur`` that it named its days, so that further days without a year come back every year, too;
    ``last_day`` is the last day that was read before, to which 起30日内 may refer.
    """

    issued_on: date | None
    calendar: WorkCalendar
    plan_until: date | None = None
    year: int | None = None
    each_year: bool = False
    dates_recur: bool = False
    last_day: date | None = None

    @property
    def year_meant(self) -> int | None:
        """The year of a date that names none: the phrase's own, else the issue year (DOMAIN, Deadlines 3)."""
        if self.year is not None:
            return self.year
        return self.issued_on.year if self.issued_on else None


@dataclass(frozen=True, slots=True)
class Point:
    """What one rule read in one place: a day (the last on time), or why there is none.

    ``rhythm`` tells on which days a recurring duty falls due, ``since`` the first day of what only begins (2025年起).
    """

    kind: DeadlineKind = DeadlineKind.FIXED
    due_on: date | None = None
    recurrence: str | None = None
    doubts: tuple[str, ...] = ()
    year: int | None = None
    rhythm: Rhythm | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the grammar, tried only where one of the characters ``begins`` stands.

    In ``pattern`` a blank stands for a short run of white space. ``in_prose`` lets the rule speak outside a clause
    even without a cue such as 到 or 前, because its words can hardly mean anything but a target.
    """

    name: str
    begins: str
    pattern: str
    reason: str
    example: str
    read: Callable[[re.Match[str], Context], Point]
    in_prose: bool = False
    only_in_clause: bool = False
    compiled: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        compiled = re.compile(re.sub(" ", _BLANK, self.pattern))
        if compiled.fullmatch("") or compiled.match("。"):
            raise ValueError(f"deadline rule {self.name!r} matches the empty string")
        if not compiled.fullmatch(self.example) or self.example[0] not in self.begins:
            raise ValueError(f"deadline rule {self.name!r} does not read its example {self.example!r}")
        if not self.reason:
            raise ValueError(f"deadline rule {self.name!r} gives no reason")
        object.__setattr__(self, "compiled", compiled)


def _any_of(rules: Iterable[Rule]) -> re.Pattern[str]:
    """What any of the rules matches, asked at once: nearly every figure in a text begins none."""
    return re.compile("|".join(f"(?:{_NAMES.sub('(?:', rule.compiled.pattern)})" for rule in rules))


class Grammar:
    """Rules made ready to be found in a text; at one place the earlier rule wins."""

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        names = [rule.name for rule in rules]
        if len(set(names)) != len(names):
            raise ValueError(f"deadline rules share a name: {sorted(n for n in names if names.count(n) > 1)}")
        self.rules = rules
        begins = "".join(sorted({char for rule in rules for char in rule.begins}))
        self._first = re.compile(f"[{re.escape(begins)}]")
        self._at = {char: tuple(rule for rule in rules if char in rule.begins) for char in begins}
        self._any = {char: _any_of(these) for char, these in self._at.items()}

    def matches(self, plain: str) -> Iterator[tuple[Rule, re.Match[str]]]:
        """The matches in the text, in order and without overlap, each with its rule and that rule's groups.

        Only characters with which some rule begins are looked at, so that text without dates costs next to nothing.
        """
        begin = self._first.search(plain)
        while begin:
            at, char = begin.start(), begin.group()
            for rule in self._at[char] if self._any[char].match(plain, at) else ():
                found = rule.compiled.match(plain, at)
                if found:
                    yield rule, found
                    at = found.end() - 1
                    break
            begin = self._first.search(plain, at + 1)
