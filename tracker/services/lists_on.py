"""The lists that can be asked for as of a day: today's from the tables, a past day's from the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from tracker.domain.access import Actor
from tracker.services import past_lists as past
from tracker.services.day_rules import when_of
from tracker.services.histories import UnitThen
from tracker.services.lit import Day, When
from tracker.services.overdue_sheet import overdue_sheet, sheet_of
from tracker.services.past_late import overdue_then
from tracker.services.past_tasks import PastTaskRow, past_tasks
from tracker.services.supervision import OverdueFilter, overdue, worst_units
from tracker.services.task_pages import TaskFilter, TaskRow, all_tasks
from tracker.store.late_items import LateItem
from tracker.store.pages import Page, Place
from tracker.store.units import Unit


@dataclass(frozen=True, slots=True)
class OverdueList:
    """A page of the overdue items, and the units that have the most of them, whichever unit was chosen.

    A list too long to be counted names no units.
    The items of a past day's list tell of no 催办.
    """

    page: Page[LateItem]
    worst: Sequence[tuple[Unit | UnitThen, int]]


def tasks_on(
    session: Session, actor: Actor, when: When, wanted: TaskFilter, number: int
) -> Page[TaskRow] | Page[PastTaskRow]:
    """A page of all tasks within reach, as they stood on the day."""
    listed = past_tasks if when.is_past else all_tasks
    return listed(session, actor, when, wanted, number)


def overdue_on(session: Session, actor: Actor, day: Day, wanted: OverdueFilter, place: Place) -> OverdueList:
    """A page of what was overdue on the day."""
    if not day.is_past:
        page = overdue(session, actor, day, wanted, place)
        worst = () if page.is_more else worst_units(session, actor, day, wanted)
        return OverdueList(page, worst)
    found = overdue_then(session, actor, when_of(session, day), wanted, place)
    return OverdueList(found.page, found.worst)


def overdue_sheet_on(session: Session, actor: Actor, day: Day, wanted: OverdueFilter) -> bytes:
    """The whole overdue list of the day, as it is filtered and sorted, as an .xlsx file."""
    if not day.is_past:
        return overdue_sheet(session, actor, day, wanted)
    when = when_of(session, day)
    rows = past.past_overdue(session, actor, when, wanted)
    return sheet_of(session, when, wanted, past.with_reports(session, when, rows))
