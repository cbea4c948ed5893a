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
from tracker.reading.columns import Columns
from tracker.reading.copied_rows import in_place, row_of_lines
from tracker.reading.fitting import are_units, is_date
from tracker.reading.grid import Cell, Row, is_page_mark
from tracker.reading.header_words import CATEGORY, Kind, is_header_word, is_ordinal, kind_of
from tracker.reading.labels import labels_in
from tracker.reading.outline import Placed
from tracker.reading.sections import Header, Section, read_any_header
from tracker.reading.wrapping import WRAP

_LONGEST_HEADER = 14
_LONGEST_PAGE_NUMBER = 3
_MOST_COLUMNS = 10
_LONGEST_CELL = 400
_MOST_LINES = 24
_LEAST_LINES = 4
_MARGIN = 12
"""A line this many characters longer than any above it belongs no more to the rows."""

_MOST_REPEATS = 3
"""A header that comes again so often without a row between is no table's."""

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
        if found and found[0].rows:
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
    first = 2 if CATEGORY.search(_word(items[at])) else 1
    if any(kind_of(_word(one))[0] is Kind.ORDINAL for one in items[at + first : run]):
        return None
    for size in range(run - at, 2, -1):
        words = tuple(_word(one) for one in items[at : at + size])
        header = read_any_header(words)
        if header:
            section = Section(header, words, "")
            end = _fill(section, items, at + size)
            if section.rows:
                return section, end
    return None


def _fill(section: Section, items: Sequence[Placed], at: int) -> int:
    """Puts the rows into the section; gives where they end."""
    if section.header.shape.ordinal == 0:
        return _fill_numbered(section, items, at)
    return _fill_counted(section, items, at)


def _inside(items: Sequence[Placed], at: int, words: Sequence[str]) -> Iterator[int]:
    """The paragraphs that may be cells, without page marks and repeated headers, up to a sign or a long paragraph."""
    size, repeats = len(words), 0
    while at < len(items) and repeats < _MOST_REPEATS:
        paragraph = items[at].paragraph
        if paragraph.is_cell or len(paragraph.flat) > _LONGEST_CELL:
            return
        if _repeats(items, at, words):
            at, repeats = at + size, repeats + 1
            continue
        repeats = 0
        if not is_page_mark(paragraph.flat) and not _is_page_number(items, at, words):
            yield at
        at += 1


def _is_page_number(items: Sequence[Placed], at: int, words: Sequence[str]) -> bool:
    """Whether a line is a lone number that ends a page: the header comes again below it."""
    flat = items[at].paragraph.flat.strip()
    return len(flat) <= _LONGEST_PAGE_NUMBER and flat.isdigit() and _repeats(items, at + 1, words)


def _repeats(items: Sequence[Placed], at: int, words: Sequence[str]) -> bool:
    if at >= len(items) or _word(items[at]) != words[0]:
        return False
    return tuple(_word(one) for one in items[at : at + len(words)]) == tuple(words)


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
        last = place + 1 == len(starts)
        stop = _last_stop(section.header, items, lines, begin, longest) if last else starts[place + 1]
        row = [index for index in lines[begin:stop] if not (index != lines[begin] and _is_section(items[index]))]
        section.rows.append(row_of_lines([items[index] for index in row], row[0], section.header))
        end = row[-1] + 1
    return end


def _last_stop(header: Header, items: Sequence[Placed], lines: Sequence[int], begin: int, longest: int) -> int:
    """Where the last row ends: it has no more lines than the longest above it, and no empty line parts them.

    One that has no time yet goes on over units, up to its time.
    """
    stop = min(begin + longest, len(lines))
    if isinstance(header, Columns) and header.deadlines:
        stop = _up_to_time([_word(items[index]) for index in lines[begin : begin + _MOST_LINES]], longest) + begin
    inner_blank = any(items[index].paragraph.blank_before for index in lines[1:begin])
    widest = max((_width(items[index]) for index in lines[:begin]), default=_LONGEST_CELL)
    for n in range(begin + 1, stop):
        if (items[lines[n]].paragraph.blank_before and not inner_blank) or _width(items[lines[n]]) > widest + _MARGIN:
            return n
    return stop


def _width(placed: Placed) -> int:
    return max(map(len, placed.paragraph.flat.split(WRAP)))


def _up_to_time(words: Sequence[str], longest: int) -> int:
    """How many of the words are a row: the longest above it, or more where units and then a time follow."""
    stop = min(longest, len(words))
    while not any(is_date(word) for word in words[:stop]) and stop < len(words):
        if not (are_units(words[stop]) or is_date(words[stop])):
            break
        stop += 1
    return stop


def _is_section(placed: Placed) -> bool:
    """Whether a line is a heading like 一、政治建设 between rows."""
    return placed.own and bool(_CHINESE.match(placed.headings[-1].number)) and len(placed.paragraph.flat) < 40


def _fill_counted(section: Section, items: Sequence[Placed], at: int) -> int:
    """Rows without numbers: as many lines each as the header has words, as long as units and dates stand in place.

    Where a time ends the rows, one with cells on several lines, or without one, goes as far as its time.
    """
    header = section.header
    lines: list[int] = []
    end = at
    for index in _inside(items, at, section.words):
        if not lines and _is_section(items[index]):
            continue
        if _is_clause(items[index].paragraph.flat):
            break
        lines.append(index)
        row = _counted(items, lines, header)
        if row:
            section.rows.append(row)
            lines, end = [], index + 1
        elif len(lines) >= (_MOST_LINES if _ends_with_time(header) else header.count):
            break
    return end


def _counted(items: Sequence[Placed], lines: Sequence[int], header: Header) -> Row | None:
    """The row that the lines are, or None when they are none yet."""
    if len(lines) == header.count:
        cells = tuple(_cell(items[one]) for one in lines)
        if in_place([cell.words for cell in cells], header):
            return Row(cells, lines[0])
    last = items[lines[-1]].paragraph.flat.strip()
    if len(lines) < _LEAST_LINES or not _ends_with_time(header) or not is_date(last):
        return None
    row = row_of_lines([items[one] for one in lines], lines[0], header)
    return row if len(row.cells) == header.count and in_place(row.words, header) else None


def _is_clause(flat: str) -> bool:
    """Whether a line is a clause with labels of its own (主办：县公安局；会办：…), and no cell."""
    return "。" in flat and ("：" in flat or ":" in flat) and bool(labels_in(flat))


def _ends_with_time(header: Header) -> bool:
    return isinstance(header, Columns) and header.count - 1 in header.deadlines


def _cell(placed: Placed) -> Cell:
    return Cell(placed.paragraph.flat.strip(), placed.paragraph.first, placed.paragraph.last)
