"""Tables without any sign between cells: one cell per line, or columns parted by blanks.

Both begin with a header that is known word for word. Where rows are numbered the numbers tell where each begins; else
rows have as many cells as the header.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from tracker.domain.text import compact
from tracker.reading.blanks import blank_section
from tracker.reading.cells import is_blank
from tracker.reading.columns import Columns, is_header_word, is_ordinal
from tracker.reading.fitting import are_units, is_date
from tracker.reading.grid import Cell, Row, is_page_mark
from tracker.reading.outline import Placed
from tracker.reading.sections import Header, Section, read_any_header

_LONGEST_HEADER = 14
_MOST_COLUMNS = 10
_LONGEST_CELL = 400
_MOST_LINES = 24
_CHINESE = re.compile(r"[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[)）]")


def loose_sections(items: Sequence[Placed]) -> Iterator[Section]:
    """The sections of tables without signs, in order."""
    at = 0
    while at < len(items):
        paragraph = items[at].paragraph
        if paragraph.is_cell:
            at += 1
            continue
        found = _bare_section(items, at) or blank_section(items, at)
        if found:
            yield found[0]
        at = found[1] if found else at + 1


def _word(placed: Placed) -> str:
    return compact(placed.paragraph.flat) if len(placed.paragraph.flat) <= 3 * _LONGEST_HEADER else ""


def _heads(placed: Placed) -> bool:
    word = "" if placed.paragraph.is_cell else _word(placed)
    return 0 < len(word) <= _LONGEST_HEADER and not is_ordinal(word) and is_header_word(word)


def _bare_section(items: Sequence[Placed], at: int) -> tuple[Section, int] | None:
    """The table with one cell per line that begins with a run of header words here, and where it ends."""
    if not _heads(items[at]) or at + 2 >= len(items) or not _heads(items[at + 1]):
        return None
    run = at
    while run < len(items) and run < at + _MOST_COLUMNS and _heads(items[run]):
        run += 1
    for size in range(run - at, 2, -1):
        words = tuple(_word(one) for one in items[at : at + size])
        header = read_any_header(words)
        if header:
            section = Section(header, words, "")
            end = _fill(section, items, at + size)
            return (section, end) if section.rows else None
    return None


def _fill(section: Section, items: Sequence[Placed], at: int) -> int:
    """Puts the rows into the section; gives where they end."""
    if section.header.shape.ordinal == 0:
        return _fill_numbered(section, items, at)
    return _fill_counted(section, items, at)


def _inside(items: Sequence[Placed], at: int, words: Sequence[str]) -> Iterator[int]:
    """The paragraphs that may be cells, without page marks and repeated headers, up to a sign or a long paragraph."""
    size = len(words)
    while at < len(items):
        paragraph = items[at].paragraph
        if paragraph.is_cell or len(paragraph.flat) > _LONGEST_CELL:
            return
        if _word(items[at]) == words[0] and tuple(_word(one) for one in items[at : at + size]) == tuple(words):
            at += size
            continue
        if not is_page_mark(paragraph.flat):
            yield at
        at += 1


def _fill_numbered(section: Section, items: Sequence[Placed], at: int) -> int:
    """Rows that begin with 1, 2, 3 … (and with 1 again under a new heading)."""
    lines: list[int] = []
    starts: list[int] = []
    expected = 1
    for index in _inside(items, at, section.words):
        number = compact(items[index].paragraph.flat).rstrip(".、．") if len(items[index].paragraph.flat) < 8 else ""
        if number == str(expected) or (number == "1" and lines and _is_section(items[lines[-1]])):
            starts.append(len(lines))
            expected = int(number) + 1
        elif len(lines) - (starts[-1] if starts else 0) > (_MOST_LINES if starts else 3):
            break
        lines.append(index)
    longest = max((b - a for a, b in pairwise(starts)), default=section.header.count)
    end = at
    for place, begin in enumerate(starts):
        stop = starts[place + 1] if place + 1 < len(starts) else _last_stop(items, lines, begin, longest)
        row = [index for index in lines[begin:stop] if not (index != lines[begin] and _is_section(items[index]))]
        section.rows.append(Row(tuple(_cell(items[index]) for index in row), row[0]))
        end = row[-1] + 1
    return end


def _last_stop(items: Sequence[Placed], lines: Sequence[int], begin: int, longest: int) -> int:
    """Where the last row ends: it has no more lines than the longest above it, and no empty line parts them."""
    stop = min(begin + longest, len(lines))
    inner_blank = any(items[index].paragraph.blank_before for index in lines[1:begin])
    for n in range(begin + 1, stop):
        if items[lines[n]].paragraph.blank_before and not inner_blank:
            return n
    return stop


def _is_section(placed: Placed) -> bool:
    """Whether a line is a heading like 一、政治建设 between rows."""
    return placed.own and bool(_CHINESE.match(placed.headings[-1].number)) and len(placed.paragraph.flat) < 40


def _fill_counted(section: Section, items: Sequence[Placed], at: int) -> int:
    """Rows without numbers: as many lines each as the header has words, as long as units and dates stand in place."""
    lines: list[int] = []
    end = at
    for index in _inside(items, at, section.words):
        if not lines and _is_section(items[index]):
            continue
        lines.append(index)
        if len(lines) < section.header.count:
            continue
        cells = tuple(_cell(items[one]) for one in lines)
        if not _in_place([cell.words for cell in cells], section.header):
            break
        section.rows.append(Row(cells, lines[0]))
        lines, end = [], index + 1
    return end


def _in_place(words: Sequence[str], header: Header) -> bool:
    if not isinstance(header, Columns):
        return any(char.isdigit() for value in header.targets for char in words[value.at])
    dates = all(is_date(words[at]) or is_blank(words[at]) for at in header.deadlines)
    units = [at for at in header.units if not is_blank(words[at])]
    return dates and bool(units) and all(are_units(words[at]) for at in units)


def _cell(placed: Placed) -> Cell:
    return Cell(placed.paragraph.flat.strip(), placed.paragraph.first, placed.paragraph.last)
