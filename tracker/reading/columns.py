"""A table's header to its columns: which cell holds the task, the units in their roles, and the deadline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.domain.roles import Role
from tracker.domain.text import compact
from tracker.reading.labels import Opens, labels_in

_ORDINAL = re.compile(r"序号|编号|号|No\.?")
_TASKS: tuple[str, ...] = (
    "具体任务|具体措施|具体工作|具体内容|任务内容|工作内容|任务事项|工作事项|改革事项|具体事项|细化措施|工作举措|具体举措|任务清单|任务分解",
    "重点任务|主要任务|工作任务|目标任务|重点工作|任务名称|工作要点|主要工作|重要任务|任务",
    "(?:存在|反馈|发现|突出|具体|主要)?的?(?:突出|具体|主要)?问题(?:描述|内容|表现|清单)?$",
    "整改措施|工作措施|主要措施|重点举措|举措|措施|主要内容|建设内容|内容|事项名称|事项|项目名称|项目|工程名称|工程|问题|工作|要求|指标名称|指标",
)
_CATEGORY = re.compile(
    r"类别|分类|方向|领域|板块|方面|项目|一级|任务类别|目标|政策支持方向|重点领域|工作类别|所属|总体|行动"
)
_OTHER = re.compile(
    r"备注|说明|进展|情况|领导|责任人|联系|分管|目标|指标|成果|标准|属性|来源|金额|投资|数量|措施|要求|内容"
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Where things stand in the rows of one table; ``merged`` are columns whose cells may be empty for 同上."""

    count: int
    ordinal: int | None
    task: int
    units: dict[int, Role]
    deadlines: tuple[int, ...]
    merged: frozenset[int]

    def aligned(self, words: Sequence[str]) -> list[str] | None:
        """The row's words in the header's order; a row that lacks cells or is a header's rest gives None."""
        if len(words) == self.count:
            return list(words)
        if len(words) > self.count and not any(word.strip() for word in words[self.count :]):
            return list(words[: self.count])
        missing = self.count - len(words)
        if (
            0 < missing <= len(self.merged)
            and self.ordinal is not None
            and words
            and compact(words[0]).rstrip(".、").isdigit()
        ):
            return [words[0], *[""] * missing, *words[1:]]
        return None

    def task_of(self, words: Sequence[str]) -> str:
        """The words of the row's task cell."""
        return words[self.task].strip()

    def all_known(self, header: Sequence[str]) -> bool:
        """Whether every word of the header is one that headers use."""
        known = (self.ordinal, self.task, *self.units, *self.deadlines, *self.merged)
        return all(at in known or _OTHER.search(word) for at, word in enumerate(header))


def read_header(words: Sequence[str]) -> Columns | None:
    """The columns if the words are a header that has a column of units and one of tasks, else None."""
    cells = [re.sub(r"[（(].*?[)）]$", "", compact(word)) for word in words]
    if len(cells) < 2 or any(len(cell) > 16 for cell in cells):
        return None
    units, deadlines = {}, []
    for at, cell in enumerate(cells):
        label = next(iter(labels_in(f"{cell}：")), None) if cell else None
        if label and label.end == len(cell) + 1:
            if label.opens is Opens.UNITS:
                units[at] = label.role
            elif label.opens is Opens.DEADLINE:
                deadlines.append(at)
    ordinal = next((at for at, cell in enumerate(cells) if _ORDINAL.fullmatch(cell)), None)
    task = _task_column(cells, {ordinal, *units, *deadlines}, min(units, default=0))
    if not units or task is None:
        return None
    merged = frozenset(
        at
        for at in range(task)
        if at != ordinal and at not in units and at not in deadlines and _may_be_merged(cells[at])
    )
    return Columns(len(cells), ordinal, task, units, tuple(deadlines), merged)


def _may_be_merged(cell: str) -> bool:
    return bool(_CATEGORY.search(cell) or any(re.search(words, cell) for words in _TASKS))


def _task_column(cells: Sequence[str], taken: set[int | None], before: int) -> int | None:
    for words in _TASKS:
        for at in reversed(range(len(cells))):
            if (
                at not in taken
                and cells[at]
                and re.search(words, cells[at])
                and not re.search("情况|进展|备注", cells[at])
            ):
                return at
    free = [at for at in range(before) if at not in taken and cells[at]]
    return free[-1] if free else None
