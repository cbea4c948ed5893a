"""What every format's extractor takes and gives: bytes in, text with tables flattened in one way out.

A table stands in the text one row per line, its cells parted by a tab; every row has as many cells as the table has
columns. A line break inside a cell is ``CELL_BREAK``. A cell merged downwards is repeated in each row it covers; one
merged sideways stands in its first column, the others are empty. An empty line stands before and after a table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tracker.domain.drafts import Doubt
from tracker.reading.unreadable import UnreadableFile

__all__ = ["CELL_BREAK", "Extracted", "Progress", "UnreadableFile"]

CELL_BREAK = "\u2028"
"""LINE SEPARATOR: ends a line inside a table cell, so that ``\\n`` ends paragraphs and rows alone."""

Progress = Callable[[int, int], None]
"""Told how many parts (pages, paragraphs) of how many are done."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """A file's text, its format (txt, docx, pdf, html, xlsx …), and what a person should know about the extraction.

    ``margins`` are the words of page headers, footers and watermarks: no part of the text, read for marks of secrecy.
    """

    text: str
    format: str
    notes: tuple[Doubt, ...] = ()
    margins: str = ""
