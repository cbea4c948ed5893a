"""A source to its documents: title, number (文号), issuer, issue date, end of validity, and where each one stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise, zip_longest

from tracker.domain.deadline_days import add_months, year_end
from tracker.domain.numerals import NUMERAL, number
from tracker.domain.text import compact, same_length_ascii, tidy
from tracker.reading.dates import DATE, date_in, date_line, may_end_in_date
from tracker.reading.paragraphs import Lines, Paragraph
from tracker.reading.titles import NUMBER, TitleBlock, is_number, is_organ, loose_title, opens_document, title_block

_META = re.compile(r"\s*(?P<key>[\u4e00-\u9fff\s]{2,8})[：:]\s*(?P<value>\S.*)")
_META_NUMBER = frozenset(("发文字号", "文号", "发布文号", "文件编号", "公文编号"))
_META_ISSUED = frozenset(("成文日期", "发文日期", "印发日期", "签发日期", "生成日期"))
_META_PUBLISHED = frozenset(("发布日期", "公开日期", "发布时间"))
_META_ISSUER = frozenset(("发文机关", "发布机构", "制发机关", "发文单位", "公开机构", "信息来源"))
_META_TITLE = frozenset(("标题", "名称", "信息名称"))
_HEAD_LINES = 24
_TAIL_LINES = 12
_LONGEST_SIGNATURE = 120
_LONGEST_NOTE = 60
_NUMBER_AND_DAY = re.compile(rf"{NUMBER.pattern}[，,]?{DATE}")
_NOTE_WORDS = ("号", "通过", "印发", "发布", "公布", "审议")
_IMPRINT = re.compile(rf"(?P<issuer>[\u4e00-\u9fff（）()]{{2,30}}?)?{DATE}印发")
_SIGNED = re.compile(rf"(?P<issuer>[\u4e00-\u9fff（）()]{{2,40}}){DATE}")
_DATE_BEFORE = DATE.replace("?P<", "?P<first_")
_UNTIL = re.compile(
    rf"有效期(?:限)?(?:为|到|至|自[^，。]{{2,20}}至)[^，。；\d]{{0,6}}(?:{DATE})|(?:施行|实施|执行)至{_DATE_BEFORE}"
)
_YEARS = re.compile(rf"有效期(?:限)?(?:为|是)?(?P<n>[{NUMERAL}]{{1,3}})(?P<unit>年|个月)")
_FROM = re.compile(rf"自{DATE}(?:起)?(?:施行|实施|执行|生效)")
_SPAN = re.compile(
    rf"(?:管控|实施|执行|活动|施行|整治|规划)(?:时间|期限|期)(?:为)?[：:]?(?:自|从)?{_DATE_BEFORE}"
    rf"[^，。；至到—-]{{0,5}}[至到—\-－]{DATE}"
)
_PERIOD = re.compile(r"规划期(?:限)?(?:为|是|：|:|至|到)(?:20\d\d年?[—–\-~至到]+)?(?P<y>20\d\d)年")
_TITLE_RANGE = re.compile(r"20\d\d\s*年?\s*(?:[—–\-－~～至到]|——)\s*(?P<y>20\d\d)\s*年?")
_TITLE_YEAR = re.compile(r"(?P<y>20\d\d)年(?:度)?")
_FIVE_YEAR = re.compile(r"[“\"]?十(?P<n>[二三四五六七])五[”\"]?")


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a source; ``end`` is where the next one begins.

    ``planned_until`` is the end of the period its title or its validity names: what a clause without a date of its
    own falls back on. ``assigns`` is False for 政策解读, which restate and assign nothing.
    """

    title: str
    number: str | None
    issuer: str | None
    issued_on: date | None
    effective_until: date | None
    planned_until: date | None
    start: int
    end: int
    assigns: bool


def split(text: str, written: Lines | None = None) -> tuple[Document, ...]:
    """The documents of a source, in order; a text without any formal head is one document.

    ``written`` are the text's lines, where they have been looked at already.
    """
    lines = (written or Lines(text)).paragraphs()
    blocks = _blocks(lines)
    documents = []
    for this, after in zip_longest(blocks, blocks[1:]):
        last = after.first if after else len(lines)
        documents.append(_document(text, lines[this.first : last], this, lines[max(0, this.first - 4) : this.first]))
    return tuple(documents)


def _blocks(lines: Sequence[Paragraph]) -> list[TitleBlock]:
    found: list[TitleBlock] = []
    at = 0
    while at < len(lines):
        block = title_block(lines, at)
        if block and (opens_document(lines, block) or at == 0):
            found.append(block)
            at = block.last + 1
        else:
            at += 1
    if not lines or (found and not _holds_prose(lines[: found[0].first])):
        return found
    return [_first_block(lines), *found]


def _holds_prose(lines: Sequence[Paragraph]) -> bool:
    """Whether the lines before the first formal title are a document of their own, not a cover or a red head."""
    return sum("。" in line.flat for line in lines) >= 2


def _first_block(lines: Sequence[Paragraph]) -> TitleBlock:
    for at in range(min(len(lines), _HEAD_LINES)):
        if "。" in lines[at].flat or _meta(lines[at]) or is_number(lines[at].flat):
            continue
        block = title_block(lines, at) or loose_title(lines, at)
        if block:
            return TitleBlock(0, block.last, block.title, block.issuer, block.explains)
    return TitleBlock(0, 0, tidy(lines[0].flat)[:60], None, explains=False)


def _meta(line: Paragraph) -> tuple[str, str] | None:
    found = _META.fullmatch(line.flat)
    if not found:
        return None
    key = compact(found["key"])
    known = (
        _META_NUMBER | _META_ISSUED | _META_PUBLISHED | _META_ISSUER | _META_TITLE | {"索引号", "主题分类", "体裁分类"}
    )
    return (key, found["value"].strip()) if key in known else None


def _document(text: str, lines: Sequence[Paragraph], block: TitleBlock, above: Sequence[Paragraph]) -> Document:
    meta = dict(pair for line in (*above, *lines[:_HEAD_LINES]) if (pair := _meta(line)))
    title = next((meta[key] for key in _META_TITLE if key in meta and len(meta[key]) > len(block.title)), block.title)
    issuer, issued_on = (None, None) if block.explains else _signature(lines, block, meta)
    body = compact(same_length_ascii(text[lines[0].start : lines[-1].end]))
    until = None if block.explains else _effective_until(body, issued_on)
    return Document(
        title=title,
        number=None if block.explains else _number(lines, block, above, meta),
        issuer=issuer,
        issued_on=issued_on,
        effective_until=until,
        planned_until=_title_until(title) or _period_until(body) or until,
        start=lines[0].start,
        end=lines[-1].end,
        assigns=not block.explains,
    )


def _number(
    lines: Sequence[Paragraph], block: TitleBlock, above: Sequence[Paragraph], meta: dict[str, str]
) -> str | None:
    size = block.last - block.first + 1
    for line in (*lines[: size + 6], *reversed(above)):
        if is_number(line.flat):
            return compact(line.flat)
        if _noted_day(line.flat) and (noted := NUMBER.search(compact(line.flat))):
            return noted.group()
    for key in _META_NUMBER & meta.keys():
        found = NUMBER.search(compact(meta[key]))
        if found:
            return found.group()
    return None


def _signature(lines: Sequence[Paragraph], block: TitleBlock, meta: dict[str, str]) -> tuple[str | None, date | None]:
    """Issuer and issue date: as signed, else as the page's head tells, else the imprint, else a lone date."""
    issuer = block.issuer or next((meta[key] for key in _META_ISSUER if key in meta), None)
    signed = _signed(lines, issuer)
    if signed:
        return issuer or signed[0], signed[1]
    for key in _META_ISSUED:
        if key in meta and (day := date_in(meta[key])):
            return issuer, day
    noted = next((day for line in lines[:_HEAD_LINES] if (day := _noted_day(line.flat))), None)
    if noted:
        return issuer, noted
    edges = (*lines[:_HEAD_LINES], *lines[-_TAIL_LINES:])
    for line in edges:
        found = _IMPRINT.search(compact(same_length_ascii(line.flat)))
        if found and (day := date_in(found.group())):
            return issuer or found["issuer"], day
    lone = next((day for line in edges if (day := date_line(line.flat))), None)
    published = next((date_in(meta[key]) for key in _META_PUBLISHED if key in meta), None)
    return issuer, lone or published


def _noted_day(line: str) -> date | None:
    """The day in a note under the title: （某政办发〔2023〕5号，2023年3月20日）, （2023年3月20日常务会议通过）.

    So it is where the number and the day stand on one line without brackets.
    """
    words = compact(same_length_ascii(line))
    if _NUMBER_AND_DAY.fullmatch(words):
        return date_in(NUMBER.sub("", words))
    if len(words) > _LONGEST_NOTE or not words.startswith(("（", "(")) or not words.endswith(("）", ")")):
        return None
    return date_in(words) if any(word in words for word in _NOTE_WORDS) else None


def _signed(lines: Sequence[Paragraph], issuer: str | None) -> tuple[str, date] | None:
    """The first organ-and-date signature that the issuer gave; if none is the issuer's, the first of any organ."""
    found: list[tuple[str, date]] = []
    for above, line in pairwise(lines):
        if line.is_cell or len(line.flat) > _LONGEST_SIGNATURE or not may_end_in_date(line.flat):
            continue
        day = date_line(line.flat)
        if day and is_organ(above.flat):
            found.append((compact(above.flat), day))
        one = _SIGNED.fullmatch(compact(same_length_ascii(line.flat)))
        if one and is_organ(one["issuer"]) and (day := date_in(one.group()[len(one["issuer"]) :])):
            found.append((one["issuer"], day))
    own = [pair for pair in found if issuer and pair[0] in issuer]
    return next(iter(own or found), None)


def _effective_until(body: str, issued_on: date | None) -> date | None:
    """The last day of validity that the document states: a day, a number of years from its beginning, or a period."""
    for pattern in (_UNTIL, _SPAN):
        found = pattern.search(body)
        if found:
            return date_in(found.group().rsplit("至", 1)[-1]) or date_in(found.group())
    years = _YEARS.search(body)
    begins = _FROM.search(body)
    start = (date_in(begins.group()) if begins else None) or issued_on
    if years and start:
        months = number(years["n"]) * (12 if years["unit"] == "年" else 1)
        return add_months(start, months) if 0 < months < 1200 else None
    return None


def _period_until(body: str) -> date | None:
    """The end of the planning period (规划期) that the document states; it bounds duties, not validity."""
    period = _PERIOD.search(body)
    return year_end(int(period["y"])) if period else None


def _title_until(title: str) -> date | None:
    """The end of the period a title names: 2023—2025年, “十四五”, or a single year."""
    spanned = _TITLE_RANGE.search(title)
    if spanned:
        return year_end(int(spanned["y"]))
    five = _FIVE_YEAR.search(title)
    if five:
        return year_end(1955 + 5 * number("十" + five["n"]))
    single = _TITLE_YEAR.search(title)
    return year_end(int(single["y"])) if single else None
