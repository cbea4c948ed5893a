"""Clauses whose labels stand outside brackets: on lines of their own (责任单位：…), or inside a paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from tracker.domain.drafts import Form
from tracker.reading.clauses import Clause
from tracker.reading.closing import closed_sections
from tracker.reading.fields import Fields, Sign, read_labelled
from tracker.reading.inheritance import take_first_leads, take_rule
from tracker.reading.label_lines import (
    DUTY,
    NAMES_MATTER,
    is_lone,
    joined_values,
    leading_labels,
    lone_label,
    sort_of,
    value_lines,
    values_of,
    with_colons,
)
from tracker.reading.labels import Label, Opens, labels_in
from tracker.reading.outline import MATTER_LABEL, Heading, Placed, names_field, owner_among, title_of
from tracker.reading.unit_words import looks_like_unit
from tracker.reading.wrapping import unwrapped

_OTHER_LABEL = re.compile(r"\s*[\u4e00-\u9fff]{2,8}[：:]")
"""A line that tells something else of the same matter (资金来源：…); the block may go on after it."""

_KEEPS = re.compile("督办|督导|督查")
"""A line 主办：… 督办：… under a table says who keeps it."""

_Line = tuple[int, Placed, tuple[Label, ...]]
"""A label line: its paragraph's index, the paragraph, and its labels."""


@dataclass(slots=True)
class _Block:
    """Label lines that belong together: which heading owns them, their lines, and whether measures are being listed."""

    owner: Heading | None
    owner_index: int
    lines: list[_Line] = field(default_factory=list)
    listing: bool = False

    @property
    def assigns(self) -> bool:
        """Whether a line has told units, a time or persons yet."""
        return any(label.opens is not Opens.OTHER for _, _, row in self.lines for label in row)

    def ends_before(self, labels: tuple[Label, ...]) -> bool:
        """Whether a new block begins: a label comes again, or one that names the next matter (任务名称)."""
        if self.assigns and labels[0].opens is Opens.OTHER and NAMES_MATTER.match(labels[0].words):
            return True
        seen = {sort_of(label) for _, _, row in self.lines for label in row if label.opens is not Opens.OTHER}
        return any(sort_of(label) in seen for label in labels)


def line_clauses(items: Sequence[Placed]) -> Iterator[Clause]:
    """Blocks of label lines; each block that names units is one clause."""
    block: _Block | None = None
    leading = [leading_labels(placed) for placed in items]
    sections = closed_sections(items, leading)
    for index, placed in enumerate(items):
        labels = leading[index] or lone_label(items, index)
        if labels:
            if block is None or block.ends_before(labels) or _leaves(block, placed):
                yield from _closed(block, items)
                block = _Block(sections.get(index) or _owner(items, index), index)
            block.lines.append((index, placed, labels))
            block.listing = labels[-1].opens is Opens.OTHER
        elif block and not _continues(block, items, index):
            yield from _closed(block, items)
            block = None
    yield from _closed(block, items)


def _owner(items: Sequence[Placed], index: int) -> Heading | None:
    """The heading that a block beginning here belongs to: not the label line's own number."""
    placed = items[index]
    headings = placed.headings[:-1] if placed.own else placed.headings
    return owner_among(headings)


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
    if block.assigns and MATTER_LABEL.match(placed.paragraph.flat.lstrip()):
        return False
    if block.owner is not None and placed.own and placed.headings[-1] == block.owner:
        return False
    if placed.own and names_field(placed.headings[-1].title):
        return True  # 3.进度安排 between the units and the time
    return block.listing or bool(_OTHER_LABEL.match(placed.paragraph.flat)) or _is_value(block, items, index)


def _is_value(block: _Block, items: Sequence[Placed], index: int) -> bool:
    last_index, _, _ = block.lines[-1]
    return index in value_lines(items, last_index)


def _closed(block: _Block | None, items: Sequence[Placed]) -> Iterator[Clause]:
    if block is None:
        return
    unit_rows = [row for row in block.lines if any(label.names_units for label in row[2])]
    if not unit_rows:
        return
    told_from = unit_rows[0][0] if block.owner is None else len(items)
    rows = [row for row in block.lines if _matters(row[2]) or row[0] > told_from]
    words, labels = _together(rows, items)
    words, first_leads = take_first_leads(words)
    words, added = take_rule(words)
    fields = read_labelled(words, labels_in(words), added)
    above = items[rows[0][0] - 1].paragraph.flat.lstrip() if rows[0][0] else ""
    if fields is None or not _is_duty(fields, labels, is_headed=bool(block.owner or MATTER_LABEL.match(above))):
        return
    fields = replace(fields, first_leads=first_leads)
    first, last = _run(rows, unit_rows, items)
    start = items[first].paragraph.start + rows_label(rows, first).start
    end = _last_offset(items, last)
    yield Clause(Form.LINE, start, end, fields, items[first], first, block.owner, task=_matter_beside(unit_rows))


def _matter_beside(unit_rows: list[_Line]) -> str | None:
    """The task that is named in the very line of its units: 责任单位：水利站 工作任务：清理水渠 完成时限：4月."""
    for _, placed, labels in unit_rows:
        for label, value in values_of(placed.paragraph.flat, labels):
            if label.opens is Opens.OTHER and NAMES_MATTER.match(label.words) and value:
                return title_of(value)
    return None


def _matters(labels: tuple[Label, ...]) -> bool:
    return any(label.opens in (Opens.UNITS, Opens.DEADLINE, Opens.PERSONS) for label in labels)


def rows_label(rows: list[_Line], index: int) -> Label:
    """The first label of the row with this paragraph index."""
    return next(labels[0] for at, _, labels in rows if at == index)


def _together(rows: list[_Line], items: Sequence[Placed]) -> tuple[str, tuple[Label, ...]]:
    """The rows' words on one line each, with values that stand on the next line."""
    words = []
    for index, placed, labels in rows:
        flat = placed.paragraph.flat
        line = flat[labels[0].start :].rstrip() + "：" * is_lone(flat, labels)
        if "：" not in line and ":" not in line:
            line = with_colons(flat, labels)
        values = (items[at].paragraph.flat for at in value_lines(items, index))
        words.append(unwrapped(joined_values([line, *values])))
    joined = "\n".join(words)
    return joined, labels_in(joined)


def _run(rows: list[_Line], unit_rows: list[_Line], items: Sequence[Placed]) -> tuple[int, int]:
    """First and last paragraph of the quote: the unit lines, with the deadline lines that stand right beside them."""
    at = {index for index, _, _ in rows}
    covered = at | {line for index in at for line in value_lines(items, index)}
    first, last = unit_rows[0][0], unit_rows[-1][0]
    while first - 1 in covered:
        first -= 1
    while last + 1 in covered:
        last += 1
    return first, last


def _last_offset(items: Sequence[Placed], index: int) -> int:
    return items[[index, *value_lines(items, index)][-1]].paragraph.last


def _is_duty(fields: Fields, labels: tuple[Label, ...], *, is_headed: bool) -> bool:
    """Whether the block assigns: it names a unit or persons; 主办：, 承办： on a cover count only under a heading."""
    if fields.sign is not Sign.LABEL or not (fields.units or fields.persons):
        return False
    if fields.units and not any(looks_like_unit(unit.name) for unit in fields.units):
        return False
    if fields.units and any(label.opens is Opens.DEADLINE for label in labels):
        return True
    says_duty = any(DUTY.search(label.words) for label in labels if label.names_units)
    return says_duty or (is_headed and not any(_KEEPS.fullmatch(label.words) for label in labels))
