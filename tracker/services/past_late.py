"""A page of the overdue list of a past day, for which few histories are read, however long the list is.

rows that tell of the day, in the order of the list + the parts that rows do not tell, out of their histories
-> the places of the page -> the histories of its tasks -> its items
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.services.histories import (
    Histories,
    LedgerFilter,
    UnitThen,
    end_of,
    histories,
    names_then,
    reached,
    unless_all,
)
from tracker.services.ledger import LedgerRow, ledger
from tracker.services.lit import When
from tracker.services.marked_pages import page_of_many
from tracker.services.past_lists import (
    OVERDUE_COLUMNS,
    Key,
    in_order,
    past_overdue,
    path_of,
    with_reports,
    words_then,
)
from tracker.services.supervision import WORST_UNITS, OverdueFilter, OverdueSort, goes_by_days
from tracker.store.former_queries import altered_since
from tracker.store.late_items import LateItem
from tracker.store.pages import MOST_COUNTED, PAGE_SIZE, Mark, Page, Place, page_number
from tracker.store.past_late_queries import (
    LatePlace,
    LateThen,
    by_code_point,
    issued_then,
    late_by,
    late_by_day,
    maybe_late,
    state_then,
)
from tracker.store.task_queries import BY_ROLE
from tracker.store.tasks import Task
from tracker.store.units import Unit
from tracker.store.untold import turns_since


@dataclass(frozen=True, slots=True)
class OverdueThen:
    """A page of what was overdue on the day, and the units that had the most; none in a list beyond counting."""

    page: Page[LateItem]
    worst: Sequence[tuple[UnitThen, int]] = ()


def overdue_then(session: Session, actor: Actor, when: When, wanted: OverdueFilter, place: Place) -> OverdueThen:
    """The page at the place; the units are counted whichever of them was chosen."""
    late = _late(session, actor, when, wanted)
    own = late.of_unit(path_of(session, wanted.unit_id)) if wanted.unit_id else late
    if goes_by_days(wanted) and (place.after or place.before):
        # Whoever comes by a mark comes from a page that was counted.
        page = own.page_of_many(place)
        return OverdueThen(own.told_of(page)) if page else overdue_then(session, actor, when, wanted, Place())
    everywhere = late.by_days(MOST_COUNTED + 1)
    worst = () if len(everywhere) > MOST_COUNTED else late.worst_of(everywhere)
    found = everywhere if own is late and goes_by_days(wanted) else own.piece(0, MOST_COUNTED + 1)
    own = replace(own, first=found)
    if len(found) > MOST_COUNTED:
        return OverdueThen(own.told_of(own.page_of_many(place) or own.page_of_many(Place()) or Page([], 1, 0)), worst)
    number = page_number(place.number, len(found), PAGE_SIZE)
    rows = found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    return OverdueThen(own.told_of(Page(rows, number, len(found))), worst)


def _late(session: Session, actor: Actor, when: When, wanted: OverdueFilter) -> _Late:
    """What was overdue in all units within reach."""
    end, names = end_of(when.today, when.zone), names_then(session)
    in_reach = reached(names.units, LedgerFilter(), actor, Permission.SUPERVISE)
    hidden = {turn.task_id for turn in turns_since(session, end) if turn.hides(end)}
    if wanted.words or wanted.plan_id or wanted.sort in (OverdueSort.TITLE, OverdueSort.PLAN):
        hidden |= altered_since(session, end)
    asked = LateThen(
        when.today,
        end,
        _days_before(when.today, max(wanted.min_days or 1, 1)),
        unless_all(in_reach, names.units),
        wanted.plan_id,
        wanted.role,
        words_then(names, end, wanted.words),
        hidden,
    )
    told = past_overdue(session, actor, when, replace(wanted, unit_id=None), maybe_late(session, asked, hidden))
    return _Late(session, actor, when, wanted, names, asked, {row.assignment_id: row for row in told})


def _days_before(day: date, days: int) -> date:
    """The day so many days before; the first that there is where that lies before all days."""
    return day - timedelta(days=min(days, (day - date.min).days))


@dataclass(frozen=True, slots=True)
class _Late:
    """What was overdue: rows are asked for what they tell, and ``told`` are the parts that they do not tell.

    ``first`` are the first of the list so far as they were found already.
    """

    session: Session
    actor: Actor
    when: When
    wanted: OverdueFilter
    names: Histories
    asked: LateThen
    told: Mapping[int, LedgerRow]
    first: Sequence[LatePlace] = ()

    def of_unit(self, path: str) -> _Late:
        """The same for the unit at the path and all below it."""
        in_reach = reached(self.names.units, LedgerFilter(path), self.actor, Permission.SUPERVISE)
        told = {key: row for key, row in self.told.items() if row.unit.id in in_reach}
        return replace(self, asked=replace(self.asked, unit_ids=in_reach), told=told)

    def by_days(self, most: int, mark: Mark | None = None, *, backwards: bool = False) -> list[LatePlace]:
        """The first of them, the longest overdue before others; from a mark on, or backwards from it."""
        found = late_by_day(self.session, self.asked, most, mark, backwards=backwards)
        beyond = [each for each in self._places() if mark is None or _is_beyond(each, mark, backwards=backwards)]
        return sorted([*found, *beyond], key=_by_day, reverse=backwards)[:most]

    def piece(self, start: int, most: int) -> list[LatePlace]:
        """So many of them from the start on, in the order that is wanted."""
        if start + most <= len(self.first):
            return list(self.first[start : start + most])
        # As many as come out of the histories may stand before those that rows tell.
        before = 0 if self.wanted.sort is OverdueSort.DAYS else max(0, start - len(self.told))
        found = in_order([*self._rows(start + most - before, before), *self._places()], _order(self.wanted))
        return found[start - before :][:most]

    def _rows(self, most: int, offset: int) -> list[LatePlace]:
        sort, turned = self.wanted.sort, self.wanted.descending
        if sort is OverdueSort.DAYS:
            return late_by_day(self.session, self.asked, most, latest_first=not turned)
        return late_by(self.session, self.asked, self._columns(), most, offset, descending=turned)

    def _columns(self) -> Sequence[Any]:
        """What the rows are put in order by; ``tracker.services.past_lists.OVERDUE_COLUMNS`` are the same."""
        columns: Mapping[OverdueSort, Callable[[], Sequence[Any]]] = {
            OverdueSort.TITLE: lambda: (by_code_point(self.session, Task.title),),
            OverdueSort.UNIT: lambda: (Unit.position, Unit.id),
            OverdueSort.ROLE: lambda: (BY_ROLE,),
            OverdueSort.PLAN: lambda: (issued_then(self._issued()), Task.plan_id),
            OverdueSort.STATE: lambda: (state_then(self.asked.end),),
        }
        return columns[self.wanted.sort]()

    def _issued(self) -> dict[int, date | None]:
        """The days of issue of then, of plans that were altered."""
        names, end = self.names, self.asked.end
        return {key: names.plan_at(key, end).issued_on for key in names.former.plans if key in names.plans}

    def _places(self) -> list[LatePlace]:
        return [_place(row, self.wanted.sort) for row in self.told.values()]

    def page_of_many(self, place: Place) -> Page[LatePlace] | None:
        """A page of a list that is not counted to its end; None where nothing stands at the place."""
        marked = goes_by_days(self.wanted)

        def find(mark: Mark | None, backwards: bool, offset: int) -> list[LatePlace]:
            most = PAGE_SIZE + 1
            return self.by_days(most, mark, backwards=backwards) if mark else self.piece(offset, most)

        return page_of_many(find, place, _mark_of if marked else None)

    def worst_of(self, places: Sequence[LatePlace]) -> list[tuple[UnitThen, int]]:
        """The units with the most of these places."""
        units, found = self.names.units_at(self.asked.end), Counter(place.unit_id for place in places)
        by_count = sorted(found, key=lambda key: (-found[key], units[key].position, key))
        return [(units[key], found[key]) for key in by_count[:WORST_UNITS]]

    def told_of(self, page: Page[LatePlace]) -> Page[LateItem]:
        """The page with its items, each with its latest report by then; the histories of its tasks alone are told."""
        tasks = {place.task_id for place in page.rows if place.id not in self.told}
        known = histories(self.session, None, tasks)
        rows = ledger(self.session, self.actor, self.when, permission=Permission.SUPERVISE, known=known)
        by_id = {row.assignment_id: row for row in rows} | dict(self.told)
        on_it = [by_id[place.id] for place in page.rows if place.id in by_id]
        return page.of(with_reports(self.session, self.when, on_it))


def _place(row: LedgerRow, sort: OverdueSort) -> LatePlace:
    by = tuple(key(row) for key in OVERDUE_COLUMNS[sort])
    return LatePlace(row.assignment_id, row.task_id, row.unit.id, row.then.due_on or date.max, by)


def _by_day(place: LatePlace) -> tuple[date, int]:
    return place.due_on, place.id


def _order(wanted: OverdueFilter) -> list[tuple[Key[LatePlace], bool]]:
    # The most days overdue are the earliest dates.
    chosen: tuple[Key[LatePlace], bool] = (lambda place: place.by, wanted.descending)
    if wanted.sort is OverdueSort.DAYS:
        chosen = (lambda place: place.due_on, not wanted.descending)
    return [chosen, (_by_day, False)]


def _mark_of(place: LatePlace) -> Mark:
    return Mark(place.due_on, place.id)


def _is_beyond(place: LatePlace, mark: Mark, *, backwards: bool) -> bool:
    """What ``tracker.store.task_queries.beyond`` says of rows."""
    own, other = _by_day(place), (mark.day, mark.id)
    return own < other if backwards else own > other
