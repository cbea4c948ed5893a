"""Small helpers for Chinese text: widths, widths on a screen, and comparing without blanks."""

from __future__ import annotations

import re
import unicodedata

CELL_BREAK = "\u2028"
"""LINE SEPARATOR: ends a line inside a table cell, so that ``\\n`` ends paragraphs and rows alone."""

_FULL_TO_ASCII = {full: chr(ord(full) - 0xFEE0) for full in "０１２３４５６７８９／－．～"} | {"\u3000": " "}
_FULL = re.compile(f"[{''.join(_FULL_TO_ASCII)}]")
_BLANK_IN_CJK = re.compile(r"(?<![0-9A-Za-z.,:;])[\s\u200b\ufeff]+|[\s\u200b\ufeff]+(?![0-9A-Za-z])")


def same_length_ascii(text: str) -> str:
    """The text with full-width digits and signs made ASCII, one code point for one, so that offsets hold."""
    return _FULL.sub(lambda full: _FULL_TO_ASCII[full.group()], text)


def compact(text: str) -> str:
    """The text without any blanks: 通　　知 becomes 通知."""
    if " " not in text and text.isprintable():  # no other blank is printable
        return text
    return "".join(text.split()).replace("\u200b", "").replace("\ufeff", "")


def tidy(text: str) -> str:
    """The text without the blanks that Chinese type-setting puts in, keeping those between Latin words."""
    stripped = text.strip()
    return stripped if stripped == compact(stripped) else _BLANK_IN_CJK.sub("", stripped)


def display_width(text: str) -> int:
    """How many columns a terminal gives the text: two for wide and full-width characters."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def padded(text: str, width: int) -> str:
    """The text filled with blanks to ``width`` columns; a longer one is left as it is."""
    return text + " " * max(0, width - display_width(text))


def shortened(text: str, width: int) -> str:
    """The text cut to ``width`` columns at most, with … for what was cut."""
    if display_width(text) <= width:
        return text
    kept, used = [], 0
    for char in text:
        used += display_width(char)
        if used > width - 2:
            break
        kept.append(char)
    return "".join(kept) + "…"


def is_wide(char: str) -> bool:
    """Whether a character takes a full square (全角): Chinese characters and their punctuation."""
    return unicodedata.east_asian_width(char) in "WF"
