"""Characters as PDF files give them: which have no meaning, and which are another character's look-alike."""

from __future__ import annotations

import unicodedata

_SUPPLEMENT = dict(
    zip(
        "⺟⺠⻁⻄⻅⻆⻉⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳",
        "母民虎西见角贝车長长门雨青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟",
        strict=True,
    )
)
"""Radicals that fonts draw a character's glyph for, though they mean the character: ⻔ for 门."""

_KANGXI = range(0x2F00, 0x2FE0)
_COMPATIBLE = range(0xF900, 0xFB00)
_PRIVATE = (range(0xE000, 0xF900), range(0xF0000, 0x110000))


def letter(code: int) -> str:
    """The character with this code; a radical's or a compatibility form's is the character that is meant."""
    char = chr(code)
    if code in _KANGXI or code in _COMPATIBLE:
        return unicodedata.normalize("NFKC", char)
    return _SUPPLEMENT.get(char, char)


def looks_unmapped(code: int) -> bool:
    """Whether a code tells nothing: none at all, a control character, a replacement, or a font's private one."""
    controls = code < 0x20 or 0x7F <= code < 0xA0
    nothing = controls or 0xD800 <= code < 0xE000 or code >= 0x110000 or code in (0xFFFD, 0xFFFE, 0xFFFF)
    return nothing or any(code in private for private in _PRIVATE)
