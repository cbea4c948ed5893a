"""Assignments with the light they show on a day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from tracker.domain.lifecycle import is_chased
from tracker.domain.lights import DEFAULT_PACK, AssignmentFacts, LightPack, LitLight, is_overdue, light_of
from tracker.domain.report_rhythm import Every
from tracker.domain.workdays import WorkCalendar, announced_calendar
from tracker.store.task_queries import Limits
from tracker.store.tasks import Assignment, HistoryEntry


@dataclass(frozen=True, slots=True)
class Day:
    """The day a list is asked for, in the office's zone. Where ``is_past``, lists are made from the ledger of it."""

    today: date
    zone: tzinfo
    is_past: bool = False


@dataclass(frozen=True, slots=True)
class When(Day):
    """A day with the working days and the light pack that count on it, for lists that show lights."""

    calendar: WorkCalendar = field(default_factory=announced_calendar)
    pack: LightPack = DEFAULT_PACK


@dataclass(frozen=True, slots=True)
class Part:
    """A unit's part as lists show it: its light, the days it is overdue (0 when it is not), the entry worth telling."""

    assignment: Assignment
    lit: LitLight
    days_late: int = 0
    told: HistoryEntry | None = None

    @property
    def is_chased(self) -> bool:
        """Whether the unit is still pressed for it; where it is not, no list counts its days."""
        return is_chased(self.assignment.state, self.assignment.task.state)


def part_of(assignment: Assignment, when: When, told: HistoryEntry | None = None) -> Part:
    """The assignment as it stands on the day."""
    late = is_overdue(assignment.state, assignment.due_on, when.today, assignment.task.state)
    days_late = (when.today - assignment.due_on).days if late and assignment.due_on else 0
    return Part(assignment, lit(assignment, when), days_late, told)


def lit(assignment: Assignment, when: When) -> LitLight:
    """The light of an assignment, with its reason."""
    facts = AssignmentFacts(
        assignment.state,
        assignment.due_on,
        assignment.dispatched_at.astimezone(when.zone).date(),
        assignment.completed_on,
        _took_up_on(assignment, when),
        task_state=assignment.task.state,
        sign_by_on=assignment.sign_by_on,
        role=assignment.role,
        submitted_on=assignment.submitted_at.astimezone(when.zone).date() if assignment.submitted_at else None,
    )
    return light_of(facts, when.today, when.calendar.add_workdays, when.pack)


def _took_up_on(assignment: Assignment, when: When) -> date | None:
    """The day from which a report is owed; not asked for where the pack wants none."""
    if when.pack.reports.every is Every.NEVER:
        return None
    return assignment.took_up_at.astimezone(when.zone).date() if assignment.took_up_at else None


def limits(when: When) -> Limits:
    """The instants that the condition for a light in the database is asked with."""
    first = when.pack.reports.first_in_time(when.today)
    return Limits(late_to_sign(when), datetime.combine(first, time(), when.zone) if first else None)


def late_to_sign(when: When) -> datetime:
    """What was dispatched before this instant should have been signed for by now."""
    add_workdays = when.calendar.add_workdays
    day = when.today
    while add_workdays(day, when.pack.sign_within) >= when.today:
        day -= timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), time(), when.zone)
