"""Numbers as Word's automatic numbering writes them: 一, 甲, ①, IV, aa. Formats are named as in ST_NumberFormat."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

_PLAIN, _LEGAL, _LEGAL_TRADITIONAL = "零一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖", "零壹貳參肆伍陸柒捌玖"
_PLAIN_UNITS, _LEGAL_UNITS = ("", "十", "百", "千"), ("", "拾", "佰", "仟")
_POSITIONAL = str.maketrans("0123456789", "〇一二三四五六七八九")
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc")),
    *((50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_MOST_ROMAN = 30_000
_LONGEST_LETTERS = 20
_RUNS_OF_SIGNS: dict[str, tuple[tuple[int, int, str], ...]] = {
    "decimalEnclosedCircle": ((1, 20, "①"), (21, 35, "㉑"), (36, 50, "㊱")),
    "decimalEnclosedCircleChinese": ((1, 20, "①"), (21, 35, "㉑"), (36, 50, "㊱")),
    "decimalEnclosedParen": ((1, 20, "⑴"),),
    "decimalEnclosedFullstop": ((1, 20, "⒈"),),
    "ideographEnclosedCircle": ((1, 10, "㊀"),),
}


def number_words(number: int, format: str) -> str:
    """The number in a format; in figures when the format is not known, or does not go so far."""
    writer = _WRITERS.get(format)
    words = writer(number) if writer and number >= 0 else None
    return str(number) if words is None else words


def _counted(digits: str, units: tuple[str, ...], number: int, ten_alone: bool = False) -> str | None:
    """十二, 二十, 一百零五; 壹拾贰 with legal digits. ``ten_alone`` writes 十 for 一十 at the beginning."""
    if not 0 < number < 10_000:
        return digits[0] if number == 0 else None
    words, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            words += (digits[0] if gap and words else "") + digits[digit] + units[place]
        gap = not digit
    return words[1:] if ten_alone and 10 <= number < 20 else words


def _positional_from(least: int, number: int) -> str | None:
    """一〇五 from ``least`` on, counted as 十二 below."""
    return str(number).translate(_POSITIONAL) if number >= least else _counted(_PLAIN, _PLAIN_UNITS, number, True)


def _roman(number: int) -> str | None:
    if not 0 < number <= _MOST_ROMAN:
        return None
    words = ""
    for value, letters in _ROMAN:
        words += letters * (number // value)
        number %= value
    return words


def _letters(number: int) -> str | None:
    """a … z, aa, bb …: Word doubles the letter."""
    times = (number - 1) // 26 + 1
    return chr(ord("a") + (number - 1) % 26) * times if number > 0 and times <= _LONGEST_LETTERS else None


def _upper(writer: Callable[[int], str | None], number: int) -> str | None:
    words = writer(number)
    return words and words.upper()


def _cycle(signs: str, number: int) -> str | None:
    return signs[number - 1] if 0 < number <= len(signs) else None


def _sign(runs: tuple[tuple[int, int, str], ...], number: int) -> str | None:
    return next((chr(ord(sign) + number - first) for first, last, sign in runs if first <= number <= last), None)


_WRITERS: dict[str, Callable[[int], str | None]] = {
    "none": lambda number: "",
    "decimalZero": lambda number: f"{number:02d}",
    "decimalFullWidth": lambda number: str(number).translate(_FULL_WIDTH),
    "decimalFullWidth2": lambda number: str(number).translate(_FULL_WIDTH),
    "numberInDash": lambda number: f"- {number} -",
    "lowerRoman": _roman,
    "upperRoman": partial(_upper, _roman),
    "lowerLetter": _letters,
    "upperLetter": partial(_upper, _letters),
    "chineseCounting": partial(_positional_from, 100),
    "taiwaneseCounting": partial(_positional_from, 100),
    "chineseCountingThousand": partial(_counted, _PLAIN, _PLAIN_UNITS, ten_alone=True),
    "taiwaneseCountingThousand": partial(_counted, _PLAIN, _PLAIN_UNITS, ten_alone=True),
    "japaneseCounting": partial(_counted, _PLAIN, _PLAIN_UNITS, ten_alone=True),
    "koreanCounting": partial(_counted, _PLAIN, _PLAIN_UNITS, ten_alone=True),
    "ideographDigital": partial(_positional_from, 0),
    "japaneseDigitalTenThousand": partial(_positional_from, 0),
    "taiwaneseDigital": partial(_positional_from, 0),
    "chineseLegalSimplified": partial(_counted, _LEGAL, _LEGAL_UNITS),
    "ideographLegalTraditional": partial(_counted, _LEGAL_TRADITIONAL, _LEGAL_UNITS),
    "ideographTraditional": partial(_cycle, "甲乙丙丁戊己庚辛壬癸"),
    "ideographZodiac": partial(_cycle, "子丑寅卯辰巳午未申酉戌亥"),
    **{format: partial(_sign, runs) for format, runs in _RUNS_OF_SIGNS.items()},
}
