"""Marks of rows: what an address may say, and what is passed over."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.store.pages import Mark, Page


def test_a_mark_is_read_as_it_was_written() -> None:
    mark = Mark(date(2023, 1, 5), 77)
    assert (str(mark), Mark.read(str(mark))) == ("2023-01-05.77", mark)


@pytest.mark.parametrize(
    "written", ["", "2023-01-05", "2023-02-30.7", "x.7", "2023-01-05.x", "2023-01-05.-7", "2023-01-05." + "9" * 40]
)
def test_anything_else_is_no_mark(written: str) -> None:
    assert Mark.read(written) is None


def test_a_list_beyond_counting_says_so() -> None:
    assert (Page([], 1, 1000, is_more=True).total_words, Page([], 1, 12).total_words) == ("超过1000", "12")
