"""Labels in the midst of a paragraph: 推进……。责任单位：A、B。完成时限：2023年底。"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tracker.domain.drafts import Form
from tracker.domain.roles import Role
from tracker.reading.clauses import Clause
from tracker.reading.fields import read_labelled
from tracker.reading.inheritance import take_rule
from tracker.reading.label_lines import DUTY, bare_labels, begin_of, open_labels, sort_of, with_colons
from tracker.reading.labels import Label, Opens, labels_in
from tracker.reading.outline import Placed
from tracker.reading.unit_words import is_surely_unit, looks_like_unit
from tracker.reading.wrapping import unwrapped

_BARE_SENTENCE = re.compile(
    r"[。；\s]\s*(?=(?:完成|办理|整改)?[\u4e00-\u9fff]{0,4}(?:单位|部门|时限|时间|主体|科室|处室))"
)
_MAY_BE_BARE = re.compile("单位|部门|时[限间]|主体|[科处]室")
"""What begins such a sentence; cheap, to pass over what cannot hold one."""
_LONGEST_BARE = 200
_EDGE = " \t　。；"


def inline_clauses(items: Sequence[Placed]) -> Iterator[Clause]:
    """Labels in the midst of a paragraph: 推进……。责任单位：A、B。完成时限：2023年底。"""
    for index, placed in enumerate(items):
        flat = placed.paragraph.flat
        if placed.paragraph.is_cell:
            continue
        if "：" not in flat and ":" not in flat:
            yield from _bare(flat, placed, index)
            continue
        labels = open_labels(flat)
        if not labels or labels[0].start <= begin_of(flat):
            continue
        for group in _groups(labels):
            clause = _inline(flat, group, placed, index)
            if clause:
                yield clause


def _bare(flat: str, placed: Placed, index: int) -> Iterator[Clause]:
    """The labels without a colon that close a paragraph: ……。牵头单位为A，配合单位为B、C。"""
    near = max(0, len(flat) - _LONGEST_BARE)
    found = _BARE_SENTENCE.search(flat, near) if _MAY_BE_BARE.search(flat, near) else None
    begin = found.end() if found else 0
    labels = bare_labels(flat.rstrip(_EDGE), begin) if begin > begin_of(flat) else ()
    if not any(label.opens is Opens.UNITS for label in labels):
        return
    words = with_colons(flat.rstrip(_EDGE), labels)
    fields = read_labelled(words, labels_in(words))
    if fields:
        base, end = placed.paragraph.start, len(flat.rstrip(_EDGE))
        yield Clause(Form.INLINE, base + begin, base + end, fields, placed, index, placed.owner)


def _groups(labels: tuple[Label, ...]) -> Iterator[list[Label]]:
    """Labels cut into clauses: one begins where a label comes again."""
    group: list[Label] = []
    for label in labels:
        if any(sort_of(label) == sort_of(other) for other in group):
            yield group
            group = []
        group.append(label)
    if group:
        yield group


def _inline(flat: str, labels: list[Label], placed: Placed, index: int) -> Clause | None:
    useful = [label for label in labels if label.opens is not Opens.OTHER]
    roles = {label.role for label in useful if label.opens is Opens.UNITS}
    says_duty = any(label.opens is Opens.UNITS and DUTY.search(label.words) for label in useful)
    opened = {label.opens for label in useful}
    by_person = placed.own and {Opens.PERSONS, Opens.DEADLINE} <= opened and Opens.UNITS not in opened
    if not says_duty and not by_person and not (placed.own and {Role.LEAD, Role.SUPPORT} <= roles):
        return None
    start, end = useful[0].start, _value_end(flat, useful[-1])
    words, added = take_rule(unwrapped(_only_values(flat, useful, end)))
    fields = read_labelled(words, labels_in(words), added)
    if (
        fields is None
        or not (fields.units or (by_person and fields.persons))
        or not all(is_surely_unit(u.name) or looks_like_unit(u.name) for u in fields.units[:1])
    ):
        return None
    base = placed.paragraph.start
    return Clause(Form.INLINE, base + start, base + end, fields, placed, index, placed.owner)


def _only_values(flat: str, labels: list[Label], end: int) -> str:
    """The labels with their values, each up to its sentence's end."""
    bounds = [label.start for label in labels[1:]] + [end]
    parts = []
    for label, bound in zip(labels, bounds, strict=True):
        parts.append(flat[label.start : min(bound, _value_end(flat, label))])
    return "\n".join(parts)


def _value_end(flat: str, label: Label) -> int:
    stop = flat.find("。", label.end)
    return len(flat.rstrip()) if stop < 0 else stop + 1
