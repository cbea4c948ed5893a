"""A text's lines as paragraphs: page numbers are none, however far they are pushed to the middle of the page."""

from __future__ import annotations

import pytest

from tracker.reading.paragraphs import Lines


def words_of(text: str) -> list[str]:
    return [paragraph.flat.strip() for paragraph in Lines(text).paragraphs()]


@pytest.mark.parametrize("number", ["- 3 -", "—12—", "· 4 ·", "第 3 页", "第3页 共10页"])
@pytest.mark.parametrize("blanks", ["", "    ", " " * 60])
def test_page_numbers_are_passed_over(number: str, blanks: str) -> None:
    assert words_of(f"推进供水。\n{blanks}{number}{blanks}\n改造泵站。") == ["推进供水。", "改造泵站。"]


@pytest.mark.parametrize("line", ["3", "3—5", "- 三 -", f"—{' ' * 20}3{' ' * 20}—"])
def test_other_lines_stay(line: str) -> None:
    assert words_of(f"推进供水。\n{line}\n改造泵站。")[1] == line
