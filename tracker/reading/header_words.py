"""The words that stand over columns, and what each says of the column below: plain data, and the look-up in it.

Labels of clauses (``labels``) count too: a plan that writes 牵头单位： in its text writes 牵头单位 over its columns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
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


LONGEST_HEADER = 20
_ORDINAL = re.compile(r"序号|序|编号|任务编号|项目编号|顺序号?|号|No\.?|NO\.?", re.IGNORECASE)
TASKS: tuple[re.Pattern[str], ...] = tuple(
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

DETAILS = re.compile("内容|措施|举措|要求|做法")
MEASURES = re.compile("措施|举措|做法|具体任务|具体内容|工作内容|任务内容|细化任务")
SPECIFIC = re.compile(
    f"{MEASURES.pattern}|(?:具体|年度|工作|量化|阶段(?:性)?|预期|主要)目标(?!值)|目标(?:任务|要求|内容)|(?:建设|主要|实施)内容"
)
"""The words over columns that may tell each row's own task where the tasks' column repeats one over several rows."""

MATTERS = re.compile(
    '(?:任务|工作|事项|项目|工程|实事|改革|举措)名称$|^(?:改革|工作|服务|办理|实事|落实|督办|督查|信访|交办|议定|重点|任务)?事项$|一件事[”"]?$'
)
"""The words over a column of names, which tell the task better than 主要任务 behind them."""

NAMES = re.compile(
    "(?:任务|问题|工作|事项|项目|工程|实事)名称?$|名称$|(?:重点|主要|工作|目标|改革|整治|攻坚|年度)(?:任务|工作|事项)|任务$|任务目标$|问题|^(?:项目|工程|事项)$"
)
NO_TASK = re.compile("情况|进展|备注|目标值|完成率|来源|成效|成果|依据|要求$|时限|时间|[数量值]$|[数量值][（(]")
CATEGORY = re.compile(
    "类别|分类|类型|方向|领域|板块|方面|项目|一级|任务类别|目标|政策支持方向|重点领域|工作类别|所属|总体|行动|篇章|维度|专题|条线"
)
_OTHER = re.compile(
    "备注|说明|进展|情况|领导|责任人|联系|分管|目标|指标|成果|标准|属性|来源|金额|投资|资金|数量|措施|要求|内容|成效"
    "|依据|增幅|增速|增长|完成率|状态|审核|销号|问题|地点|规模|分值|权重|评分|性质|季度|月份|进度|启动|开工|开始|督办|督导|监督|验收|考核|评价"
)
_WHOSE = re.compile(
    "(?:省|市|县|区|州|镇|乡|盟|旗)(?:级|直|本级)|本级|上级|第[一二]|^[省市县区州镇乡](?=责任|牵头|配合|主办|协办)"
)
_PERSONS = re.compile(
    ".*(?:领导|责任人|负责人|联系人|联络员|经办人|河长|林长|田长|路长|链长|专员|包保人|姓名|组长|成员名单)(?:员|及职务|姓名)?"
)
_PLACE = re.compile(
    "县|区|县区|区县|市县|市州|州市|市|乡镇|镇街|街镇|镇|街道|乡|地区|属地|辖区|地市|所在地|所属地区?|所属县区|.*县市区.*|镇街道|乡镇街道|市区|园区|单位|部门|科室|处室|股室"
)
_CONTACT = re.compile(".*(?:姓名|职务|职称|电话|手机|联系方式|传真|邮箱|微信|性别|年龄|岗位)(?:号码?)?")
BUILDER = re.compile(
    "(?:建设|业主|项目|申报|项目业主|项目建设|主管|行业主管|归口(?:管理)?|监管|管理)(?:单位|部门|主体)"
)
_OWN_UNITS = re.compile(
    "责任[县市区州镇乡街园班盟旗团师村][市区县州镇街道办乡园旗盟团场组、]*|(?:共同|联合)?成员单位|联合单位|共同单位"
)
GROUPS = re.compile("专班|工作组|小组|组别|组名|机构")
_DEADLINE_WORDS = re.compile(
    "(?:计划|预计|要求|拟)?(?:竣工|完工|投产|投用|建成|交付|上线|启用|检查|抽查|化解|处置|解决|清零|整治|治理|攻坚|创建|兑现|提交|验收|结题|办理|反馈|上报|报送|答复|起止|建设|实施)(?:时间|时限|日期|年限|期限)|推进计划|进度计划|工作进度|时序进度|时序要求|截止(?:时间|日期)|完成节点|完成日|年限"
)
_START = re.compile("(?:启动|开工|开始|交办|发现|反馈问题|签订|印发|立项)(?:时间|日期)")
UNIT_WORD = re.compile("单位|部门|责任|牵头|主办|协办|配合|主体|承办|科室|处室|落实|参与|会办|分工|责|方")
PLACE_WORD = re.compile("[县区市州乡镇街地]|园")
_TIME_WORD = re.compile("时|期|限|节点|进度|工期")
_YEAR = re.compile(
    "20\\d\\d年?[底末]?(?:目标|计划|实绩|实际|完成|基期|基准|基数|现状|预期|规划|任务|指标)?(?:值|数|量|情况)?(?:[（(].*[)）])?"
)
_NO_HEADER = ("表", "台账", "一览", "附件", "方案", "如下")
_BRACKETS = re.compile(r"[（(【\[〔][^（()）]*[)）】\]〕]")
NOTED_UNITS = re.compile(r"[（(/／](?P<word>(?:牵头|责任|配合|协办|主办|参与|落实|承办)(?:单位|部门))[)）]?$")
_SIGNS = re.compile(r"[（()）/／*※:：]")


@lru_cache(maxsize=4096)
def kind_of(cell: str) -> tuple[Kind, Role]:
    """What the column under a header word holds, and in which role its units are; OTHER for a word unheard of."""
    plain = _SIGNS.sub("", _BRACKETS.sub("", cell)) or cell
    if _ORDINAL.fullmatch(plain):
        return Kind.ORDINAL, Role.RESPONSIBLE
    shapes = dict.fromkeys((plain, _SIGNS.sub("", cell), _BRACKETS.sub("", cell).split("/")[0]))
    found = [kind for shape in shapes if (kind := _by_label(shape))]
    if found:  # 责任单位/责任人: a column of both is one of units
        return next((kind for kind in found if kind[0] is Kind.UNITS), found[0])
    if _CONTACT.fullmatch(plain):
        return Kind.CONTACT, Role.RESPONSIBLE
    if _PERSONS.fullmatch(plain):
        return Kind.PERSONS, Role.RESPONSIBLE
    if _PLACE.fullmatch(plain) or _PLACE.fullmatch(_SIGNS.sub("", cell).replace("、", "")):
        return Kind.PLACE, Role.RESPONSIBLE
    return Kind.OTHER, Role.RESPONSIBLE


def _by_label(cell: str) -> tuple[Kind, Role] | None:
    return _label_of(cell) or _label_of(_WHOSE.sub("", cell) or cell)


def _label_of(word: str) -> tuple[Kind, Role] | None:
    if _START.fullmatch(word):
        return Kind.OTHER, Role.RESPONSIBLE
    if _DEADLINE_WORDS.fullmatch(word):
        return Kind.DEADLINE, Role.RESPONSIBLE
    if _OWN_UNITS.fullmatch(word):
        return Kind.UNITS, Role.RESPONSIBLE
    if not (UNIT_WORD.search(word) or _TIME_WORD.search(word)):
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
    if len(cells) < 2 or any(len(cell) > LONGEST_HEADER for cell in cells):
        return 0.0
    return sum(is_header_word(cell) for cell in cells) / len(cells)


@lru_cache(maxsize=4096)
def is_header_word(cell: str) -> bool:
    """Whether a compact word is one that headers use."""
    if len(cell) > LONGEST_HEADER or not cell or cell[-1] in "。；，、":
        return False
    if kind_of(cell)[0] is not Kind.OTHER or _YEAR.fullmatch(cell):
        return True
    plain = _SIGNS.sub("", _BRACKETS.sub("", cell))
    short = len(plain) <= 8
    return (
        (short or plain.endswith("名称"))
        and not plain.endswith(_NO_HEADER)
        and bool(
            plain.endswith("名称")
            or _OTHER.search(plain)
            or CATEGORY.search(plain)
            or _START.fullmatch(plain)
            or any(_tells_task(plain))
        )
    )


def tells_task(cell: str) -> bool:
    """Whether a header word tells that the task stands under it, or beside it."""
    return any(words.search(cell) for words in TASKS) and not NO_TASK.search(cell)


def _tells_task(cell: str) -> list[bool]:
    return [bool(words.search(cell)) for words in TASKS]


def is_ordinal(words: str) -> bool:
    """Whether a cell holds nothing but a row's number."""
    return bool(_ROW_NUMBER.fullmatch(compact(words)))


_ROW_NUMBER = re.compile(r"[（(]?(?:\d{1,3}|[一二三四五六七八九十]{1,3})[)）]?[.、．]?")
