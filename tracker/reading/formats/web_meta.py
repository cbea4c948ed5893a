"""What a government site says about a document (索引号、发文字号、成文日期 …), kept as lines 「key：value」."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from tracker.domain.text import compact

_KEYS_WORDS = (
    "索引号|信息索引号|索引码|主题分类|体裁分类|组配分类|信息分类|分类|公开类别|发文机关|发布机构|制发机关|发文单位"
    "|公开机构|发文机构|信息来源|来源|公开主体|公开责任部门|成文日期|发文日期|印发日期|签发日期|生成日期|发布日期"
    "|公开日期|发布时间|公布日期|发文字号|文号|发布文号|文件编号|公文编号|标题|名称|信息名称|主题词|关键词|有效性"
    "|公文时效|时效性|公文种类|文件类型|公开方式|公开形式|公开范围|公开时限|生效日期|废止日期|失效日期|实施日期"
    "|浏览次数|点击数|阅读量|作者|编辑|字体|字号"
)
_KEYS = tuple(_KEYS_WORDS.split("|"))
_DROPPED = frozenset(("浏览次数", "点击数", "阅读量", "作者", "编辑", "字体", "字号"))
_KEY = "(?:" + "|".join(r"\s*".join(key) for key in sorted(_KEYS, key=len, reverse=True)) + ")"
_KEY_ALONE = re.compile(rf"[\[【]?\s*(?P<key>{_KEY})\s*[\]】]?\s*[：:]?\s*[\]】]?")
_BEGINS = re.compile(rf"[\[【]?\s*(?P<key>{_KEY})\s*[\]】]?\s*[：:]\s*(?P<value>.*)", re.DOTALL)
_NEXT = re.compile(rf"[\[【]?\s*(?P<key>{_KEY})\s*[\]】]?\s*[：:]")
_MAY_END = frozenset("0123456789日次分】]）)")
_LONGEST = 300


def is_meta(line: str) -> bool:
    """Whether a line says one thing about the document."""
    return len(line) <= _LONGEST and _BEGINS.match(line) is not None


def meta_rows(grid: Sequence[Mapping[int, str]]) -> list[str]:
    """The lines of a table that only says things about the document, or [] for any other table."""
    rows = [[" ".join(words.split()) for _, words in sorted(row.items())] for row in grid]
    rows = [row for row in rows if any(row)]
    begun = sum(1 for row in rows if row and _begins_row(row))
    if not rows or begun < 2 or begun * 2 < len(rows):
        return []
    return [line for row in rows for line in _pairs(row)]


def _begins_row(row: Sequence[str]) -> bool:
    if is_meta(row[0]) and not _KEY_ALONE.fullmatch(row[0]):
        return True
    return bool(_KEY_ALONE.fullmatch(row[0])) and len(row) > 1 and not _KEY_ALONE.fullmatch(row[1])


def _pairs(row: Sequence[str]) -> list[str]:
    lines = []
    waiting = list(row)
    while waiting:
        cell = waiting.pop(0)
        alone = _KEY_ALONE.fullmatch(cell)
        if alone and waiting and not _KEY_ALONE.fullmatch(waiting[0]):
            lines.append(f"{compact(alone['key'])}：{waiting.pop(0)}")
        elif cell and not alone:
            lines.append(cell)
    return lines


def with_meta_apart(lines: Sequence[str]) -> list[tuple[str, int]]:
    """Lines with each 「key：value」 on a line of its own, and a key joined with the value below it.

    Each comes with the index of the line it was; what only the site cares about (浏览次数) is left out.
    """
    parts = [(part, at) for at, line in enumerate(lines) for part in _split(line)]
    words = [part for part, _ in parts]
    done: list[tuple[str, int]] = []
    at = 0
    while at < len(parts):
        value = _value_below(words, at)
        plain = _plain(value or words[at])
        if plain is not None:
            done.append((plain, parts[at][1]))
        at += 1 if value is None else 2
    return done


def _split(line: str) -> list[str]:
    """The parts of a line that begins with a key and holds more of them; spans set apart by the site's style alone."""
    if "\t" in line or not is_meta(line):
        return [line]
    starts = [found.start() for found in _NEXT.finditer(line) if _begins_part(line, found)]
    return [line[begin:end].strip() for begin, end in pairwise([0, *starts[1:], len(line)])]


def _begins_part(line: str, found: re.Match[str]) -> bool:
    """Whether a key inside a line begins a part of its own; a short one (来源) could be the end of other words."""
    before = line[: found.start()]
    return not before or before[-1].isspace() or before[-1] in _MAY_END or len(compact(found["key"])) > 2


def _value_below(lines: Sequence[str], at: int) -> str | None:
    """「索引号：」 and the line below it as one line; without a colon only where another key follows the value."""
    alone = _KEY_ALONE.fullmatch(lines[at])
    if not alone or at + 1 == len(lines) or not lines[at + 1] or "\t" in lines[at + 1]:
        return None
    if _KEY_ALONE.fullmatch(lines[at + 1]) or is_meta(lines[at + 1]) or len(lines[at + 1]) > _LONGEST:
        return None
    has_colon = lines[at].rstrip("】] ").endswith(("：", ":"))
    followed = at + 2 < len(lines) and _KEY_ALONE.fullmatch(lines[at + 2])
    return f"{compact(alone['key'])}：{lines[at + 1]}" if has_colon or followed else None


def _plain(line: str) -> str | None:
    """A line about the document in the one form; None for what only the site cares about (浏览次数)."""
    found = _BEGINS.fullmatch(line) if is_meta(line) and "\t" not in line else None
    if not found:
        return line
    key, value = compact(found["key"]), found["value"].strip().rstrip("】]" if line.startswith(("【", "[")) else "")
    return None if key in _DROPPED or not value else f"{key}：{value}"
