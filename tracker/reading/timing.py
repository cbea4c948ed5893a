"""Deadlines and milestones of a clause: its own phrase, else its paragraph's targets, else what holds for all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from tracker.domain.deadlines import DeadlineReading, Found, find_in_prose, read_deadline
from tracker.domain.doubts import doubt
from tracker.domain.drafts import Basis, Deadline, DeadlineKind, Doubt, Form, MilestoneReading

_SENTENCE = re.compile(r"[。；;！？]")
_LONGEST_MILESTONE = 240
_COLLECTIVE = re.compile(
    r"(?:各|所有|全部|上述|以上|本方案)(?:有关|相关|项)?(?:供稿|责任|牵头|承办|成员|参编|撰稿)?(?:单位|部门|任务|工作任务|措施|事项)"
)
_DONE = re.compile(r"完成|报送|上报|提交|落实到位|办结|整改到位|报")
_REACH = 120
_YEAR = re.compile(r"(?:19|20)\d\d")
_TITLE_YEAR = re.compile(r"(?<!\d)20\d\d(?= ?(?:年|[—\-－~～至]))")
_MEETING = re.compile(r"(?<!\d)20\d\d(?=年\d{1,2}月\d{1,2}日[^。\n]{0,60}(?:主持召开|召开|主持)[^。\n]{0,40}会)")
_HEAD = 800
"""Minutes tell within so many characters when the meeting was."""

_STAGE = re.compile(
    r"[（(](?P<time>[\d年月日号旬底末前至到起止初今明上中下半第一二三四季度、.—–\-－~～\s]{3,40})[)）]$"
)
_ALL_TASKS = re.compile(r"任务|措施|事项")


@dataclass(frozen=True, slots=True)
class PlanTimes:
    """What the plan says about time: issue date, its own end, and duties stated once for all contributors or tasks.

    ``issue_year`` is the year alone, from the document number, and ``title_year`` the one that the title names:
    each only where nothing better is known.
    """

    issued_on: date | None
    until: date | None
    for_all: DeadlineReading | None = None
    for_suppliers: DeadlineReading | None = None
    issue_year: int | None = None
    title_year: int | None = None


@dataclass(frozen=True, slots=True)
class Timing:
    """A draft's deadline with its milestones and doubts."""

    deadline: Deadline
    milestones: tuple[MilestoneReading, ...] = ()
    doubts: tuple[Doubt, ...] = ()


def plan_times(
    body: str, issued_on: date | None, until: date | None, number: str | None = None, title: str = ""
) -> PlanTimes:
    """Reads the duties that a plan states once for all: 各供稿单位于3月30日前报送, 各项任务于年底前完成.

    Where the issue date is not known, the document number (〔2024〕), the day of the meeting that minutes tell of
    (2024年9月12日，市长…主持召开…会议) or else the title (2024年工作要点) tells the year.
    """
    issue_year = _year_in(_YEAR, number or "") or _year_of_meeting(body) if issued_on is None else None
    title_year = _year_in(_TITLE_YEAR, title) if issued_on is None and issue_year is None else None
    for_all = for_suppliers = None
    examined = 0
    for found in _COLLECTIVE.finditer(body):
        if found.start() < examined:
            continue
        stop = _SENTENCE.search(body, found.end(), found.end() + _REACH)
        examined = stop.end() if stop else found.end() + _REACH
        sentence = _sentence_around(body, found.start())
        if "。" in sentence or not _DONE.search(sentence):
            continue
        reading = _single(sentence, issued_on, issue_year)
        if reading and re.search("供稿|撰稿|参编", found.group()):
            for_suppliers = reading
        elif reading and _ALL_TASKS.search(found.group()):
            for_all = reading
    return PlanTimes(issued_on, until, for_all, for_suppliers, issue_year, title_year)


def _year_of_meeting(body: str) -> int | None:
    return _year_in(_MEETING, body[:_HEAD])


def _year_in(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.search(text)
    return int(found.group()) if found else None


def _sentence_around(body: str, at: int) -> str:
    begin = max(body.rfind(mark, max(0, at - 80), at) for mark in "。；\n") + 1
    stop = _SENTENCE.search(body, at, at + 120)
    return body[begin or max(0, at - 80) : stop.start() if stop else at + 120].split("\n", maxsplit=1)[0]


def _single(sentence: str, issued_on: date | None, issue_year: int | None) -> DeadlineReading | None:
    found = [one for one in find_in_prose(sentence, issued_on, issue_year=issue_year) if one.point.due_on]
    if not found:
        return None
    last = found[-1]
    deadline = Deadline(sentence[last.start : last.end], DeadlineKind.FIXED, last.point.due_on, Basis.PLAN, last.rule)
    return DeadlineReading(deadline)


def timing_of(phrases: Sequence[str], lead: str, form: Form, times: PlanTimes, headings: Sequence[str] = ()) -> Timing:
    """The timing of a clause with these deadline phrases, whose paragraph reads ``lead`` (DOMAIN, Deadlines 6-7).

    ``headings`` are the titles above it, outermost first: one may tell a stage's time (集中整治（8月1日—11月30日）).
    """
    found = _targets(lead, times)
    targets = _milestones(lead, found)
    own = _own_deadline("；".join(phrases), times)
    if own.deadline.text is not None and own.deadline.kind is not DeadlineKind.NONE:
        return Timing(own.deadline, own.milestones + targets, own.doubts)
    dated = [one for one in found if one.point.due_on]
    if dated:
        last = max(dated, key=lambda one: one.point.due_on or date.min)
        words = lead[last.start : last.end]
        return _with_doubts(
            Deadline(words, DeadlineKind.FIXED, last.point.due_on, Basis.PARAGRAPH, last.rule), targets, own
        )
    general = _stage_end(headings, times) or _for_all(form, times)
    if general:
        return _with_doubts(general, targets, own)
    if times.until and form is not Form.SUPPLY:
        return _with_doubts(Deadline(None, DeadlineKind.FIXED, times.until, Basis.PLAN, "plan-end"), targets, own)
    return Timing(own.deadline, targets, own.doubts or (doubt("no-date"),))


def _for_all(form: Form, times: PlanTimes) -> Deadline | None:
    """The day that the plan states once for all contributors, or for all tasks."""
    stated = (form is Form.SUPPLY and times.for_suppliers) or times.for_all
    return stated.deadline if stated else None


def _stage_end(headings: Sequence[str], times: PlanTimes) -> Deadline | None:
    """The end of the innermost stage whose heading tells its time in brackets."""
    for title in reversed(headings):
        found = _STAGE.search(title)
        own = _own_deadline(found["time"], times).deadline if found else None
        if own and own.kind is DeadlineKind.FIXED and own.due_on:
            return replace(own, basis=Basis.PARAGRAPH)
    return None


def _own_deadline(phrase: str, times: PlanTimes) -> DeadlineReading:
    """The clause's phrase; a year that only the title tells is used with a doubt."""
    own = read_deadline(phrase, times.issued_on, times.until, issue_year=times.issue_year)
    if times.title_year is None or not any(each.code == "no-year-known" for each in own.doubts):
        return own
    own = read_deadline(phrase, None, times.until, issue_year=times.title_year)
    return replace(own, doubts=(*own.doubts, doubt("year-from-title")))


def _with_doubts(deadline: Deadline, targets: tuple[MilestoneReading, ...], own: DeadlineReading) -> Timing:
    code = "date-from-paragraph" if deadline.basis is Basis.PARAGRAPH else "date-from-plan"
    return Timing(deadline, targets, (*own.doubts, doubt(code)))


def _milestones(lead: str, found: Sequence[Found]) -> tuple[MilestoneReading, ...]:
    """The dated targets of a paragraph, in order, each with the words around it."""
    stones = []
    for at, one in enumerate(found):
        begin = _clause_begin(lead, one.start, found[at - 1].end if at else 0)
        bound = _clause_begin(lead, found[at + 1].start, one.end) if at + 1 < len(found) else len(lead)
        stop = _SENTENCE.search(lead, one.end, bound)
        words = lead[begin : stop.start() if stop else bound].strip(" \t\u3000\n，,；;、")
        stones.append(MilestoneReading(words[:_LONGEST_MILESTONE], one.point.due_on, one.point.recurrence))
    return tuple(dict.fromkeys(stones))


def _targets(lead: str, times: PlanTimes) -> list[Found]:
    """The paragraph's dated targets; days before the issue date are background, not targets."""
    found = find_in_prose(lead, times.issued_on, issue_year=times.issue_year or times.title_year)
    targets = (one for one in found if one.point.due_on or one.point.recurrence)
    return [one for one in targets if not (one.point.due_on and times.issued_on and one.point.due_on < times.issued_on)]


def _clause_begin(lead: str, at: int, least: int) -> int:
    """Where the sentence of a date begins, but not before ``least``, the end of the date before it."""
    begin = max(lead.rfind(mark, least, at) for mark in "。；;！？\n")
    if begin >= 0:
        return begin + 1
    comma = lead.rfind("，", least, at)
    return comma + 1 if least and comma >= 0 else least
