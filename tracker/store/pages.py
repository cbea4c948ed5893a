"""One page of a long list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Generic, TypeVar

Row = TypeVar("Row")
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows of one page; ``number`` counts from 1, ``total`` is the number of rows on all pages."""

    rows: Sequence[Row]
    number: int
    total: int
    size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        return max(1, ceil(self.total / self.size))


def page_number(wanted: int, total: int, size: int = PAGE_SIZE) -> int:
    """The page that exists and is nearest to the one wanted."""
    return min(max(wanted, 1), max(1, ceil(total / size)))
