"""Lists in pages."""

from __future__ import annotations

from dataclasses import dataclass

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Which page of a list is shown: ``number`` counts from 1 and always exists, ``total`` is of items."""

    number: int
    pages: int
    total: int
    size: int = PAGE_SIZE

    @property
    def first(self) -> int:
        """How many items stand on the pages before."""
        return (self.number - 1) * self.size

    @property
    def last(self) -> int:
        """How many items stand up to the end of this page."""
        return min(self.total, self.number * self.size)


def page_of(total: int, wanted: int, size: int = PAGE_SIZE) -> Page:
    """The page that was asked for, or the nearest that exists; an empty list has one page."""
    pages = max(1, -(-total // size))
    return Page(min(max(1, wanted), pages), pages, total, size)
