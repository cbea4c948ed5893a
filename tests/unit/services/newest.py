"""A calendar program that keeps of each entry what carries the highest number, as RFC 5545 3.8.7.4 lets it.

It is given the bodies that were sent to it, in their order, and finds what it would show wrongly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tests.unit.export.items import components

_OWN = re.compile(r"逾期 \d+ 项|(✔ )?到期 \d+ 项，.*")
_NUMBERS = ("SEQUENCE", "LAST-MODIFIED", "DTSTAMP")

Numbers = tuple[int, str, str]


@dataclass
class Newest:
    """What was given last of each UID: its numbers, and all else that it said; ``there`` are those of the last body."""

    given: dict[str, tuple[Numbers, dict[str, str]]] = field(default_factory=dict)
    there: set[str] = field(default_factory=set)

    def take(self, body: bytes) -> None:
        """Takes a body for what is true now."""
        before, self.there = self.there, set()
        for each in (*components(body, "VEVENT"), *components(body, "VTODO")):
            uid, numbers = each["UID"], (int(each["SEQUENCE"]), each["LAST-MODIFIED"], each["DTSTAMP"])
            words = {name: value for name, value in each.items() if name not in _NUMBERS}
            if uid in self.given:
                _follows(self.given[uid], numbers, words, was_there=uid in before)
            self.given[uid] = numbers, words
            self.there.add(uid)

    def of_own(self) -> dict[str, int]:
        """The number of each of the feed's own entries that are there, by its title."""
        there = [self.given[uid] for uid in self.there]
        return {words["SUMMARY"]: numbers[0] for numbers, words in there if _is_own(words)}


def _follows(
    before: tuple[Numbers, dict[str, str]], numbers: Numbers, words: dict[str, str], *, was_there: bool
) -> None:
    """No number falls. Those of the feed's own entries rise with each change of what they say, and with nothing else;
    one that comes back may have risen too."""
    fell = [new < old for new, old in zip(numbers[1:], before[0][1:], strict=True)]
    assert numbers[0] >= before[0][0] and not any(fell), (before, numbers, words)
    if _is_own(words):
        is_another = words != before[1]
        rose = [numbers[0] > before[0][0], *(new > old for new, old in zip(numbers[1:], before[0][1:], strict=True))]
        assert all(rose) or not (is_another or any(rose)), (before, numbers, words)
        assert is_another or not was_there or not any(rose), (before, numbers, words)


def _is_own(words: dict[str, str]) -> bool:
    return _OWN.fullmatch(words["SUMMARY"]) is not None
