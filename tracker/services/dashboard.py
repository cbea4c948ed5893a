"""The first page of supervisors and leaders: how the work in reach stands at the end of a day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.figures import Period, Tally
from tracker.domain.lights import Light
from tracker.services.boards import course
from tracker.services.figures import Board
from tracker.services.histories import UnitThen, histories
from tracker.services.ledger import LedgerRow, ledger
from tracker.services.listings import Show, asking, chosen
from tracker.services.lit import When

SHOWN_AT_ONCE = 4
WORST_UNITS = 10
STANDING = (Show.OPEN, Show.RED, Show.YELLOW, Show.UNSIGNED)
WAITING = (Show.SUBMITTED, Show.DECLINED, Show.ASKING)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A list with its length and the rows that are shown of it; ``period`` goes into the link to all of it."""

    show: Show
    period: Period
    count: int
    rows: Sequence[LedgerRow] = ()


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
    """All of the page, for the day of ``when``, out of one reading of the histories."""
    day, known = when.today, histories(session)
    rows = ledger(session, actor, when, permission=Permission.SUPERVISE, known=known)
    year = Period(date(day.year, 1, 1), day)
    week = Period(day - timedelta(days=day.weekday()), day)
    asked = asking(session, when)
    lights = _lights(rows)
    return Dashboard(
        day,
        [_shelf(rows, show, year, asked, shown=0) for show in STANDING],
        [_shelf(rows, show, year, asked, shown=3) for show in WAITING],
        _shelf(rows, Show.NEWLY_RED, week, asked),
        _shelf(rows, Show.SOON, year, asked),
        lights[:WORST_UNITS],
        max(len(lights) - WORST_UNITS, 0),
        course(session, actor, when, year),
    )


def _shelf(
    rows: Sequence[LedgerRow], show: Show, period: Period, asked: frozenset[int], shown: int = SHOWN_AT_ONCE
) -> Shelf:
    """The list, the earliest dates first."""
    held = chosen(show, period, rows, asked)
    found = sorted(held, key=lambda row: (row.then.due_on or date.max, row.assignment_id))
    return Shelf(show, period, len(found), found[:shown])


def _lights(rows: Sequence[LedgerRow]) -> list[UnitLights]:
    """The units that show a red or yellow light, the most red ones first."""
    counts = {light: _by_unit(rows, light) for light in (Light.RED, Light.YELLOW)}
    units = {row.unit.id: row.unit for row in rows}
    found = [UnitLights(unit, counts[Light.RED][key], counts[Light.YELLOW][key]) for key, unit in units.items()]
    lit = [each for each in found if each.red or each.yellow]
    return sorted(lit, key=lambda each: (-each.red, -each.yellow, each.unit.position, each.unit.id))


def _by_unit(rows: Sequence[LedgerRow], light: Light) -> Mapping[int, int]:
    return Counter(row.unit.id for row in rows if row.lit.light is light)
