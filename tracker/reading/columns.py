"""A table's header to its columns: what each one holds, the units' roles, the task, and the deadline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.domain.roles import Role
from tracker.domain.text import compact
from tracker.reading.header_words import (
    BUILDER,
    CATEGORY,
    DETAILS,
    GROUPS,
    LONGEST_HEADER,
    MATTERS,
    MEASURES,
    NAMES,
    NO_TASK,
    NOTED_UNITS,
    PLACE_WORD,
    SPECIFIC,
    TASKS,
    UNIT_WORD,
    Kind,
    is_ordinal,
    kind_of,
)


@dataclass(frozen=True, slots=True)
class Shape:
    """How many cells a row has, where its number stands, and which columns may be empty for 同上."""

    count: int
    ordinal: int | None
    merged: frozenset[int]

    def aligned(self, words: Sequence[str]) -> list[str] | None:
        """The row's words in the header's order; None for a row that lacks cells other than merged ones."""
        if len(words) == self.count:
            return list(words)
        if len(words) == self.count + 1 and not words[0].strip():
            return list(words[1:])
        if len(words) > self.count and not any(word.strip() for word in words[self.count :]):
            return list(words[: self.count])
        return self._without_merged(words)

    def _without_merged(self, words: Sequence[str]) -> list[str] | None:
        missing = self.count - len(words)
        if not 0 < missing <= len(self.merged) or self.ordinal is None or not is_ordinal(words[0] if words else ""):
            return None
        if self.ordinal == missing:
            return [*[""] * missing, *words]
        return [words[0], *[""] * missing, *words[1:]] if self.ordinal == 0 else None


@dataclass(frozen=True, slots=True)
class Columns:
    """Where things stand in the rows of a table of tasks; ``kinds`` says of each column what it holds.

    ``named`` is a column of names before the task's (重点任务 before 具体措施) that tells the task where it is
    different in every row and no brief measure does. ``detail`` is the column of measures: the task's own or one behind
    it, which tells the task where that one is repeated.

    ``inside`` are columns in whose cells a bracket holds units of another role, as the header
    says: 牵头单位（责任单位）.
    """

    shape: Shape
    task: int
    units: dict[int, Role]
    deadlines: tuple[int, ...]
    kinds: tuple[Kind, ...]
    named: int | None = None
    detail: int | None = None
    inside: frozenset[tuple[int, Role]] = frozenset()

    @property
    def count(self) -> int:
        return self.shape.count


def read_header(words: Sequence[str]) -> Columns | None:
    """The columns if the words are a header that has a column of units and one of tasks, else None."""
    cells = [compact(word) for word in words]
    if len(cells) < 2 or any(len(cell) > LONGEST_HEADER for cell in cells):
        return None
    if not any(UNIT_WORD.search(cell) or PLACE_WORD.search(cell) for cell in cells):
        return None
    known = [kind_of(cell) for cell in cells]
    kinds = [kind for kind, _ in known]
    task = _task_column(cells, kinds)
    units = _unit_columns(cells, known, task)
    told = task if task is not None else _column_before(cells, kinds, units)
    if not units or told is None or (task is None and (Kind.CONTACT in kinds or GROUPS.search(cells[told]))):
        return None
    deadlines = tuple(at for at, kind in enumerate(kinds) if kind is Kind.DEADLINE)
    shown = tuple(_kind_at(at, kinds, told, units) for at in range(len(cells)))
    named = _named_column(cells, told, shown)
    detail = _detail_column(cells, told, shown, named)
    return Columns(_shape(cells, shown, told), told, units, deadlines, shown, named, detail, _inside(cells, units))


def _inside(cells: Sequence[str], units: dict[int, Role]) -> frozenset[tuple[int, Role]]:
    noted = ((at, NOTED_UNITS.search(cells[at])) for at in units)
    return frozenset((at, kind_of(found["word"])[1]) for at, found in noted if found)


def _task_column(cells: Sequence[str], kinds: Sequence[Kind]) -> int | None:
    for words in TASKS:
        for at in reversed(range(len(cells))):
            if kinds[at] is Kind.OTHER and words.search(cells[at]) and not NO_TASK.search(cells[at]):
                return at
    return None


def _column_before(cells: Sequence[str], kinds: Sequence[Kind], units: dict[int, Role]) -> int | None:
    """The last column before the units whose word says nothing (实事名称), where none says that it is the task."""
    before = min(units, default=0)
    free = [at for at in range(before) if kinds[at] is Kind.OTHER and cells[at] and not NO_TASK.search(cells[at])]
    return free[-1] if free else None


def _unit_columns(cells: Sequence[str], known: Sequence[tuple[Kind, Role]], task: int | None) -> dict[int, Role]:
    """The columns of units; one of places, builders or 单位 alone counts where tasks and deadlines stand beside it."""
    units = {at: role for at, (kind, role) in enumerate(known) if kind is Kind.UNITS}
    if units or task is None or not any(kind is Kind.DEADLINE for kind, _ in known):
        return units
    weaker = (
        [at for at, cell in enumerate(cells) if BUILDER.fullmatch(cell)],
        [at for at, (kind, _) in enumerate(known) if kind is Kind.PLACE],
    )
    return next(({found[0]: Role.RESPONSIBLE} for found in weaker if found), {})


def _kind_at(at: int, kinds: Sequence[Kind], task: int, units: dict[int, Role]) -> Kind:
    if at == task:
        return Kind.TASK
    if at in units:
        return Kind.UNITS
    return Kind.OTHER if kinds[at] is Kind.OTHER else kinds[at]


def _shape(cells: Sequence[str], kinds: Sequence[Kind], task: int) -> Shape:
    ordinal = next((at for at, kind in enumerate(kinds) if kind is Kind.ORDINAL), None)
    merged = frozenset(at for at in range(task) if kinds[at] in (Kind.OTHER, Kind.PLACE) and _may_be_merged(cells[at]))
    return Shape(len(cells), ordinal, merged)


def _may_be_merged(cell: str) -> bool:
    return bool(CATEGORY.search(cell) or any(words.search(cell) for words in TASKS))


def _named_column(cells: Sequence[str], task: int, kinds: Sequence[Kind]) -> int | None:
    """A column of tasks', problems' or projects' names before one of details, or of 事项名称 before any other."""
    names = NAMES if TASKS[0].search(cells[task]) or DETAILS.search(cells[task]) else MATTERS
    named = [at for at in range(task) if kinds[at] is Kind.OTHER and names.search(cells[at])]
    return named[-1] if named else None


def _detail_column(cells: Sequence[str], task: int, kinds: Sequence[Kind], named: int | None) -> int | None:
    """The column of measures or aims (工作举措, 具体目标): the first behind the tasks' one, or itself.

    Itself it is behind the tasks' names. Measures against a problem are none: the problem is what is followed.
    """
    if named is not None:
        return task if MEASURES.search(cells[task]) and "问题" not in cells[named] else None
    if not NAMES.search(cells[task]):
        return None
    behind = range(task + 1, len(cells))
    return next((at for at in behind if kinds[at] is Kind.OTHER and SPECIFIC.search(cells[at])), None)
