"""Indicators (指标): rows of a plan's target tables. They are the plan's, not tasks; values are kept as written."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from tracker.domain.text import compact, same_length_ascii


class Binding(StrEnum):
    """Whether a plan must reach a target (约束性) or expects to (预期性)."""

    BINDING = "binding"
    EXPECTED = "expected"

    @property
    def label(self) -> str:
        return {"binding": "约束性", "expected": "预期性"}[self.value]


@dataclass(frozen=True, slots=True)
class IndicatorReading:
    """One row of a target table, for one target year.

    ``category`` is the group it stands in (类别), ``measure`` the unit of measure (计量单位), ``growth`` what a column
    年均增长 or 累计 says, ``units`` the responsible units, or the district whose share it is. All values are as
    written; ``base_value`` and ``target_value`` read them where they are one plain number. ``start`` and ``end`` are
    the row's span in the text that was read.
    """

    name: str
    start: int
    end: int
    category: str = ""
    measure: str | None = None
    base: str | None = None
    base_year: int | None = None
    target: str | None = None
    target_year: int | None = None
    growth: str | None = None
    binding: Binding | None = None
    units: tuple[str, ...] = ()

    @property
    def base_value(self) -> float | None:
        return plain_number(self.base)

    @property
    def target_value(self) -> float | None:
        return plain_number(self.target)


_NUMBER = re.compile(r"-?\d+(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?")
_CHANGE = re.compile("增长|增加|提高|提升|上升|下降|降低|减少|累计|年均|翻|倍|左右浮动|百分点")
_WITHOUT_NUMBER = re.compile(r"(?:20|19)\d\d年(?:底|末)?")
_BOUNDS = re.compile(
    r"(?:≥|≤|>|<|≧|≦|=|约|达到?|超过|不低于|不少于|不高于|不超过|不大于|不小于|低于|高于|突破|力争|控制在|保持在?|稳定在|至|在)*"
)
_TAIL = re.compile(r"[%％‰℃°A-Za-z²³/·\u4e00-\u9fff（()）+＋]*")


def plain_number(written: str | None) -> float | None:
    """The one number that a value tells (≥80% gives 80.0); None for ranges, ratios, changes (下降18%) and words."""
    if not written:
        return None
    words = unicodedata.normalize("NFKC", same_length_ascii(compact(written)))
    if _CHANGE.search(words):
        return None
    words = _WITHOUT_NUMBER.sub("", words)
    begin = _BOUNDS.match(words)
    number = _NUMBER.match(words, begin.end() if begin else 0)
    if not number or not _TAIL.fullmatch(words, number.end()):
        return None
    return float(number.group().replace(",", ""))


_MEASURE = (
    "(?:[百千万十]{0,2}亿?)(?:元|美元|人民币|人次|人|户|个|家|件|项|座|处|所|张|辆|台|套|公里|千米|米|平方公里|平方千米|平方米|平方|"
    "亩|公顷|顷|吨标准煤|吨标煤|标准煤|吨|千克|公斤|克|升|立方米|方|岁|年|天|日|小时|分钟|分|次|例|床|名|篇|条|枚|米/人|头|只|羽|株|"
    "千瓦时|千瓦|度|兆瓦|级|名次|位|百分点|个百分点|床位|批次|批|宗|场|期|册|本|孔|门|车位|泊位|标台)"
)
_IS_MEASURE = re.compile(
    rf"(?:[%％‰]|{_MEASURE}|1/10万|1/万|/10万|℃)(?:/(?:[百千万十]?{_MEASURE}|[万百千]?人|年|日|天|户|平方公里|公里|10万))*(?:[（(].*[)）])?"
)
_AFTER_NUMBER = re.compile(rf"\d\s*(?P<measure>[%％‰]|{_MEASURE}(?:/{_MEASURE})?)")


def is_measure(words: str) -> bool:
    """Whether the words name a unit of measure (%, 万人, 张, 平方米/人)."""
    return bool(_IS_MEASURE.fullmatch(compact(words)))


def measure_in(written: str | None) -> str | None:
    """The unit of measure written after the one number of a value (≥30平方米), or None."""
    if plain_number(written) is None:
        return None
    found = _AFTER_NUMBER.search(same_length_ascii(compact(written or "")))
    return found["measure"] if found else None
