"""Widths of Chinese text, tidying, and numbers in every spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.domain.numerals import number
from tracker.domain.text import compact, display_width, padded, same_length_ascii, shortened, tidy


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("１２", 12),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("二十三", 23),
        ("一百零五", 105),
        ("二〇二三", 2023),
        ("两", 2),
    ],
)
def test_reads_numbers(text: str, value: int) -> None:
    assert number(text) == value


@pytest.mark.parametrize("text", ["", "若干", "3个"])
def test_refuses_what_is_no_number(text: str) -> None:
    with pytest.raises(ValueError, match="数字"):
        number(text)


def test_tidies_type_setting_but_not_latin_words() -> None:
    assert tidy(" 通　　知 ") == "通知"
    assert tidy("加快 AI model 建设") == "加快AI model建设"
    assert compact("责 任 单 位") == "责任单位"


def test_a_wide_character_takes_two_columns() -> None:
    assert display_width("任务A") == 5
    assert padded("任务", 6) == "任务  "
    assert shortened("一二三四五", 6) == "一二…"


@given(st.text(max_size=60), st.integers(2, 40))
def test_a_shortened_text_fits(text: str, width: int) -> None:
    assert display_width(shortened(text, width)) <= width


@given(st.text(max_size=60))
def test_ascii_keeps_offsets(text: str) -> None:
    assert len(same_length_ascii(text)) == len(text)
