"""A cell's lines to its words: which line ends part two names or sentences, and which only wrap one."""

from __future__ import annotations

import re
from itertools import pairwise

from tracker.domain.deadlines import find_in_clause
from tracker.domain.text import compact, tidy
from tracker.reading.labels import labels_in
from tracker.reading.outline import title_of, without_number
from tracker.reading.unit_words import looks_like_unit

_BLANK = re.compile(r"[\s/／\\\-—–－_―.…*]*(?:无|空|略|暂无|待定)?[\s/／\\\-—–－_―.…*]*")
_DITTO = re.compile(r"[（(]?(?:同上|同前|如上|〃|″|\"|“”|同上一?[行条项])[)）]?")
_ENDS_SENTENCE = "。；;：:！？!?"
_PIECE = re.compile(r"[、，,；;/／\s]")
_STRADDLES = re.compile(
    "办公室|办公厅|委员会|管委会|管理局|管理处|管理区|开发区|领导小组|人民政府|办事处|街道办|服务中心|指挥部|监督局|保障局"
    "|规划局|工作组|联席会议|[市县区州省镇乡]政府|[市县区州省]人民|[市县区州省][委直]|工业园区?|示范区|合作区|度假区"
)
_ITEM = re.compile(
    r"\s*(?:[（(]?\d{1,2}[)）]|\d{1,2}[.．、](?!\d)|[①-⑳]|[（(][一二三四五六七八九十]{1,2}[)）]|[一二三四五六七八九十]{1,2}、)"
)
_LONG_TITLE = 80
"""A task cell of more characters than this is titled by its first line or sentence."""


def is_blank(words: str) -> bool:
    """Whether a cell says nothing: empty, 无, —, /."""
    return bool(_BLANK.fullmatch(words))


def is_ditto(words: str) -> bool:
    """Whether a cell says that it holds what the one above does (同上)."""
    return bool(_DITTO.fullmatch(compact(words)))


def lines_of(words: str) -> list[str]:
    """The lines of a cell that are not blank."""
    return [line.strip() for line in words.split("\n") if line.strip()]


def as_units(words: str) -> str:
    """The cell's list of units: a line end parts two names where both sides are whole, else it wrapped one."""
    lines = lines_of(words)
    if len(lines) < 2:
        return words.strip()
    joined = lines[0]
    for line in lines[1:]:
        joined += line if _is_wrapped_name(joined, line) else f"\n{line}"
    return joined


def _is_wrapped_name(above: str, below: str) -> bool:
    if ("：" in below or ":" in below) and labels_in(below):
        return False
    last, first = _PIECE.split(above.rstrip())[-1], _PIECE.split(below)[0]
    if not last or below[0] in "（(）)、，,；;":
        return True
    if not (looks_like_unit(last) and looks_like_unit(first)):
        return not (_ITEM.match(below) or above.endswith(("。", "；", ";")))
    return any(found.start() < len(last) < found.end() for found in _STRADDLES.finditer(last + first))


def as_deadline(words: str) -> str:
    """The cell's deadline phrase; lines that each tell a time are parted, others were only wrapped."""
    lines = lines_of(words)
    if len(lines) < 2:
        return words.strip()
    return ("；" if all(find_in_clause(line, None) for line in lines) else "").join(lines)


def as_task(words: str) -> str:
    """The cell's task with each of its sentences or items on a line; lines that were only wrapped are joined."""
    lines = lines_of(words)
    if len(lines) < 2:
        return tidy(words)
    widest = max(map(len, lines))
    joined = lines[0]
    for above, line in pairwise(lines):
        joined += f"\n{line}" if _begins_anew(above, line, widest) else line
    return "\n".join(tidy(line) for line in joined.split("\n"))


def _begins_anew(above: str, line: str, widest: int) -> bool:
    """Whether a line is a paragraph of its own: numbered, or after a sentence's end or a line much shorter."""
    if _ITEM.match(line):
        return not above.endswith(("、", "，", "（", "("))
    if above[-1] in _ENDS_SENTENCE:
        return True
    return len(line) > 12 and len(above) >= 4 and len(above) * 2 < widest


def title_of_task(task: str) -> str:
    """A row's title: its task, and of a long one the first line or sentence, without its number."""
    whole = tidy(task.replace("\n", ""))
    lines = task.split("\n")
    if len(lines) > 1 and _is_name(lines):
        return lines[0].rstrip("：:")
    if len(whole) <= _LONG_TITLE:
        return whole
    first = lines[0] if title_of(without_number(lines[0])) else whole
    return title_of(without_number(first) or first) or whole


def _is_name(lines: list[str]) -> bool:
    """Whether the first line names what the others tell: short, no sentence, not one item of several."""
    first = lines[0]
    return (
        len(first) <= 30 and first[-1] not in "。；;，,、" and not _ITEM.match(first) and len("".join(lines[1:])) > 20
    )


def items_of(words: str) -> list[str]:
    """The numbered items of a cell (1.… 2.…), each with its number, in order; [] when it is no such list."""
    marks = list(_INNER_ITEM.finditer(words))
    numbers = [found["n"] for found in marks]
    if len(marks) < 2 or marks[0].start() > 2 or numbers != [str(n) for n in range(1, len(marks) + 1)]:
        return []
    bounds = [found.start() for found in marks] + [len(words)]
    return [words[a:b].strip() for a, b in pairwise(bounds)]


_INNER_ITEM = re.compile(r"(?:^|(?<=[\s；;。，,、]))[（(]?(?P<n>\d{1,2})(?:[.．、](?!\d)|[)）])")
