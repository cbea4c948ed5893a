"""What a clause is about: the text that its bracket or line closes, and texts compared without their dress."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.domain.text import compact

LONGEST = 1500
"""Characters of text that a clause is taken to close at most; beyond that the nearest paragraphs are kept."""

_NUMBER = re.compile(
    r"\s*(?:第[一二三四五六七八九十百零〇\d]{1,5}[章节条项]|"
    r"[（(][一二三四五六七八九十百零〇\d]{1,4}[)）]|"
    r"[一二三四五六七八九十百零〇]{1,4}[、.．]|"
    r"\d{1,3}(?:[.．]\d{1,3}){0,3}[、)）]|\d{1,3}[.．](?!\d)|\d{1,3}(?:[.．]\d{1,3}){1,3}\s|"
    r"[①-⑳㈠-㈩])\s*"
)


@dataclass(frozen=True, slots=True)
class Span:
    """Where a clause's quote stands in a text, and the last heading above it (empty when there is none)."""

    start: int
    end: int
    heading: str = ""


def text_key(text: str) -> str:
    """The text as two versions are compared: without blanks, full-width signs as ASCII."""
    return compact(unicodedata.normalize("NFKC", text))


def numberless(text: str) -> str:
    """The text without the number in front: （一）建立机制 and 2.建立机制 both become 建立机制."""
    found = _NUMBER.match(text)
    return text[found.end() :] if found else text


def passages(text: str, spans: Sequence[Span]) -> list[str]:
    """For each span, in the order given, its quote with the words that it closes.

    A quote at the end of a paragraph closes that paragraph, from the clause before it on; one on a line of its own
    closes the paragraphs above, up to the clause or the heading before them.
    """
    order = sorted(range(len(spans)), key=lambda n: (spans[n].start, spans[n].end))
    found, earlier = [""] * len(spans), 0
    for n in order:
        span = spans[n]
        begin = _beginning(text, span, min(earlier, span.start))
        found[n] = text[begin : span.end].strip()
        earlier = max(earlier, span.end)
    return found


def _beginning(text: str, span: Span, earlier: int) -> int:
    line = max(text.rfind("\n", 0, span.start) + 1, earlier)
    if text[line : span.start].strip():
        return line
    return _block(text, span, earlier, line)


def _block(text: str, span: Span, earlier: int, line: int) -> int:
    """Where the paragraphs begin that a quote on a line of its own closes."""
    at = text.rfind(span.heading, earlier, line) if span.heading else -1
    if at >= 0:
        end = text.find("\n", at)
        alone = end < 0 or not text[at + len(span.heading) : end].strip(" \t\u3000:：。")
        return _near(text, end + 1 if alone and 0 <= end < line and text[end:line].strip() else at, line)
    if earlier:
        return _near(text, earlier, line)
    above = len(text[:line].rstrip())
    return text.rfind("\n", 0, above) + 1


def _near(text: str, begin: int, line: int) -> int:
    """The beginning, moved down to a paragraph when what lies between is too long to be one clause's."""
    if line - begin <= LONGEST:
        return begin
    cut = text.find("\n", line - LONGEST, line)
    return cut + 1 if cut >= 0 else line - LONGEST
