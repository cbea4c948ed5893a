"""Paragraphs to outline: the numbered heading (第一章, 一、, （一）, 1., ①) under which each paragraph stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from tracker.domain.text import tidy
from tracker.reading.labels import labels_in
from tracker.reading.paragraphs import Paragraph

_CN = "一二三四五六七八九十百"
_NO_AMOUNT = r"(?=\s*[\u4e00-\u9fff“《])(?!\s*(?:[万亿个倍米吨元年月日时分]|公里|公顷|平方|立方|小时|千米|百分))"
"""2.1推进… is a number, 2.1万吨… an amount."""

_NUMBERINGS: tuple[tuple[str, str], ...] = (
    ("part", rf"第[{_CN}\d]+(?:编|部分|篇)(?=[\s：:、　])|第[{_CN}\d]+章"),
    ("section", rf"第[{_CN}\d]+节"),
    ("article", rf"第[{_CN}\d]+条"),
    ("chinese", rf"[{_CN}]+\s*[、．]|[{_CN}]{{1,3}}\.(?=\D)"),
    ("chinese in brackets", rf"[（(〔]\s*[{_CN}]+\s*[)）〕][、.]?"),
    ("named", rf"(?:任务|问题|事项|项目|工程|行动|清单|举措|措施)(?:[{_CN}]+|\d{{1,3}})\s*[：:、\s]"),
    ("figures", r"\d{1,3}\s*[.．、](?!\d)|\d{1,3}\s*[.．](?=20\d\d年)"),
    ("figures two deep", rf"\d{{1,2}}[.．]\d{{1,2}}[.．、]?{_NO_AMOUNT}"),
    ("figures three deep", rf"\d{{1,2}}(?:[.．]\d{{1,2}}){{2,3}}[.．、]?{_NO_AMOUNT}"),
    ("figures with a dash", r"\d{1,2}[-－]\d{1,2}(?=\s*[A-Za-z\u4e00-\u9fff“《])(?!\s*[年月日时个万])"),
    ("figures in brackets", r"[（(]\s*\d{1,3}\s*[)）]|\d{1,3}\s*[)）]"),
    ("circled", r"[①-⑳⑴-⒇❶-❿]"),
)
"""Kinds of numbering from the outermost to the innermost, as 党政机关公文格式 orders them."""

_NUMBERING = re.compile("|".join(f"(?P<k{rank}>{pattern})" for rank, (_, pattern) in enumerate(_NUMBERINGS)))
_TITLE_END = re.compile(r"[。！？]|(?<=[\u4e00-\u9fff”）)])\.(?![\dA-Za-z])|(?<=\S)[：:](?=\s*$)|\n")
_SIGNS = " \t\u3000★●▲◆■·※☆○◎"
_LONGEST_FIELD = 12
_EDGE = "，,；;：:、。 　\t\n"


@dataclass(frozen=True, slots=True, eq=False)
class Heading:
    """A numbered paragraph: where its words begin and its title ends, its rank (0 outermost), and where it starts.

    Made once for a paragraph and compared by identity, which is asked for every line.
    """

    rank: int
    number: str
    title: str
    start: int


_FIELD = re.compile(
    "(?:主要|具体|重点|年度|总体|工作|任务|整改|实施|建设|推进|项目|阶段|预期)*"
    "(?:(?:责任|职责|任务|工作|组织)(?:分工|分解|划分)|(?:责任|牵头|实施|配合|承办|主办)(?:单位|部门|主体)(?:及分工)?|责任落实|落实责任"
    "|(?:进度|时间|步骤|资金|经费|工作|实施)安排|(?:完成|办理|整改|实施)?(?:时限|期限)(?:要求)?|(?:完成|整改|办理|实施)时间|时间(?:进度|节点)|实施步骤"
    "|目标(?:任务|要求)?|任务目标|(?:实施|建设|工作|主要|具体|任务)(?:内容|范围|地点|规模)|措施|举措|保障(?:措施|机制)|资金(?:来源|保障|筹措)|投资(?:规模|估算|概算)"
    "|工作要求|有关要求|验收标准|考核标准|完成标准)"
)
_CONTAINER = re.compile(
    "(?:主要|具体|重点|年度|总体|工作|当前|下步|下一步|目标)*(?:任务|工作|措施|举措|内容|安排|要求|目标|事项|思路|项目|目标任务)"
    "(?:及?(?:任务|责任)?(?:分工|分解))?"
)
"""A heading over all tasks tells none of them."""


@lru_cache(maxsize=512)
def names_field(title: str) -> bool:
    """Whether a heading only says which field of a task follows (责任分工, 进度安排), and not what the task is."""
    return len(title) <= _LONGEST_FIELD and bool(_FIELD.fullmatch(title))


def tells_no_task(title: str) -> bool:
    """Whether a heading tells no task: it names a field, or stands over all tasks (主要任务)."""
    return names_field(title) or bool(_CONTAINER.fullmatch(title))


def owner_among(headings: tuple[Heading, ...]) -> Heading | None:
    """The innermost heading that tells a task: not one that names a field of it, where the task stands above."""
    at = len(headings)
    while at and names_field(headings[at - 1].title):
        at -= 1
    if at == len(headings) or not at or tells_no_task(headings[at - 1].title):
        return headings[-1] if headings else None
    return headings[at - 1]


class Placed(NamedTuple):
    """A paragraph with the headings above it, outermost first; its own heading, if it has one, is the last."""

    paragraph: Paragraph
    headings: tuple[Heading, ...]
    own: bool

    @property
    def heading(self) -> Heading | None:
        """The nearest heading: the paragraph's own, else the one it stands under."""
        return self.headings[-1] if self.headings else None

    @property
    def owner(self) -> Heading | None:
        """The heading whose task the paragraph belongs to: the nearest one, unless that only names a field."""
        return owner_among(self.headings)

    def is_under(self, owned: Set[Heading | None]) -> bool:
        """Whether the paragraph belongs to one of these headings, be it as a field of its task (进度安排)."""
        return self.heading in owned or self.owner in owned


def place(paragraphs: Iterable[Paragraph]) -> tuple[Placed, ...]:
    """Every paragraph with its headings. Table cells are never headings."""
    stack: list[Heading] = []
    above: tuple[Heading, ...] = ()
    placed = []
    for paragraph in paragraphs:
        heading = None if paragraph.is_cell else heading_of(paragraph)
        if heading:
            while stack and stack[-1].rank >= heading.rank:
                stack.pop()
            stack.append(heading)
            above = tuple(stack)
        placed.append(Placed(paragraph, above, heading is not None))
    return tuple(placed)


def heading_of(paragraph: Paragraph) -> Heading | None:
    """The paragraph's heading if it begins with a number, else None."""
    body = paragraph.flat.lstrip(_SIGNS)
    found = _NUMBERING.match(body)
    if not found or not found.lastgroup:
        return None
    title = title_of(body[found.end() :])
    return Heading(int(found.lastgroup[1:]), found.group().strip(), title, paragraph.first) if title else None


_COUNT = f"[{_CN}\\d]"
MATTER_LABEL = re.compile(
    rf"(?:第{_COUNT}{{1,4}}号(?:提案|建议|议案)|存在的?问题|具体问题|问题(?:描述|表现)?|任务(?:名称|内容)?"
    rf"|(?:工作|重点|具体|主要|年度|目标)任务|任务目标|审议意见|项目名称|(?:议定|督办|交办|信访|办理|整改)?事项(?:名称)?|案由|(?:提案|建议|议案)名称)"
    rf"{_COUNT}{{0,3}}[：:]\s*(?=\S)"
)
"""A label before the name of the matter itself: 存在问题：…, 议定事项1：…, 第23号提案：…."""

_NAMED = re.compile(r"(?P<name>[^，,。；;：:！？\n]{4,24})[：:](?=[^\n]{8})")
"""A heading that a colon sets apart from what it heads: 整治农贸市场：对11个市场…."""


def title_of(words: str, end: int | None = None) -> str:
    """A paragraph's title: its words up to the first 。 (or up to ``end``, where its clause begins)."""
    words = words if end is None else words[:end]
    counted = MATTER_LABEL.match(words.lstrip())
    words = words.lstrip()[counted.end() :] if counted and not labels_in(counted.group()) else words
    named = _NAMED.match(words.lstrip())
    if named and not labels_in(named.group()):
        return tidy(named["name"]).strip(_EDGE)
    stop = _TITLE_END.search(words)
    return tidy(words[: stop.start()] if stop else words).strip(_EDGE)


def without_number(words: str) -> str:
    """The words without the numbering they begin with."""
    words = words.lstrip(_SIGNS)
    found = _NUMBERING.match(words)
    return words[found.end() :].lstrip() if found else words
