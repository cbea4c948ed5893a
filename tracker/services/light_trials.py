"""A changed pack of the lights, tried over the past quarter before it counts: what would have shown another light, or
been marked as completed late where it was not, or the other way round.

Nothing is stored. The history is told as of each day by the ledger, once for all the days.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from tracker.domain.access import Actor, Permission
from tracker.domain.lifecycle import State
from tracker.domain.light_packs import rules_of
from tracker.domain.lights import Light, LightPack, LitLight, light_of
from tracker.services.errors import Invalid
from tracker.services.histories import UnitThen, histories
from tracker.services.ledger import LedgerRow, ledgers
from tracker.services.lit import When
from tracker.services.rule_packs import NewPack, check_may_change, light_pack_on, light_packs_on, put_in_force
from tracker.store.pages import Page, page_number
from tracker.store.rule_packs import PackKind, RulePack

WEEKS = 13
UNITS_TOLD = 10
WORST_FIRST = tuple(Light)
Counts = Mapping[Light, int]


@dataclass(frozen=True, slots=True)
class DayTried:
    """How many parts showed each light on the day under the rules of then, and how many would have under the new."""

    day: date
    old: Counts
    new: Counts
    changed: int


@dataclass(frozen=True, slots=True)
class UnitTried:
    """A unit whose lights change: ``changed`` counts its parts over all days tried; the lights are today's."""

    unit: UnitThen
    changed: int
    changed_today: int
    old: Counts
    new: Counts


@dataclass(frozen=True, slots=True)
class PartTried:
    """A part that would show another light today; ``row.lit`` is the present one."""

    row: LedgerRow
    new: LitLight


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a new pack would have changed; ``days`` end with today, ``units`` begin with the one most changed."""

    days: Sequence[DayTried]
    units: Sequence[UnitTried]
    more_units: int
    parts: Sequence[PartTried]

    @property
    def changed(self) -> int:
        """How many parts would have shown another light, over all days tried."""
        return sum(day.changed for day in self.days)

    def page(self, number: int) -> Page[PartTried]:
        """A page of the parts that would show another light today."""
        page = Page(self.parts, 1, len(self.parts))
        number = page_number(number, page.total)
        return replace(page, rows=self.parts[(number - 1) * page.size : number * page.size], number=number)


def days_tried(today: date) -> list[date]:
    """Each Monday of the past thirteen weeks, and today."""
    monday = today - timedelta(days=today.weekday() or 7)
    return [*(monday - timedelta(weeks=n) for n in reversed(range(WEEKS))), today]


def dry_run(session: Session, actor: Actor, when: When, pack: LightPack) -> DryRun:
    """Tries the pack on the days; the old lights are those of the pack in force on each. Raises Forbidden."""
    check_may_change(session, actor, PackKind.LIGHTS)
    days = days_tried(when.today)
    packs = light_packs_on(session, days)
    whens = [replace(when, today=day, pack=old) for day, old in zip(days, packs, strict=True)]
    tried, by_unit, parts = list[DayTried](), Counter[int](), list[PartTried]()
    books = ledgers(histories(session), whens, actor, Permission.MANAGE_RULES)
    for then, rows in zip(whens, books, strict=True):
        lights = [_light(row, then, pack) for row in rows]
        parts = [PartTried(row, new) for row, new in zip(rows, lights, strict=True) if _shown(new) != _shown(row.lit)]
        by_unit.update(part.row.unit.id for part in parts)
        tried.append(DayTried(then.today, _counted(row.lit for row in rows), _counted(lights), len(parts)))
    units = _units(books[-1], parts, by_unit)
    return DryRun(tried, units[:UNITS_TOLD], max(0, len(by_unit) - UNITS_TOLD), sorted(parts, key=_worst_first))


def _light(row: LedgerRow, when: When, pack: LightPack) -> LitLight:
    """The light under another pack; what is neither chased nor completed shows the same under any."""
    if row.is_chased or row.then.state is State.COMPLETED:
        return light_of(row.facts, when.today, when.calendar.add_workdays, pack)
    return row.lit


def _shown(lit: LitLight) -> tuple[Light, bool]:
    """What a glance tells: the colour, and the mark of what was completed late."""
    return lit.light, lit.is_late


def _counted(lights: Iterable[LitLight]) -> Counts:
    found = Counter(lit.light for lit in lights)
    return {light: found[light] for light in WORST_FIRST}


def _units(today: Sequence[LedgerRow], parts: Sequence[PartTried], by_unit: Counter[int]) -> list[UnitTried]:
    """The units whose lights change on any of the days, the most changed first."""
    changing = {part.row.assignment_id: part.new for part in parts}
    rows: dict[int, list[LedgerRow]] = {}
    for row in today:
        rows.setdefault(row.unit.id, []).append(row)
    return [_unit(rows[unit_id], changed, changing) for unit_id, changed in by_unit.most_common() if unit_id in rows]


def _unit(rows: Sequence[LedgerRow], changed: int, changing: Mapping[int, LitLight]) -> UnitTried:
    new = [changing.get(row.assignment_id, row.lit) for row in rows]
    changed_today = sum(row.assignment_id in changing for row in rows)
    return UnitTried(rows[0].unit, changed, changed_today, _counted(row.lit for row in rows), _counted(new))


def _worst_first(part: PartTried) -> tuple[int, int, int]:
    """What gets worse comes before what gets better, the worst new light first."""
    old, new = _rank(part.row.lit), _rank(part.new)
    return (int(new > old), new, part.row.assignment_id)


def _rank(lit: LitLight) -> int:
    """The worst first; of two of one colour the late one."""
    return 2 * WORST_FIRST.index(lit.light) + (not lit.is_late)


@dataclass(frozen=True, slots=True)
class NewLights:
    """A pack that somebody wants to put in force, from which day and why; ``seen`` as in NewPack."""

    pack: LightPack
    in_force_on: date
    words: str
    seen: int


def put_lights_in_force(session: Session, actor: Actor, now: datetime, today: date, new: NewLights) -> RulePack:
    """Stores a new version of the lights' rules; refuses as ``put_in_force`` does, and where nothing would change."""
    given = NewPack(PackKind.LIGHTS, rules_of(new.pack), new.in_force_on, new.words, new.seen)
    return put_in_force(session, actor, now, today, given, lambda: _demand_a_change(session, new))


def _demand_a_change(session: Session, new: NewLights) -> None:
    if light_pack_on(session, new.in_force_on) == new.pack:
        raise Invalid("与到时施行的规则相同，没有需要启用的改动。请修改后再试。")
