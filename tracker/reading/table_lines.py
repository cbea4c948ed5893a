"""A section's rows to lines: each with what it takes from above (同上, merged cells) and the section row over it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tracker.domain.text import compact, tidy
from tracker.reading.cells import is_blank, is_ditto, items_of
from tracker.reading.columns import Columns
from tracker.reading.fitting import are_units, fitted, is_date
from tracker.reading.grid import Row, padded
from tracker.reading.outline import Placed
from tracker.reading.sections import Section, stacked, whole_rows

_TOTAL = re.compile(r"(?:合计|总计|小计|共计|累计|总数)(?:[（(].*[)）]|[:：].*)?")
_NOTE = re.compile(r"(?:注|备注|说明|填表|填报|制表|审核|联系人)[\d一二三]?[：:.、]?")
_IMPRINT = re.compile(
    r"(?:主办|承办|督办|督查|抄送|抄报|分送|报送|主送|印发|校对|核稿|填报人?|审核人?|联系人|制表人?)(?:单位|部门)?[：:]"
)
"""How a line below a table begins that says who keeps it; a label in a cell of units stands behind others."""

_LONGEST_SECTION = 60
_LONGEST_BRIEF = 45
_LONGEST_ROW = 4000
"""A row of more characters than this takes in nothing more from the rows below it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row's words in the header's order, with its span, its first paragraph, and the section row above it."""

    words: tuple[str, ...]
    row: Row
    start: int
    end: int
    section: str = ""
    from_above: bool = False


def lines_of_section(section: Section, columns: Columns, items: Sequence[Placed]) -> Iterator[Line]:
    """The section's rows with what they take from above; totals, notes and rows that fit no column are left out."""
    title, last = "", None
    for row in whole_rows(section):
        told = [word for word in row.words if word.strip()]
        if len(row.cells) < columns.count and _IMPRINT.match(row.words[0]):
            continue
        if len(told) == 1 and len(row.cells) > 1 and not _is_lone_task(row, columns):
            title = title if _is_no_section(told[0]) else _section_title(told[0], row, items)
            continue
        words = _words(row, columns)
        if words is None or any(_TOTAL.fullmatch(compact(word)) for word in words[:3]):
            continue
        if last and last.end - last.start < _LONGEST_ROW and _goes_on(words, columns):
            last = replace(last, words=tuple(stacked(last.words, words)), end=max(last.end, _span(row)[1]))
            continue
        if last:
            yield last
        line = Line(tuple(words), row, *_span(row), title)
        last = _completed(line, last, columns)
    if last:
        yield last


def _span(row: Row) -> tuple[int, int]:
    return min(cell.start for cell in row.cells), max(cell.end for cell in row.cells)


def _words(row: Row, columns: Columns) -> list[str] | None:
    aligned = columns.shape.aligned(row.words)
    if aligned is None and not row.words[0] and len(row.cells) < columns.count and _is_lone_task(row, columns):
        return padded(row, columns.count)
    if aligned is None or any(_is_out_of_place(aligned[at]) for at in columns.deadlines):
        return fitted([word for word in row.words if word], columns) or aligned
    return aligned


def _is_out_of_place(words: str) -> bool:
    """Whether units stand where a time should: cells are missing, and others broken over lines."""
    return not is_blank(words) and not is_date(words) and are_units(words)


def _is_lone_task(row: Row, columns: Columns) -> bool:
    """Whether a row tells a task alone, all cells before it empty: the rest is merged with the row above."""
    at = columns.task
    return 0 < at < len(row.cells) and not any(row.words[:at]) and bool(row.words[at])


def _is_no_section(words: str) -> bool:
    return bool(_NOTE.match(words) or _TOTAL.fullmatch(compact(words))) or len(words) > _LONGEST_SECTION


def _section_title(words: str, row: Row, items: Sequence[Placed]) -> str:
    """The words of a full-width row; none where it is a numbered heading, which the outline knows already."""
    return "" if items[row.index].own else tidy(words)


def _goes_on(words: Sequence[str], columns: Columns) -> bool:
    """Whether a row only goes on with the one above: it has neither number nor task nor time of its own."""
    ordinal = columns.shape.ordinal
    begins = ordinal is not None and bool(words[ordinal].strip())
    begins = begins or any(words[at].strip() for at in (columns.task, *columns.deadlines))
    return not begins and any(words[at].strip() for at in columns.units)


def _completed(line: Line, above: Line | None, columns: Columns) -> Line:
    """The line with the words it takes from the one above: 同上, merged columns, units and dates of merged cells."""
    if above is None:
        return line
    words = list(line.words)
    from_above = _units_merged(words, columns) and not _units_merged(above.words, columns)
    taken = {at for at, word in enumerate(words) if is_ditto(word)}
    taken |= {at for at in columns.shape.merged if not words[at].strip()}
    if not words[columns.task].strip():
        taken.add(columns.task)
    if from_above:
        taken |= {at for at in (*columns.units, *columns.deadlines) if not words[at].strip()}
    shown = tuple(above.words[at] if at in taken else word for at, word in enumerate(words))
    return replace(line, words=shown, from_above=from_above)


def _units_merged(words: Sequence[str], columns: Columns) -> bool:
    """Whether a row has a task but not a sign in any column of units, as merged cells leave it when copied."""
    return bool(words[columns.task].strip()) and not any(words[at].strip() for at in columns.units)


def without_repeats(lines: Sequence[Line], columns: Columns) -> list[Line]:
    """The lines with those put together that tell the same task, units and time: one task with several measures."""
    telling = (columns.shape.ordinal, columns.task, columns.named, *columns.units, *columns.deadlines)
    kept: list[Line] = []
    for line in lines:
        same = kept and all(at is None or kept[-1].words[at] == line.words[at] for at in telling)
        if same:
            kept[-1] = replace(kept[-1], end=line.end)
        else:
            kept.append(line)
    return kept


def settled(columns: Columns, lines: Sequence[Line]) -> Columns:
    """The columns with the task where the rows tell it.

    In the names' column when every row has a name of its own, but for brief measures behind it; in the column of
    measures behind the tasks' one when one task takes several rows, each with a measure of its own.
    """
    brief = columns.detail == columns.task and _tells_apart(lines, columns.task) and _are_brief(lines, columns.task)
    if columns.named is not None and not brief and _tells_apart(lines, columns.named):
        return replace(columns, task=columns.named, named=None, detail=columns.task)
    detail = columns.detail
    if detail not in (None, columns.task) and not _tells_apart(lines, columns.task) and _tells_apart(lines, detail):
        merged = columns.shape.merged | {columns.task}
        return replace(columns, task=detail, detail=None, shape=replace(columns.shape, merged=merged))
    return columns


def _are_brief(lines: Sequence[Line], at: int) -> bool:
    """Whether the cells of a column are each one short sentence, that can be a title."""
    words = [compact(line.words[at]) for line in lines]
    return all(len(word) <= _LONGEST_BRIEF and "。" not in word[:-1] and not items_of(word) for word in words)


def _tells_apart(lines: Sequence[Line], at: int) -> bool:
    """Whether the cells of a column are all filled, and different in every row."""
    words = [line.words[at].strip() for line in lines]
    return bool(words) and all(words) and len(set(words)) == len(words)
