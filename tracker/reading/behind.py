"""The time that is told right behind a clause which tells none: （责任单位：…）完成时限：10月31日前。"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from tracker.domain.deadlines import find_in_clause
from tracker.domain.drafts import Form
from tracker.reading.clauses import GAP, Clause
from tracker.reading.labels import Opens, labels_in
from tracker.reading.outline import Placed

_VALUE = re.compile(r"[^。；;\n]{2,40}")
_FORMS = (Form.BRACKET, Form.LINE, Form.INLINE)


def with_times_behind(clauses: Sequence[Clause], items: Sequence[Placed]) -> Iterator[Clause]:
    """The clauses; one without a time takes that of the label which stands next in its paragraph, or right below."""
    ordered = sorted(clauses, key=lambda clause: clause.start)
    for clause, after in zip_longest(ordered, ordered[1:]):
        may_take = clause.form in _FORMS and clause.closed and not clause.fields.deadlines
        yield _with_time(clause, after.start if after else None, items) if may_take else clause


def _with_time(clause: Clause, stop: int | None, items: Sequence[Placed]) -> Clause:
    paragraph = clause.placed.paragraph
    gap = GAP.match(paragraph.flat, clause.end - paragraph.start)
    begin = gap.end() if gap else len(paragraph.flat)
    if begin == len(paragraph.flat) and clause.index + 1 < len(items) and not items[clause.index + 1].own:
        paragraph, begin = items[clause.index + 1].paragraph, 0
    words = paragraph.flat[begin:]
    label = next(iter(labels_in(words)), None)
    if paragraph.is_cell or not label or label.start or label.opens is not Opens.DEADLINE or label.names_units:
        return clause
    value = _VALUE.match(words, label.end)
    end = paragraph.start + begin + (value.end() if value else 0)
    if not value or not find_in_clause(value.group(), None) or (stop is not None and stop < end):
        return clause
    return replace(clause, end=end, fields=replace(clause.fields, deadlines=(value.group().strip(),)))
