"""Pairs of brackets in a paragraph: （）() 【】 〔〕 〖〗 [] ［］, nested, half open, or never closed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_KIND = {"（": 0, "(": 0, "【": 1, "〔": 2, "[": 3, "［": 3, "{": 4, "〖": 5, "﹝": 6}
_QUOTES = {"〈", "《"}
_CLOSES = {"）": 0, ")": 0, "】": 1, "〕": 2, "]": 3, "］": 3, "}": 4, "〗": 5, "﹞": 6}
_UNQUOTES = {"〉", "》"}
_SIGN = re.compile(f"[{re.escape(''.join((*_KIND, *_CLOSES)))}]")
_HIDES = re.compile(f"[{re.escape(''.join((*_KIND, *_CLOSES, *_QUOTES, *_UNQUOTES)))}]")


@dataclass(frozen=True, slots=True)
class Bracket:
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


def holds_bracket(text: str) -> bool:
    """Whether any sign stands in the text that may hide a part of it."""
    return _HIDES.search(text) is not None


def outside_brackets(text: str) -> Iterator[tuple[int, str]]:
    """The characters (with offsets) outside brackets, 《》 and 〈〉; after an unclosed one none comes."""
    if not holds_bracket(text):
        yield from enumerate(text)
        return
    depth = 0
    for at, char in enumerate(text):
        if char in _KIND or char in _QUOTES:
            depth += 1
        elif char in _CLOSES or char in _UNQUOTES:
            depth = max(0, depth - 1)
        elif not depth:
            yield at, char
