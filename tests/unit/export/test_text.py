"""Text from people, made safe for files."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given

from tests.unit.export.items import ANY_TEXT, NASTY
from tracker.export.text import few_blanks, one_line, plain_text

OPENERS = {"\u202a": "\u202c", "\u202b": "\u202c", "\u202d": "\u202c", "\u202e": "\u202c"} | {
    "\u2066": "\u2069",
    "\u2067": "\u2069",
    "\u2068": "\u2069",
}


def is_balanced(line: str) -> bool:
    """Whether every bidi mark of the line is closed, in order, and none closes what was not opened."""
    awaited: list[str] = []
    for char in line:
        if char in OPENERS:
            awaited.append(OPENERS[char])
        elif char in OPENERS.values() and (not awaited or awaited.pop() != char):
            return False
    return not awaited


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("一\r\n二\r三\n四", "一\n二\n三\n四"),
        ("一\u2028二\u2029三\x85四\v五\f六\x1c七", "一\n二\n三\n四\n五\n六\n七"),
        ("甲\x00\x07\x1b\x7f\x9b乙\t丙", "甲乙 丙"),
        ("\ud83d半\ude00", "\ufffd半\ufffd"),
        ("\ufffe\uffff", "\ufffd\ufffd"),
        ("\u202e倒\n正", "\u202e倒\u202c\n正"),
        ("\u2066\u202e内\u2069外", "\u2066\u202e内\u202c\u2069外"),
        ("\u202a甲\u2067乙", "\u202a甲\u2067乙\u2069\u202c"),
        ("甲\u202c乙\u2069", "甲乙"),
        ("\u202a甲\u2066乙\u202c丙", "\u202a甲\u2066乙丙\u2069\u202c"),
        ("\ufeff\u200e左\u200f右\ufeff", "\u200e左\u200f右"),
        ("全角　空格", "全角　空格"),
    ],
)
def test_plain_text(given: str, expected: str) -> None:
    assert plain_text(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"), [(" 一 \n\n 二\t三 ", "一 二 三"), ("\u202e倒\n正", "\u202e倒\u202c 正")]
)
def test_one_line(given: str, expected: str) -> None:
    assert one_line(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [("　　首行缩进  甲", "　　首行缩进  甲"), ("甲   乙\u3000 \xa0丙", "甲 乙\u3000丙"), ("甲\n\n\n乙", "甲\n\n\n乙")],
)
def test_few_blanks(given: str, expected: str) -> None:
    assert few_blanks(given) == expected


@given(ANY_TEXT)
def test_any_text_becomes_bearable(text: str) -> None:
    plain = plain_text(text)
    plain.encode("utf-8")
    assert plain.splitlines() == plain.removesuffix("\n").split("\n") or plain == ""
    assert not [char for char in plain if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") and char != "\n"]
    assert all(is_balanced(line) for line in plain.split("\n"))


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert plain_text(plain_text(text)) == plain_text(text)
    assert one_line(one_line(text)) == one_line(text)
    assert "\n" not in one_line(text)


def test_ordinary_text_is_kept_as_it_is() -> None:
    for text in ("建立分流转办机制；“十四五”期间，达到95%", "𠮷野家👩‍👩‍👧‍👦", "a\\b;c,d"):
        assert plain_text(text) == one_line(text) == text


def test_the_nasty_texts_hold_what_they_are_for() -> None:
    assert any("\r\n" in text for text in NASTY)
    assert any("\ud800" <= char <= "\udfff" for text in NASTY for char in text)
