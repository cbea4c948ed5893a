"""Lines cut in the midst of a paragraph or a name: a text copied at a fixed width, or a name over two lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise

from tracker.reading.dates import date_line
from tracker.reading.labels import begins_with_label, labels_in
from tracker.reading.unit_words import looks_like_unit

WRAP = "\u2028"
"""What stands in a paragraph for a line end inside it: a blank that sets no two names apart."""

IsFull = Callable[[str], bool]
"""Whether a line is cut because it was full, and so goes on in the next line."""

_NEW_THING = re.compile(
    r"\s*(?:第[一二三四五六七八九十百\d]+[编章节条]|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[)）]"
    r"|\d{1,3}(?:[.．、](?!\d)|(?: {2,}| ?\u3000)[ \u3000]*[^\d\s])"
    r"|[①-⑳]|——|[●■▲◆★]|附件\d*[：:]|附[：:]|[\u4e00-\u9fff]{1,12}[〔\[]20\d\d[〕\]]第?\d+号\s*$)"
)
_SENTENCE_ENDS = ("。", "！", "？")
_STOPS = (*_SENTENCE_ENDS, "；", "：", ";", ":")
_NARROWEST, _WIDEST = 14, 60
_LEAST_FULL = 6
_SLACK = 2
_NEAR = 10
_MARKS = re.compile("[、，,；;：:（(]")
_LABELLED = re.compile("[：:（(]")
_DATE_GOES_ON = re.compile(r"\s*(?:1[0-2]|[1-9])月")
_CLOSED = re.compile("[）)】〕\\]］。〗\\d]")
_LABEL_WORDS = ("单位", "部门", "责任", "牵头", "时限", "时间", "配合")
_LONGEST_LINE = 400


def begins_anew(line: str, *, amid_list: bool = False) -> bool:
    """Whether a line begins something of its own: a number, a sign, and, not amid a list, a label or a date."""
    if _NEW_THING.match(line):
        return True
    return not amid_list and (begins_with_label(line) or (len(line) < _WIDEST and date_line(line) is not None))


def full_line(lines: Iterable[str]) -> IsFull:
    """The test for full lines of a text; it never holds when the text was not cut at a fixed width.

    Cut texts have many lines of one width that end in the midst of a sentence, and hardly a longer one.
    """
    words = [line.rstrip() for line in lines]
    for measure in (len, _columns):
        widths = [measure(line) for line in words]
        counted = Counter(widths)
        width = _common_width(
            counted - Counter(wide for wide, line in zip(widths, words, strict=True) if line.endswith(_SENTENCE_ENDS))
        )
        if width and _is_cut_at(width, counted):
            return _fullness(measure, width)
    return _never


def _never(line: str) -> bool:
    return False


def _columns(line: str) -> int:
    """The line's width in full-width characters, two of ASCII counting as one."""
    return (len(line) + len(line.encode("utf-8", "surrogatepass"))) // 4


def _common_width(widths: Counter[int]) -> int | None:
    counted = Counter({width: count for width, count in widths.items() if _NARROWEST <= width <= _WIDEST})
    if sum(counted.values()) < _LEAST_FULL:
        return None
    return max(counted, key=lambda width: (sum(counted[width - less] for less in range(_SLACK + 1)), width))


def _is_cut_at(width: int, widths: Counter[int]) -> bool:
    """Whether lines heap up at the width and hardly one is longer: shorter ones near it are far fewer."""
    full = sum(widths[one] for one in range(width - _SLACK, width + 1))
    nearly = sum(widths[one] for one in range(width - _NEAR, width - _SLACK))
    longer = sum(count for one, count in widths.items() if one > width + 1)
    is_heap = full * (_NEAR - _SLACK) >= 2 * nearly * (_SLACK + 1)
    return full >= _LEAST_FULL and full * 10 >= widths.total() and is_heap and longer * 20 <= widths.total()


def _fullness(measure: Callable[[str], int], width: int) -> IsFull:
    def is_full(line: str) -> bool:
        return width - _SLACK <= measure(line.rstrip()) and not line.rstrip().endswith(_SENTENCE_ENDS)

    return is_full


def name_goes_on(first: str, above: str, below: str) -> bool:
    """Whether a line breaks off inside a unit's name or a date that the next one ends: 市财 / 政局.

    ``first`` is the line that the paragraph begins with; it holds a label.
    """
    if len(above) > _LONGEST_LINE or not _LABELLED.search(first) or above.endswith(_STOPS):
        return False
    above = above.rstrip()
    if not above or above.endswith(_STOPS):
        return False
    return any(word in first for word in _LABEL_WORDS) and breaks_off(above, below)


def breaks_off(above: str, below: str) -> bool:
    """Whether the last name or date of a line is only whole together with the beginning of the next."""
    above = above.rstrip()
    if above.endswith("年") and _DATE_GOES_ON.match(below):
        return True
    begun = _MARKS.split(above[-_WIDEST:])[-1].strip()
    rest = _MARKS.split(below.strip(), maxsplit=1)[0].rstrip("。")
    if not begun or not rest or len(rest) > _NARROWEST or _CLOSED.search(begun):
        return False
    return looks_like_unit(begun + rest) and not (looks_like_unit(begun) and looks_like_unit(rest))


def unwrapped(words: str) -> str:
    """The words with their line ends taken out."""
    return "".join(line.strip() for line in words.split(WRAP)) if WRAP in words else words


def with_fields_apart(inner: str) -> str:
    """The words with a sign where only a line end parts a label from the field before it: 县财政局 / 完成时限：5月."""
    if WRAP not in inner:
        return inner
    begun = [label.start for label in labels_in(inner) if inner[: label.start].endswith(WRAP)]
    return "".join(f"{'；' if at else ''}{inner[at:end]}" for at, end in pairwise((0, *begun, len(inner))))
