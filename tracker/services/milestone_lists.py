"""Lists of late milestones: for who supervises, and for a liaison's own units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.services.milestones import MilestoneLine, line_of
from tracker.services.supervision import Filter, narrowed
from tracker.store import milestone_queries as ask
from tracker.store.measures import MilestoneReport
from tracker.store.overdue import chased
from tracker.store.pages import PAGE_SIZE, Page, page_number
from tracker.store.reach import within
from tracker.store.tasks import Assignment, Milestone

SHOWN_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class LateMilestone:
    """A late milestone beside a part whose unit must complete its task."""

    line: MilestoneLine
    part: Assignment


def late_milestones(  # noqa: PLR0917 - who asks, for what, which page
    session: Session, actor: Actor, today: date, wanted: Filter, number: int, permission: Permission
) -> Page[LateMilestone]:
    """A page of the late milestones of units within reach, the longest late first."""
    return _page(session, _conditions(session, actor, today, wanted, permission), today, number, PAGE_SIZE)


def own_late_milestones(session: Session, actor: Actor, today: date) -> Page[LateMilestone]:
    """The first late milestones of a liaison's own units, and how many there are."""
    conditions = _conditions(session, actor, today, Filter(), Permission.WORK_OWN)
    return _page(session, conditions, today, 1, SHOWN_AT_ONCE)


def _page(
    session: Session, conditions: Sequence[ask.Condition], today: date, number: int, size: int
) -> Page[LateMilestone]:
    total = ask.count_rows(session, conditions)
    number = page_number(number, total)
    found = ask.rows(session, conditions, (Milestone.due_on,), size, (number - 1) * size)
    last = ask.last_reports(session, {milestone.id for milestone, _ in found})
    return Page([_row(milestone, part, last.get(milestone.id), today) for milestone, part in found], number, total)


def _row(milestone: Milestone, part: Assignment, last: MilestoneReport | None, today: date) -> LateMilestone:
    return LateMilestone(line_of(milestone, last, today, awaited=True), part)


def _conditions(
    session: Session, actor: Actor, today: date, wanted: Filter, permission: Permission
) -> list[ask.Condition]:
    """Late, within reach and chased: a unit that is done or suspended is not told of it again."""
    late = [within(actor, permission), ask.late_on(today), chased()]
    return [*late, *narrowed(session, wanted, ask.milestones_about)]
