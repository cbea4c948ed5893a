"""Paragraphs without the line ends inside them, so that a word broken over two lines (配 / 合) is one again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tracker.reading.clauses import Clause
from tracker.reading.outline import Placed
from tracker.reading.paragraphs import Paragraph
from tracker.reading.wrapping import WRAP

_LINE_END = re.compile(rf"\s*{WRAP}\s*")


@dataclass(frozen=True, slots=True)
class Bare:
    """A paragraph whose ``placed`` reads without line ends; ``kept`` are its characters' places in the paragraph."""

    placed: Placed
    written: Placed
    kept: Sequence[int]

    def as_written(self, clause: Clause) -> Clause:
        """A clause found in it, where it stands in the text."""
        if self.placed is self.written:
            return clause
        base = self.written.paragraph.start
        start, end = self.kept[clause.start - base], self.kept[clause.end - base - 1] + 1
        return replace(clause, placed=self.written, start=base + start, end=base + end)


def without_ends(paragraph: Paragraph) -> str:
    """The words of such a paragraph."""
    if paragraph.is_cell or WRAP not in paragraph.flat:
        return paragraph.flat
    return _LINE_END.sub("", paragraph.flat)


def bare(placed: Placed) -> Bare:
    """The paragraph without its inner line ends; a cell, whose line ends part what it lists, stays as it is."""
    paragraph, flat = placed.paragraph, without_ends(placed.paragraph)
    if len(flat) == len(paragraph.flat):
        return Bare(placed, placed, ())
    gone = {at for found in _LINE_END.finditer(paragraph.flat) for at in range(found.start(), found.end())}
    kept = [at for at in range(len(paragraph.flat)) if at not in gone]
    return Bare(placed._replace(paragraph=paragraph._replace(flat=flat)), placed, kept)
