"""Pairs of brackets in a paragraph: （）() 【】 〔〕 〖〗 [] ［］, nested, half open, or never closed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_KIND = {"（": 0, "(": 0, "【": 1, "〔": 2, "[": 3, "［": 3, "{": 4, "\uff5b": 4, "〖": 5, "﹝": 6}
_QUOTES = {"〈", "《"}
_CLOSES = {"）": 0, ")": 0, "】": 1, "〕": 2, "]": 3, "］": 3, "}": 4, "\uff5d": 4, "〗": 5, "﹞": 6}
_UNQUOTES = {"〉", "》"}
_OPENS = frozenset(_KIND) | _QUOTES
_SIGN = re.compile(f"[{re.escape(''.join((*_KIND, *_CLOSES)))}]")
_ANY_SIGN = re.compile(f"[{re.escape(''.join((*_KIND, *_CLOSES, *sorted(_QUOTES), *sorted(_UNQUOTES))))}]")


class Bracket(NamedTuple):
    """A bracket from ``start`` to ``end`` (after its closing sign); ``closed`` is False when that sign is missing.

    ``depth`` counts the brackets around it. An unclosed one ends where the paragraph or its sentence does.
    """

    start: int
    end: int
    depth: int
    closed: bool

    def inner(self, flat: str) -> str:
        """The words between the signs."""
        return flat[self.start + 1 : self.end - 1 if self.closed else self.end]


def brackets_in(flat: str) -> tuple[Bracket, ...]:
    """All brackets of a paragraph, in order of their beginning; a stray closing sign is passed over."""
    if not _SIGN.search(flat):
        return ()
    return tuple(sorted(_pairs(flat), key=lambda bracket: bracket.start))


def _pairs(flat: str) -> Iterator[Bracket]:
    stack: list[int] = []
    for sign in _SIGN.finditer(flat):
        at, char = sign.start(), sign.group()
        if char in _KIND:
            stack.append(at)
        elif stack and _KIND[flat[stack[-1]]] == _CLOSES[char]:
            start = stack.pop()
            yield Bracket(start, at + 1, len(stack), closed=True)
    if not stack:
        return
    stop = len(flat.rstrip())
    for depth in reversed(range(len(stack))):
        start = stack[depth]
        sentence = flat.find("。", start, stop)
        stop = stop if sentence < 0 else sentence
        yield Bracket(start, stop, depth, closed=False)


HIDDEN = "\x00"
"""What stands for every hidden character in what ``top_level`` gives."""


def top_level(text: str) -> str:
    """The text with what stands in brackets, 《》 or 〈〉 hidden, sign for sign; after an unclosed one, the rest."""
    if not _ANY_SIGN.search(text):
        return text
    parts, at, depth = [], 0, 0
    for sign in _ANY_SIGN.finditer(text):
        start = sign.start()
        parts.append(text[at:start] if not depth else HIDDEN * (start - at))
        parts.append(HIDDEN)
        at = start + 1
        depth = depth + 1 if sign.group() in _OPENS else max(0, depth - 1)
    parts.append(text[at:] if not depth else HIDDEN * (len(text) - at))
    return "".join(parts)
