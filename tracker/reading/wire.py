"""A reading as plain data and back again, so that it can travel between two processes; never pickle.

Both ways are generic over the frozen dataclasses of ``tracker.domain.drafts``: a new field, or a new dataclass in
one, needs no change here. What comes back is checked value by value against the fields' types, because the process
that sends it has touched a file nobody vouches for.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from tracker.domain.cells import BookCells
from tracker.domain.drafts import SourceReading

Value = TypeVar("Value")
Rebuild = Callable[[Any], Any]

_PLAIN = (str, int, float, bool)


class NotAReading(ValueError):
    """What was sent is no reading: a field is missing, is too much, or has another type."""


def encode_reading(reading: SourceReading) -> bytes:
    """The reading as one line of JSON in UTF-8, without a line break; lone surrogates are kept."""
    return _encoded(reading)


def decode_reading(line: bytes) -> SourceReading:
    """The reading that ``encode_reading`` wrote; NotAReading for anything else."""
    return from_plain(SourceReading, _decoded(line))


def encode_cells(cells: BookCells) -> bytes:
    """The cells of a workbook, as ``encode_reading`` writes a reading."""
    return _encoded(cells)


def decode_cells(line: bytes) -> BookCells:
    """The cells that ``encode_cells`` wrote; NotAReading for anything else."""
    return from_plain(BookCells, _decoded(line))


def _encoded(value: Any) -> bytes:
    return json.dumps(to_plain(value), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _decoded(line: bytes) -> Any:
    try:
        return json.loads(line.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise NotAReading("no JSON") from error


def to_plain(value: Any) -> Any:
    """A value of the dataclasses as JSON knows it: fields by name, tuples as lists, dates and enums as words."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, _PLAIN):
        return value
    raise TypeError(f"{type(value).__name__} has no plain form")


def from_plain(kind: type[Value], plain: Any) -> Value:
    """The value of type ``kind`` whose plain form this is; NotAReading when it is the plain form of none."""
    known: Any = kind
    rebuilt: Value = rebuilder(known)(plain)
    return rebuilt


@cache
def rebuilder(kind: Any) -> Rebuild:
    """What turns a plain form into a value of the type; TypeError for a type that cannot travel."""
    if is_dataclass(kind):
        return _dataclass_rebuilder(kind)
    if get_origin(kind) in (Union, types.UnionType):
        return _optional_rebuilder(kind)
    if get_origin(kind) is tuple:
        return _tuple_rebuilder(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _word_rebuilder(kind, kind)
    if kind is date:
        return _word_rebuilder(date.fromisoformat, date)
    if kind in _PLAIN:
        return _plain_rebuilder(kind)
    raise TypeError(f"{kind} cannot travel between processes")


def _dataclass_rebuilder(kind: Any) -> Rebuild:
    hints = get_type_hints(kind)
    parts = {field.name: rebuilder(hints[field.name]) for field in fields(kind)}

    def rebuild(plain: Any) -> Any:
        if not isinstance(plain, dict) or plain.keys() != parts.keys():
            raise NotAReading(f"no {kind.__name__}")
        return kind(**{name: part(plain[name]) for name, part in parts.items()})

    return rebuild


def _optional_rebuilder(kind: Any) -> Rebuild:
    """``X | None``; of several other types nobody could say which one a plain form stands for."""
    others = [each for each in get_args(kind) if each is not types.NoneType]
    if len(others) != 1:
        raise TypeError(f"{kind}: only X | None can travel between processes")
    part = rebuilder(others[0])
    return lambda plain: None if plain is None else part(plain)


def _tuple_rebuilder(kind: Any) -> Rebuild:
    """``tuple[X, ...]`` of any length, or ``tuple[X, Y]`` of exactly these."""
    given = get_args(kind)
    if len(given) == 2 and given[1] is Ellipsis:
        part = rebuilder(given[0])
        return lambda plain: tuple(part(item) for item in _list_of(plain))
    parts = tuple(rebuilder(each) for each in given)

    def rebuild(plain: Any) -> Any:
        if len(_list_of(plain)) != len(parts):
            raise NotAReading(f"{len(plain)} values instead of {len(parts)}")
        return tuple(part(item) for part, item in zip(parts, plain, strict=True))

    return rebuild


def _list_of(plain: Any) -> list[Any]:
    if not isinstance(plain, list):
        raise NotAReading("no list")
    return plain


def _word_rebuilder(make: Rebuild, kind: type) -> Rebuild:
    def rebuild(plain: Any) -> Any:
        try:
            return make(plain)
        except (TypeError, ValueError) as error:
            raise NotAReading(f"no {kind.__name__}") from error

    return rebuild


def _plain_rebuilder(kind: type) -> Rebuild:
    def rebuild(plain: Any) -> Any:
        if type(plain) is not kind and not (kind is float and type(plain) is int):
            raise NotAReading(f"no {kind.__name__}")
        return plain

    return rebuild
