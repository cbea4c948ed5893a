"""Numbers as plans write them: 12, １２, 十二, 二十, 二〇二三, 两."""

from __future__ import annotations

_DIGITS = {
    c: n
    for n, cs in enumerate(("〇○零Ｏ", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for c in cs
}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100}

NUMERAL = "0-9０-９" + "".join(_DIGITS) + "".join(_UNITS)
"""The characters a number may be written with, for use inside a regular expression's brackets."""


def number(text: str) -> int:
    """The whole number that ``text`` writes; positional (二〇二三) and additive (二十三) spellings.

    Refuses (ValueError) anything that is not a number.
    """
    if text.isdecimal():
        return int(text)
    if not text or not set(text) <= _DIGITS.keys() | _UNITS.keys():
        raise ValueError(f"不是数字：{text}")
    if set(text) & _UNITS.keys():
        return _additive(text)
    return int("".join(str(_DIGITS[c]) for c in text))


def _additive(text: str) -> int:
    total, digit = 0, None
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        else:
            total += (1 if digit is None else digit) * _UNITS[char]
            digit = None
    return total + (digit or 0)
