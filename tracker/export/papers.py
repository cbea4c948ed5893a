"""What an official paper (公文) is made of: plain values that pages and .docx files are both written from.

A number in it is a Link: its text, and the address of the list that it counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tracker.domain.day_words import in_words


@dataclass(frozen=True, slots=True)
class Link:
    """Text that leads somewhere; ``address`` is absolute, because papers are read outside the program too."""

    text: str
    address: str


Run = str | Link
Runs = Sequence[Run]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: level 1 is 一、, level 2 is （一）."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the body, indented by two characters as is usual; ``small`` is that of a note below a table."""

    runs: Runs
    small: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading and its width in millimetres. Words begin at its left; all else stands in its middle."""

    heading: str
    width: float
    is_words: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns, whose headings stand again on every page, and rows of cells."""

    head: Sequence[Column]
    rows: Sequence[Sequence[Runs]]


@dataclass(frozen=True, slots=True)
class Form:
    """A form such as a 督办单: rows of labelled boxes, one or two a row; ``tall`` ones leave room to write.

    It is meant for one page: what the other boxes leave of that is shared by the tall ones.
    """

    rows: Sequence[Sequence[tuple[str, str]]]
    tall: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code that leads to ``address``, with lines of words beside it."""

    address: str
    lines: Sequence[str]


Block = Heading | Paragraph | Table | Form | Code


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper from its title to its signature. ``number`` is the line of the 文号; ``addressee`` ends with a colon.

    ``file_name`` is what it is called as a file, without an ending.
    """

    title: str
    number: str
    addressee: str
    blocks: Sequence[Block]
    signed_by: str
    signed_on: date
    file_name: str


def day_words(day: date | None, empty: str = "未定") -> str:
    """2023年6月15日."""
    return in_words(day) if day else empty
