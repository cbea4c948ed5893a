"""Rows to sections: a header (of tasks or of indicators) with the rows that stand under it.

Headers of two lines are put together, a header repeated after a page's end goes on with its section, and a table whose
header is another's (a roster, a list of addresses) ends the section without beginning one that is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from tracker.domain.text import compact
from tracker.reading.columns import Columns, read_header
from tracker.reading.fitting import is_date
from tracker.reading.grid import Cell, Row, rows_of
from tracker.reading.header_words import Kind, header_share, is_header_word, is_ordinal, kind_of
from tracker.reading.indicators import IndicatorColumns, read_indicator_header
from tracker.reading.outline import Placed

Header = Columns | IndicatorColumns
_LONGEST_HEADER = 30
_ENOUGH_KNOWN = 0.6
_HALF_KNOWN = 0.5
_CAPTION_LINES = 4
_MOST_COLUMNS = 10
_LONGEST_CELL = 600
_LONGEST_CAPTION = 60
_SPREAD = re.compile("责任|分工|单位|部门|目标|指标|计划|进度|安排|任务|时间|时限")
_UNDER = re.compile(
    "(?:牵头|主办|责任|配合|协办|参与|落实)(?:单位|部门)?|.*20\\d\\d.*|.*(?:数量|资金|金额|面积|户数|数|值)"
)


@dataclass(slots=True)
class Section:
    """A header with its rows; ``caption`` are the short lines above the header."""

    header: Header
    words: tuple[str, ...]
    caption: str
    rows: list[Row] = field(default_factory=list)


def sections_of(rows: Sequence[Row], items: Sequence[Placed]) -> Iterator[Section]:
    """The sections of all tables whose cells a sign sets apart, in order."""
    section: Section | None = None
    at = 0
    while at < len(rows):
        row = rows[at]
        found = header_at(rows, at, items)
        if found:
            header, words, size = found
            if section is None or section.words != words:
                if section:
                    yield section
                section = Section(header, words, _caption(items, row.index))
            at += size
            continue
        if section and (not row.cells or (_heads_another(row) and not _tells_time(row, section.header))):
            yield section
            section = None
        elif section:
            section.rows.append(row)
        at += 1
    if section:
        yield section


def table_rows(text: str, items: Sequence[Placed]) -> list[Row]:
    """The rows of all tables whose cells a sign sets apart."""
    return list(_regrouped(text, list(rows_of(text, items))))


def _regrouped(text: str, rows: Sequence[Row]) -> Iterator[Row]:
    """The rows, with cells that empty lines part one by one put together by the width of the header they begin with."""
    at = 0
    while at < len(rows):
        size = _lone_header(text, rows, at)
        if not size:
            yield rows[at]
            at += 1
            continue
        while all(_follows(text, rows, n) for n in range(at + 1, at + size)) and at + size <= len(rows):
            yield Row(tuple(row.cells[0] for row in rows[at : at + size]), rows[at].index)
            at += size
            if at < len(rows) and not _follows(text, rows, at):
                break


def _lone_header(text: str, rows: Sequence[Row], at: int) -> int:
    """How many lone cells from here on are a header; 0 when they are none."""
    end = at
    while end < min(len(rows), at + _MOST_COLUMNS) and (end == at or _follows(text, rows, end)) and _is_lone(rows[end]):
        if not is_header_word(compact(rows[end].words[0])):
            break
        end += 1
    for size in range(end - at, 2, -1):
        if read_any_header([compact(row.words[0]) for row in rows[at : at + size]]):
            return size
    return 0


def _is_lone(row: Row) -> bool:
    return len(row.cells) == 1


def _follows(text: str, rows: Sequence[Row], at: int) -> bool:
    """Whether a row of one cell stands right below another one."""
    if at >= len(rows) or not (_is_lone(rows[at]) and _is_lone(rows[at - 1])):
        return False
    return not text[rows[at - 1].cells[0].end : rows[at].cells[0].start].strip()


def header_at(rows: Sequence[Row], at: int, items: Sequence[Placed]) -> tuple[Header, tuple[str, ...], int] | None:
    """The header that begins at a row, its words, and how many rows it takes; None when none begins there."""
    if len(rows[at].cells) < 2:
        return None
    words = [compact(word) for word in rows[at].words]
    if not _may_head(words):
        return None
    caption = _caption(items, rows[at].index)
    for shown in _with_second_line(words, rows[at + 1 : at + 3]):
        header = read_any_header(shown, caption)
        if header:
            return header, tuple(shown), 2
    header = read_any_header(words, caption)
    return (header, tuple(words), 1) if header else None


def read_any_header(words: Sequence[str], caption: str = "") -> Header | None:
    """A header of indicators, or one of tasks; None for any other words."""
    return read_indicator_header(words, caption) or read_header(words)


def _may_head(words: Sequence[str]) -> bool:
    """A cheap look: at least two cells, all short, and none of them a row's number."""
    if len(words) < 2 or any(len(word) > _LONGEST_HEADER for word in words):
        return False
    return not any(is_ordinal(word) and word not in ("一", "号") for word in words[:3]) and sum(map(bool, words)) > 1


def _heads_another(row: Row) -> bool:
    """Whether a row looks like the header of a table of another kind."""
    words = [compact(word) for word in row.words]
    return len(words) > 1 and _may_head(words) and header_share(words) >= _ENOUGH_KNOWN


def _tells_time(row: Row, header: Header) -> bool:
    """Whether a row of short words (推进项目建设, 完成投资) has a time where the header wants one: it heads nothing."""
    deadlines = header.deadlines if isinstance(header, Columns) else ()
    return len(row.cells) == header.count and any(is_date(compact(row.words[at])) for at in deadlines)


def _with_second_line(words: Sequence[str], below: Sequence[Row]) -> Iterator[list[str]]:
    """The ways to read a header of two lines: the lower words alone where there are any, and both together.

    Where the row after them has as many cells as both lines together, one upper cell stands over all lower ones.
    """
    if not below or not below[0].cells or header_share(words) < _HALF_KNOWN:
        return
    lower = [compact(word) for word in below[0].words]
    if not _may_head(lower) and not _may_head(["", *lower]):
        return
    told = [word for word in lower if word]
    if len(below) > 1 and len(below[1].cells) == len(words) + len(told) - 1:
        yield from _opened(words, told)
    if len(lower) == len(words) and _is_under(words, lower):
        yield [under or over for over, under in zip(words, lower, strict=True)]
        spread = list(_spread_over(words))
        yield [over if over == under else over + under for over, under in zip(spread, lower, strict=True)]
    elif len(lower) < len(words):
        yield from _opened(words, told)


def _is_under(words: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether a second line goes on with a header: it repeats its words or stands under them with words of its own."""
    changed = [under for over, under in zip(words, lower, strict=True) if under and under != over]
    known = [under for under in changed if is_header_word(under) or _UNDER.fullmatch(under)]
    return len(changed) > 1 and len(known) == len(changed)


def _spread_over(words: Sequence[str]) -> Iterator[str]:
    """The words with each that is merged sideways repeated over the empty cells after it."""
    last = ""
    for word in words:
        last = word or last
        yield last


def _opened(words: Sequence[str], lower: Sequence[str]) -> Iterator[list[str]]:
    """A header line in which one cell stands over all cells of a second, shorter line."""
    if len(lower) < 2 or not all(_UNDER.fullmatch(word) for word in lower):
        return
    over = [at for at, word in enumerate(words) if _SPREAD.search(word)]
    units = all(kind_of(word)[0] is Kind.UNITS or word in ("牵头", "配合") for word in lower)
    fitting = [at for at in over if (re.search("责任|分工|单位|部门", words[at]) is not None) is units]
    for at in fitting:
        yield [*words[:at], *lower, *words[at + 1 :]]


def _caption(items: Sequence[Placed], index: int) -> str:
    """The short lines above a table: its title, and 单位：万元."""
    lines = []
    for placed in reversed(items[max(0, index - _CAPTION_LINES) : index]):
        flat = placed.paragraph.flat.strip()
        if len(flat) > _LONGEST_CAPTION or "。" in flat:
            break
        lines.append(flat)
    return "\n".join(reversed(lines))


def whole_rows(section: Section) -> Iterator[Row]:
    """The section's rows, with those put together that line ends inside cells broke apart, up to the header's width."""
    header = section.header
    part: Row | None = None
    for row in section.rows:
        together = _put_together(part, row, header) if part else None
        if together and part and (not _could_be_whole(part, header) or _fills(together, header)):
            part = together
        else:
            if part:
                yield part
            part = row
        if _could_be_whole(part, header) and len(part.cells) >= header.count:
            yield part
            part = None
    if part:
        yield part


def _could_be_whole(row: Row, header: Header) -> bool:
    return header.shape.aligned(row.words) is not None


def _fills(row: Row, header: Header) -> bool:
    """Whether a numbered row has a cell for every column: one without its last cells may have lost them to a break."""
    ordinal = header.shape.ordinal
    return len(row.cells) == header.count and ordinal is not None and is_ordinal(row.words[ordinal])


def _put_together(part: Row, row: Row, header: Header) -> Row | None:
    """The broken row with its next lines, or None when these begin a row of their own or are too many."""
    begins_new = is_ordinal(row.words[0]) or is_ordinal("".join(row.words[:2]))
    if begins_new or not row.words[0] or len(part.cells) + len(row.cells) - 1 > header.count:
        return None
    last, first = part.cells[-1], row.cells[0]
    if len(last.words) + len(first.words) > _LONGEST_CELL:
        return None
    joint = Cell(f"{last.words}\n{first.words}", last.start, first.end)
    return Row((*part.cells[:-1], joint, *row.cells[1:]), part.index, part.is_guessed)


def stacked(above: Sequence[str], below: Sequence[str]) -> list[str]:
    """The words of two rows that are one, cell by cell."""
    pairs = zip_longest(above, below, fillvalue="")
    return ["\n".join(word for word in pair if word.strip()) for pair in pairs]
