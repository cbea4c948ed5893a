"""Remembered columns: a table whose header a person explained once is read with that explanation ever after."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from tracker.domain.drafts import SourceReading
from tracker.domain.text import compact
from tracker.reading.file_notes import noted, notes_of
from tracker.reading.mapped import Mapping, Use, read_mapped, tables_in
from tracker.store.column_mappings import mappings_of

SHEET_FORMATS = frozenset(("xlsx", "xls"))
HEADER_ROWS = 8
"""How many rows at a table's beginning may be its header."""


def header_digest(header: Sequence[str]) -> str:
    """The mark of a header: blanks and line ends in its cells do not count."""
    return hashlib.sha256(json.dumps([compact(cell) for cell in header], ensure_ascii=False).encode()).hexdigest()


def with_known_columns(session: Session, scope_id: int, reading: SourceReading) -> SourceReading:
    """The reading of a spreadsheet, read again where its scope knows a header in it; any other as it is."""
    if reading.format not in SHEET_FORMATS:
        return reading
    mappings = known_mappings(session, scope_id, reading.text)
    if not mappings:
        return reading
    return replace(reading, plans=noted(read_mapped(reading.text, mappings), notes_of(reading.plans)))


def known_mappings(session: Session, scope_id: int, text: str) -> list[Mapping]:
    """What the scope remembers about headers that stand in the text."""
    rows = {header_digest(row): row for row in possible_headers(text)}
    known = mappings_of(session, scope_id, list(rows))
    return [Mapping(rows[found.digest], tuple(map(Use, found.uses))) for found in known]


def possible_headers(text: str) -> Iterator[tuple[str, ...]]:
    """The rows at the beginning of each table."""
    for table in tables_in(text):
        yield from table[:HEADER_ROWS]
