"""Where a document begins: the block of lines that makes its title, and whether those lines open a new document."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from tracker.domain.text import compact, tidy
from tracker.reading.dates import date_line
from tracker.reading.paragraphs import Paragraph

_KINDS = (
    "通知|通报|意见|决定|决议|通告|公告|公报|批复|函|命令|令|报告|方案|计划|规划|纲要|办法|规定|规则|细则|措施|要点|清单|规程|章程"
    "|(?:任务|责任|进度|推进|计划|安排|项目|整改|一览|明细|汇总|分配)表"
    "|条例|制度|预案|行动|安排|分工|分工表|分解表|台账|工作|责任书|目标|任务|举措|指南|指引|标准|名单|说明|解读"
)
_ENDING = re.compile(rf"(?:{_KINDS})[”』》]?(?:[（(〔](?:[^（()）〕]{{1,20}})[)）〕])?$")
_ORGAN_ENDINGS = (
    "人民政府|政府|办公室|办公厅|委员会|管委会|指挥部|领导小组|工作组|专班|联席会议|局|厅|委|部|署|院|行|中心"
    "|总队|支队|公司|集团|大学|学院|联合会|工会|党组|党委|督查室"
)
_ORGAN = re.compile(rf"[\u4e00-\u9fff（）()·]{{2,60}}(?:{_ORGAN_ENDINGS})")
_ENDS_AS_ORGAN = tuple(_ORGAN_ENDINGS.split("|"))
_ISSUED = re.compile(rf"(?P<issuer>{_ORGAN.pattern})(?:关于|印发|转发|批转)")
_EXPLAINS = re.compile(
    r"《.+》(?:的)?(?:政策)?(?:解读|图解|起草说明|编制说明|的说明)|(?:关于)?.{0,60}(?:政策解读|解读材料|起草说明)"
)
_MAY_TELL = re.compile("关于|[印转]发|批转|《|解读|起草说明")
"""What the first line of a title holds, if it is not an organ's name alone; cheap, to pass over other lines."""

NUMBER = re.compile(r"(?:[\u4e00-\u9fff]{1,14})?[〔\[［（(【]\s*(?:19|20)\d\d\s*[〕\]］)）】]\s*第?\s*\d{1,5}\s*号")
_STOP = re.compile(r"[。；;！？!?]|[：:]\s*$|^\s*[（(]此件")
_NUMBERED = re.compile(
    r"\s*(?:第[一二三四五六七八九十百\d]+[编章节条]|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[)）]|\d{1,3}[.、])"
)
_ADDRESSEE = re.compile(r".{2,}[：:]\s*$")
_MOST_LINES = 8
_LONGEST_LINE = 60
_PAGE = re.compile(r"[.…·]{2,}\s*[（(]?\d+[)）]?\s*$")


@dataclass(frozen=True, slots=True)
class TitleBlock:
    """The lines ``first`` to ``last`` (indices of paragraphs, both included) that make a title."""

    first: int
    last: int
    title: str
    issuer: str | None
    explains: bool


def is_organ(line: str) -> bool:
    """Whether a line holds nothing but the name of an organ that issues documents."""
    return _names_organ(compact(line))


def _names_organ(joined: str) -> bool:
    return joined.endswith(_ENDS_AS_ORGAN) and bool(_ORGAN.fullmatch(joined))


def is_number(line: str) -> bool:
    """Whether a line holds nothing but a document number (文号)."""
    return bool(NUMBER.fullmatch(compact(line)))


def title_block(lines: Sequence[Paragraph], at: int) -> TitleBlock | None:
    """The title that begins at line ``at``, or None: an issuer with 关于…, or 《…》政策解读."""
    if not _begins_title(lines[at].flat.strip()[:_LONGEST_LINE]):
        return None
    block = _gather(lines, at)
    for count in range(len(block), 0, -1):
        joined = compact("".join(block[:count]))
        if _EXPLAINS.fullmatch(joined) and (joined.startswith("《") or count == 1):
            return TitleBlock(at, at + count - 1, _words(block[:count]), None, explains=True)
        if _ENDING.search(joined) and _ISSUED.match(joined):
            return TitleBlock(at, at + count - 1, _words(block[:count]), _issuer(block[:count]), explains=False)
    return None


def _begins_title(line: str) -> bool:
    joined = compact(line)
    if _names_organ(joined):
        return True
    if not _MAY_TELL.search(joined):
        return False
    return bool(_ISSUED.match(joined)) or "《" in joined[:4] or bool(_EXPLAINS.fullmatch(joined))


def loose_title(lines: Sequence[Paragraph], at: int) -> TitleBlock | None:
    """The title of a text that has no formal head: the first short lines, up to where they end like a title."""
    block = _gather(lines, at)
    for count in range(len(block), 0, -1):
        if _ENDING.search(compact("".join(block[:count]))) and not _NUMBERED.match(block[0]):
            return TitleBlock(at, at + count - 1, _words(block[:count]), _issuer(block[:count]), explains=False)
    return None


def opens_document(lines: Sequence[Paragraph], block: TitleBlock) -> bool:
    """Whether a title block stands at the head of a document: a number or an addressee follows, or it explains."""
    after = [line.flat for line in lines[block.last + 1 : block.last + 4]]
    if block.explains:
        return bool(after)
    return any(is_number(line) for line in after[:2]) or any(_is_addressee(line) for line in after)


def _is_addressee(line: str) -> bool:
    return bool(_ADDRESSEE.fullmatch(line)) and len(line) < 400 and "。" not in line and not _NUMBERED.match(line)


def _gather(lines: Sequence[Paragraph], at: int) -> list[str]:
    block: list[str] = []
    for line in lines[at : at + _MOST_LINES]:
        words = line.flat.strip()
        if _ends_block(line, words) or (block and words.startswith("《") and not block[-1].endswith("印发")):
            break
        block.append(words)
    return block


@lru_cache(maxsize=64)
def _ends_block(line: Paragraph, words: str) -> bool:
    return (
        line.is_cell
        or len(words) > _LONGEST_LINE
        or bool(_STOP.search(words) or _NUMBERED.match(words) or _PAGE.search(words))
        or is_number(words)
        or compact(words) == "序号"
        or date_line(words) is not None
    )


def _words(block: Sequence[str]) -> str:
    """The title's words: joined without the blanks of type-setting."""
    return tidy("".join(tidy(line) for line in block))


def _issuer(block: Sequence[str]) -> str | None:
    """The issuing organs that stand before 关于: on lines of their own, or at the beginning of the first line."""
    organs = []
    for line in block:
        if not is_organ(line) or compact(line).startswith("关于"):
            break
        organs.append(compact(line))
    if organs:
        return "、".join(organs)
    found = _ISSUED.match(compact("".join(block)))
    return found["issuer"] if found else None
