"""Titles where one paragraph holds several clauses: each closes a part of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from tracker.domain.drafts import Form
from tracker.reading.clauses import Clause
from tracker.reading.outline import title_of

EDGES = " \t\u3000，,；;。、"
_STOPS = re.compile("[。；;]")
COUNTED = re.compile(
    r"^[\s★●▲◆■·※☆○◎—]*(?:第[一二三四五六七八九十]+[，,、]|[一二三四五六七八九十]{1,2}是|首先[，,]|其次[，,]|\d{1,2}[-－]\d{1,2}(?=\s*[^\d\s年月日]))\s*"
)
"""Words and figures that count what is told in running words: 一是, 第二，, 1-2."""


def shared_paragraphs(clauses: Iterable[Clause]) -> frozenset[int]:
    """The paragraphs with several bracket clauses: there each closes a part of its own."""
    counted = Counter(clause.index for clause in clauses if clause.form is Form.BRACKET)
    return frozenset(index for index, count in counted.items() if count > 1)


def part_title(words: str, *, is_first: bool) -> str:
    """The title of a part: the sentence that its clause ends, else (after a full stop) the first of its sentences.

    The paragraph's heading, which the first part begins with, tells all parts.
    """
    sentences = [part for part in _STOPS.split(words) if part.strip(EDGES)]
    if is_first and len(sentences) > 1:
        sentences = sentences[1:]
    told = sentences[0 if words.rstrip().endswith("。") else -1] if sentences else ""
    return title_of(COUNTED.sub("", told.strip(EDGES)))
