"""The first page of supervisors and leaders: how the work in reach stands at the end of a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_
from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.figures import Period
from tracker.domain.lights import Light
from tracker.domain.measures import Tally
from tracker.services.boards import course
from tracker.services.figures import Board
from tracker.services.histories import (
    LedgerFilter,
    UnitThen,
    histories,
    reached,
    those_open,
    units_called,
    unless_all,
)
from tracker.services.known_by_unit import KnownByUnit
from tracker.services.ledger import LedgerRow, ledger
from tracker.services.listings import COUNTED_ONCE, Show, asking, chosen
from tracker.services.lit import When, limits
from tracker.services.todays_lists import divided_from_those, of_awaited, of_list
from tracker.store.reach import within
from tracker.store.standing_queries import ListedPart, count_of, families, first_of, standings

SHOWN_AT_ONCE = 4
WORST_UNITS = 10
STANDING = (Show.OPEN, Show.RED, Show.YELLOW, Show.UNSIGNED)
WAITING = (Show.SUBMITTED, Show.DECLINED, Show.ASKING)
COUNTED = (*STANDING, Show.SUBMITTED, Show.DECLINED, Show.NEWLY_RED, Show.SOON)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A list with its length and the rows that are shown of it; ``period`` goes into the link to all of it."""

    show: Show
    period: Period
    count: int
    rows: Sequence[ListedPart] = ()


@dataclass(frozen=True, slots=True)
class UnitLights:
    """How many red and yellow lights a unit's own parts show."""

    unit: UnitThen
    red: int
    yellow: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """``standing``: the day's numbers; ``waiting``: what waits for a decision; ``year``: the figures since January."""

    day: date
    standing: Sequence[Shelf]
    waiting: Sequence[Shelf]
    newly_red: Shelf
    soon: Shelf
    lights: Sequence[UnitLights]
    more_units: int
    year: Board[Tally]


def dashboard(session: Session, actor: Actor, when: When) -> Dashboard:
    """All of the page, for the day of ``when``: today's out of the tables, a past day's out of the histories."""
    day = when.today
    year, week = Period(date(day.year, 1, 1), day), _week_to(day)
    shelves = _Ledger(session, actor, when) if when.is_past else _Tables(session, actor, when)
    lights = shelves.lights()
    return Dashboard(
        day,
        [shelves.shelf(show, year, 0) for show in STANDING],
        [shelves.shelf(show, year, 3) for show in WAITING],
        shelves.shelf(Show.NEWLY_RED, week, SHOWN_AT_ONCE),
        shelves.shelf(Show.SOON, year, SHOWN_AT_ONCE),
        lights[:WORST_UNITS],
        max(len(lights) - WORST_UNITS, 0),
        course(session, actor, when, year),
    )


def _week_to(day: date) -> Period:
    return Period(day - timedelta(days=day.weekday()), day)


class _Ledger:
    """Lists of a past day, out of one reading of the histories."""

    def __init__(self, session: Session, actor: Actor, when: When) -> None:
        known = histories(session, None, those_open(session, when.today, when.zone))
        self.rows = ledger(session, actor, when, permission=Permission.SUPERVISE, known=known)
        self.asked = asking(session, when)

    def shelf(self, show: Show, period: Period, shown: int) -> Shelf:
        """The list, the earliest dates first."""
        held = chosen(show, period, self.rows, self.asked)
        found = sorted(held, key=lambda row: (row.then.due_on or date.max, row.assignment_id))
        return Shelf(show, period, len(found), tuple(map(_listed, found[:shown])))

    def lights(self) -> list[UnitLights]:
        """The units that show a red or yellow light, the most red ones first."""
        return _lights(self.rows)


def _listed(row: LedgerRow) -> ListedPart:
    return ListedPart(row.assignment_id, row.title, row.unit.name, row.then.due_on, row.days_late)


class _Tables:
    """Today's lists, counted by the database: of the rows those alone are read that are shown."""

    def __init__(self, session: Session, actor: Actor, when: When) -> None:
        self.session, self.when, self.reach = session, when, within(actor, Permission.SUPERVISE)
        self.units = units_called(session)
        in_reach = reached(self.units, LedgerFilter(), actor, Permission.SUPERVISE)
        self.numbers = _numbers_of_units(session, when, in_reach, self.units)
        self.family = families(session, [self.reach], when.today, limits(when), when.pack)

    def shelf(self, show: Show, period: Period, shown: int) -> Shelf:
        """The list, the earliest dates first."""
        conditions = [self.reach, *of_list(show, period, self.when)]
        count = count_of(self.session, conditions) if show is Show.ASKING else self._number(show)
        rows = first_of(self.session, conditions, self.when.today, shown) if shown and count else ()
        return Shelf(show, period, count, tuple(rows))

    def _number(self, show: Show) -> int:
        """The number over all units; what was divided from a part that counts is left out, as in the lists."""
        total = sum(numbers[show] for numbers in self.numbers.values())
        return total - (len(divided_from_those(show, self.family)) if show in COUNTED_ONCE else 0)

    def lights(self) -> list[UnitLights]:
        """The units that show a red or yellow light, the most red ones first."""
        found = [UnitLights(self.units[key], each[Show.RED], each[Show.YELLOW]) for key, each in self.numbers.items()]
        return sorted((each for each in found if each.red or each.yellow), key=_most_red)


def _numbers_of_units(
    session: Session, when: When, in_reach: Collection[int], units: Collection[int]
) -> dict[int, dict[Show, int]]:
    """How long each unit's own lists are, of each unit of which anything is awaited."""

    def count(unit_ids: Collection[int]) -> Mapping[int, dict[Show, int]]:
        week = _week_to(when.today)
        conditions = {show: and_(*of_awaited(show, week, when)) for show in COUNTED}
        return standings(session, unless_all(unit_ids, units), conditions)

    return KnownByUnit(session).ask((_numbers_of_units, when.today, limits(when), when.pack), in_reach, count)


def _most_red(each: UnitLights) -> tuple[int, int, int, int]:
    return -each.red, -each.yellow, each.unit.position, each.unit.id


def _lights(rows: Sequence[LedgerRow]) -> list[UnitLights]:
    """The units that show a red or yellow light, the most red ones first."""
    counts = {light: _by_unit(rows, light) for light in (Light.RED, Light.YELLOW)}
    units = {row.unit.id: row.unit for row in rows}
    found = [UnitLights(unit, counts[Light.RED][key], counts[Light.YELLOW][key]) for key, unit in units.items()]
    lit = [each for each in found if each.red or each.yellow]
    return sorted(lit, key=_most_red)


def _by_unit(rows: Sequence[LedgerRow], light: Light) -> Mapping[int, int]:
    return Counter(row.unit.id for row in rows if row.lit.light is light)
