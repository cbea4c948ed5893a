"""Assignments with the light they show on a day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo

from tracker.domain.lifecycle import is_chased
from tracker.domain.lights import DEFAULT_PACK, AssignmentFacts, Light, LightPack, LitLight, light_of
from tracker.domain.workdays import WorkCalendar, announced_calendar
from tracker.store.tasks import Assignment, HistoryEntry


@dataclass(frozen=True, slots=True)
class When:
    """The day a list is asked for, the office's zone, its working days and its light pack."""

    today: date
    zone: tzinfo
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
    light = lit(assignment, when)
    due_on = assignment.due_on if light.light is Light.RED else None
    return Part(assignment, light, (when.today - due_on).days if due_on else 0, told)


def lit(assignment: Assignment, when: When) -> LitLight:
    """The light of an assignment, with its reason."""
    facts = AssignmentFacts(
        assignment.state,
        assignment.due_on,
        assignment.dispatched_at.astimezone(when.zone).date(),
        assignment.completed_on,
        task_state=assignment.task.state,
        sign_by_on=assignment.sign_by_on,
    )
    return light_of(facts, when.today, when.calendar.add_workdays, when.pack)


def late_to_sign(when: When) -> datetime:
    """What was dispatched before this instant should have been signed for by now."""
    add_workdays = when.calendar.add_workdays
    day = when.today
    while add_workdays(day, when.pack.sign_within) >= when.today:
        day -= timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), time(), when.zone)
