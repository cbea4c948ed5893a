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
from tracker.domain.text import tidy
from tracker.reading.cards import Card, cards_of
from tracker.reading.cells import as_deadline, as_task, as_units, is_blank, items_of
from tracker.reading.clauses import Clause
from tracker.reading.columns import Columns
from tracker.reading.fields import Fields, Sign, read_labelled
from tracker.reading.indicators import indicators_of
from tracker.reading.labels import Opens, labels_in
from tracker.reading.loose import loose_sections
from tracker.reading.naming import read_units
from tracker.reading.outline import Placed
from tracker.reading.sections import Section, sections_of, table_rows, whole_rows
from tracker.reading.table_lines import Line, lines_of_section, settled, without_repeats
from tracker.reading.unit_list import UnitList
from tracker.reading.unit_words import looks_like_unit

_LONGEST_ODD_NAME = 25
_NO_NAME = re.compile(r"[\d。%]|(?:完成|推进|情况|时间|人数)")
_OUTER_AND_INNER = re.compile(r"(?P<outer>[^（(]+)[（(](?P<inner>.+)[)）]", re.DOTALL)
_ON_BOTH_SIDES = re.compile(r"(?P<outer>[^/／]+)[/／](?P<inner>[^/／]+)")


@dataclass(frozen=True, slots=True)
class Tables:
    """What a document's tables say: clauses of tasks, and indicators; both in the order of the text."""

    clauses: tuple[Clause, ...]
    indicators: tuple[IndicatorReading, ...]


def read_tables(text: str, items: Sequence[Placed]) -> Tables:
    """Everything that the tables of a document say; rosters and other tables say nothing."""
    clauses, indicators = list[Clause](), list[IndicatorReading]()
    rows = table_rows(text, items)
    for section in (*sections_of(rows, items), *loose_sections(items)):
        if isinstance(section.header, Columns):
            clauses += _clauses(text, section, section.header, items)
        else:
            indicators += indicators_of(section.header, list(whole_rows(section)), section.caption)
    clauses += (clause for card in cards_of(rows) if (clause := _of_card(card, items)))
    return Tables(tuple(clauses), tuple(sorted(indicators, key=lambda one: one.start)))


def _of_card(card: Card, items: Sequence[Placed]) -> Clause | None:
    """The clause of a card; its title is what it tells to do, else the heading above it."""
    got = UnitList()
    for role, words in card.units:
        _take(got, _listed(as_units(words), role))
    if not any(looks_like_unit(unit.name) for unit in got.units):
        return None
    deadlines = tuple(as_deadline(words) for words in card.deadlines if not is_blank(words)) or tuple(got.deadlines)
    fields = Fields(Sign.LABEL, tuple(got.units), deadlines, doubts=tuple(got.doubts))
    placed = items[card.index]
    task = as_task(card.task) or None
    return Clause(Form.TABLE, card.start, card.end, fields, placed, card.index, placed.heading, task=task)


def _clauses(text: str, section: Section, header: Columns, items: Sequence[Placed]) -> Iterator[Clause]:
    lines = without_repeats(list(lines_of_section(section, header, items)), header)
    columns = settled(header, lines)
    starts = frozenset(cell.start for line in lines for cell in line.row.cells)
    for line in lines:
        clause = _clause(line, columns, items, starts)
        if clause:
            yield from _by_item(text, clause, line, columns)


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
        details=_details(line, columns),
    )


def _details(line: Line, columns: Columns) -> str:
    """The measures beside the task: their dates are its milestones."""
    beside = columns.detail is not None and columns.detail != columns.task
    return as_task(line.words[columns.detail or 0]) if beside else ""


def _outside(placed: Placed, starts: frozenset[int]) -> Placed:
    """The row's place in the outline, without the rows of the table that looked like headings themselves."""
    headings = tuple(heading for heading in placed.headings if heading.start not in starts)
    return placed._replace(headings=headings, own=False)


def _path(line: Line, columns: Columns) -> tuple[str, ...]:
    merged = (tidy(line.words[at]) for at in sorted(columns.shape.merged) if at != columns.task)
    return tuple(dict.fromkeys(step for step in (line.section, *merged) if step and not is_blank(step)))


def _fields(line: Line, columns: Columns) -> Fields | None:
    got = UnitList()
    for at, role in columns.units.items():
        if not is_blank(line.words[at]):
            for words, own in _by_bracket(as_units(line.words[at]), at, role, columns):
                _take(got, _listed(words, own))
    if not got.units or not _may_be_units(got):
        return None
    if not all(looks_like_unit(unit.name) for unit in got.units):
        got.doubts["odd-name"] = None
    if line.row.is_guessed:
        got.doubts["guessed-cells"] = None
    if line.from_above:
        got.doubts["units-from-above"] = None
    told = [as_deadline(line.words[at]) for at in columns.deadlines if not is_blank(line.words[at])]
    return Fields(Sign.LABEL, tuple(got.units), tuple(told or got.deadlines), doubts=tuple(got.doubts))


def _by_bracket(words: str, at: int, role: Role, columns: Columns) -> Iterator[tuple[str, Role]]:
    """The cell's words with their role; those in its bracket, or behind /, apart where the header gives another one."""
    inner = dict(columns.inside).get(at)
    found = (_ON_BOTH_SIDES.fullmatch(words) or _OUTER_AND_INNER.fullmatch(words)) if inner else None
    if inner and found:
        yield found["outer"], role
        yield found["inner"], inner
    else:
        yield words, role


def _may_be_units(got: UnitList) -> bool:
    """Whether the names can be units: one looks like it, or all are short words without figures."""
    if any(looks_like_unit(unit.name) for unit in got.units):
        return True
    return all(len(unit.name) <= _LONGEST_ODD_NAME and not _NO_NAME.search(unit.name) for unit in got.units)


def _listed(words: str, role: Role) -> UnitList:
    """The units of a cell, in the column's role or in those that labels in the cell tell (牵头单位：… 配合单位：…)."""
    labels = labels_in(words) if "：" in words or ":" in words else ()
    if labels and not words[: labels[0].start].strip() and not any(label.names_units for label in labels):
        return UnitList()
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
