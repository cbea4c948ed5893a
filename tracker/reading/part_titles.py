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
    """The paragraphs without a heading that hold several bracket clauses: there each closes a part of its own.

    A paragraph's heading (开放查询。) is the title of all its clauses.
    """
    brackets = [clause for clause in clauses if clause.form is Form.BRACKET]
    counted = Counter(clause.index for clause in brackets)
    first = {clause.index: clause for clause in brackets[::-1]}
    return frozenset(key for key, count in counted.items() if count > 1 and "。" not in _words_before(first[key]))


def _words_before(clause: Clause) -> str:
    paragraph = clause.placed.paragraph
    return paragraph.flat[: max(0, clause.start - paragraph.start)]


def part_title(words: str) -> str:
    """The title of a part: the sentence that its clause ends, else (after a full stop) the first of its sentences."""
    sentences = [part for part in _STOPS.split(words) if part.strip(EDGES)]
    told = sentences[0 if words.rstrip().endswith("。") else -1] if sentences else ""
    return title_of(COUNTED.sub("", told.strip(EDGES)))
