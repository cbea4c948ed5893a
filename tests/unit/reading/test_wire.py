"""A reading that travels between processes comes back as it was; anything else is refused."""

from __future__ import annotations

import json
import types
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.needs import ROOT
from tracker.domain.drafts import Draft, Form, SourceReading
from tracker.reading import read_bytes
from tracker.reading.wire import NotAReading, decode_reading, encode_reading, from_plain, rebuilder, to_plain

TEXTS = st.text(st.characters(exclude_categories=()), max_size=12)  # with lone surrogates, NUL, line separators
SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXTS,
    int: st.integers(),
    bool: st.booleans(),
    float: st.floats(allow_nan=False),
    date: st.dates(),
}


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Any value of a type of the domain; follows its fields, so that a new one is tried without a change here."""
    if kind in SIMPLE:
        return SIMPLE[kind]
    if get_origin(kind) in (Union, types.UnionType):
        return st.one_of(*(st.none() if part is type(None) else values_of(part) for part in get_args(kind)))
    if get_origin(kind) is tuple:
        return st.lists(values_of(get_args(kind)[0]), max_size=2).map(tuple)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    assert is_dataclass(kind), kind
    hints = get_type_hints(kind)
    return st.builds(kind, **{field.name: values_of(hints[field.name]) for field in fields(kind)})


@given(values_of(SourceReading))
def test_any_reading_comes_back_as_it_was(reading: SourceReading) -> None:
    line = encode_reading(reading)
    assert b"\n" not in line
    assert decode_reading(line) == reading


@pytest.mark.parametrize("file", sorted((ROOT / "tests/corpus/plans").glob("*.txt")), ids=lambda file: file.stem)
def test_the_corpus_comes_back_as_it_was(file: Path) -> None:
    reading = read_bytes(file.read_bytes(), file.name)
    back = decode_reading(encode_reading(reading))
    assert back == reading
    assert repr(back) == repr(reading)  # types too: an enum equals its word, a date does not


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"null",
        b"[1]",
        b"\xff",
        b'{"name":' + b"[" * 100_000,
        b"\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00K\x01.",
    ],
)
def test_what_is_no_reading_is_refused(line: bytes) -> None:
    with pytest.raises(NotAReading):
        decode_reading(line)


SOUND = to_plain(SourceReading("a.txt", "txt", "一、查", "0" * 64, ()))


@pytest.mark.parametrize(
    "change",
    [
        {"name": 1},
        {"name": None},
        {"plans": {}},
        {"plans": [1]},
        {"plans": "x"},
        {"more": 1},
    ],
)
def test_a_reading_with_a_wrong_field_is_refused(change: dict[str, object]) -> None:
    assert from_plain(SourceReading, SOUND).text == "一、查"
    with pytest.raises(NotAReading):
        decode_reading(json.dumps({**SOUND, **change}).encode())


def test_a_field_that_is_missing_is_refused() -> None:
    for name in SOUND:
        with pytest.raises(NotAReading):
            from_plain(SourceReading, {key: value for key, value in SOUND.items() if key != name})


@pytest.mark.parametrize(
    ("kind", "plain"),
    [
        (Form, "no such form"),
        (date, "2023-02-30"),
        (date, 5),
        (int, True),
        (int, "1"),
        (bool, 1),
        (str, None),
        (tuple[str, ...], "abc"),
        (tuple[str, int], ["a"]),
    ],
)
def test_a_value_of_another_type_is_refused(kind: Any, plain: object) -> None:
    with pytest.raises(NotAReading):
        from_plain(kind, plain)


def test_a_type_that_cannot_travel_is_told_at_once() -> None:
    @dataclass(frozen=True)
    class Odd:
        what: int | str

    with pytest.raises(TypeError):
        rebuilder(Odd)
    with pytest.raises(TypeError):
        to_plain(Draft)
