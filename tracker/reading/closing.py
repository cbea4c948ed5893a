"""Blocks of labels that close a whole section: 一、健康教育 1.… 2.… 责任单位：… speaks for both items.

So plans write that have one block at the end of each section. Where any section has two blocks, each is an item's own.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from tracker.reading.label_lines import open_labels
from tracker.reading.labels import Label
from tracker.reading.outline import Heading, Placed, names_field, owner_among, tells_no_task

_CLAUSE = re.compile(r"[（(【〔\[][^（）()【】〔〕]{0,80}(?:责任|牵头|负责|时限|配合)|[局委办部府心处](?:牵头|负责)")


Labels = tuple[Label, ...]


def closed_sections(items: Sequence[Placed], leading: Sequence[Labels]) -> dict[int, Heading]:
    """The sections that blocks of labels close, by the index of each block's first line; {} where items have blocks.

    ``leading`` are the labels with which each paragraph begins.
    """
    blocks = {index: owner for index in _block_starts(leading) if (owner := _section(items, index))}
    counted = Counter(blocks.values())
    if not counted or max(counted.values()) > 1:
        return {}
    unlabelled = [placed for placed, labels in zip(items, leading, strict=True) if not labels]
    with_own = [placed.headings for placed in unlabelled if placed.own and len(placed.headings) > 1]
    last = {headings[-2]: headings[-1] for headings in with_own}
    sizes = Counter(headings[-2] for headings in with_own)
    with_clauses = {heading for placed in unlabelled if _holds_clause(placed) for heading in placed.headings}
    return {
        index: section
        for index, section in blocks.items()
        if last.get(section) in items[index].headings and sizes[section] > 1 and section not in with_clauses
    }


def _holds_clause(placed: Placed) -> bool:
    """Whether a paragraph that is no line of labels assigns something itself, so that its section is no one task."""
    flat = placed.paragraph.flat
    return bool(_CLAUSE.search(flat)) or any(label.names_units for label in open_labels(flat))


def _block_starts(leading: Sequence[Labels]) -> list[int]:
    """The first lines of blocks that name units."""
    starts, inside = list[int](), False
    for index, labels in enumerate(leading):
        if labels and not inside and any(label.names_units for label in labels):
            starts.append(index)
            inside = True
        inside = inside and bool(labels)
    return starts


def _section(items: Sequence[Placed], index: int) -> Heading | None:
    """The section whose item stands right above a block, if both tell a task."""
    placed = items[index]
    headings = placed.headings[:-1] if placed.own else placed.headings
    owner = owner_among(headings)
    if owner is None or owner is not headings[-1] or len(headings) < 2 or names_field(owner.title):
        return None
    return None if tells_no_task(headings[-2].title) else headings[-2]
