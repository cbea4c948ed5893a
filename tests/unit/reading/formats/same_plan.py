"""One plan in several formats: a text's lines as a Word file with automatic numbers and tables, and as a web page."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby, pairwise
from typing import Any

from docx import Document
from docx.oxml import parse_xml

from tests.unit.reading.formats.word_files import WORD, definition, level, num
from tracker.domain.drafts import Draft, SourceReading
from tracker.domain.text import compact

_NUMBERS = (r"[一二三四五六七八九十]+、", r"（[一二三四五六七八九十]+）", r"\d+\.(?!\d)", r"（\d+）", r"[①-⑨]")
_LEVELS = (
    level(0, "chineseCountingThousand", "%1、", '<w:suff w:val="nothing"/>'),
    level(1, "chineseCountingThousand", "（%2）"),
    level(2, "decimal", "%3."),
    level(3, "decimal", "（%4）"),
    level(4, "decimalEnclosedCircle", "%5"),
)


def as_docx(text: str) -> bytes:
    """The text as a Word file: each number that continues its list is left to Word, tab lines are tables."""
    document = Document()
    _replace_lists(document)
    counts = [0] * len(_NUMBERS)
    for is_row, lines in groupby(text.splitlines(), key=lambda line: "\t" in line):
        if is_row:
            _add_table(document, [line.split("\t") for line in lines])
            continue
        for line in lines:
            depth, words = _numbered(line, counts)
            paragraph = document.add_paragraph(words)
            if depth is not None:
                own: Any = paragraph._p.get_or_add_pPr()
                properties = own.get_or_add_numPr()
                properties.get_or_add_ilvl().val = depth
                properties.get_or_add_numId().val = 1
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def as_html(text: str) -> bytes:
    """The text as a page of a government site, in the encoding that most of them had."""
    blocks = []
    for is_row, lines in groupby(text.splitlines(), key=lambda line: "\t" in line):
        if is_row:
            cells = ("".join(f"<td><p>{html.escape(cell)}</p></td>" for cell in line.split("\t")) for line in lines)
            blocks.append("<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>")
        else:
            blocks += [f'<p style="text-indent:2em"><span>　　{html.escape(line)}</span></p>' for line in lines]
    page = (
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"></head><body>'
        '<div class="nav"><a href="/">首页</a><a href="/zwgk">政务公开</a></div>'
        '<div class="dqwz">当前位置：<a>首页</a></div>'
        f'<div id="zoom"><div class="TRS_Editor">{"".join(blocks)}</div></div>'
        '<div class="tools">【打印】【关闭】</div>'
        '<div class="footer">主办单位：某市人民政府办公室 冀ICP备05000000号</div></body></html>'
    )
    return page.encode("gb18030")


def has_whole_rows(text: str) -> bool:
    """Whether the text's tab lines make tables whose rows have all their cells on one line, none the first alone."""
    groups = groupby(text.splitlines(), key=lambda line: "\t" in line)
    tables = [list(lines) for is_row, lines in groups if is_row]
    return all(len({line.count("\t") for line in rows}) == 1 for rows in tables) and not any(
        all(line.startswith("\t") for line in rows) for rows in tables
    )


def is_laid_out(text: str) -> bool:
    """Whether a table's head stands in the text with its words parted by blanks, and a row with as many below it.

    Such columns are told by a screen's places: a web page folds the blanks, and other fonts move the words.
    """
    lines = text.splitlines()
    return any(_is_head(head) and (len(head.split()) == len(row.split()) or not row) for head, row in pairwise(lines))


def begins_lines_with_blanks(text: str) -> bool:
    """Whether lines of a laid out table begin with blanks, which tell their column; Word's paragraphs drop them."""
    return is_laid_out(text) and any(line.startswith("    ") for line in text.splitlines())


def _is_head(line: str) -> bool:
    words = line.split()
    plain = not re.search(r"[\t|│：:。]", line)
    return plain and len(words) >= 3 and any(word.endswith(("单位", "部门")) for word in words)


def seen(source: SourceReading) -> list[tuple[object, ...]]:
    """All that a reading says but where it stands; blanks of type-setting do not count."""
    return [
        (plan.title, plan.number, plan.issuer, plan.issued_on, plan.effective_until, [_draft(d) for d in plan.drafts])
        for plan in source.plans
    ]


def _draft(draft: Draft) -> tuple[object, ...]:
    path = tuple(map(compact, draft.path))
    milestones = tuple(compact(stone.text) for stone in draft.milestones)
    quote = compact(draft.quote)
    deadline = replace(draft.deadline, text=compact(draft.deadline.text or ""))
    return draft.form, compact(draft.title), path, quote, draft.units, deadline, milestones, draft.doubts


def _replace_lists(document: Any) -> None:
    numbering = document.part.numbering_part.element
    for child in list(numbering):
        numbering.remove(child)
    lists = f'<w:numbering xmlns:w="{WORD}">{definition(*_LEVELS)}{num()}</w:numbering>'
    for child in list(parse_xml(lists)):
        numbering.append(child)


def _numbered(line: str, counts: list[int]) -> tuple[int | None, str]:
    """The level and the words of a line whose number is the next one of its list, else (None, the line)."""
    for depth, pattern in enumerate(_NUMBERS):
        found = re.match(pattern, line)
        if found and _ordinal(found.group()) == counts[depth] + 1:
            counts[depth] += 1
            counts[depth + 1 :] = [0] * (len(counts) - depth - 1)
            return depth, line[found.end() :]
    return None, line


def _ordinal(number: str) -> int:
    bare = number.strip("（）、.")
    if bare.isdecimal():
        return int(bare)
    if len(bare) == 1 and "①" <= bare <= "⑨":
        return ord(bare) - ord("①") + 1
    chinese = [*"一二三四五六七八九十", *(f"十{digit}" for digit in "一二三四五六七八九")]
    return chinese.index(bare) + 1 if bare in chinese else 0


def _add_table(document: Any, rows: list[list[str]]) -> None:
    table = document.add_table(len(rows), max(map(len, rows)))
    for row, words in zip(table.rows, _padded(rows), strict=True):
        for cell, said in zip(row.cells, words, strict=True):
            cell.text = said


def _padded(rows: list[list[str]]) -> Iterator[list[str]]:
    columns = max(map(len, rows))
    return ([*row, *[""] * (columns - len(row))] for row in rows)
