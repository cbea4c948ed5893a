"""Lines that begin with a label, and the lines that go on with their values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from functools import lru_cache

from tracker.domain.deadlines import find_in_clause
from tracker.reading.brackets import HIDDEN, top_level
from tracker.reading.dates import date_line
from tracker.reading.grid import is_footer
from tracker.reading.labels import Label, Opens, bare_labels_in, labels_in
from tracker.reading.naming import read_units
from tracker.reading.outline import Heading, Placed, without_number
from tracker.reading.unit_words import is_surely_unit, looks_like_unit
from tracker.reading.wrapping import breaks_off

DUTY = re.compile(r"责|牵|落实|负责|承担|分工|配合|实施|发起")
"""What a label of units says when it assigns a duty (主办 and 承办 alone may tell who issued a paper)."""

_BULLET = re.compile(r"[\s·•●■▲◆★※\-—－*]*")
_LONGEST_VALUE_LINE = 200
_MOST_VALUE_LINES = 12
_MOST_LINES_BELOW = 30
_LONGEST_LABEL = 12
_LONGEST_DEADLINE = 40
_LONGEST_UNIT_LINE = 60
LABEL_WORD = re.compile("单位|部门|主体|科室|处室|时限|时间")
NAMES_MATTER = re.compile("存在|具体问题|问题|任务(?:名称|内容)?$|(?:项目|事项)名称|(?:工作|重点|主要|具体|年度)任务$")
"""A label that, numbered, names the matter itself: 1.存在问题：采购制度缺失。"""

_JOINT = re.compile(r"[\s为是—\-－]+$")
_EDGE = " \t　，,；;。"
_GOES_ON = ("：", ":", "、", "，", ",")


def sort_of(label: Label) -> tuple[Opens, str]:
    """What makes two labels the same, so that the second begins a new clause: what they open, and their words."""
    return label.opens, label.words


def leading_labels(placed: Placed) -> tuple[Label, ...]:
    """The labels of a paragraph that begins with one (numbers and bullets aside); offsets are the paragraph's."""
    flat = placed.paragraph.flat
    if placed.paragraph.is_cell or is_footer(flat):
        return ()
    if "：" not in flat and ":" not in flat:
        begin = begin_of(flat) if len(flat) <= _LONGEST_VALUE_LINE and LABEL_WORD.search(flat[:20]) else -1
        return bare_labels(flat, begin) if begin >= 0 else ()
    begin = begin_of(flat)
    labels = open_labels(flat)
    if placed.own and labels and labels[0].opens is Opens.OTHER and NAMES_MATTER.match(labels[0].words):
        return ()
    return labels if labels and labels[0].start <= begin else ()


def bare_labels(flat: str, begin: int) -> tuple[Label, ...]:
    """The labels without a colon from ``begin`` on, if the first stands there and every value is what it opens."""
    shown = " " * begin + flat[begin:]
    labels = tuple(label for label in bare_labels_in(shown) if label.start >= begin)
    if not labels or labels[0].start != begin:
        return ()
    return labels if all(_fits(label, value) for label, value in values_of(shown, labels)) else ()


def values_of(flat: str, labels: Sequence[Label]) -> list[tuple[Label, str]]:
    """Each label with the words up to the next one."""
    bounds = [*(label.start for label in labels[1:]), len(flat)]
    return [(label, flat[label.end : bound].strip(_EDGE)) for label, bound in zip(labels, bounds, strict=True)]


def _fits(label: Label, value: str) -> bool:
    if label.opens is Opens.DEADLINE:
        return _is_deadline(value)
    units = read_units(value).units
    return bool(units) and all(is_surely_unit(unit.name) for unit in units)


def with_colons(flat: str, labels: Sequence[Label]) -> str:
    """The words of labels that stand without a colon, with one."""
    return "；".join(f"{_JOINT.sub('', label.words)}：{value}" for label, value in values_of(flat, labels))


def lone_label(items: Sequence[Placed], index: int) -> tuple[Label, ...]:
    """The label that is all of a line without a colon (牵头单位), when the next line is a value for it."""
    placed = items[index]
    if placed.paragraph.is_cell or index + 1 >= len(items):
        return ()
    flat = placed.paragraph.flat.rstrip()
    if len(flat) > _LONGEST_LABEL or flat.endswith(("：", ":")):
        return ()
    labels = labels_in(f"{flat}：")
    if len(labels) != 1 or labels[0].end != len(flat) + 1 or flat[: labels[0].start].strip():
        return ()
    after = items[index + 1].paragraph.flat.strip()
    fits = {Opens.UNITS: _is_unit_list, Opens.DEADLINE: _is_deadline}.get(labels[0].opens)
    return labels if fits and not labels_in(f"{after}：") and fits(after) else ()


def _is_unit_list(words: str) -> bool:
    units = read_units(words).units if len(words) <= _LONGEST_VALUE_LINE else []
    return bool(units) and all(looks_like_unit(unit.name) for unit in units)


def _is_deadline(words: str) -> bool:
    return len(words) <= _LONGEST_DEADLINE and bool(find_in_clause(words, None))


def begin_of(flat: str) -> int:
    """Where a paragraph's words begin after its number and bullet."""
    words = without_number(flat)
    skipped = _BULLET.match(words)
    return len(flat) - len(words) + (skipped.end() if skipped else 0)


@lru_cache(maxsize=512)
def open_labels(flat: str) -> tuple[Label, ...]:
    """The labels that stand outside brackets; remembered, as several stages ask for those of one paragraph."""
    begin = begin_of(flat)
    labels = [label for label in labels_in(" " * begin + flat[begin:]) if label.start >= begin]
    plain = top_level(flat) if labels else ""
    return tuple(label for label in labels if plain[label.start] != HIDDEN)


def is_lone(flat: str, labels: tuple[Label, ...]) -> bool:
    """Whether a label stands without its colon: it would end after the line does."""
    return len(flat) <= _LONGEST_LABEL and bool(labels) and labels[-1].end > len(flat.rstrip())


def value_lines(items: Sequence[Placed], index: int) -> list[int]:
    """The paragraphs that go on with the value of the label line ``index``: after a bare label, and after 、 or ，.

    So do units on lines of their own, and the rest of a name that the line end broke.
    """
    lines: list[int] = []
    first = items[index].paragraph.flat
    above = first.rstrip()
    if labels_in(f"{above}：")[-1:] and is_lone(above, labels_in(f"{above}：")):
        above += "："
    lists_units = _opens_units(first)
    while index + 1 < len(items) and len(lines) < _MOST_VALUE_LINES:
        index += 1
        after = items[index]
        below = after.paragraph.flat
        if after.own or after.paragraph.is_cell or len(below) > _LONGEST_VALUE_LINE:
            break
        goes_on = above.endswith(_GOES_ON) or breaks_off(above, below) or (lists_units and _is_unit_line(items, index))
        if not goes_on or leading_labels(after):
            break
        lines.append(index)
        above = below.rstrip()
    return lines


def _opens_units(flat: str) -> bool:
    labels = labels_in(flat) if "：" in flat or ":" in flat else ()
    return bool(labels) and labels[-1].opens is Opens.UNITS


def _is_unit_line(items: Sequence[Placed], index: int) -> bool:
    """Whether a line holds nothing but units, and is no signature (a date would follow)."""
    paragraph = items[index].paragraph
    if paragraph.blank_before or len(paragraph.flat) > _LONGEST_UNIT_LINE or "。" in paragraph.flat:
        return False
    below = items[index + 1].paragraph.flat if index + 1 < len(items) else ""
    units = read_units(paragraph.flat.strip()).units
    return bool(units) and all(is_surely_unit(unit.name) for unit in units) and date_line(below) is None


def joined_values(lines: Sequence[str]) -> str:
    """A label line with the lines of its value: names stay apart, a broken name is made whole."""
    joined = ""
    for line in lines:
        part = line.strip()
        together = not joined or breaks_off(joined, part) or joined.endswith(_GOES_ON)
        joined += part if together else f"、{part}"
    return joined


def words_below(items: Sequence[Placed], index: int, end: int, owner: Heading) -> Iterator[str]:
    """The paragraphs after the block that begins at ``index`` and ends at ``end``, as far as its heading reaches.

    Lines of labels that tell units or times are the block's own.
    """
    for placed in items[index + 1 : index + _MOST_LINES_BELOW]:
        if placed.paragraph.start < end:
            continue
        if owner not in placed.headings or placed.paragraph.is_cell:
            return
        labels = leading_labels(placed)
        if not labels or labels[0].opens is Opens.OTHER:
            yield placed.paragraph.flat


def listed_below(items: Sequence[Placed], index: int, owner: Heading | None, held: Set[int]) -> Iterator[int]:
    """The paragraphs below a block that a label opens which is no duty (整改措施：), up to the next one ``held``."""
    listing = False
    for at in range(index + 1, min(len(items), index + _MOST_LINES_BELOW)):
        if owner not in items[at].headings or at in held:
            return
        labels = leading_labels(items[at])
        listing = labels[-1].opens is Opens.OTHER if labels else listing
        if listing:
            yield at
