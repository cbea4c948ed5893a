"""Paragraphs to outline: the numbered heading (第一章, 一、, （一）, 1., ①) under which each paragraph stands."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

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
_TITLE_END = re.compile(r"[。！？]|(?<=\S)[：:](?=\s*$)|\n")
_SIGNS = " \t\u3000★●▲◆■·※☆○◎"
_EDGE = "，,；;：:、。 　\t\n"


@dataclass(frozen=True, slots=True)
class Heading:
    """A numbered paragraph: where its words begin and its title ends, its rank (0 outermost), and where it starts."""

    rank: int
    number: str
    title: str
    start: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A paragraph with the headings above it, outermost first; its own heading, if it has one, is the last."""

    paragraph: Paragraph
    headings: tuple[Heading, ...]
    own: bool

    @property
    def heading(self) -> Heading | None:
        """The nearest heading: the paragraph's own, else the one it stands under."""
        return self.headings[-1] if self.headings else None


def place(paragraphs: Iterable[Paragraph]) -> tuple[Placed, ...]:
    """Every paragraph with its headings. Table cells are never headings."""
    stack: list[Heading] = []
    placed = []
    for paragraph in paragraphs:
        heading = None if paragraph.is_cell else heading_of(paragraph)
        if heading:
            while stack and stack[-1].rank >= heading.rank:
                stack.pop()
            stack.append(heading)
        placed.append(Placed(paragraph, tuple(stack), heading is not None))
    return tuple(placed)


def heading_of(paragraph: Paragraph) -> Heading | None:
    """The paragraph's heading if it begins with a number, else None."""
    body = paragraph.flat.lstrip(_SIGNS)
    found = _NUMBERING.match(body)
    if not found or not found.lastgroup:
        return None
    title = title_of(body[found.end() :])
    return Heading(int(found.lastgroup[1:]), found.group().strip(), title, paragraph.first) if title else None


_NAMED = re.compile(r"(?P<name>[^，,。；;：:！？\n]{4,24})[：:](?=[^\n]{8})")
"""A heading that a colon sets apart from what it heads: 整治农贸市场：对11个市场…."""


def title_of(words: str, end: int | None = None) -> str:
    """A paragraph's title: its words up to the first 。 (or up to ``end``, where its clause begins)."""
    words = words if end is None else words[:end]
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
