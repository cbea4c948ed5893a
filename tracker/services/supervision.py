"""What supervisors and leaders look through: the overdue list, its sheet, and what waits for a decision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import and_
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.lifecycle import Event, State
from tracker.domain.roles import Role
from tracker.services.lit import Day, Part, When, late_to_sign, part_of
from tracker.services.marked_pages import page_of_many
from tracker.store import task_queries as ask
from tracker.store.extension_queries import count_waiting, waiting_requests
from tracker.store.extensions import Extension
from tracker.store.late_items import LateItem, late_items, longest_overdue, longest_overdue_within
from tracker.store.overdue import TASK_OPEN, overdue_on
from tracker.store.pages import MOST_COUNTED, PAGE_SIZE, Mark, Page, Place, page_number
from tracker.store.plans import Plan
from tracker.store.reach import below, within
from tracker.store.tasks import Assignment, Task
from tracker.store.units import Unit

WORST_UNITS = 8
DECISIONS_ON_A_PAGE, SHOWN_BESIDE = 20, 10


class OverdueSort(StrEnum):
    """The columns by which the overdue list can be put in order."""

    DAYS = "days"
    TITLE = "title"
    UNIT = "unit"
    ROLE = "role"
    PLAN = "plan"
    STATE = "state"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which items are asked for; ``unit_id`` stands for the unit and all below it."""

    words: str = ""
    unit_id: int | None = None
    plan_id: int | None = None


@dataclass(frozen=True, slots=True)
class OverdueFilter(Filter):
    """Which overdue items are asked for, in which order."""

    min_days: int | None = None
    role: Role | None = None
    sort: OverdueSort = OverdueSort.DAYS
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Request:
    """A request for a later date, with the part it is about."""

    extension: Extension
    part: Part


def overdue(session: Session, actor: Actor, day: Day, wanted: OverdueFilter, place: Place) -> Page[LateItem]:
    """A page of the overdue items within reach, each with its latest report."""
    if wanted == OverdueFilter() and place == Place():
        reach = actor.reach(Permission.SUPERVISE)
        return _first_of(*longest_overdue_within(session, reach, day.today, PAGE_SIZE, MOST_COUNTED))
    conditions, order = overdue_conditions(session, actor, day, wanted), overdue_order(wanted)
    if goes_by_days(wanted) and place == Place():
        return _first_page(session, conditions)
    # Whoever comes by a mark comes from a page that was counted.
    marked = bool(place.after or place.before) and goes_by_days(wanted)
    total = MOST_COUNTED + 1 if marked else ask.count_parts_up_to(session, conditions, _BY_DAY, MOST_COUNTED)
    if total > MOST_COUNTED:
        return _page_of_many(session, wanted, conditions, place)
    number = page_number(place.number, total)
    found = late_items(session, conditions, order, PAGE_SIZE, (number - 1) * PAGE_SIZE)
    return Page(found, number, total)


def _first_page(session: Session, conditions: list[ask.Condition]) -> Page[LateItem]:
    """The first page of a narrowed list: what is longest overdue, with the number of all, in one statement."""
    return _first_of(*longest_overdue(session, conditions, PAGE_SIZE, MOST_COUNTED))


def _first_of(rows: list[LateItem], total: int) -> Page[LateItem]:
    if total <= MOST_COUNTED:
        return Page(rows, 1, total)
    first, last = _mark_of(rows[0]), _mark_of(rows[-1])
    return Page(rows, 1, MOST_COUNTED, is_more=True, has_next=True, first=first, last=last)


def _page_of_many(
    session: Session, wanted: OverdueFilter, conditions: list[ask.Condition], place: Place
) -> Page[LateItem]:
    """A page of a list that is not counted to its end; by marks where it goes by the days alone."""
    order, marked = overdue_order(wanted), goes_by_days(wanted)

    def find(mark: Mark | None, backwards: bool, offset: int) -> list[LateItem]:
        turned = [Assignment.due_on.desc(), Assignment.id.desc()] if backwards else order
        beyond = [ask.beyond(mark, later=not backwards)] if mark else []
        return late_items(session, [*conditions, *beyond], turned, PAGE_SIZE + 1, offset)

    if page := page_of_many(find, place, _mark_of if marked else None):
        return page
    # By a mark somebody comes also when nothing is overdue any more.
    return _first_page(session, conditions) if marked else page_of_many(find, Place(), None) or Page([], 1, 0)


def goes_by_days(wanted: OverdueFilter) -> bool:
    """Whether the list is in the order of the index: the longest overdue first."""
    return wanted.sort is OverdueSort.DAYS and wanted.descending


def _mark_of(item: LateItem) -> Mark:
    return Mark(item.due_on, item.id)


def worst_units(session: Session, actor: Actor, day: Day, wanted: OverdueFilter) -> list[tuple[Unit, int]]:
    """The units with the most overdue items among those asked for, whichever unit was chosen.

    None beyond MOST_COUNTED items.
    """
    conditions = overdue_conditions(session, actor, day, replace(wanted, unit_id=None))
    if wanted.unit_id and ask.count_parts_up_to(session, conditions, _BY_DAY, MOST_COUNTED) > MOST_COUNTED:
        return []
    return ask.counts_by_unit(session, conditions, WORST_UNITS)


def _told(session: Session, found: Sequence[Assignment], when: When, events: tuple[str, ...]) -> list[Part]:
    reports = ask.last_entry_of_each(session, [part.id for part in found], *events)
    return [part_of(part, when, reports.get(part.id)) for part in found]


def overdue_conditions(session: Session, actor: Actor, day: Day, wanted: OverdueFilter) -> list[ask.Condition]:
    """What the overdue items within reach that are asked for have in common."""
    conditions = [within(actor, Permission.SUPERVISE), overdue_on(day.today), *narrowed(session, wanted)]
    if wanted.min_days:
        conditions.append(Assignment.due_on <= day.today - timedelta(days=wanted.min_days))
    if wanted.role:
        conditions.append(Assignment.role == wanted.role)
    return conditions


def narrowed(
    session: Session, wanted: Filter, about: Callable[[str], ask.Condition] = ask.about
) -> list[ask.Condition]:
    """The filter's conditions; ``about`` says where its words are looked for."""
    conditions = []
    if wanted.words:
        conditions.append(about(wanted.words))
    if wanted.unit_id:
        conditions.append(under(session, wanted.unit_id))
    if wanted.plan_id:
        conditions.append(Task.plan_id == wanted.plan_id)
    return conditions


def under(session: Session, unit_id: int) -> ask.Condition:
    """The condition that a part belongs to the unit or to one below it; nothing does when there is no such unit."""
    unit = session.get(Unit, unit_id)
    return below(unit.path if unit else "none")


def overdue_order(wanted: OverdueFilter) -> list[Any]:
    """The columns by which the list is put in order."""
    columns: dict[OverdueSort, tuple[Any, ...]] = {
        OverdueSort.DAYS: (Assignment.due_on,),
        OverdueSort.TITLE: (Task.title,),
        OverdueSort.UNIT: (Unit.position, Unit.id),
        OverdueSort.ROLE: (ask.BY_ROLE,),
        OverdueSort.PLAN: (Plan.issued_on, Plan.id),
        OverdueSort.STATE: (ask.BY_STATE,),
    }
    # The most days overdue are the earliest dates.
    turned = wanted.descending != (wanted.sort is OverdueSort.DAYS)
    chosen = [column.desc() if turned else column for column in columns[wanted.sort]]
    return chosen if wanted.sort is OverdueSort.DAYS else [*chosen, Assignment.due_on]


_BY_DAY = (Assignment.due_on,)


def submitted(session: Session, actor: Actor, when: When, wanted: Filter, number: int) -> Page[Part]:
    """A page of what units have submitted and this person may decide, the longest waiting first, with their words."""
    return _waiting(session, actor, when, wanted, (State.SUBMITTED, Event.SUBMIT), DECISIONS_ON_A_PAGE, number)


def declined(session: Session, actor: Actor, when: When, wanted: Filter) -> Page[Part]:
    """The first of what units have declined and waits to be dispatched anew or withdrawn, with their reasons."""
    return _waiting(session, actor, when, wanted, (State.DECLINED, Event.DECLINE), SHOWN_BESIDE)


def extensions_waiting(session: Session, actor: Actor, when: When, wanted: Filter) -> Page[Request]:
    """The first requests for a later date that this person may decide, the longest waiting first."""
    conditions = [within(actor, Permission.DECIDE), *narrowed(session, wanted)]
    total = count_waiting(session, conditions)
    found = waiting_requests(session, conditions, SHOWN_BESIDE) if total else ()
    return Page([Request(each, part_of(each.assignment, when)) for each in found], 1, total)


def unsigned(session: Session, actor: Actor, when: When, wanted: Filter) -> Page[Part]:
    """The first parts that should have been signed for by now, by their own limit or by the office's rule."""
    late = and_(Assignment.state == State.DISPATCHED, TASK_OPEN, ask.late_unsigned(when.today, late_to_sign(when)))
    conditions = [within(actor, Permission.DECIDE), late, *narrowed(session, wanted)]
    total = ask.count_parts_up_to(session, conditions, (), MOST_COUNTED)
    found = ask.parts(session, conditions, (Assignment.dispatched_at,), SHOWN_BESIDE) if total else ()
    return Page([part_of(part, when) for part in found], 1, min(total, MOST_COUNTED), is_more=total > MOST_COUNTED)


def _waiting(  # noqa: PLR0917 - who asks, for what, which page
    session: Session, actor: Actor, when: When, wanted: Filter, waits: tuple[State, Event], size: int, number: int = 1
) -> Page[Part]:
    state, event = waits
    conditions = [within(actor, Permission.DECIDE), Assignment.state == state, *narrowed(session, wanted)]
    order = (Assignment.changed_at,)
    total = ask.count_parts_up_to(session, conditions, order, MOST_COUNTED)
    # Beyond counting only what was counted can be turned to: whoever decides begins with the longest waiting.
    counted, is_more = min(total, MOST_COUNTED), total > MOST_COUNTED
    number = page_number(number, counted, size)
    found = ask.parts(session, conditions, order, size, (number - 1) * size)
    has_next = is_more and number * size < MOST_COUNTED
    told = _told(session, found, when, (event.value,))
    return Page(told, number, counted, size, is_more=is_more, has_next=has_next)
