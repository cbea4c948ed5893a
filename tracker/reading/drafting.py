"""Clauses to drafts: title, path, inherited units, deadline with its basis, milestones, and every doubt."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf

from tracker.domain.doubts import doubt
from tracker.domain.drafts import Doubt, Draft, Form, UnitMention
from tracker.domain.roles import Role
from tracker.reading.cells import title_of_task
from tracker.reading.clauses import Clause
from tracker.reading.dates import date_line
from tracker.reading.documents import Document
from tracker.reading.inheritance import AddedUnits, Standing, first_leads, take_first_leads
from tracker.reading.label_lines import leading_labels, words_below
from tracker.reading.outline import MATTER_LABEL, Heading, Placed, names_field, tells_no_task, title_of, without_number
from tracker.reading.part_titles import COUNTED, EDGES, part_title, shared_paragraphs
from tracker.reading.prefixes import own_places, without_needless_prefix
from tracker.reading.timing import PlanTimes, timing_of
from tracker.reading.wrapping import WRAP, unwrapped

_LEADS = ("——", "—", *(f"{n}是" for n in "一二三四五六"), *"●★▲◆■·", *(f"第{n}，" for n in "一二三"))
_MARKS = "—●★▲◆■·※ "
_LONGEST_TITLE = 200
_HEAD_OF_PARAGRAPH = 600
"""A title is looked for in this many characters of a paragraph."""

_CLAUSE_IN_TITLE = re.compile(r"[（(【〔\[](?=[^（(【〔\[]*(?:责任|牵头|负责|配合|供稿|提供|收集|时限|时间)).*$")
_FIRST_LEADS_WORDS = re.compile(
    r"(?:第一[位个]|首[位个])[^。\n（）]{0,12}牵头(?:责任|负责)?(?:单位|部门)(?:[或和、/][^，,；;。）)]{2,10})?"
)
_FIRST_LEADS_REACH = 30
_FIRST_LEADS_NOTE = re.compile(rf"[^。\n（）]{{0,{_FIRST_LEADS_REACH}}}{_FIRST_LEADS_WORDS.pattern}")
_MARK_LEADS = re.compile(
    r"(?:带|标|加|注|打)有?(?:注)?[“\"（(]?[*\uff0a★▲△☆#][”\")）]?[^。；\n]{0,8}?(?:为|是)(?:该项任务的?)?牵头"
)
_RECORD_NAME = re.compile(r"(?:任务|项目|事项)名称[：:]|(?:工作|重点|具体)任务[：:]|整改事项[：:]")
_CELL_LINE = re.compile(r"(?:^|\n)\t[^\n]*")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a document's drafts are drawn up against: its text and paragraphs, its rules, and what it says of time."""

    text: str
    document: Document
    items: Sequence[Placed]
    rules: list[AddedUnits]
    times: PlanTimes


def drafts_of(around: Surroundings, clauses: Sequence[Clause]) -> tuple[Draft, ...]:
    """The document's drafts, in the order in which their clauses stand; of two that overlap the first is taken."""
    ordered = sorted(clauses, key=lambda clause: (clause.start, -clause.end))
    drawer = _Drawer(around, ordered)
    return tuple(drawer.draft(clause) for clause in ordered if clause.start >= drawer.free_from)


class _Drawer:
    """Draws up one draft after the other and remembers how far the text has been used."""

    def __init__(self, around: Surroundings, ordered: Sequence[Clause]) -> None:
        self.around = around
        self.free_from = around.document.start
        self._last: tuple[UnitMention, ...] = ()
        self._standing = Standing(around.rules)
        self._ordered = ordered
        self._starts = [clause.start for clause in ordered]
        self._crowded = _crowded_headings(ordered)
        self._many_blocks = _with_many_blocks(ordered)
        self._shared = shared_paragraphs(ordered)
        self._mark_leads = bool(_MARK_LEADS.search(around.text, around.document.start, around.document.end))
        self._own_places = own_places(around.document.issuer, around.document.title)
        self._leads_from = _first_leads_from(around.text, around.document, ordered)

    def draft(self, clause: Clause) -> Draft:
        """The draft of a clause; the text up to its end is used from now on."""
        units = self._units(clause)
        told = (_lead(self.around, clause, self.free_from), clause.fields.told, self._told_below(clause))
        lead = "。\n".join(filter(None, told))
        headings = [heading.title for heading in clause.placed.headings]
        timing = timing_of(clause.fields.deadlines, lead, clause.form, self.around.times, headings)
        title = (_own_title(clause) or self._title(clause))[:_LONGEST_TITLE]
        start = _with_its_bracket(self.around.text, clause)
        self.free_from = clause.end
        return Draft(
            title=title,
            path=_path(clause),
            form=clause.form,
            quote=self.around.text[start : clause.end],
            start=start,
            end=clause.end,
            units=units,
            deadline=timing.deadline,
            milestones=timing.milestones,
            doubts=_doubts(clause, units, timing.doubts),
        )

    def _told_below(self, clause: Clause) -> str:
        """What is told of a block's task below its lines (整改措施：…), where no other clause stands."""
        owner = clause.owner
        if clause.form is not Form.LINE or owner is None or owner in self._many_blocks:
            return ""
        below = bisect_right(self._starts, clause.start)
        if below < len(self._ordered) and owner in self._ordered[below].placed.headings:
            return ""
        return "。".join(words_below(self.around.items, clause.index, clause.end, owner))

    def _title(self, clause: Clause) -> str:
        items = self.around.items
        if own := self._title_of_part(clause):
            return own
        title = _title_of_block(clause, items, self._many_blocks)
        title = title or _title(clause, items, self._crowded)
        label = MATTER_LABEL.match(title)
        return title[label.end() :] if label else title

    def _title_of_part(self, clause: Clause) -> str:
        """What a clause closes of a paragraph that holds several: the words from the clause before it on.

        Where they are numbered (1.…（…）。2.开展培训。（…）), they are an item of their own.
        """
        paragraph = clause.placed.paragraph
        begin = max(0, self.free_from - paragraph.start)
        words = unwrapped(paragraph.flat[begin : clause.start - paragraph.start]).lstrip(EDGES)
        if begin and clause.form is Form.BRACKET and without_number(words) != words:
            return title_of(without_number(words))
        if clause.index not in self._shared:
            return ""
        return part_title(words if begin else COUNTED.sub("", without_number(words)))

    def _units(self, clause: Clause) -> tuple[UnitMention, ...]:
        own = clause.fields.units
        if "units-as-above" in clause.fields.doubts:
            named = {unit.name for unit in own}
            own += tuple(unit for unit in self._last if unit.name not in named)
        self._last = own or self._last
        if self._own_places and "elided-prefix" in clause.fields.doubts:
            own = without_needless_prefix(own, self._own_places, self.around.text[clause.start : clause.end])
        if clause.fields.marked and self._mark_leads:
            own = tuple(replace(u, role=Role.LEAD) if u.name in clause.fields.marked else u for u in own)
        if clause.start >= self._leads_from:
            own = first_leads(own)
        inherits = clause.form in (Form.BRACKET, Form.LINE, Form.INLINE)
        return own + self._standing.inherited_by(own, clause.start) if inherits else own


def _with_its_bracket(text: str, clause: Clause) -> int:
    """Where the quote begins: a label written 【责任单位】 takes its bracket along."""
    labelled = clause.form in (Form.LINE, Form.INLINE)
    return clause.start - 1 if labelled and text[clause.start - 1 : clause.start] in tuple("【〔[［") else clause.start


def _first_leads_from(text: str, document: Document, clauses: Sequence[Clause]) -> float:
    """From where on the unit named first leads, as the plan itself says: its note's clause, or the whole plan."""
    stated = next((clause.start for clause in clauses if clause.fields.first_leads), None)
    if stated is not None:
        return stated
    noted = _first_leads_note(text, document)
    return document.start if noted and take_first_leads(noted.group())[1] else inf


def _first_leads_note(text: str, document: Document) -> re.Match[str] | None:
    """The note with the words before it, which are looked at only where its own words stand."""
    words = _FIRST_LEADS_WORDS.search(text, document.start, document.end)
    begin = max(document.start, words.start() - _FIRST_LEADS_REACH) if words else document.end
    return _FIRST_LEADS_NOTE.search(text, begin, document.end)


def _crowded_headings(clauses: Iterable[Clause]) -> frozenset[Heading]:
    """Headings with clauses in more than one unnumbered paragraph: there every paragraph is a task of its own."""
    counted = Counter(
        clause.owner
        for clause in clauses
        if clause.owner and not clause.placed.own and _words_before(clause) and clause.form is not Form.TABLE
    )
    return frozenset(heading for heading, count in counted.items() if heading and count > 1)


def _with_many_blocks(clauses: Iterable[Clause]) -> frozenset[Heading]:
    """Headings with several blocks of label lines: there each block may stand under a task without a number."""
    counted = Counter(clause.owner for clause in clauses if clause.owner and clause.form is Form.LINE)
    return frozenset(heading for heading, count in counted.items() if count > 1)


def _title_of_block(clause: Clause, items: Sequence[Placed], many_blocks: frozenset[Heading]) -> str:
    """What names a block's task: its own line (任务名称：…), or, among many, the unnumbered line above.

    A line 任务：… or 存在问题：… names it where no heading does, and where a heading beside its own stands over many.
    """
    if clause.form is not Form.LINE:
        return ""
    at = clause.index - 1
    while at > 0 and leading_labels(items[at]) and items[at].heading == clause.owner:
        if MATTER_LABEL.match(items[at].paragraph.flat.lstrip()):
            break
        at -= 1
    above = items[at] if at >= 0 else None
    if above is None or above.own or above.heading != clause.owner or above.paragraph.is_cell:
        return ""
    words = above.paragraph.flat.lstrip()
    owner = clause.owner
    is_named = _RECORD_NAME.match(words) or (
        MATTER_LABEL.match(words) and (owner is None or owner.rank in {heading.rank for heading in many_blocks})
    )
    return title_of(words.strip()) if is_named or owner in many_blocks else ""


def _words_before(clause: Clause) -> str:
    paragraph = clause.placed.paragraph
    return paragraph.flat[: min(_HEAD_OF_PARAGRAPH, max(0, clause.start - paragraph.start))].strip()


def _own_title(clause: Clause) -> str | None:
    """The title that a clause brings along: a table row's task cell, what a sentence tells to do."""
    return title_of_task(clause.task) if clause.task and clause.form is Form.TABLE else clause.task


def _title(clause: Clause, items: Sequence[Placed], crowded: frozenset[Heading]) -> str:
    """The heading of the paragraph that the clause closes; an unnumbered paragraph among several tells its own."""
    before = _words_before(clause)
    if clause.placed.own and clause.form is Form.BRACKET and not without_number(before):
        after = clause.placed.paragraph.flat[clause.end - clause.placed.paragraph.start :]
        if title_of(after):
            return title_of(after)
    own = title_of(without_number(COUNTED.sub("", before))) if before.strip(_MARKS) else ""
    own = "" if clause.owner != clause.placed.heading and names_field(own) else own
    if clause.placed.own and clause.placed.heading == clause.owner and own:
        return own
    tells_own = clause.form is Form.SUPPLY or clause.owner in crowded or before.startswith(_LEADS)
    if before and own and (tells_own or _owner_is_silent(clause)):
        return own.lstrip(_MARKS)
    if clause.owner:
        return clause.owner.title
    return _title_above(clause, items)


def _owner_is_silent(clause: Clause) -> bool:
    """Whether no heading tells the task: there is none, or an unnumbered paragraph stands under 主要预期目标."""
    return clause.owner is None or (not clause.placed.own and tells_no_task(clause.owner.title))


def _title_above(clause: Clause, items: Sequence[Placed]) -> str:
    """Where nothing is numbered: the first sentence of the paragraph above."""
    for at in range(clause.index - 1, max(-1, clause.index - 4), -1):
        title = title_of(without_number(items[at].paragraph.flat))
        if title and date_line(title) is None:
            return title
    return title_of(clause.placed.paragraph.flat)


def _path(clause: Clause) -> tuple[str, ...]:
    placed = clause.placed
    headings = [heading for heading in placed.headings if clause.owner is None or heading.rank <= clause.owner.rank]
    return (
        tuple(f"{heading.number}{_CLAUSE_IN_TITLE.sub('', heading.title)[:_LONGEST_TITLE]}" for heading in headings)
        + clause.path
    )


def _lead(around: Surroundings, clause: Clause, free_from: int) -> str:
    """The words that the clause closes: from its heading (or its paragraph) on, but after the clause before it."""
    if clause.form is Form.TABLE:
        return "\n".join(part for part in (clause.task, clause.details) if part)
    paragraph = clause.placed.paragraph
    if clause.placed.own and clause.form is Form.BRACKET and not without_number(_words_before(clause)):
        return unwrapped(paragraph.flat[clause.end - paragraph.start :])
    begin = paragraph.start if clause.placed.own or clause.owner is None else clause.owner.start
    if clause.owner is None and clause.form is Form.LINE and clause.index:
        begin = around.items[clause.index - 1].paragraph.start
    begin = max(begin, free_from)
    if begin >= paragraph.start and WRAP in paragraph.flat:
        return unwrapped(paragraph.flat[begin - paragraph.start : max(0, clause.start - paragraph.start)])
    return _CELL_LINE.sub("", around.text[begin : clause.start])


def _doubts(clause: Clause, units: tuple[UnitMention, ...], timing: tuple[Doubt, ...]) -> tuple[Doubt, ...]:
    codes = []
    if not units:
        codes.append("person-only" if clause.fields.persons else "no-unit")
    if not clause.closed:
        codes.append("missing-bracket")
    named = [doubt(code) for code in (*codes, *clause.fields.doubts)]
    return tuple(dict.fromkeys((*named, *timing)))
