"""What a worksheet's XML says about rows, columns and cells besides their values: hidden, merged, not calculated.

The XML is searched, not parsed: a sheet of a million formatted rows is gone through in the time of a read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from openpyxl.utils import column_index_from_string

from tracker.reading.formats.contract import UnreadableFile

_ROW = re.compile(rb"<(?:\w+:)?row\s([^>]*)>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\s([^>]*)>")
_MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*[\"']\$?([A-Z]{1,3})\$?(\d{1,7}):\$?([A-Z]{1,3})\$?(\d{1,7})"
)
_HIDDEN = re.compile(rb"\bhidden\s*=\s*[\"'](?:1|true)[\"']")
_NUMBER = re.compile(rb"\br\s*=\s*[\"'](\d{1,7})[\"']")
_FROM = re.compile(rb"\bmin\s*=\s*[\"'](\d{1,5})[\"']")
_TO = re.compile(rb"\bmax\s*=\s*[\"'](\d{1,5})[\"']")
_NOT_CALCULATED = re.compile(
    rb"(?:</(?:\w+:)?f>|<(?:\w+:)?f\b[^>]*/>)\s*(?:<(?:\w+:)?v\s*/>\s*|<v></v>\s*)?</(?:\w+:)?c>"
)
_MOST_COLUMNS = 16_384
_MOST_MERGED = 100_000


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged range, rows and columns from 1, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Marks:
    """Of one sheet: which rows and columns are hidden, which ranges merged, and whether results are missing."""

    rows: frozenset[int]
    columns: frozenset[int]
    merged: tuple[Merged, ...]
    uncalculated: bool


def marks_of(xml: bytes) -> Marks:
    """The marks in a worksheet's XML."""
    return Marks(
        frozenset(_hidden_rows(xml)),
        frozenset(_hidden_columns(xml)),
        tuple(_merged(xml)),
        bool(_NOT_CALCULATED.search(xml)),
    )


def _hidden_rows(xml: bytes) -> Iterator[int]:
    for found in _ROW.finditer(xml) if b"hidden" in xml else ():
        number = _NUMBER.search(found[1])
        if number and _HIDDEN.search(found[1]):
            yield int(number[1])


def _hidden_columns(xml: bytes) -> Iterator[int]:
    for found in _COLUMN.finditer(xml[: xml.find(b"sheetData")]):
        first, last = _FROM.search(found[1]), _TO.search(found[1])
        if first and last and _HIDDEN.search(found[1]):
            yield from range(int(first[1]), min(int(last[1]), _MOST_COLUMNS) + 1)


def _merged(xml: bytes) -> Iterator[Merged]:
    for count, found in enumerate(_MERGED.finditer(xml)):
        if count >= _MOST_MERGED:
            raise UnreadableFile("表格里合并的单元格过多，没有读取。请取消合并，或只保留需要督办的部分后重新上传。")
        left, right = (column_index_from_string(found[at].decode()) for at in (1, 3))
        yield Merged(int(found[2]), left, int(found[4]), right)
