"""What stands in a list today, said of the tables' rows: for the first page's numbers, and the lists behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from tracker.domain.division import parts_above
from tracker.domain.figures import Period
from tracker.domain.lifecycle import State
from tracker.services.histories import end_of
from tracker.services.listings import COUNTED_ONCE, NEXT_DAYS, Show, waiting_parts
from tracker.services.lit import When, limits
from tracker.store.overdue import AWAITED, DATED, TASK_OPEN
from tracker.store.standing_queries import FamilyPart, families
from tracker.store.task_queries import Condition, lights_of_chased
from tracker.store.tasks import Assignment


def is_of_the_tables(show: Show) -> bool:
    """Whether rows tell who stands in the list today: what a measure counts, and the whole ledger, they do not."""
    return show.measure is None and show is not Show.ALL


def of_list(show: Show, period: Period, when: When) -> Sequence[Condition]:
    """What the row of a part, joined with its task, meets that stands in the list; ``period`` ends today."""
    if show is Show.ASKING:
        return [Assignment.id.in_(waiting_parts(end_of(when.today, when.zone)))]
    return [AWAITED, *of_awaited(show, period, when)]


def of_awaited(show: Show, period: Period, when: When) -> Sequence[Condition]:
    """The same of a part that is known to be awaited, for all lists but that of requests for a later date."""
    day, week = when.today, timedelta(days=NEXT_DAYS)
    red, yellow = lights_of_chased(day, limits(when), when.pack)
    found: Mapping[Show, Sequence[Condition]] = {
        Show.OPEN: [TASK_OPEN],
        Show.RED: [TASK_OPEN, red],
        Show.YELLOW: [TASK_OPEN, yellow],
        Show.UNSIGNED: [TASK_OPEN, Assignment.state == State.DISPATCHED],
        Show.SUBMITTED: [Assignment.state == State.SUBMITTED],
        Show.DECLINED: [Assignment.state == State.DECLINED],
        # The day after a date is the first that is late.
        Show.NEWLY_RED: [TASK_OPEN, DATED, Assignment.due_on < day, Assignment.due_on >= period.day_before],
        Show.SOON: [TASK_OPEN, DATED, Assignment.due_on.between(day, day + week)],
    }
    return found[show]


def counted_in_its_parent(session: Session, when: When, show: Show, reach: Sequence[Condition]) -> set[int]:
    """The parts that the list leaves out because it holds the part that they were divided from."""
    if show not in COUNTED_ONCE:
        return set()
    return divided_from_those(show, families(session, reach, when.today, limits(when), when.pack))


def divided_from_those(show: Show, family: Sequence[FamilyPart]) -> set[int]:
    """Of the parts that the list would hold those that were divided from another such, at whatever remove."""
    held = {part.assignment_id for part in family if getattr(part, show.value)}
    parents = {part.assignment_id: part.parent_id for part in family}
    return {each for each in held if not held.isdisjoint(parts_above(each, parents))}
