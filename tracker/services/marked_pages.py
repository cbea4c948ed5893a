"""Pages of lists that are not counted to their end: they follow on one another by marks, or by how much comes before.

Today's overdue list and that of a past day are turned over in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from tracker.store.pages import MOST_COUNTED, PAGE_SIZE, Mark, Page, Place, page_number

Row = TypeVar("Row")
Find = Callable[[Mark | None, bool, int], Sequence[Row]]
"""Finds a page's rows and one more: after a mark, or backwards before it, or from an offset on where there is none."""


def page_of_many(find: Find[Row], place: Place, mark_of: Callable[[Row], Mark] | None) -> Page[Row] | None:
    """The page at the place; None where nothing stands there. ``mark_of`` is None in an order without marks."""
    mark = (place.after or place.before) if mark_of else None
    backwards = mark is not None and mark is not place.after
    found = find(mark, backwards, 0 if mark else (place.number - 1) * PAGE_SIZE)
    if not found:
        return None
    rows, has_next = found[:PAGE_SIZE], backwards or len(found) > PAGE_SIZE
    rows = rows[::-1] if backwards else rows
    first, last = (mark_of(rows[0]), mark_of(rows[-1])) if mark_of else (None, None)
    return Page(rows, place.number, MOST_COUNTED, is_more=True, has_next=has_next, first=first, last=last)


def page_of_piece(total: int, piece: Callable[[int, int], Sequence[Row]], number: int) -> Page[Row]:
    """The page with that number, or the nearest there is, of a list that is counted up to MOST_COUNTED.

    ``piece`` tells so many rows from a start on.
    """
    is_more = total > MOST_COUNTED
    number = max(number, 1) if is_more else page_number(number, total, PAGE_SIZE)
    found = piece((number - 1) * PAGE_SIZE, PAGE_SIZE + 1)
    if is_more and not found:
        number, found = 1, piece(0, PAGE_SIZE + 1)
    return Page(found[:PAGE_SIZE], number, min(total, MOST_COUNTED), is_more=is_more, has_next=len(found) > PAGE_SIZE)
