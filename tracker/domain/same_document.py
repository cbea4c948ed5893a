"""Whether a plan is a new version of one that is known: by its number, or by title, issuer and text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tracker.domain.clause_text import text_key

SAME_TEXT = 0.6
"""Of two plans of one title and issuer: how much of their texts must be shared to be versions of one document.

A plan issued anew for another year under the same title shares its frame, about a third, and is another document."""
NUMBER_TEXT, NUMBER_TITLE = 0.3, 0.5
"""A number read wrongly, or one that is only quoted, must not join two documents: text or title agree too."""
PIECE = 4
_BRACKETS = str.maketrans("[]()〔〕【】", "〔〕〔〕〔〕〔〕")


@dataclass(frozen=True, slots=True)
class Document:
    """What identifies a plan; ``text`` is empty where it is not kept."""

    title: str
    number: str | None = None
    issuer: str | None = None
    issued_on: date | None = None
    text: str = ""


def may_be_versions(one: Document, other: Document) -> bool:
    """Whether number or title make it worth looking at the texts."""
    return _same_number(one, other) or text_key(one.title) == text_key(other.title)


def version_likeness(one: Document, other: Document) -> float:
    """Above 0 when the two are versions of one document, the higher the surer; a common number goes before a title."""
    if not may_be_versions(one, other):
        return 0.0
    title, text = likeness(one.title, other.title, 2), _texts(one, other)
    if _same_number(one, other) and (title >= NUMBER_TITLE or (text or 0.0) >= NUMBER_TEXT):
        return 1.0 + title + (text or 0.0)
    if text_key(one.title) != text_key(other.title) or not _agree(one.issuer, other.issuer):
        return 0.0
    if text is None:
        return 1.0 if _agree(one.number, other.number) and one.issued_on == other.issued_on else 0.0
    return text if text >= SAME_TEXT else 0.0


def likeness(one: str, other: str, size: int = PIECE) -> float:
    """Between 0 and 1: how many pieces of so many characters two texts share."""
    mine, theirs = _pieces(text_key(one), size), _pieces(text_key(other), size)
    return 2 * len(mine & theirs) / (len(mine) + len(theirs)) if mine or theirs else 1.0


def _same_number(one: Document, other: Document) -> bool:
    return bool(one.number and other.number) and _number(one.number or "") == _number(other.number or "")


def _number(number: str) -> str:
    return text_key(number).translate(_BRACKETS)


def _texts(one: Document, other: Document) -> float | None:
    """How alike the texts are; None where one is not kept."""
    return likeness(one.text, other.text) if one.text and other.text else None


def _agree(one: str | None, other: str | None) -> bool:
    return not one or not other or text_key(one) == text_key(other)


def _pieces(text: str, size: int) -> frozenset[str]:
    return frozenset(text[n : n + size] for n in range(max(1, len(text) - size + 1))) if text else frozenset()
