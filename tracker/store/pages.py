"""One page of a long list.

Lists of any length are counted up to MOST_COUNTED: beyond that no clerk counts, and the database should not either.
Their pages then follow on one another by marks, the day and id of the first and last row: however far down a page
stands, it is read off the index without passing over what comes before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil
from typing import Generic, TypeVar, cast

Row = TypeVar("Row")
Other = TypeVar("Other")
PAGE_SIZE, MOST_COUNTED = 50, 1000


@dataclass(frozen=True, slots=True)
class Mark:
    """A row's place in a list that goes by days."""

    day: date
    id: int

    @classmethod
    def read(cls, written: str) -> Mark | None:
        """The mark as an address writes it, ``2023-01-31.12``; None for anything else."""
        day, _, number = written.partition(".")
        try:
            return cls(date.fromisoformat(day), int(number)) if number.isdecimal() and len(number) < 10 else None
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.day.isoformat()}.{self.id}"


@dataclass(frozen=True, slots=True)
class Place:
    """Which page is asked for: by its number, and in a list beyond counting by the row that it follows or precedes."""

    number: int = 1
    after: Mark | None = None
    before: Mark | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows of one page; ``number`` counts from 1, ``total`` is the number of rows on all pages.

    Where there are more than MOST_COUNTED, ``is_more`` says so, ``has_next`` whether a page follows, and ``first`` and
    ``last`` mark its ends where the list's order allows it.
    """

    rows: Sequence[Row]
    number: int
    total: int
    size: int = PAGE_SIZE
    is_more: bool = False
    has_next: bool = False
    first: Mark | None = None
    last: Mark | None = None

    @property
    def total_words(self) -> str:
        """How many rows there are, as a page says it."""
        return f"超过{self.total}" if self.is_more else str(self.total)

    def of(self, rows: Sequence[Other]) -> Page[Other]:
        """The same page with its rows made into something else."""
        return cast("Page[Other]", replace(self, rows=cast("Sequence[Row]", rows)))

    @property
    def pages(self) -> int:
        return max(1, ceil(self.total / self.size))


def page_number(wanted: int, total: int, size: int = PAGE_SIZE) -> int:
    """The page that exists and is nearest to the one wanted."""
    return min(max(wanted, 1), max(1, ceil(total / size)))
