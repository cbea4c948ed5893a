"""How alike names are: the quick way gives what the formula says, for every pair."""

from __future__ import annotations

import math
from collections import Counter
from itertools import product

import pytest

from tracker.domain.likeness import likest

NAMES = [
    "市教育局",
    "市文化广电和旅游局",
    "市旅游委",
    "市文广旅局",
    "市城市管理综合行政执法局",
    "市城管局",
    "市住房和城乡建设局",
    "市住建局",
    "城建局",
    "市市场监督管理局",
    "市生态环境局",
    "市环保局",
    "东河县人民政府",
    "东河县",
    "西山区政府",
    "市住房公积金管理中心",
    "市城区照明管护中心",
    "国网东河供电公司",
    "供电公司",
    "市委宣传部",
    "a",
]
FORM_WORDS = ("人民政府", "委员会", "办公室", "管委会", "部门", "单位", *"局委办部厅处科室")
CORES = [next((n.removesuffix(w) for w in FORM_WORDS if n.endswith(w) and n != w), n) for n in NAMES]
SEEN = Counter(char for core in CORES for char in set(core))


def weight(chars: set[str]) -> float:
    rare = max(math.log((len(CORES) + 1) / count) for count in SEEN.values())
    return sum(math.log((len(CORES) + 1) / SEEN[char]) if char in SEEN else rare for char in chars)


def common_subsequence(one: str, other: str) -> int:
    """By the book: a table of all prefixes."""
    table = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i, j in product(range(len(one)), range(len(other))):
        table[i + 1][j + 1] = table[i][j] + 1 if one[i] == other[j] else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


def likeness(one: str, other: str) -> float:
    mine, theirs = set(one), set(other)
    common = weight(mine & theirs)
    order = 2 * common_subsequence(one, other) / (len(one) + len(other))
    alike = common / (weight(mine) + weight(theirs)) + 0.3 * common / weight(mine)
    return alike + 0.2 * order if common else 0.0


@pytest.mark.parametrize("name", NAMES)
def test_every_pair_is_as_alike_as_the_formula_says(name: str) -> None:
    core = CORES[NAMES.index(name)]
    expected = {n: score for n, other in enumerate(CORES) if (score := likeness(core, other)) >= 0.25}
    assert dict(likest(name, tuple(NAMES))) == pytest.approx(expected)
    assert expected[NAMES.index(name)] == pytest.approx(1.0)
