"""A table's header to its columns: what each one holds, the units' roles, the task, and the deadline.

How headers are worded is data: kinds of columns with the words that offices write over them. Labels of clauses
(``labels``) count as headers too, for a plan that writes 牵头单位： in its text writes 牵头单位 over its columns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from tracker.domain.roles import Role
from tracker.domain.text import compact
from tracker.reading.labels import Label, Opens, labels_in


class Kind(StrEnum):
    """What a column holds."""

    ORDINAL = "ordinal"
    TASK = "task"
    UNITS = "units"
    DEADLINE = "deadline"
    PERSONS = "persons"
    CATEGORY = "category"
    PLACE = "place"
    CONTACT = "contact"
    OTHER = "other"


_LONGEST_HEADER = 20
_ORDINAL = re.compile(r"序号|序|编号|任务编号|项目编号|顺序号?|号|No\.?|NO\.?", re.IGNORECASE)
_TASKS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(words)
    for words in (
        "具体任务|具体措施|具体工作|具体内容|任务内容|工作内容|任务事项|工作事项|改革事项|具体事项|细化措施|工作举措"
        "|具体举措|改革举措|推进举措|落实举措|任务清单|任务分解|细化任务|分解任务|任务描述|具体安排|工作安排|主要做法",
        "重点任务|主要任务|工作任务|目标任务|改革任务|整治任务|攻坚任务|建设任务|重点工作|任务名称|工作要点|主要工作"
        "|重要任务|年度任务|重点事项|任务",
        "(?:存在|反馈|发现|突出|具体|主要|整改)?的?(?:突出|具体|主要)?问题(?:描述|内容|表现|清单)?$",
        "整改措施|工作措施|主要措施|重点举措|举措|措施|主要内容|建设内容|内容|事项名称|事项|项目名称|项目|工程名称"
        "|工程|问题|工作|要求|指标名称|指标|议题|议定事项|提案|建议|案由",
    )
)
"""The words over the column that tells the task, the most telling first."""

_DETAILS = re.compile("内容|措施|举措|要求|做法")
_NAMES = re.compile(
    "(?:任务|问题|工作|事项|项目|工程|实事)名称?$|名称$|(?:重点|主要|工作|目标|改革|整治|攻坚|年度)(?:任务|工作|事项)|任务$|问题|^(?:项目|工程|事项)$"
)
_NO_TASK = re.compile("情况|进展|备注|目标值|完成率|来源|成效|成果|依据|要求$|时限|时间")
_CATEGORY = re.compile(
    "类别|分类|类型|方向|领域|板块|方面|项目|一级|任务类别|目标|政策支持方向|重点领域|工作类别|所属|总体|行动|篇章|维度|专题|条线"
)
_OTHER = re.compile(
    "备注|说明|进展|情况|领导|责任人|联系|分管|目标|指标|成果|标准|属性|来源|金额|投资|资金|数量|措施|要求|内容|成效"
    "|依据|完成率|状态|审核|销号|问题|地点|规模|性质|季度|月份|进度|启动|开工|开始|督办|督导|监督|验收|考核|评价"
)
_WHOSE = re.compile("(?:省|市|县|区|州|镇|乡|盟|旗)(?:级|直|本级)|本级|上级|第[一二]")
_PERSONS = re.compile(
    ".*(?:领导|责任人|负责人|联系人|联络员|经办人|河长|林长|田长|路长|链长|专员|包保人|姓名|组长|成员名单)(?:员|及职务|姓名)?"
)
_PLACE = re.compile(
    "县|区|县区|区县|市县|市州|州市|市|乡镇|镇街|街镇|镇|街道|乡|地区|属地|辖区|地市|所在地|所属地区?|所属县区|.*县市区.*|镇街道|乡镇街道|市区|园区|单位|部门|科室|处室|股室"
)
_CONTACT = re.compile(".*(?:姓名|职务|职称|电话|手机|联系方式|传真|邮箱|微信|性别|年龄|岗位)(?:号码?)?")
_BUILDER = re.compile("(?:建设|业主|项目|申报|项目业主|项目建设)(?:单位|主体)")
_DEADLINE_WORDS = re.compile(
    "(?:计划|预计|要求|拟)?(?:竣工|完工|投产|投用|建成|交付|结题|办理|反馈|上报|报送|答复|起止|建设|实施)(?:时间|时限|日期|年限|期限)|推进计划|进度计划|工作进度|时序进度|时序要求|截止(?:时间|日期)|完成节点|完成日|年限"
)
_START = re.compile("(?:启动|开工|开始|交办|发现|反馈问题|签订|印发|立项)(?:时间|日期)")
_UNIT_WORD = re.compile("单位|部门|责任|牵头|主办|协办|配合|主体|承办|科室|处室|落实|参与|会办|分工|责|方")
_TIME_WORD = re.compile("时|期|限|节点|进度|工期")
_NO_HEADER = ("表", "台账", "一览", "附件", "方案", "如下")
_BRACKETS = re.compile(r"[（(【\[〔][^（()）]*[)）】\]〕]")
_SIGNS = re.compile(r"[（()）/／*※:：]")


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
    different in every row.
    """

    shape: Shape
    task: int
    units: dict[int, Role]
    deadlines: tuple[int, ...]
    kinds: tuple[Kind, ...]
    named: int | None = None

    @property
    def count(self) -> int:
        return self.shape.count


def is_ordinal(words: str) -> bool:
    """Whether a cell holds nothing but a row's number."""
    return bool(_ROW_NUMBER.fullmatch(compact(words)))


_ROW_NUMBER = re.compile(r"[（(]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})[)）]?[.、．]?")


def read_header(words: Sequence[str]) -> Columns | None:
    """The columns if the words are a header that has a column of units and one of tasks, else None."""
    cells = [compact(word) for word in words]
    if len(cells) < 2 or any(len(cell) > _LONGEST_HEADER for cell in cells):
        return None
    if not any(_UNIT_WORD.search(cell) or _PLACE.fullmatch(cell) for cell in cells):
        return None
    known = [kind_of(cell) for cell in cells]
    kinds = [kind for kind, _ in known]
    task = _task_column(cells, kinds)
    units = _unit_columns(cells, known, task)
    told = task if task is not None else _column_before(cells, kinds, units)
    if not units or told is None or (task is None and Kind.CONTACT in kinds):
        return None
    deadlines = tuple(at for at, kind in enumerate(kinds) if kind is Kind.DEADLINE)
    shown = tuple(_kind_at(at, kinds, told, units) for at in range(len(cells)))
    return Columns(_shape(cells, shown, told), told, units, deadlines, shown, _named_column(cells, told, shown))


@lru_cache(maxsize=4096)
def kind_of(cell: str) -> tuple[Kind, Role]:
    """What the column under a header word holds, and in which role its units are; OTHER for a word unheard of."""
    plain = _SIGNS.sub("", _BRACKETS.sub("", cell)) or cell
    if _ORDINAL.fullmatch(plain):
        return Kind.ORDINAL, Role.RESPONSIBLE
    for shape in dict.fromkeys((plain, _SIGNS.sub("", cell))):
        found = _by_label(shape)
        if found:
            return found
    if _CONTACT.fullmatch(plain):
        return Kind.CONTACT, Role.RESPONSIBLE
    if _PERSONS.fullmatch(plain):
        return Kind.PERSONS, Role.RESPONSIBLE
    if _PLACE.fullmatch(plain) or _PLACE.fullmatch(_SIGNS.sub("", cell).replace("、", "")):
        return Kind.PLACE, Role.RESPONSIBLE
    return Kind.OTHER, Role.RESPONSIBLE


def _by_label(cell: str) -> tuple[Kind, Role] | None:
    word = _WHOSE.sub("", cell) or cell
    if _START.fullmatch(word):
        return Kind.OTHER, Role.RESPONSIBLE
    if _DEADLINE_WORDS.fullmatch(word):
        return Kind.DEADLINE, Role.RESPONSIBLE
    if not (_UNIT_WORD.search(word) or _TIME_WORD.search(word)):
        return None
    label = next(iter(labels_in(f"{word}：")), None)
    return _opened(label, word) if label and not label.start and label.end == len(word) + 1 else None


def _opened(label: Label, word: str) -> tuple[Kind, Role] | None:
    if label.opens is Opens.UNITS:
        return Kind.UNITS, label.role
    if label.opens is Opens.PERSONS and re.search("电话|方式", word):
        return Kind.CONTACT, Role.RESPONSIBLE
    opened = {Opens.PERSONS: Kind.PERSONS, Opens.DEADLINE: Kind.DEADLINE}.get(label.opens)
    return (opened, Role.RESPONSIBLE) if opened else None


def header_share(words: Sequence[str]) -> float:
    """How many of a row's words are ones that headers use, from 0 to 1; 0 for rows of fewer than two words."""
    cells = [compact(word) for word in words if word.strip()]
    if len(cells) < 2 or any(len(cell) > _LONGEST_HEADER for cell in cells):
        return 0.0
    return sum(is_header_word(cell) for cell in cells) / len(cells)


@lru_cache(maxsize=4096)
def is_header_word(cell: str) -> bool:
    """Whether a compact word is one that headers use."""
    if len(cell) > _LONGEST_HEADER or not cell or cell[-1] in "。；，、":
        return False
    if kind_of(cell)[0] is not Kind.OTHER:
        return True
    plain = _SIGNS.sub("", _BRACKETS.sub("", cell))
    short = len(plain) <= 8
    return (
        (short or plain.endswith("名称"))
        and not plain.endswith(_NO_HEADER)
        and bool(
            plain.endswith("名称")
            or _OTHER.search(plain)
            or _CATEGORY.search(plain)
            or _START.fullmatch(plain)
            or any(_tells_task(plain))
        )
    )


def _tells_task(cell: str) -> list[bool]:
    return [bool(words.search(cell)) for words in _TASKS]


def _task_column(cells: Sequence[str], kinds: Sequence[Kind]) -> int | None:
    for words in _TASKS:
        for at in reversed(range(len(cells))):
            if kinds[at] is Kind.OTHER and words.search(cells[at]) and not _NO_TASK.search(cells[at]):
                return at
    return None


def _column_before(cells: Sequence[str], kinds: Sequence[Kind], units: dict[int, Role]) -> int | None:
    """The last column before the units whose word says nothing (实事名称), where none says that it is the task."""
    before = min(units, default=0)
    free = [at for at in range(before) if kinds[at] is Kind.OTHER and cells[at] and not _NO_TASK.search(cells[at])]
    return free[-1] if free else None


def _unit_columns(cells: Sequence[str], known: Sequence[tuple[Kind, Role]], task: int | None) -> dict[int, Role]:
    """The columns of units; one of places, builders or 单位 alone counts where tasks and deadlines stand beside it."""
    units = {at: role for at, (kind, role) in enumerate(known) if kind is Kind.UNITS}
    if units or task is None or not any(kind is Kind.DEADLINE for kind, _ in known):
        return units
    weaker = (
        [at for at, cell in enumerate(cells) if _BUILDER.fullmatch(cell)],
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
    return bool(_CATEGORY.search(cell) or any(_tells_task(cell)))


def _named_column(cells: Sequence[str], task: int, kinds: Sequence[Kind]) -> int | None:
    """A column of tasks', problems' or projects' names before one of details."""
    if not (_TASKS[0].search(cells[task]) or _DETAILS.search(cells[task])):
        return None
    named = [at for at in range(task) if kinds[at] is Kind.OTHER and _NAMES.search(cells[at])]
    return named[-1] if named else None
