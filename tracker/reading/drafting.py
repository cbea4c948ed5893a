"""Clauses to drafts: title, path, inherited units, deadline with its basis, milestones, and every doubt."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from math import inf

from tracker.domain.doubts import doubt
from tracker.domain.drafts import Doubt, Draft, Form, UnitMention
from tracker.reading.clauses import Clause
from tracker.reading.documents import Document
from tracker.reading.inheritance import AddedUnits, Standing, first_leads, take_first_leads
from tracker.reading.outline import Heading, Placed, title_of, without_number
from tracker.reading.timing import PlanTimes, timing_of

_LEADS = (
    "——",
    "—",
    "一是",
    "二是",
    "三是",
    "四是",
    "五是",
    "六是",
    "●",
    "★",
    "▲",
    "◆",
    "■",
    "·",
    "第一，",
    "第二，",
    "第三，",
)
_LONGEST_TITLE = 200
_HEAD_OF_PARAGRAPH = 600
"""A title is looked for in this many characters of a paragraph."""

_CLAUSE_IN_TITLE = re.compile(r"[（(【〔\[](?=[^（(【〔\[]*(?:责任|牵头|负责|配合|供稿|提供|收集|时限|时间)).*$")
_FIRST_LEADS_NOTE = re.compile(r"[^。\n（）]{0,30}(?:第一位|第一个|首位|首个)[^。\n（）]{0,12}牵头(?:责任)?(?:单位|部门)")
_CELL_LINE = re.compile(r"(?:^|\n)\t[^\n]*")


def drafts_of(
    text: str,
    document: Document,
    clauses: Sequence[Clause],
    items: Sequence[Placed],
    rules: list[AddedUnits],
    times: PlanTimes,
) -> tuple[Draft, ...]:
    """The document's drafts, in the order in which their clauses stand."""
    ordered = sorted(clauses, key=lambda clause: (clause.start, -clause.end))
    crowded = _crowded_headings(ordered)
    drafts, free_from = [], document.start
    standing = Standing(rules)
    leads_from = _first_leads_from(text, document, ordered)
    for clause in ordered:
        if clause.start < free_from:
            continue
        drafts.append(_draft(text, clause, items, standing, times, crowded, free_from, leads_from))
        free_from = clause.end
    return tuple(drafts)


def _first_leads_from(text: str, document: Document, clauses: Sequence[Clause]) -> float:
    """From where on the unit named first leads, as the plan itself says: its note's clause, or the whole plan."""
    stated = next((clause.start for clause in clauses if clause.fields.first_leads), None)
    if stated is not None:
        return stated
    noted = _FIRST_LEADS_NOTE.search(text, document.start, document.end)
    return document.start if noted and take_first_leads(noted.group())[1] else inf


def _crowded_headings(clauses: Iterable[Clause]) -> frozenset[Heading]:
    """Headings with clauses in more than one unnumbered paragraph: there every paragraph is a task of its own."""
    counted = Counter(
        clause.owner
        for clause in clauses
        if clause.owner and not clause.placed.own and _words_before(clause) and clause.form is not Form.TABLE
    )
    return frozenset(heading for heading, count in counted.items() if heading and count > 1)


def _words_before(clause: Clause) -> str:
    paragraph = clause.placed.paragraph
    return paragraph.flat[: min(_HEAD_OF_PARAGRAPH, max(0, clause.start - paragraph.start))].strip()


def _draft(
    text: str,
    clause: Clause,
    items: Sequence[Placed],
    standing: Standing,
    times: PlanTimes,
    crowded: frozenset[Heading],
    free_from: int,
    first_leads_from: float,
) -> Draft:
    title = (clause.task or _title(clause, items, crowded))[:_LONGEST_TITLE]
    units = first_leads(clause.fields.units) if clause.start >= first_leads_from else clause.fields.units
    if clause.form in (Form.BRACKET, Form.LINE, Form.INLINE):
        units += standing.inherited_by(units, clause.start)
    timing = timing_of(clause.fields.deadlines, _lead(text, clause, items, free_from), clause.form, times)
    return Draft(
        title=title,
        path=_path(clause),
        form=clause.form,
        quote=text[clause.start : clause.end],
        start=clause.start,
        end=clause.end,
        units=units,
        deadline=timing.deadline,
        milestones=timing.milestones,
        doubts=_doubts(clause, units, timing.doubts),
    )


def _title(clause: Clause, items: Sequence[Placed], crowded: frozenset[Heading]) -> str:
    """The heading of the paragraph that the clause closes; an unnumbered paragraph among several tells its own."""
    before = _words_before(clause)
    own = title_of(without_number(before)) if before else ""
    if clause.placed.own and clause.placed.heading == clause.owner and own:
        return own
    tells_own = (
        clause.form is Form.SUPPLY or clause.owner is None or clause.owner in crowded or before.startswith(_LEADS)
    )
    if before and own and tells_own:
        return own.lstrip("—●★▲◆■· ")
    if clause.owner:
        return clause.owner.title
    return _title_above(clause, items)


def _title_above(clause: Clause, items: Sequence[Placed]) -> str:
    """Where nothing is numbered: the first sentence of the paragraph above."""
    for at in range(clause.index - 1, max(-1, clause.index - 4), -1):
        title = title_of(without_number(items[at].paragraph.flat))
        if title:
            return title
    return title_of(clause.placed.paragraph.flat)


def _path(clause: Clause) -> tuple[str, ...]:
    placed = clause.placed
    headings = [heading for heading in placed.headings if clause.owner is None or heading.rank <= clause.owner.rank]
    return (
        tuple(f"{heading.number}{_CLAUSE_IN_TITLE.sub('', heading.title)[:_LONGEST_TITLE]}" for heading in headings)
        + clause.path
    )


def _lead(text: str, clause: Clause, items: Sequence[Placed], free_from: int) -> str:
    """The words that the clause closes: from its heading (or its paragraph) on, but after the clause before it."""
    if clause.form is Form.TABLE:
        return clause.task or ""
    begin = clause.placed.paragraph.start if clause.placed.own or clause.owner is None else clause.owner.start
    if clause.owner is None and clause.form is Form.LINE and clause.index:
        begin = items[clause.index - 1].paragraph.start
    return _CELL_LINE.sub("", text[max(begin, free_from) : clause.start])


def _doubts(clause: Clause, units: tuple[UnitMention, ...], timing: tuple[Doubt, ...]) -> tuple[Doubt, ...]:
    codes = []
    if not units:
        codes.append("person-only" if clause.fields.persons else "no-unit")
    if not clause.closed:
        codes.append("missing-bracket")
    named = [doubt(code) for code in (*codes, *clause.fields.doubts)]
    return tuple(dict.fromkeys((*named, *timing)))
