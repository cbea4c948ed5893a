"""Which number an entry of a feed's own carries (“逾期 N 项”, how many items are due on a day): it rises with every
change of what the entry says, and never falls.

A client keeps the entry with the highest SEQUENCE (RFC 5545 3.8.7.4). These entries have no row whose changes are
counted, and whatever could be told from the items goes with the item that leaves: so what was said is remembered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

_FIRST_SECOND = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Said:
    """What a feed's own entries said last: for each key its content's digest, and the number it has since.

    ``number`` is the highest that any of them ever had.
    """

    number: int = 0
    entries: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    def then(self, digests: Mapping[str, str], now: datetime) -> Said:
        """The same after these are said: itself where nothing is new, else what is new has a number of its own.

        That is the second at which it is said, so that numbers rise even where what was said before got lost, as when
        an older copy of the database is put back; or the next one, where that is not higher.
        """
        if all(self._says(key, digest) for key, digest in digests.items()):
            return self
        number = max(self.number + 1, int((now - _FIRST_SECOND).total_seconds()))
        new = {key: (digest, number) for key, digest in digests.items()}
        return Said(number, {key: self.entries[key] if self._says(key, new[key][0]) else new[key] for key in new})

    def number_of(self, key: str) -> int:
        """The number of an entry that was said."""
        return self.entries[key][1]

    def _says(self, key: str, digest: str) -> bool:
        return key in self.entries and self.entries[key][0] == digest


def said_at(number: int) -> datetime:
    """The instant that a number stands for; 0 is that of an entry without one."""
    return _FIRST_SECOND + timedelta(seconds=number)
