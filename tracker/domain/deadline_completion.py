"""A deadline that waits for a day (起算日期, 事件日期): what is asked of a person, and the last day that follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from tracker.domain.deadline_days import add_months
from tracker.domain.deadline_others import days_after
from tracker.domain.deadline_rule import Context
from tracker.domain.deadlines import RULES, Found, find_in_clause
from tracker.domain.drafts import DeadlineKind
from tracker.domain.numerals import number
from tracker.domain.text import same_length_ascii
from tracker.domain.workdays import WorkCalendar

_BY_NAME = {rule.name: rule for rule in RULES}
_EVENTS = frozenset({"event", "lunar", "event-act", "days-before-event"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What to enter, as a form says it: the field's name and one sentence of help."""

    label: str
    help: str


@dataclass(frozen=True, slots=True)
class Completion:
    """The last day on time; ``provisional`` when its working days lie in a year that is not announced."""

    due_on: date
    provisional: bool = False


def asked_for(phrase: str) -> Asked:
    """Which day a person has to enter before the phrase names a last day."""
    found = _waiting(phrase)
    if found is not None and found.point.kind is DeadlineKind.RELATIVE:
        return Asked("起算日期", "填写起算的那一天（如收到申请、项目验收之日），系统据此推算完成时限。")
    if found is None or found.rule not in _EVENTS:
        return Asked("完成日期", "填写应当完成的那一天。")
    if found.rule == "days-before-event":
        return Asked("事件日期", "填写事件当天，系统按原文倒推完成时限。")
    if _is_before(phrase, found):
        return Asked("事件日期", "填写事件当天（如正月初一、开学第一天），完成时限为其前一天。")
    return Asked("事件日期", "填写事件当天，完成时限即为这一天。")


def completed_by(phrase: str, day: date, calendar: WorkCalendar) -> Completion:
    """The last day on time when what the phrase waits for falls on ``day``.

    N个工作日内 counts from it, 春节前 ends the day before it, 会前5日 goes back from it; other words end on it.
    Refuses (ValueError, OverflowError) a period that leads out of all calendars.
    """
    found = _waiting(phrase)
    if found is not None and found.point.kind is DeadlineKind.RELATIVE:
        return _counted(phrase, found, day, calendar)
    if found is not None and found.rule == "days-before-event":
        return _counted_back(phrase, found, day, calendar)
    if found is not None and found.rule in _EVENTS and _is_before(phrase, found):
        return Completion(day - timedelta(days=1))
    return Completion(day)


def _waiting(phrase: str) -> Found | None:
    """The words that wait for a day: those of a period first, then those that go back from an event, then the event."""
    found = find_in_clause(phrase, None)
    for wanted in (_is_relative, _goes_back, _is_event):
        chosen = next((one for one in found if wanted(one)), None)
        if chosen is not None:
            return chosen
    return None


def _is_relative(found: Found) -> bool:
    return found.point.kind is DeadlineKind.RELATIVE


def _goes_back(found: Found) -> bool:
    return found.rule == "days-before-event"


def _is_event(found: Found) -> bool:
    return found.rule in _EVENTS


def _is_before(phrase: str, found: Found) -> bool:
    words = phrase[found.start : found.end]
    return words.endswith("前") or words.endswith("前夕")


def _length(phrase: str, found: Found) -> tuple[str, str]:
    match = _BY_NAME[found.rule].compiled.match(same_length_ascii(phrase), found.start)
    assert match is not None
    return match["n"], match["unit"]


def _counted(phrase: str, found: Found, day: date, calendar: WorkCalendar) -> Completion:
    count, unit = _length(phrase, found)
    due_on = days_after(Context(day, calendar), day, count, unit)
    return Completion(due_on, unit == "工作日" and not calendar.knows(day, due_on))


def _counted_back(phrase: str, found: Found, day: date, calendar: WorkCalendar) -> Completion:
    count, unit = _length(phrase, found)
    if unit == "工作日":
        due_on = calendar.add_workdays(day, -number(count))
        return Completion(due_on, not calendar.knows(due_on, day))
    if unit == "月":
        return Completion(day - timedelta(days=15) if count == "半" else add_months(day, -number(count)))
    days = {"周": 7 * number(count)}.get(unit, 1 if unit == "小时" else number(count))
    return Completion(day - timedelta(days=days))
