"""Placed paragraphs to clauses: brackets, sentences of cues, and (by ``labelled``) lines that begin with a label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tracker.domain.drafts import Form
from tracker.reading.brackets import Bracket, brackets_in, top_level
from tracker.reading.fields import Fields, Sign, read_bracket, read_cue_line
from tracker.reading.labels import Opens, labels_in
from tracker.reading.naming import has_cue
from tracker.reading.outline import Heading, Placed, heading_of, without_number
from tracker.reading.subjects import begin_of_names
from tracker.reading.told_times import take_time
from tracker.reading.unit_words import is_office, is_surely_unit, looks_like_unit

_SENTENCE_END = "。！？；;!?”"
_TRIGGERS = re.compile(
    r"责[ \u3000]*任|责任|貴任|贵任|牵|主[ \u3000]*办|配合|协办|会办|负责|落实|承办|供稿"
    r"|撰稿|提供|收集|编写|撰写|报送|组稿|时限|时间|期限|单位|部门|参与|实施"
)
_DEED = re.compile(r"完成[^，。；]{2,}|建成|投用|开工|出台")
"""What a date in a bracket of its own tells of a part: (2021年9月底前完成主体封顶)。"""

_OWN_DEED = re.compile(
    r"(?:牵头|负责|配合|协助|参与|参加|协办)[，,][^，,]{0,30}?"
    r"(?:完成|建立|制定|制订|编制|出台|印发|上报|报送|开展|启动|提出|形成|建成)[^，,。；]{3,}$"
)
"""A whole paragraph whose end tells what its units are to do: A牵头，B配合，6月底前完成管网改造方案."""

_TOLD_DUTY = re.compile(r"负责(?!人|单位|部门|同志|落实(?=[，,。；]|$))[\u4e00-\u9fff]{2,}")
_COUNTED = re.compile(r"\d[\u4e00-\u9fff]$")
"""3所, 12处: an amount, though names end so, too."""

_SIGNED = re.compile(r"\s*(?:19|20)\d\d年\d{1,2}月\d{1,2}日(?:印发|发布|通过|公布)?\s*")
"""A day alone behind an organ on a line of its own is a signature, no deadline."""

GAP = re.compile(r"[\s，,；;。]*")
_ANNEXES = re.compile(r"\s*附件?\s*[：:]")
_MOST_BRACKETS_DEEP = 3
_SHORTEST_OFFICE, _SHORTEST_MATTER = 2, 4
_BEFORE_CLAUSE = tuple("。；;！")
_AFTER_CLAUSE = frozenset("（(【〔〖[［。；;，")


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause found: its span in the text, its fields, the paragraph that holds it, and the heading that owns it.

    ``index`` is that of the paragraph. ``closed`` is False when its closing bracket is missing. ``task`` and ``path``
    are a table row's own.
    """

    form: Form
    start: int
    end: int
    fields: Fields
    placed: Placed
    index: int
    owner: Heading | None
    closed: bool = True
    task: str | None = None
    details: str = ""
    path: tuple[str, ...] = ()


def bracket_clauses(items: Sequence[Placed]) -> Iterator[Clause]:
    """The clauses that stand in brackets; neighbouring brackets of one clause (units, then a date) are one."""
    waiting: Clause | None = None
    for index, placed in enumerate(items):
        if placed.paragraph.is_cell or _ANNEXES.match(placed.paragraph.flat):
            continue
        in_table = index > 0 and items[index - 1].paragraph.is_cell
        found = [one for one in _in_paragraph(placed, index) if not (in_table and one.fields.sign is Sign.BARE)]
        for clause in _merged(found, placed) if found else ():
            if waiting and _goes_on(waiting, clause):
                waiting = _with(waiting, clause)
                continue
            if waiting and waiting.fields.sign is not Sign.DATE_ONLY:
                yield waiting
            waiting = clause
    if waiting and waiting.fields.sign is not Sign.DATE_ONLY:
        yield waiting


def _in_paragraph(placed: Placed, index: int) -> Iterator[Clause]:
    flat, base = placed.paragraph.flat, placed.paragraph.start
    taken_until = 0
    for bracket in brackets_in(flat):
        if bracket.start < taken_until or bracket.depth > _MOST_BRACKETS_DEEP:
            continue
        fields = _read(flat, bracket)
        if fields:
            taken_until = bracket.end
            form = Form.SUPPLY if fields.sign in (Sign.SUPPLY, Sign.WEAK_SUPPLY) else Form.BRACKET
            yield Clause(
                form, base + bracket.start, base + bracket.end, fields, placed, index, placed.owner, bracket.closed
            )


def _read(flat: str, bracket: Bracket) -> Fields | None:
    inner = bracket.inner(flat) if bracket.end - bracket.start < 1300 else ""
    has_trigger = bool(_TRIGGERS.search(inner))
    if not bracket.closed and not has_trigger:
        return None
    stands_apart = _ends_sentence(flat, bracket) or _between_sentences(flat, bracket) or _opens_item(flat, bracket)
    if not has_trigger and not stands_apart:
        return None
    fields = read_bracket(inner)
    if not fields:
        return None
    if fields.sign is Sign.BARE and not _may_be_bare(flat, bracket, fields):
        return None
    if not bracket.closed and fields.sign is Sign.BARE:
        return None
    return fields


def _ends_sentence(flat: str, bracket: Bracket) -> bool:
    """Whether a sentence ends behind the bracket, or another bracket begins: (2024年9月底前)(责任单位：…)."""
    return _closes_paragraph(flat, bracket) or flat[bracket.end : bracket.end + 1] in _AFTER_CLAUSE


def _between_sentences(flat: str, bracket: Bracket) -> bool:
    """Whether a sentence ends before the bracket, and another begins behind it: 一是抓生产。（县农业局，5月底前）…."""
    return flat[: bracket.start].rstrip()[-1:] in _BEFORE_CLAUSE


def _opens_item(flat: str, bracket: Bracket) -> bool:
    """Whether a bracket stands between an item's number and its words: 1.【市水利局】编制规划."""
    before = flat[: bracket.start].strip()
    return bool(before) and not without_number(before) and len(flat[bracket.end :].strip()) > 1


def _may_be_bare(flat: str, bracket: Bracket, fields: Fields) -> bool:
    """Whether units without label or cue can be a clause here: with a date behind any sentence, else at the end."""
    if fields.deadlines:
        if not flat[: bracket.start].strip() and _SIGNED.fullmatch(fields.deadlines[0]):
            return False
        return _ends_sentence(flat, bracket) or (_between_sentences(flat, bracket) and len(fields.units) > 1)
    if _opens_item(flat, bracket):
        return all(is_surely_unit(unit.name) for unit in fields.units)
    if not _closes_paragraph(flat, bracket):
        return False
    return _follows_sentence(flat, bracket, fields) or _closes_item(flat, bracket, fields)


def _closes_item(flat: str, bracket: Bracket, fields: Fields) -> bool:
    """Whether one unit closes a numbered item that tells a matter (1.新建小学3所（市教育局）), and no second name."""
    before = flat[: bracket.start].rstrip()
    item = without_number(before)
    is_name = looks_like_unit(item) and not _COUNTED.search(item)
    unit = fields.units[0].name
    names_unit = is_surely_unit(unit) or (is_office(unit) and len(unit) > _SHORTEST_OFFICE)
    return item != before.lstrip() and names_unit and not is_name


def _closes_paragraph(flat: str, bracket: Bracket) -> bool:
    return not flat[bracket.end :].strip(" \t\u3000。.；;")


def _follows_sentence(flat: str, bracket: Bracket, fields: Fields) -> bool:
    """Whether units alone in a bracket can be a clause: after a whole sentence, alone on a line, or two and more."""
    before = flat[: bracket.start].rstrip()
    return not before or before[-1] in _SENTENCE_END or len(fields.units) > 1


def _merged(clauses: list[Clause], placed: Placed) -> Iterator[Clause]:
    flat, base = placed.paragraph.flat, placed.paragraph.start
    at = 0
    while at < len(clauses):
        clause = clauses[at]
        while at + 1 < len(clauses) and _is_one(clause, clauses[at + 1], flat, base):
            at += 1
            clause = _with(clause, clauses[at])
        yield clause
        at += 1


def _goes_on(above: Clause, clause: Clause) -> bool:
    """Whether a clause that begins its paragraph goes on with the one that ends the paragraph above it."""
    paragraph = clause.placed.paragraph
    if clause.index != above.index + 1 or clause.start != paragraph.first or clause.end != paragraph.last:
        return False
    return above.end == above.placed.paragraph.last and _belong_together(above.fields, clause.fields)


def _is_one(first: Clause, second: Clause, flat: str, base: int) -> bool:
    """Whether two brackets with nothing between them belong together: their signs differ or their roles do."""
    between = first.end - base, second.start - base
    if not GAP.fullmatch(flat, *between):
        return False
    tells_part = first.fields.sign is Sign.DATE_ONLY and _DEED.search(first.fields.deadlines[0])
    if tells_part and "。" in flat[slice(*between)]:
        return False
    return _belong_together(first.fields, second.fields)


def _belong_together(first: Fields, second: Fields) -> bool:
    if Sign.DATE_ONLY in (first.sign, second.sign):
        return not (first.deadlines and second.deadlines)
    return {u.role for u in first.units}.isdisjoint({u.role for u in second.units})


def _with(first: Clause, second: Clause) -> Clause:
    a, b = first.fields, second.fields
    fields = replace(
        a,
        sign=b.sign if a.sign is Sign.DATE_ONLY else a.sign,
        units=a.units + b.units,
        deadlines=a.deadlines + b.deadlines,
        persons=a.persons or b.persons,
        added=a.added + b.added,
        doubts=tuple(dict.fromkeys(a.doubts + b.doubts)),
    )
    return replace(first, end=second.end, fields=fields, closed=first.closed and second.closed)


def cue_clauses(items: Sequence[Placed]) -> Iterator[Clause]:
    """Sentences that are nothing but units and cues, alone on a line (form line) or closing a paragraph (inline)."""
    for index, placed in enumerate(items):
        paragraph = placed.paragraph
        if paragraph.is_cell or not re.search("牵头|主办|负责|配合|落实", paragraph.flat[-120:]):
            continue
        stripped = _before_time(paragraph.flat).rstrip(" \t\u3000。；;")
        begin = _begin_of_cues(stripped)
        if begin == 0 and placed.own:
            begin = _after_matter(stripped)
        words = stripped[begin:]
        if begin == 0:
            if heading_of(paragraph) and (not placed.headings[:-1] or _OWN_DEED.search(words)):
                continue  # its deed follows its units: prose
            words = without_number(words)
            begin = len(stripped) - len(words)
        alone = (begin == 0 and not placed.own and index > 0) or (placed.own and stripped[begin - 1 : begin] == "。")
        each_its_own = len(_TOLD_DUTY.findall(words)) > 1  # A负责制定方案，B负责落实资金: no list of units
        fields = read_cue_line(words.strip(), one_may_do=alone) if _is_plain(words) and not each_its_own else None
        if fields:
            begin += len(words) - len(words.lstrip())
            form = Form.INLINE if stripped[:begin].strip() else Form.LINE
            owner = placed.owner
            start, end = paragraph.start + begin, paragraph.start + len(stripped)
            yield Clause(form, start, end, fields, placed, index, owner)


def _before_time(flat: str) -> str:
    """The paragraph without a time that a label tells at its end: A牵头，B配合。完成时限：6月底前。"""
    labels = labels_in(flat) if "：" in flat or ":" in flat else ()
    return flat[: labels[0].start] if len(labels) == 1 and labels[0].opens is Opens.DEADLINE else flat


def _begin_of_cues(words: str) -> int:
    """Where the last sentences begin that name units with cues: A牵头；B、C配合；2024年6月底前完成."""
    begin = _last_stop(words)
    while begin:
        above = _last_stop(words[: begin - 1])
        sentence = words[above : begin - 1].strip()
        first = None if _TOLD_DUTY.search(words[above:]) else read_cue_line(sentence, one_may_do=True)
        if not first or first.deadlines or (words[begin - 1] == "。" and take_time(words[begin:].strip())[0]):
            break
        if not read_cue_line(words[above:].strip()):
            break
        begin = above
    return begin


def _after_matter(words: str) -> int:
    """Where an item's units begin that stand behind its matter and a comma: 建立机制，A牵头，B配合，长期坚持."""
    for comma in re.finditer("[，,]", top_level(words)):
        matter, rest = without_number(words[: comma.start()]).strip(), words[comma.end() :].strip()
        fields = read_cue_line(rest) if len(matter) >= _SHORTEST_MATTER and not looks_like_unit(matter) else None
        if fields and all(is_surely_unit(unit.name) for unit in fields.units):
            leads_in = begin_of_names(f"{matter}，") > len(matter)  # 会议要求，A牵头，B配合，开工建设…
            is_matter = take_time(matter)[0] and not has_cue(f"{matter}，") and not leads_in
            return comma.end() if is_matter else 0
    return 0


def _last_stop(words: str) -> int:
    return max(words.rfind("。"), words.rfind("；"), words.rfind(";")) + 1


def _is_plain(words: str) -> bool:
    return 4 < len(words) <= 300 and words.count("（") == words.count("）")
