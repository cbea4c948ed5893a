"""Reading deadline phrases (完成时限): what a phrase means, which rule read it, and what to doubt.

The grammar itself is data: ``deadline_points`` for days and periods, ``deadline_others`` for recurring, relative,
ongoing and event phrases. This module finds the rules' matches in a phrase and weighs them (DOMAIN, Deadlines 1-8).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import chain, zip_longest

from tracker.domain.deadline_every import EVERY_RULES
from tracker.domain.deadline_others import ANCHOR, ANCHOR_REACH, EVENT_RULES, OTHER_RULES
from tracker.domain.deadline_periods import PERIOD_RULES
from tracker.domain.deadline_points import DAY_RULES, MONTH_RULES
from tracker.domain.deadline_rule import Context, Grammar, Point, Rule
from tracker.domain.deadline_words import told
from tracker.domain.doubts import doubt
from tracker.domain.drafts import Basis, Deadline, DeadlineKind, Doubt, MilestoneReading
from tracker.domain.series import Rhythm, Series
from tracker.domain.text import same_length_ascii
from tracker.domain.workdays import WorkCalendar, announced_calendar

RULES: tuple[Rule, ...] = (*EVENT_RULES, *EVERY_RULES, *DAY_RULES, *MONTH_RULES, *PERIOD_RULES, *OTHER_RULES)
_IN_CLAUSE = Grammar(RULES)
_IN_PROSE = Grammar(tuple(rule for rule in RULES if not rule.only_in_clause))

_RANGE_GAP = re.compile(r"\s*(?:[至到—–\-－~～]|--|——)\s*")
_STARTS = re.compile(r"\s*(?:[起始]|开始|以来|以后|之后)(?!草)")
_TARGET_BEFORE = re.compile(r"(?:到|至|截至|于|力争|确保)\s*$")
_HISTORY_BEFORE = re.compile(r"(?:截至|截止|自|从|早在|已于)\s*$")
_TARGET_INSIDE = re.compile(r"(?:前|[底末终]前?|内|期间|期末)$")
_DONE_AFTER = re.compile(
    "(?:全面|全部|基本|正式|整体|主体)*(?:建成|投产|投用|投运|竣工|完工|达产|通车|封顶|交付|投入(?:使用|运营|运行)|并网)(?!的|以来)"
)
"""What a period right before it makes a target: 二季度投产."""

_STOP = re.compile("[。；;]")
_EDGE = " \t\r\n　，,；;。、：:“”\"'（）()【】[]"


@dataclass(frozen=True, slots=True)
class Found:
    """One rule's match in a text, with what it read; offsets are those of the text searched."""

    start: int
    end: int
    rule: str
    point: Point


@dataclass(frozen=True, slots=True)
class DeadlineReading:
    """A phrase's deadline, what to doubt about it, and its milestones when it names several dates."""

    deadline: Deadline
    doubts: tuple[Doubt, ...] = ()
    milestones: tuple[MilestoneReading, ...] = ()


def read_deadline(
    phrase: str,
    issued_on: date | None,
    plan_until: date | None = None,
    calendar: WorkCalendar | None = None,
    issue_year: int | None = None,
) -> DeadlineReading:
    """What a deadline phrase that stands in a clause means.

    ``issued_on`` gives the year to phrases that name none and the anchor to 印发之日起…; ``plan_until``
    is what 规划期内 means; ``issue_year`` is the year alone, where only that is known (from the document number).
    A blank phrase has no deadline and no doubt; one that no rule reads is kept with a doubt.
    """
    written = phrase.strip(_EDGE)
    if not written:
        return DeadlineReading(Deadline())
    found = find_in_clause(written, issued_on, calendar, plan_until, issue_year)
    if not found:
        return DeadlineReading(Deadline(written, basis=Basis.CLAUSE), (doubt("unread-deadline"),))
    return _weigh(written, found, issued_on)


def rhythm_in(phrase: str, issued_on: date | None) -> Rhythm | None:
    """On which days a recurring duty falls due; None when the phrase names none, or an event (每年汛期前)."""
    found = [one.point.rhythm for one in find_in_clause(phrase.strip(_EDGE), issued_on) if one.point.recurrence]
    first = next(iter(found), None)
    if first is None:
        return None
    same = [one.marks for one in found if one and (one.cycle, one.every) == (first.cycle, first.every)]
    return first.with_marks(tuple(chain.from_iterable(same)))


def series_in(phrase: str, issued_on: date | None, until: date | None, today: date) -> Series | None:
    """The series that a recurring phrase makes: from the issue date, or a later start that it names, to ``until``.

    ``today`` begins a series of a plan whose issue date is not known.
    """
    rhythm = rhythm_in(phrase, issued_on)
    if rhythm is None:
        return None
    named = [one.point.since for one in find_in_clause(phrase.strip(_EDGE), issued_on) if one.point.since]
    return Series(rhythm, max([issued_on or today, *named]), until)


@lru_cache(maxsize=128)
def find_in_clause(
    text: str,
    issued_on: date | None,
    calendar: WorkCalendar | None = None,
    plan_until: date | None = None,
    issue_year: int | None = None,
) -> tuple[Found, ...]:
    """Every date, period and other deadline word in a clause's deadline phrase, in order."""
    context = Context(issued_on, calendar or announced_calendar(), plan_until, issue_year)
    return tuple(_without_starts(text, _scan(text, _IN_CLAUSE, context)))


def begin_of_term(text: str, found: Found) -> int:
    """Where a period's words begin, with those that tell from when it is counted (自印发之日起10个工作日内)."""
    if found.point.kind is not DeadlineKind.RELATIVE:
        return found.start
    from_when = ANCHOR.search(text, max(0, found.start - ANCHOR_REACH), found.start)
    if not from_when:
        return found.start
    return from_when.start() + max(0, *(from_when["anchor"].rfind(word) for word in ("自", "从", "于")))


def find_in_prose(
    text: str, issued_on: date | None, calendar: WorkCalendar | None = None, issue_year: int | None = None
) -> tuple[Found, ...]:
    """The dated targets in running text: only phrases that a cue (到, 前, 底, 期间 …) marks as targets."""
    context = Context(issued_on, calendar or announced_calendar(), year=issue_year)
    found = _without_starts(text, _scan(text, _IN_PROSE, context))
    return tuple(one for one in found if _is_target(text, one))


def _scan(text: str, grammar: Grammar, context: Context) -> Iterator[Found]:
    plain, reached = same_length_ascii(text), 0
    for rule, match in grammar.matches(plain):
        if context.each_year and _STOP.search(plain, reached, match.start()):
            context = replace(context, each_year=False, dates_recur=False)
        reached = match.end()
        point = rule.read(match, context)
        context = _context_after(context, point, match)
        yield Found(match.start(), match.end(), rule.name, point)


def _context_after(context: Context, point: Point, match: re.Match[str]) -> Context:
    """What the words read so far mean for those that follow: their year, 每年, and a day to count from."""
    return replace(
        context,
        year=point.year or context.year,
        each_year=context.each_year or bool(point.recurrence),
        dates_recur=context.dates_recur or (point.recurrence == "yearly" and told(match, "tail")),
        last_day=point.due_on or context.last_day,
    )


def _without_starts(text: str, found: Iterator[Found]) -> Iterator[Found]:
    """Leaves out a range's beginning (3月至12月底), and makes 自…起 the mere start that it is."""
    rows = list(found)
    for this, after in zip_longest(rows, rows[1:]):
        if this.point.kind is DeadlineKind.FIXED:
            if after and _RANGE_GAP.fullmatch(text, this.end, after.start):
                continue
            if _STARTS.match(text, this.end) and not text[this.start : this.end].endswith("前"):
                yield Found(this.start, this.end, "start-only", _as_start(this))
                continue
        yield this


def _as_start(found: Found) -> Point:
    since, first = found.point.due_on, _FIRST_MONTHS.get(found.rule)
    if since and first:
        since = date(since.year, since.month - first + 1, 1)
    return Point(DeadlineKind.NONE, doubts=("start-only",), year=found.point.year, since=since)


_FIRST_MONTHS = {"month": 1, "month-figures": 1, "quarter": 3, "half-year": 6, "year": 12, "bare-year": 12}
"""For rules that read a period: how many months before its end it begins."""


def _is_target(text: str, found: Found) -> bool:
    before = text[max(0, found.start - 6) : found.start]
    if found.point.kind is not DeadlineKind.FIXED:
        return found.point.kind is DeadlineKind.RECURRING
    if _HISTORY_BEFORE.search(before):
        return False
    if found.rule in _ALWAYS_TARGET or _TARGET_BEFORE.search(before):
        return True
    return bool(_TARGET_INSIDE.search(text[found.start : found.end]) or _DONE_AFTER.match(text, found.end))


_ALWAYS_TARGET = frozenset(rule.name for rule in RULES if rule.in_prose)


def _weigh(written: str, found: tuple[Found, ...], issued_on: date | None) -> DeadlineReading:
    chosen = _deciding(found)
    codes = dict.fromkeys(code for one in found if _matters(one, chosen) for code in one.point.doubts)
    dates = sorted({one.point.due_on for one in found if _is_day(one)} - {None})  # type: ignore[type-var]
    if len(dates) > 1:
        codes["several-dates"] = None
    if chosen.point.due_on and any(one.point.kind is DeadlineKind.ONGOING for one in found):
        codes["then-ongoing"] = None
    due = chosen.point.due_on
    if due and issued_on and due < issued_on:
        codes["due-before-issue"] = None
    deadline = Deadline(written, chosen.point.kind, due, Basis.CLAUSE, chosen.rule)
    return DeadlineReading(deadline, tuple(doubt(code) for code in codes), _milestones(written, found, dates))


def _is_day(found: Found) -> bool:
    return found.point.kind is DeadlineKind.FIXED and found.point.due_on is not None


_WEIGHT = (DeadlineKind.FIXED, DeadlineKind.RECURRING, DeadlineKind.RELATIVE, DeadlineKind.ONGOING, DeadlineKind.EVENT)


_SEASONS = frozenset({"event", "lunar"})
_ALWAYS_DOUBTED = (DeadlineKind.FIXED, DeadlineKind.RELATIVE, DeadlineKind.EVENT, DeadlineKind.NONE)
_ONLY_ALONE = frozenset({"immediate", "event-act", "days-before-event", "start-only", "follows-others"})
"""Rules whose words are mere manner (立行立改, 验收后) beside a date that somebody wrote."""


def _deciding(found: tuple[Found, ...]) -> Found:
    """The match that gives the deadline: the latest day, else the strongest kind (DOMAIN, Deadlines 6)."""
    days = [one for one in found if _is_day(one)]
    if days:
        return max(days, key=lambda one: one.point.due_on or date.min)
    for kind in _WEIGHT:
        if kind is DeadlineKind.ONGOING and (season := next((one for one in found if one.rule in _SEASONS), None)):
            return season  # 春节前动态清零: a day to be entered says more than that it goes on
        for one in found:
            if one.point.kind is kind:
                return one
    return found[0]


def _matters(found: Found, chosen: Found) -> bool:
    if found.rule in _ONLY_ALONE:
        return found is chosen or (found.rule == "immediate" and chosen.point.due_on is None)
    return found is chosen or found.point.kind in _ALWAYS_DOUBTED


def _milestones(written: str, found: tuple[Found, ...], dates: list[date | None]) -> tuple[MilestoneReading, ...]:
    dated = [one for one in found if (_is_day(one) and len(dates) > 1) or one.point.recurrence]
    return tuple(
        MilestoneReading(
            written[one.start : after.start if after else None].strip(_EDGE), one.point.due_on, one.point.recurrence
        )
        for one, after in zip_longest(dated, dated[1:])
    )
