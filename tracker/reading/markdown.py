"""Texts with Markdown's marks: read as if the marks were blanks, told as written."""

from __future__ import annotations

import re

_HEADING = re.compile(r"^#{1,6}(?=[ \t])", re.MULTILINE)
_STRONG = re.compile(r"\*\*(?=[^\s*])([^*\n]*[^\s*])\*\*")
_BULLET = re.compile(r"^[ \t]*[-*+](?=[ \t]+\S)", re.MULTILINE)
_ESCAPE = re.compile(r"\\(?=[*_.#()\[\]+-])")
_QUOTE = re.compile(r"^>(?=[ \t])", re.MULTILINE)


def unmarked(text: str) -> str:
    """The text with the marks of headings, strong words, lists and quotes made blanks, one code point for one.

    A text without headings or strong words is no Markdown, and left as it is: there a dash may mean something.
    """
    plain = _STRONG.sub(lambda found: f"  {found[1]}  ", text) if "**" in text else text
    plain = _HEADING.sub(_blanks, plain) if "# " in plain else plain
    if plain is text:
        return text
    return _ESCAPE.sub(_blanks, _QUOTE.sub(_blanks, _BULLET.sub(_blanks, plain)))


def _blanks(found: re.Match[str]) -> str:
    return " " * len(found.group())
