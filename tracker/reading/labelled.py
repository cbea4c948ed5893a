"""Clauses whose labels stand outside brackets: on lines of their own (责任单位：…), or inside a paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tracker.domain.deadlines import find_in_clause
from tracker.domain.drafts import Form
from tracker.domain.roles import Role
from tracker.reading.brackets import outside_brackets
from tracker.reading.clauses import Clause
from tracker.reading.fields import Fields, Sign, read_labelled
from tracker.reading.inheritance import take_rule
from tracker.reading.labels import Label, Opens, labels_in
from tracker.reading.naming import read_units
from tracker.reading.outline import Heading, Placed, without_number
from tracker.reading.unit_words import is_surely_unit, looks_like_unit

_BULLET = re.compile(r"[\s·•●■▲◆★※\-—－*]*")
_DUTY = re.compile(r"责|牵|落实|负责|承担|分工|配合")
_LONGEST_VALUE_LINE = 200
_MOST_VALUE_LINES = 12
_LONGEST_LABEL = 12
_LONGEST_DEADLINE = 40
_GOES_ON = ("：", ":", "、", "，", ",")


_Line = tuple[int, Placed, tuple[Label, ...]]
"""A label line: its paragraph's index, the paragraph, and its labels."""


@dataclass(slots=True)
class _Block:
    """Label lines that belong together: which heading owns them, their lines, and whether measures are being listed."""

    owner: Heading | None
    owner_index: int
    lines: list[_Line] = field(default_factory=list)
    listing: bool = False

    def repeats(self, labels: tuple[Label, ...]) -> bool:
        """Whether a label comes again, so that a new block begins."""
        seen = {
            (label.opens, label.role) for _, _, row in self.lines for label in row if label.opens is not Opens.OTHER
        }
        return any((label.opens, label.role) in seen for label in labels)


def line_clauses(items: Sequence[Placed]) -> Iterator[Clause]:
    """Blocks of label lines; each block that names units is one clause."""
    block: _Block | None = None
    for index, placed in enumerate(items):
        labels = _leading_labels(placed) or _lone_label(items, index)
        if labels:
            if block is None or block.repeats(labels) or _leaves(block, placed):
                yield from _closed(block, items)
                block = _Block(_owner(items, index), index)
            block.lines.append((index, placed, labels))
            block.listing = labels[-1].opens is Opens.OTHER
        elif block and not _continues(block, items, index):
            yield from _closed(block, items)
            block = None
    yield from _closed(block, items)


def _leading_labels(placed: Placed) -> tuple[Label, ...]:
    """The labels of a paragraph that begins with one (numbers and bullets aside); offsets are the paragraph's."""
    flat = placed.paragraph.flat
    if placed.paragraph.is_cell or ("：" not in flat and ":" not in flat):
        return ()
    begin = _begin(flat)
    labels = _open_labels(flat)
    return labels if labels and labels[0].start <= begin else ()


def _lone_label(items: Sequence[Placed], index: int) -> tuple[Label, ...]:
    """The label that is all of a line without a colon (牵头单位), when the next line is a value for it."""
    placed = items[index]
    flat = placed.paragraph.flat.rstrip()
    if len(flat) > _LONGEST_LABEL or flat.endswith(("：", ":")) or index + 1 >= len(items) or placed.paragraph.is_cell:
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


def _begin(flat: str) -> int:
    words = without_number(flat)
    skipped = _BULLET.match(words)
    return len(flat) - len(words) + (skipped.end() if skipped else 0)


def _open_labels(flat: str) -> tuple[Label, ...]:
    """The labels that stand outside brackets."""
    begin = _begin(flat)
    open_at = {at for at, _ in outside_brackets(flat)}
    shown = " " * begin + flat[begin:]
    return tuple(label for label in labels_in(shown) if label.start >= begin and label.start in open_at)


def _owner(items: Sequence[Placed], index: int) -> Heading | None:
    """The heading that a block beginning here belongs to: not the label line's own number."""
    placed = items[index]
    headings = placed.headings[:-1] if placed.own else placed.headings
    return headings[-1] if headings else None


def _leaves(block: _Block, placed: Placed) -> bool:
    """Whether the paragraph stands under another heading than the block, and not in the block's list of measures."""
    headings = placed.headings[:-1] if placed.own else placed.headings
    if block.owner is None:
        return bool(headings) and block.lines[0][1].paragraph.start < headings[-1].start
    return block.owner not in headings


def _continues(block: _Block, items: Sequence[Placed], index: int) -> bool:
    """Whether a paragraph without a label leaves the block open: a measure of its list, or a value on its own line."""
    placed = items[index]
    if placed.paragraph.is_cell or _leaves(block, placed):
        return False
    if block.owner is not None and placed.own and placed.headings[-1] == block.owner:
        return False
    return block.listing or _is_value(block, items, index)


def _is_value(block: _Block, items: Sequence[Placed], index: int) -> bool:
    last_index, _, _ = block.lines[-1]
    return index in _value_lines(items, last_index)


def _closed(block: _Block | None, items: Sequence[Placed]) -> Iterator[Clause]:
    if block is None:
        return
    rows = [(index, placed, labels) for index, placed, labels in block.lines if _matters(labels)]
    unit_rows = [row for row in rows if any(label.opens is Opens.UNITS for label in row[2])]
    if not unit_rows:
        return
    words, labels = _together(rows, items)
    words, added = take_rule(words)
    fields = read_labelled(words, labels_in(words), added)
    if fields is None or not _is_duty(fields, labels, block):
        return
    first, last = _run(rows, unit_rows, items)
    start = items[first].paragraph.start + rows_label(rows, first).start
    yield Clause(Form.LINE, start, _last_offset(items, last), fields, items[first], first, block.owner)


def _matters(labels: tuple[Label, ...]) -> bool:
    return any(label.opens in (Opens.UNITS, Opens.DEADLINE, Opens.PERSONS) for label in labels)


def rows_label(rows: list[_Line], index: int) -> Label:
    """The first label of the row with this paragraph index."""
    return next(labels[0] for at, _, labels in rows if at == index)


def _together(rows: list[_Line], items: Sequence[Placed]) -> tuple[str, tuple[Label, ...]]:
    """The rows' words on one line each, with values that stand on the next line."""
    words = []
    for index, placed, labels in rows:
        values = (items[at].paragraph.flat.strip() for at in _value_lines(items, index))
        flat = placed.paragraph.flat
        line = "".join([flat[labels[0].start :].rstrip() + "：" * _is_lone(flat, labels), *values])
        words.append(line)
    joined = "\n".join(words)
    return joined, labels_in(joined)


def _is_lone(flat: str, labels: tuple[Label, ...]) -> bool:
    """Whether a label stands without its colon: it would end after the line does."""
    return len(flat) <= _LONGEST_LABEL and bool(labels) and labels[-1].end > len(flat.rstrip())


def _value_lines(items: Sequence[Placed], index: int) -> list[int]:
    """The paragraphs that go on with the value of the label line ``index``: after a bare label, and after 、 or ，."""
    lines: list[int] = []
    above = items[index].paragraph.flat.rstrip()
    if labels_in(f"{above}：")[-1:] and _is_lone(above, labels_in(f"{above}：")):
        above += "："
    while above.endswith(_GOES_ON) and index + 1 < len(items) and len(lines) < _MOST_VALUE_LINES:
        index += 1
        after = items[index]
        is_long = len(after.paragraph.flat) > _LONGEST_VALUE_LINE
        if after.own or after.paragraph.is_cell or is_long or _leading_labels(after):
            break
        lines.append(index)
        above = after.paragraph.flat.rstrip()
    return lines


def _run(rows: list[_Line], unit_rows: list[_Line], items: Sequence[Placed]) -> tuple[int, int]:
    """First and last paragraph of the quote: the unit lines, with the deadline lines that stand right beside them."""
    at = {index for index, _, _ in rows}
    covered = at | {line for index in at for line in _value_lines(items, index)}
    first, last = unit_rows[0][0], unit_rows[-1][0]
    while first - 1 in covered:
        first -= 1
    while last + 1 in covered:
        last += 1
    return first, last


def _last_offset(items: Sequence[Placed], index: int) -> int:
    return items[[index, *_value_lines(items, index)][-1]].paragraph.last


def _is_duty(fields: Fields, labels: tuple[Label, ...], block: _Block) -> bool:
    """Whether the block assigns: it names a unit or persons; 主办：, 承办： on a cover count only under a heading."""
    if fields.sign is not Sign.LABEL or not (fields.units or fields.persons):
        return False
    if fields.units and not any(looks_like_unit(unit.name) for unit in fields.units):
        return False
    says_duty = any(_DUTY.search(label.words) for label in labels if label.opens is Opens.UNITS)
    return says_duty or block.owner is not None


def inline_clauses(items: Sequence[Placed]) -> Iterator[Clause]:
    """Labels in the midst of a paragraph: 推进……。责任单位：A、B。完成时限：2023年底。"""
    for index, placed in enumerate(items):
        flat = placed.paragraph.flat
        if placed.paragraph.is_cell or ("：" not in flat and ":" not in flat):
            continue
        labels = _open_labels(flat)
        if not labels or labels[0].start <= _begin(flat):
            continue
        for group in _groups(labels):
            clause = _inline(flat, group, placed, index)
            if clause:
                yield clause


def _groups(labels: tuple[Label, ...]) -> Iterator[list[Label]]:
    """Labels cut into clauses: one begins where a label comes again."""
    group: list[Label] = []
    for label in labels:
        if any((label.opens, label.role) == (other.opens, other.role) for other in group):
            yield group
            group = []
        group.append(label)
    if group:
        yield group


def _inline(flat: str, labels: list[Label], placed: Placed, index: int) -> Clause | None:
    useful = [label for label in labels if label.opens is not Opens.OTHER]
    roles = {label.role for label in useful if label.opens is Opens.UNITS}
    says_duty = any(label.opens is Opens.UNITS and _DUTY.search(label.words) for label in useful)
    if not says_duty and not (placed.own and {Role.LEAD, Role.SUPPORT} <= roles):
        return None
    start, end = useful[0].start, _value_end(flat, useful[-1])
    words, added = take_rule(_only_values(flat, useful, end))
    fields = read_labelled(words, labels_in(words), added)
    if (
        fields is None
        or not fields.units
        or not all(is_surely_unit(u.name) or looks_like_unit(u.name) for u in fields.units[:1])
    ):
        return None
    base = placed.paragraph.start
    return Clause(Form.INLINE, base + start, base + end, fields, placed, index, placed.heading)


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
