"""Texts that a regular expression is made to match, one for each of its branches."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

_BLANK, _DIGIT, _OTHER = " ", "1", "某"
_CATEGORIES = {sre.CATEGORY_SPACE: _BLANK, sre.CATEGORY_DIGIT: _DIGIT}
_REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)


def specimens(pattern: re.Pattern[str]) -> tuple[str, ...]:
    """Short texts that take each branch, each part that may be left out and each listed character at least once.

    The pattern is read by the standard library's own parser, which is not public and may change with Python.
    What stands in a branch is at its shortest, so that no other word of the pattern is there by chance. Conditions
    (lookaround, anchors) are not heeded: a text need not match, and the caller keeps those that do.
    """
    return tuple(dict.fromkeys(_sequence(_parser.parse(pattern.pattern, pattern.flags))))


def _sequence(parts: Iterable[Any]) -> list[str]:
    """The shortest text of all parts together, then one for every other text of a single part."""
    choices = [_of(name, value) for name, value in parts]
    shortest = [choice[0] for choice in choices]
    others = [
        "".join([*shortest[:at], other, *shortest[at + 1 :]])
        for at, choice in enumerate(choices)
        for other in choice[1:]
    ]
    return ["".join(shortest), *others]


def _of(name: Any, value: Any) -> Sequence[str]:  # noqa: PLR0911 - one answer for each kind of part
    """The texts of one part, the shortest first."""
    if name is sre.LITERAL:
        return (chr(value),)
    if name is sre.IN:
        return _set(value)
    if name is sre.BRANCH:
        return sorted((text for branch in value[1] for text in _sequence(branch)), key=len)
    if name in _REPEATS:
        least, _most, inner = value
        texts = _sequence(inner)
        return [text * least for text in texts] if least else ["", *texts]
    if name is sre.SUBPATTERN:
        return _sequence(value[3])
    if name is sre.ATOMIC_GROUP:
        return _sequence(value)
    if name is sre.ASSERT:
        return ["", *_sequence(value[1])]
    return (_OTHER,) if name in (sre.ANY, sre.NOT_LITERAL) else ("",)


def _set(members: Iterable[Any]) -> Sequence[str]:
    """The characters of a set that are written in it; the ends of a range stand for the range."""
    found: list[str] = []
    for name, value in members:
        if name is sre.NEGATE:
            return (_OTHER,)
        if name is sre.LITERAL:
            found.append(chr(value))
        elif name is sre.RANGE:
            found += [chr(end) for end in value]
        elif name is sre.CATEGORY:
            found.append(_CATEGORIES.get(value, _OTHER))
    return found
