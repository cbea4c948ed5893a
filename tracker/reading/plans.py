"""The public verbs on text: a source to its plans, each with its drafts."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from tracker.domain.doubts import doubt
from tracker.domain.drafts import Doubt, Draft, Form, PlanReading, SourceReading
from tracker.domain.text import compact
from tracker.reading.behind import with_times_behind
from tracker.reading.clauses import Clause, bracket_clauses, cue_clauses
from tracker.reading.documents import Document, split
from tracker.reading.drafting import Surroundings, drafts_of
from tracker.reading.duties import duty_clauses, with_units_above
from tracker.reading.fields import Sign
from tracker.reading.inheritance import AddedUnits, take_rule
from tracker.reading.inline import inline_clauses
from tracker.reading.labelled import line_clauses
from tracker.reading.markdown import unmarked
from tracker.reading.outline import Placed, place
from tracker.reading.paragraphs import Lines
from tracker.reading.prose import cued_clauses, doer_clauses, spoken_for
from tracker.reading.tables import Tables, read_tables
from tracker.reading.timing import plan_times
from tracker.reading.traditional import as_written, simplified

_BACKWARDS = re.compile("(?:以上|上述|前述)(?:各项)?(?:任务|工作|事项|措施)")
"""What a rule says that stands after the clauses it speaks for."""

_HEAD, _SHORTEST_TITLE_LINE = 40, 6
"""A title is looked for in so many paragraphs; its lines are no shorter."""

_SENTENCE = re.compile(r"[^。\n]*不再[^。\n]*")


def read_text(text: str, name: str, sha256: str | None = None, format: str = "txt") -> SourceReading:
    """Everything a plain text says. Offsets refer to ``text`` as given, so its newlines should be ``\\n`` already."""
    digest = sha256 or hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return SourceReading(name=name, format=format, text=text, sha256=digest, plans=read_plan(text))


def read_plan(text: str) -> tuple[PlanReading, ...]:
    """The plans of a text, in order: a gazette holds many, a plan file one, an empty text none. Never raises."""
    plain = simplified(unmarked(text))
    lines = Lines(plain)
    plans = tuple(_plan(plain, lines, document) for document in split(plain, lines))
    return plans if plain == text else tuple(as_written(plan, text, plain) for plan in plans)


def _plan(text: str, lines: Lines, document: Document) -> PlanReading:
    items = place(lines.paragraphs(document.start, document.end)) if document.assigns else ()
    tables = read_tables(text, items)
    return PlanReading(
        title=document.title,
        number=document.number,
        issuer=document.issuer,
        issued_on=document.issued_on,
        effective_until=document.effective_until,
        start=document.start,
        end=document.end,
        drafts=_drafts(text, document, items, tables) if document.assigns else (),
        doubts=_plan_doubts(document),
        indicators=tables.indicators,
    )


def _drafts(text: str, document: Document, items: Sequence[Placed], tables: Tables) -> tuple[Draft, ...]:
    clauses = _clauses(items, tables, document.title)
    body = text[document.start : document.end]
    times = plan_times(body, document.issued_on, document.planned_until, document.number, document.title)
    return drafts_of(Surroundings(text, document, items, _rules(items, clauses), times), clauses)


def _clauses(items: Sequence[Placed], tables: Tables, title: str) -> list[Clause]:
    found = [*tables.clauses, *line_clauses(items), *inline_clauses(items), *bracket_clauses(items)]
    found += _apart(cue_clauses(items), found)
    found = list(with_times_behind(found, items))
    taken, owned = spoken_for(found, items)
    taken = taken.union(_lines_of_title(items, title))
    for clauses in (cued_clauses, duty_clauses, doer_clauses):
        found += _apart(clauses(items, taken, owned), found)
    found = with_units_above(found)
    supplies = any(clause.fields.sign is Sign.SUPPLY for clause in found)
    return [clause for clause in found if supplies or clause.fields.sign is not Sign.WEAK_SUPPLY]


def _lines_of_title(items: Sequence[Placed], title: str) -> Iterator[int]:
    """The paragraphs that hold nothing but the plan's title, or a part of it."""
    whole = compact(title)
    for index, placed in enumerate(items[:_HEAD]):
        words = compact(placed.paragraph.flat)
        if len(words) >= _SHORTEST_TITLE_LINE and words in whole:
            yield index


def _apart(clauses: Iterable[Clause], found: Sequence[Clause]) -> list[Clause]:
    """The sentences of cues that are not already part of a surer clause."""
    spans = Spans((clause.start, clause.end) for clause in found)
    return [one for one in clauses if not spans.meet(one.start, one.end)]


class Spans:
    """Spans of the text, asked whether any of them meets another."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(spans):
            self._starts.append(start)
            self._ends.append(max(end, self._ends[-1] if self._ends else end))

    def meet(self, start: int, end: int) -> bool:
        """Whether a span shares a character with ``start`` to ``end``."""
        before = bisect_left(self._starts, end)
        return before > 0 and self._ends[before - 1] > start


def _rules(items: Sequence[Placed], clauses: Sequence[Clause]) -> list[AddedUnits]:
    """The rules that add units: those stated in clauses, and those stated in sentences of their own."""
    rules = [AddedUnits(clause.start, clause.fields.added) for clause in clauses if clause.fields.added]
    spans = Spans((clause.start, clause.end) for clause in clauses if clause.form is not Form.TABLE)
    for placed in items:
        paragraph = placed.paragraph
        for found in _SENTENCE.finditer(paragraph.flat) if "不再" in paragraph.flat else ():
            at = paragraph.start + found.start()
            if spans.meet(at, paragraph.start + found.end()):
                continue
            _, units = take_rule(found.group())
            if units:
                speaks_back = _BACKWARDS.search(found.group())
                rules.append(AddedUnits(items[0].paragraph.start if speaks_back else at, units))
    return sorted(rules, key=lambda rule: rule.at)


def _plan_doubts(document: Document) -> tuple[Doubt, ...]:
    doubts = []
    if document.assigns and document.issued_on is None:
        doubts.append(doubt("no-issue-date"))
    if document.assigns and document.number is None:
        doubts.append(doubt("no-number"))
    return tuple(doubts)
