"""Lists of units in cells that were broken over lines: which line ends part two names, which go through one."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from tracker.reading.cells import as_units
from tracker.reading.fitting import are_units
from tracker.reading.naming import read_units
from tracker.reading.unit_words import is_bare_ending, is_office, looks_like_unit

_SHORTEST_OWN = 5
_PART = re.compile("(?:[支大总中]队|分局|支局|办公室|中心|所)$")
_PARTED = re.compile("[、，,；;]")
_EDGE = "。；;，,、 "
_COUNTED = re.compile(r"(?<![第\d])\d+(?![\d团师号])")
_SAYING = re.compile("以上|以下|覆盖|达到|示范城市|^医院$|^学院$|^学校$|城市$")
_DOING = re.compile(
    "成立|组建|设立|开展|制定|制订|修订|出台|建立|健全|完善|推动|推进(?!办)|落实|强化|召开|举办|建成|完成|新建|新增|加快|加强|逐[一户项]|指导"
    "|投运|投用|启动|开工|开建|实施|改造|改扩建|扩建|修建|续建|更新|修缮|打造|培育|引进|争取|盘活|提升|支持|申报|创建(?!办)|办好|全面"
)
SIGNS = re.compile(r"[、，,；;/／\s]")
HEAD = re.compile(
    "国务院|国家|国网|中国|中央|全国|省|市|县|区|州|盟|旗|镇|乡|各|有关|相关|沿[线江海河]|驻|自治|人民|人行|[东南西北中]方电网"
)


def parts_names(above: str, below: str) -> bool:
    """Whether a line end stands between two whole names."""
    last, first = SIGNS.split(above)[-1], SIGNS.split(below)[0]
    return looks_like_unit(last) and looks_like_unit(first) and not is_bare_ending(first)


def unit_words(words: str) -> str:
    """The list of a broken cell: where signs part its names, a line end only does before a name of its own."""
    if not _PARTED.search(words.rstrip(_EDGE)):
        return as_units(words)
    lines = words.split("\n")
    parts = [lines[0]]
    for above, line in pairwise(lines):
        parts.append(f"\n{line}" if _begins_name(above, line) else line)
    return "".join(parts)


def _begins_name(above: str, below: str) -> bool:
    """Whether a line begins a name of its own: both sides are whole, and the lower is no part of the upper's unit."""
    if not parts_names(above, below):
        return False
    last, first = SIGNS.split(above)[-1], SIGNS.split(below)[0]
    is_part = len(first) < _SHORTEST_OWN or bool(_PART.search(first))
    return bool(HEAD.match(first)) or (is_office(last) and not is_part)


@lru_cache(maxsize=4096)
def are_whole_units(words: str) -> bool:
    """Whether the lines are a list of units with no bare ending among them, as names broken apart leave it."""
    if not looks_like_unit(SIGNS.split("".join(words.split("\n")[-2:]).rstrip(_EDGE))[-1]):
        return False
    joint = unit_words(words)
    if not are_units(joint):
        return False
    return not any(_is_no_name(unit.name) for unit in read_units(joint).units)


def _is_no_name(name: str) -> bool:
    """Whether words that end as units do are none: a bare ending, a count (8所), or what is to be done (成立专班)."""
    return is_bare_ending(name) or bool(_COUNTED.search(name) or _DOING.match(name) or _SAYING.search(name))
