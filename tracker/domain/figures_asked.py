"""The figure that a milestone asks for (40座以上, 达到95%, 控制在3个工作日以内), read from its words.

The figure stays in the measure that the text uses (3万人 is 3 of 万人), because reports give it so. Years, dates,
ordinals (第3批), document numbers, ages, floors of a class (500万元以上项目) and list numbers are no figures: they are
blanked out before figures are looked for. Of several figures the first counts that a bound (以上, 不低于) or a deed
(建成, 完成) goes with; without such a one the first of all.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from tracker.domain.figure_words import (
    BLANKS,
    BOUND_TIMES,
    CJK_NUMBER,
    DEEDS,
    DIGITS,
    DOWN_AFTER,
    DOWN_BEFORE,
    MEASURES,
    MULTIPLES,
    TIMES,
    UP_AFTER,
    UP_BEFORE,
)


class Aim(StrEnum):
    """Which side of the figure is meant."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"

    @property
    def words(self) -> str:
        return {"at_least": "不少于", "at_most": "不超过"}[self.value]

    @property
    def sign(self) -> str:
        return {"at_least": "≥", "at_most": "≤"}[self.value]


@dataclass(frozen=True, slots=True)
class Figure:
    """What a milestone asks for: ``value`` in ``measure`` as the text has it; ``measure`` may be empty."""

    value: float
    measure: str
    aim: Aim

    @property
    def label(self) -> str:
        """不少于40座."""
        return f"{self.aim.words}{plain(self.value)}{self.measure}"

    def is_met_by(self, value: float) -> bool:
        """Whether a figure in the same measure reaches this one."""
        return value >= self.value if self.aim is Aim.AT_LEAST else value <= self.value


def plain(value: float) -> str:
    """A number without needless digits: 40, 95.5."""
    return f"{value:.10f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"


LONGEST_READ = 500
"""Characters that are looked through: no milestone is longer, and a page must not wait for a page full of digits."""


def figure_of(text: str) -> Figure | None:
    """The first or main figure that the text asks for; None where there is none."""
    words = _blanked(unicodedata.normalize("NFKC", "".join(text.split()))[:LONGEST_READ])
    found = [read for match in _FIGURE.finditer(words) if (read := _read(words, match))]
    told = next((each for each in found if each.told), found[0] if found else None)
    return told.figure if told else None


def value_given(text: str, measure: str = "") -> float | None:
    """What somebody types as a figure, in ``measure``: 1,234.5, 95%, 4.2万; None when it is no number.

    A multiple that the measure has (万人) may be left out, or written out otherwise (42000人 gives 4.2 of 万人).
    """
    words = unicodedata.normalize("NFKC", "".join(text.split())).removeprefix("约")
    found = _GIVEN.fullmatch(words)
    if found is None:
        return None
    value = float(found["number"].replace(",", ""))
    own, base = split_measure(measure)
    typed_multiple, typed_base = split_measure(found["measure"])
    if typed_base and measure and not _same_measure(typed_base, base):
        return None
    if not found["measure"]:
        return value
    return value * MULTIPLES.get(typed_multiple, 1) / MULTIPLES.get(own, 1)


def split_measure(measure: str) -> tuple[str, str]:
    """The multiple that a measure begins with, and the rest: 万人 gives 万 and 人, 千米 nothing and 千米."""
    found = _MULTIPLE.match(measure)
    return (found.group(), measure[found.end() :]) if found else ("", measure)


def _same_measure(typed: str, base: str) -> bool:
    return typed.removeprefix("个") == base.removeprefix("个") or typed == base


_MIXED = re.compile(rf"({CJK_NUMBER}|\d+)万((?![千百十]){CJK_NUMBER}|\d千)(?![万亿])")
_MULTIPLE = re.compile(r"(?:万亿|[百千十]?[万亿])")
_GIVEN = re.compile(r"(?P<number>[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?P<measure>[^\d,.]{0,12})")
_NUMBER = rf"(?:(?<![A-Za-z\d.])(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?|{CJK_NUMBER})"
_FIGURE = re.compile(
    rf"(?P<before>{UP_BEFORE}|{DOWN_BEFORE})?(?P<half>近|约|大约|左右)?(?P<percent>百分之)?(?P<first>{_NUMBER})"
    rf"(?:(?P<own>[%‰]?)[-—–~～至到](?P<last>{_NUMBER}))?"
    rf"(?P<multiple>多?(?:万亿|[百千十]?[万亿])(?!步))?(?P<more>余|多)?(?P<measure>{MEASURES})?(?P<after>{UP_AFTER}|{DOWN_AFTER})?"
)


@dataclass(frozen=True, slots=True)
class _Read:
    figure: Figure
    told: bool


def _blanked(words: str) -> str:
    """The text with everything that holds numbers and is no figure made blank; 两万五千 is written 25000 first."""
    words = _MIXED.sub(lambda found: plain(_value(found[1]) * 10_000 + _value(found[2])), words)
    for pattern in BLANKS:
        words = pattern.sub(lambda found: "〓" * len(found.group()), words)
    return words


def _read(words: str, found: re.Match[str]) -> _Read | None:
    measure = "%" if found["percent"] else (found["measure"] or found["own"] or "")
    before, after = found["before"] or "", found["after"] or ""
    bound = bool(before or after)
    if not _counts(found, measure, bound, words[found.end() : found.end() + 4]):
        return None
    aim = _aim(before, after)
    first = _value(found["first"])
    last = _value(found["last"]) if found["last"] else first
    value = max(first, last) if aim is Aim.AT_MOST else min(first, last)
    if value == 0:
        aim = Aim.AT_MOST
    multiple = (found["multiple"] or "").removeprefix("多")
    return _Read(Figure(value, multiple + measure, aim), bound or _has_deed(words, found.start("first")))


_LOOSE = ("个", "项", "次", "批", "轮", "套", "名", "种", "人")
"""With 一 in front and no bound these count nothing (一个平台)."""


def _counts(found: re.Match[str], measure: str, bound: bool, following: str) -> bool:
    """Whether a number with what stands around it is a figure at all."""
    if re.match("[A-Za-z]", following) and not measure:
        return False
    if found["first"] == "一" and not bound and measure in _LOOSE:
        return False
    if measure in TIMES:
        return bound and not (found["after"] == "内" and measure not in BOUND_TIMES)
    if not measure:
        return bound and found["first"][0] in DIGITS and found["after"] != "内"
    return found["after"] != "内" or measure in BOUND_TIMES


def _aim(before: str, after: str) -> Aim:
    """What stands behind the number decides before what stands in front of it (控制在18亿亩以上)."""
    if after and not re.fullmatch("左右", after):
        return Aim.AT_LEAST if re.fullmatch(UP_AFTER, after) else Aim.AT_MOST
    return Aim.AT_MOST if before and not re.fullmatch(UP_BEFORE, before) else Aim.AT_LEAST


def _has_deed(words: str, start: int) -> bool:
    """Whether a word of doing stands before the number in its own part of the sentence."""
    clause = re.split("[,，。；;、：:]", words[:start])[-1]
    return bool(re.search(DEEDS, clause))


_CJK = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3}
_TENS = {"十": 10, "百": 100, "千": 1000}


def _value(written: str) -> float:
    """The number that is written: 1,234.5, 三十, 一百二十, 三千."""
    if written[0] in DIGITS:
        thousand = written.endswith("千")
        return float(written.rstrip("千").replace(",", "")) * (1000 if thousand else 1)
    total, digit = 0, None
    for char in written:
        if char in _CJK:
            digit = _CJK[char]
        else:
            total, digit = total + (1 if digit is None else digit) * _TENS[char], None
    return float(total + (digit or 0))
