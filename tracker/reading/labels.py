"""The labels that open a field of a clause: 责任单位：, 牵头部门：, 完成时限：, 责任领导： and their kin.

Every label is data: what it opens (units in a role, a deadline, persons, or words that are no duty).
Blanks between the characters (责 任 单 位) and the slips that scanning makes of 单位 (单住, 単位) are allowed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from tracker.domain.roles import Role


class Opens(StrEnum):
    """What stands after a label."""

    UNITS = "units"
    DEADLINE = "deadline"
    PERSONS = "persons"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Label:
    """A label found in a text: where it and its value begin, what it opens, in which role, and whether it is a slip."""

    start: int
    end: int
    opens: Opens
    role: Role
    slip: bool
    words: str

    @property
    def names_units(self) -> bool:
        """Whether units stand after it: its own kind, or named beside the time (完成时限及责任单位)."""
        return self.opens is Opens.UNITS or (self.opens is Opens.DEADLINE and bool(_UNITS_TOO.search(self.words)))


_BODY = (
    "(?:单位|部门|处室|科室|股室|机构|主体|地区|地方|县区|乡镇|镇街|村居|站所|部室|院系|企业|属地|专班"
    "|工作组|党组织|支部|站办所|[处科股][（(]室[)）]|方)"
)
_WHOSE = "(?:[省市县区州](?:级|直)?)?"
"""A label may say of which level its units are (省级责任单位：… 市级责任单位：…)."""

_LABELS: tuple[tuple[Opens, Role, str], ...] = (
    (
        Opens.OTHER,
        Role.RESPONSIBLE,
        "(?:督导|督办|督查|监督|监管|验收|考核|指导|包保|挂牌|帮扶)(?:责任)?(?:单位|部门|科室|处室|股室|专班)|挂牌督办|督办|督导|督查|指导|监督|验收|(?:工作)?进度"
        "|(?:对口|上级|对接)(?:联系)?(?:[省市县区州]直|[省市县区州]级)?(?:责任|主管)?(?:单位|部门)",
    ),
    (
        Opens.UNITS,
        Role.LEAD,
        f"{_WHOSE}(?:总|具体)?牵头(?:责任|负责|主抓|落实)?{_BODY}|发起{_BODY}|(?:责任|负责)牵头{_BODY}|主办{_BODY}|主责{_BODY}|主(?:要)?(?:责任|负责|承办)(?:单位|部门)"
        "|(?:第一|首要|首位)责任(?:单位|部门)|总?牵头|主办|主责",
    ),
    (
        Opens.UNITS,
        Role.SUPPORT,
        f"{_WHOSE}(?:责任)?(?:协同|协助|联合)?配合(?:责任|落实)?{_BODY}|协(?:办|同|助|作)(?:责任)?{_BODY}|会(?:办|同){_BODY}|联办{_BODY}"
        f"|参(?:与|加){_BODY}|支持{_BODY}|次要责任单位|配合|协办|会办|参与|协同|协助",
    ),
    (
        Opens.UNITS,
        Role.RESPONSIBLE,
        f"{_WHOSE}(?:具体|直接|主体|整改|工作|任务|共同|相关)?(?:责任|落实|负责|承办|承接|办理|包抓|包联|实施|执行|完成|整改|承担|分工|组织实施|供稿){_BODY}"
        f"(?:(?:和|及|与|、|/)(?:责任)?{_BODY})?|责任(?:落实|分工)?|(?:任务|职责)分工|责任归属|实施|承办|负责",
    ),
    (
        Opens.DEADLINE,
        Role.RESPONSIBLE,
        "(?:推进|进度)计划|时序(?:进度|要求)|计划完成|截止日?|(?:计划|要求|预计|起止|截止|截至|最迟|限定|整改|办理|任务|工作)?(?:完成|整改|办结|落实|办理|实施|推进|达标|销号|建成|上线|抽查|检查|化解|处置|反馈|报送|上报|答复|解决|清零|整治|治理|攻坚|创建|兑现|提交|验收|竣工|完工|责任|目标)?"
        "(?:的)?(?:时限|时间节点|时间要求|时间安排|时间进度|时间|期限|日期|限期|节点|年限|工期|时限要求|进度要求|进度安排)(?:要求)?",
    ),
    (
        Opens.PERSONS,
        Role.RESPONSIBLE,
        r"\w{0,6}(?:领导|负责人|责任人|联系人|联络员|经办人|包保人)(?:同志)?|责任人员?|联系方式|\w{0,4}(?:电话|手机号?码?|邮箱|传真)",
    ),
    (
        Opens.OTHER,
        Role.RESPONSIBLE,
        "(?:整改|工作|主要|具体|任务|总体|预期|绩效|办理|整治|建设|考核|年度)?(?:目标|措施|举措|任务|内容|要求|标准|成果|成效|进展|情况)(?:任务|要求|形式|情况)?"
        "|(?:整改|完成|进展|落实)情况|(?:项目|事项|任务)名称|成果形式|完成标志|备注|说明|问题描述|存在问题|具体问题|资金来源|投资(?:规模|估算)?",
    ),
)
_SLIPS = str.maketrans(
    {
        "位": "[位住佗伫拉]",
        "单": "[单單単]",
        "任": "[任仼仁]",
        "责": "[责責贵]",
        "门": "[门門]",
        "头": "[头頭]",
        "办": "[办辦]",
        "领": "[领領]",
    }
)
_CHARACTER = re.compile(r"\[[^\]]+\]|[\u4e00-\u9fff]")


def _spaced(pattern: str) -> str:
    """The pattern with slips allowed, and blanks and line ends after every character.

    Patterns are matched against ``_with_one_blank``: to name every blank after every character makes them compile
    four times as long.
    """
    return _CHARACTER.sub(lambda found: rf"(?:{found.group()}[ \u2028]*)", pattern.translate(_SLIPS))


_NOTE = r"(?: *[（(][^（()）：:]{1,14}[)）])?"
_GROUPS = "|".join(f"(?P<l{n}>{_spaced(pattern)})" for n, (_, _, pattern) in enumerate(_LABELS))
_SECOND = "|".join(
    [
        *(_spaced(pattern) for opens, _, pattern in _LABELS if opens in (Opens.DEADLINE, Opens.PERSONS)),
        _spaced("(?:责任|牵头)(?:单位|部门)|人"),
    ]
)
_AND = rf"(?: *(?:和|及|与|、|/) *(?P<and>{_SECOND}))?"
_LABEL = re.compile(
    r"(?:(?<=[\s，,；;。、：:（(【〔〖\[［|｜★●■▲◆•])|^)(?:\d[.．、])?" rf"(?:{_GROUPS}){_NOTE}{_AND} *[:：]"
)
_NOTE_BEHIND_NAME = r"(?<=[局委办厅院府会处队司])[【〔〖\[［](?:牵头|主办|配合|协办|会办|参与)[】〕〗\]］]"
_BRACKETED = re.compile(
    rf"(?!{_NOTE_BEHIND_NAME})[【〔〖\[［](?P<label>{_GROUPS.replace('?P<l', '?P<b')})[】〕〗\]］]"
    r"(?![、，,；;）)】〕〗\]］])(?P<colon>[:：]?)"
)
"""A label in brackets of its own; no mere note behind a name (市公安局〔牵头〕、市司法局)."""

_UNITS_ONLY = "|".join(
    f"(?P<l{n}>{_spaced(pattern)})" for n, (opens, _, pattern) in enumerate(_LABELS) if opens is Opens.UNITS
)
_BARE = re.compile(rf" *(?:{_UNITS_ONLY})(?:为|是|[ —-]+|(?=[省市县区州各国]))")
_VALUED = "|".join(
    f"(?P<l{n}>{_spaced(pattern)})"
    for n, (opens, _, pattern) in enumerate(_LABELS)
    if opens in (Opens.UNITS, Opens.DEADLINE)
)
_BARE_INSIDE = re.compile(
    rf"(?:^|(?<=[。，；,;\s]))(?:{_VALUED})"
    r"(?: *(?:为|是|[—\-－]+) *| +|(?=[省市县区州各国]|20\d\d年))(?!主|第|的)"
)
_LONGEST_TAIL = 12
_UNITS_TOO = re.compile("单位|部门")
_SLIPPED = re.compile(r"[单單単][ \t　]*[住佗伫拉]|[仼仁贵]")


def unbracketed(text: str) -> str:
    """The text with labels that stand in brackets (【责任单位】市公安局) written with a colon; the length stays."""
    if "】" not in text and "]" not in text and "〕" not in text and "］" not in text and "〗" not in text:
        return text
    parts, at = [], 0
    for found in _BRACKETED.finditer(_with_one_blank(text)):
        label = text[found.start("label") : found.end("label")]
        parts += [text[at : found.start()], f" {label}：{' ' if found['colon'] else ''}"]
        at = found.end()
    return "".join(parts) + text[at:]


def _with_one_blank(text: str) -> str:
    """The text with one kind of blank, one code point for one."""
    return text.replace("\t", " ").replace("\u3000", " ")


@lru_cache(maxsize=128)
def labels_in(text: str) -> tuple[Label, ...]:
    """Every label with its colon, in order. A label stands at the beginning, or after a blank or a punctuation mark."""
    return tuple(_label(found, text) for found in _LABEL.finditer(_with_one_blank(text)))


def bare_labels_in(text: str) -> tuple[Label, ...]:
    """Labels of units and deadlines without a colon: 牵头单位为…, 责任单位 …, 责任单位市…, 完成时限2024年….

    The first begins the text or follows a full stop; whether the values are such is for the caller to see.
    """
    return tuple(_label(found, text) for found in _BARE_INSIDE.finditer(_with_one_blank(text)))


def begins_with_label(line: str) -> bool:
    """Whether a line begins with a label and its colon."""
    return ("：" in line or ":" in line) and _LABEL.match(_with_one_blank(line).lstrip(" ·•●■▲◆★※")) is not None


def label_crosses(above: str, below: str) -> bool:
    """Whether a label begins at the end of one line and ends in the next: 完成 / 时限：2024年."""
    tail = above.rstrip()[-_LONGEST_TAIL:]
    return any(label.start < len(tail) < label.end for label in labels_in(tail + below.lstrip()[:_LONGEST_TAIL]))


def bare_label(text: str) -> Label | None:
    """A label of units at the beginning that has no colon (牵头单位为…, 责任单位 市…), or None."""
    found = _BARE.match(_with_one_blank(text))
    return _label(found, text) if found and re.search("单|部|主体|处|科", found.group()) else None


def _label(found: re.Match[str], text: str) -> Label:
    opens, role, _ = _LABELS[_row_of(found)]
    words = text[found.start() : found.end()]
    return Label(found.start(), found.end(), opens, role, bool(_SLIPPED.search(words)), words.strip(":： \t　"))


def _row_of(found: re.Match[str]) -> int:
    """Which row of ``_LABELS`` a match is of; its group is the last one, unless a second label follows (``and``)."""
    name = found.lastgroup or ""
    if name[:1] != "l":
        name = next(key for key, value in found.groupdict().items() if key[0] == "l" and value)
    return int(name[1:])
