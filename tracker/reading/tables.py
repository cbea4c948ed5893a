"""Tables to clauses and indicators: each row that names units in a table of tasks is one clause.

What a row says is put together from what stands above it where cells are merged (同上, empty) or where it only goes
on with the row above; section rows and merged first columns become the clause's path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tracker.domain.drafts import Form
from tracker.domain.indicators import IndicatorReading
from tracker.domain.roles import Role
from tracker.domain.text import compact, tidy
from tracker.reading.cells import as_deadline, as_task, as_units, is_blank, is_ditto, items_of
from tracker.reading.clauses import Clause
from tracker.reading.columns import Columns
from tracker.reading.fields import Fields, Sign, read_labelled
from tracker.reading.fitting import fitted
from tracker.reading.grid import Row
from tracker.reading.indicators import indicators_of
from tracker.reading.labels import Opens, labels_in
from tracker.reading.loose import loose_sections
from tracker.reading.naming import UnitList, read_units
from tracker.reading.outline import Placed
from tracker.reading.sections import Section, sections_of, stacked, whole_rows
from tracker.reading.unit_words import looks_like_unit

_TOTAL = re.compile(r"(?:合计|总计|小计|共计|累计|总数)(?:[（(].*[)）]|[:：].*)?")
_NOTE = re.compile(r"(?:注|备注|说明|填表|填报|制表|审核|联系人)[\d一二三]?[：:.、]?")
_LONGEST_ODD_NAME = 25
_NO_NAME = re.compile(r"[\d。%]|(?:完成|推进|情况|时间|人数)")
_LONGEST_SECTION = 60


@dataclass(frozen=True, slots=True)
class Tables:
    """What a document's tables say: clauses of tasks, and indicators; both in the order of the text."""

    clauses: tuple[Clause, ...]
    indicators: tuple[IndicatorReading, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A row's words in the header's order, with its span, its first paragraph, and the section row above it."""

    words: tuple[str, ...]
    row: Row
    start: int
    end: int
    section: str = ""
    from_above: bool = False


def read_tables(text: str, items: Sequence[Placed]) -> Tables:
    """Everything that the tables of a document say; rosters and other tables say nothing."""
    clauses, indicators = list[Clause](), list[IndicatorReading]()
    for section in (*sections_of(text, items), *loose_sections(items)):
        if isinstance(section.header, Columns):
            clauses += _clauses(text, section, section.header, items)
        else:
            indicators += indicators_of(section.header, list(whole_rows(section)), section.caption)
    return Tables(tuple(clauses), tuple(sorted(indicators, key=lambda one: one.start)))


def _clauses(text: str, section: Section, header: Columns, items: Sequence[Placed]) -> Iterator[Clause]:
    lines = _without_repeats(list(_lines(section, header, items)), header)
    columns = _settled(header, lines)
    starts = frozenset(cell.start for line in lines for cell in line.row.cells)
    for line in lines:
        clause = _clause(line, columns, items, starts)
        if clause:
            yield from _by_item(text, clause, line, columns)


def _lines(section: Section, columns: Columns, items: Sequence[Placed]) -> Iterator[Line]:
    """The section's rows with what they take from above; totals, notes and rows that fit no column are left out."""
    title, last = "", None
    for row in whole_rows(section):
        told = [word for word in row.words if word.strip()]
        if len(told) == 1 and len(row.cells) > 1:
            title = title if _is_no_section(told[0]) else _section_title(told[0], row, items)
            continue
        words = _words(row, columns)
        if words is None or any(_TOTAL.fullmatch(compact(word)) for word in words[:3]):
            continue
        if last and _goes_on(words, columns):
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
    return fitted([word for word in row.words if word], columns) if aligned is None else aligned


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


def _without_repeats(lines: Sequence[Line], columns: Columns) -> list[Line]:
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


def _settled(columns: Columns, lines: Sequence[Line]) -> Columns:
    """The columns with the task where the rows tell it: in the names' column when every row has a name of its own."""
    if columns.named is None:
        return columns
    names = [line.words[columns.named].strip() for line in lines]
    distinct = names and all(names) and len(set(names)) == len(names)
    return replace(columns, task=columns.named, named=None) if distinct else columns


def _clause(line: Line, columns: Columns, items: Sequence[Placed], starts: frozenset[int]) -> Clause | None:
    fields = _fields(line, columns)
    task = as_task(line.words[columns.task])
    if not fields or is_blank(task):
        return None
    placed = _outside(items[line.row.index], starts)
    return Clause(
        Form.TABLE,
        line.start,
        line.end,
        fields,
        placed,
        line.row.index,
        placed.heading,
        task=task,
        path=_path(line, columns),
    )


def _outside(placed: Placed, starts: frozenset[int]) -> Placed:
    """The row's place in the outline, without the rows of the table that looked like headings themselves."""
    headings = tuple(heading for heading in placed.headings if heading.start not in starts)
    return replace(placed, headings=headings, own=False)


def _path(line: Line, columns: Columns) -> tuple[str, ...]:
    merged = (tidy(line.words[at]) for at in sorted(columns.shape.merged) if at != columns.task)
    return tuple(dict.fromkeys(step for step in (line.section, *merged) if step and not is_blank(step)))


def _fields(line: Line, columns: Columns) -> Fields | None:
    got = UnitList()
    for at, role in columns.units.items():
        if not is_blank(line.words[at]):
            _take(got, _listed(as_units(line.words[at]), role))
    if not got.units or not _may_be_units(got):
        return None
    if not all(looks_like_unit(unit.name) for unit in got.units):
        got.doubts["odd-name"] = None
    if line.from_above:
        got.doubts["units-from-above"] = None
    told = [as_deadline(line.words[at]) for at in columns.deadlines if not is_blank(line.words[at])]
    return Fields(Sign.LABEL, tuple(got.units), tuple(told or got.deadlines), doubts=tuple(got.doubts))


def _may_be_units(got: UnitList) -> bool:
    """Whether the names can be units: one looks like it, or all are short words without figures."""
    if any(looks_like_unit(unit.name) for unit in got.units):
        return True
    return all(len(unit.name) <= _LONGEST_ODD_NAME and not _NO_NAME.search(unit.name) for unit in got.units)


def _listed(words: str, role: Role) -> UnitList:
    """The units of a cell, in the column's role or in those that labels in the cell tell (牵头单位：… 配合单位：…)."""
    labels = labels_in(words) if "：" in words or ":" in words else ()
    if not any(label.opens is Opens.UNITS for label in labels):
        return read_units(words, role)
    fields = read_labelled(words, labels)
    return UnitList(list(fields.units), list(fields.deadlines)) if fields else UnitList()


def _take(got: UnitList, listed: UnitList) -> None:
    known = {unit.name for unit in got.units}
    got.units += [unit for unit in listed.units if unit.name not in known]
    got.deadlines += listed.deadlines
    got.doubts |= listed.doubts


def _by_item(text: str, clause: Clause, line: Line, columns: Columns) -> Iterator[Clause]:
    """The clause, or one for each numbered task of its cell where the units are numbered the same way."""
    tasks = items_of(line.words[columns.task])
    places = _places(text, clause, tasks)
    numbered = {at: items_of(line.words[at]) for at in (*columns.units, *columns.deadlines)}
    matching = {at: items for at, items in numbered.items() if len(items) == len(tasks)}
    if not places or not any(at in matching for at in columns.units):
        yield clause
        return
    bounds = [clause.start, *places[1:], clause.end]
    for number, task in enumerate(tasks):
        words = [matching[at][number] if at in matching else word for at, word in enumerate(line.words)]
        words = [_UNNUMBERED.sub("", word) if at in matching else word for at, word in enumerate(words)]
        fields = _fields(replace(line, words=tuple(words)), columns)
        if fields:
            start, end = bounds[number], bounds[number + 1]
            yield replace(clause, start=start, end=end, fields=fields, task=_UNNUMBERED.sub("", as_task(task)))


_UNNUMBERED = re.compile(r"^\s*[（(]?\d{1,2}(?:[.．、]|[)）])\s*|[；;，,]\s*$")


def _places(text: str, clause: Clause, tasks: Sequence[str]) -> list[int]:
    """Where the numbered tasks begin in the text; [] when they are fewer than two or not found in order."""
    places, at = list[int](), clause.start
    for task in tasks:
        at = text.find(task[:6].split("\n")[0], at, clause.end)
        if at < 0:
            return []
        places.append(at)
        at += 1
    return places if len(places) > 1 else []
