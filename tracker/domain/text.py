"""Small helpers for Chinese text: widths, widths on a screen, and comparing without blanks."""

from __future__ import annotations

import re
import unicodedata

_FULL_TO_ASCII = {ord(full): chr(ord(full) - 0xFEE0) for full in "０１２３４５６７８９／－．～"} | {0x3000: " "}
_BLANKS = re.compile(r"[\s\u200b\ufeff]+")
_BLANK_IN_CJK = re.compile(r"(?<![0-9A-Za-z.,:;])[\s\u200b\ufeff]+|[\s\u200b\ufeff]+(?![0-9A-Za-z])")


def same_length_ascii(text: str) -> str:
    """The text with full-width digits and signs made ASCII, one code point for one, so that offsets hold."""
    return text.translate(_FULL_TO_ASCII)


def compact(text: str) -> str:
    """The text without any blanks: 通　　知 becomes 通知."""
    return _BLANKS.sub("", text)


def tidy(text: str) -> str:
    """The text without the blanks that Chinese type-setting puts in, keeping those between Latin words."""
    return _BLANK_IN_CJK.sub("", text.strip())


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
