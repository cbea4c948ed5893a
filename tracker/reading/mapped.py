"""Tables whose header nobody can read: a person says what each column holds, and the text is read with that.

The header is exchanged for words that every reader of tables knows, the text is read, and the places of what was
found are counted back to the text as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from tracker.domain.drafts import Draft, PlanReading
from tracker.domain.roles import Role
from tracker.domain.text import compact
from tracker.reading.columns import read_header
from tracker.reading.plans import read_plan

MOST_COLUMNS = 60
_ORDINAL = re.compile(r"序号?|编号|号|No\.?", re.IGNORECASE)


class Use(StrEnum):
    """What a person says that a column holds."""

    TASK = "task"
    RESPONSIBLE = "responsible"
    LEAD = "lead"
    SUPPORT = "support"
    DEADLINE = "deadline"
    CATEGORY = "category"
    UNUSED = "unused"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def is_unit(self) -> bool:
        """Whether the column names units."""
        return self in (Use.RESPONSIBLE, Use.LEAD, Use.SUPPORT)


_LABELS = {
    Use.TASK: "任务",
    Use.RESPONSIBLE: "责任单位",
    Use.LEAD: "牵头单位",
    Use.SUPPORT: "配合单位",
    Use.DEADLINE: "完成时限",
    Use.CATEGORY: "类别",
    Use.UNUSED: "不用",
}
_HEADERS = {**_LABELS, Use.TASK: "工作任务", Use.UNUSED: "备注"}
"""The words that stand over such a column in tables that are read without help."""
_ROLES = {Role.RESPONSIBLE: Use.RESPONSIBLE, Role.LEAD: Use.LEAD, Role.SUPPORT: Use.SUPPORT}


@dataclass(frozen=True, slots=True)
class Mapping:
    """A header's cells, and what each of the columns holds."""

    header: tuple[str, ...]
    uses: tuple[Use, ...]

    @property
    def fault(self) -> str | None:
        """What is wrong with it, in words for the person who made it; None when it can be read with."""
        if len(self.uses) != len(self.header):
            return "各列的含义没有选全，请逐列选择。"
        if self.uses.count(Use.TASK) != 1:
            return "请选择一列、且只选一列作为“任务”。"
        if not any(use.is_unit for use in self.uses):
            return "请至少选择一列作为责任单位、牵头单位或配合单位。"
        return None


def tables_in(text: str) -> list[list[tuple[str, ...]]]:
    """The tables of an extracted text: runs of rows of one length, in order."""
    tables: list[list[tuple[str, ...]]] = []
    open_now = False
    for line in text.split("\n"):
        cells = tuple(line.split("\t"))
        if len(cells) > 1 and open_now and len(tables[-1][-1]) == len(cells):
            tables[-1].append(cells)
        elif len(cells) > 1:
            tables.append([cells])
        open_now = len(cells) > 1
    return tables


def guessed(header: Sequence[str]) -> tuple[Use, ...]:
    """What the columns under a header seem to hold; a person has the last word."""
    columns = read_header(["责任单位", *header])  # so that there is a column of units, and no task is made of the rest
    uses = [Use.UNUSED] * len(header)
    if columns is None:
        return tuple(uses)
    held = {at: _ROLES[role] for at, role in columns.units.items()} | dict.fromkeys(columns.deadlines, Use.DEADLINE)
    held[columns.task] = Use.TASK
    for at, use in held.items():
        if at > 0:
            uses[at - 1] = use
    return tuple(uses)


def read_mapped(text: str, mappings: Sequence[Mapping]) -> tuple[PlanReading, ...]:
    """The plans of a text, each line that is one of the headers read as its mapping says. Offsets refer to ``text``."""
    known = {mapping.header: "\t".join(_header_words(mapping)) for mapping in mappings}
    lines = text.split("\n")
    exchanged = [known.get(tuple(line.split("\t")), line) for line in lines]
    places = _Places(lines, exchanged)
    return tuple(_back(plan, text, places) for plan in read_plan("\n".join(exchanged)))


def _header_words(mapping: Mapping) -> Iterator[str]:
    """The known words over each column; a column of row numbers that is not used keeps its own."""
    for cell, use in zip(mapping.header, mapping.uses, strict=True):
        numbers = use is Use.UNUSED and _ORDINAL.fullmatch(compact(cell))
        yield cell if numbers else _HEADERS[use]


class _Places:
    """Places in a text with lines exchanged, counted back to the text as it was."""

    def __init__(self, before: Sequence[str], after: Sequence[str]) -> None:
        self._exchanged: list[tuple[int, int, int, int]] = []
        old = new = 0
        for one, other in zip(before, after, strict=True):
            if one != other:
                self._exchanged.append((new, new + len(other), old, old + len(one)))
            old, new = old + len(one) + 1, new + len(other) + 1

    def back(self, at: int) -> int:
        """The place in the old text; one inside an exchanged line is that line's beginning."""
        shift = 0
        for start, end, old_start, old_end in self._exchanged:
            if at < start:
                break
            if at < end:
                return old_start
            shift = old_end - end
        return at + shift


def _back(plan: PlanReading, text: str, places: _Places) -> PlanReading:
    drafts = tuple(_draft_back(draft, text, places) for draft in plan.drafts)
    return replace(plan, start=places.back(plan.start), end=places.back(plan.end), drafts=drafts)


def _draft_back(draft: Draft, text: str, places: _Places) -> Draft:
    start, end = places.back(draft.start), places.back(draft.end)
    return replace(draft, start=start, end=end, quote=text[start:end])
