"""The working calendar of the installation: the years announced, and what follows when one is loaded or changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from tracker.domain.access import Actor, Forbidden, Permission
from tracker.domain.calendar_year import FIRST_YEAR, LAST_YEAR, YearDays, faults_of
from tracker.domain.holidays import ANNOUNCED
from tracker.domain.workdays import WorkCalendar, calendar_of, days_of, spans_of
from tracker.services.errors import Invalid, Stale
from tracker.services.recounting import Recounted, recount
from tracker.services.turns import in_turn
from tracker.store.timing import CalendarYear

LONGEST_NOTICE = 200


@dataclass(frozen=True, slots=True)
class YearShown:
    """A year as the page shows it; ``version`` 0 and no days where its notice is not loaded (provisional)."""

    year: int
    days: YearDays
    notice: str | None = None
    version: int = 0
    changed_by: str | None = None
    changed_at: datetime | None = None

    @property
    def is_provisional(self) -> bool:
        return not self.days.off


@dataclass(frozen=True, slots=True)
class YearGiven:
    """What an administrator enters for a year; ``version`` is the one that was seen."""

    days: YearDays
    notice: str | None
    version: int


def work_calendar(session: Session) -> WorkCalendar:
    """The calendar that counts: the years of the table, and those of the program that the table lacks."""
    rows = session.execute(select(CalendarYear.year, CalendarYear.days_off, CalendarYear.days_worked))
    years = dict(ANNOUNCED) | {year: (off, worked) for year, off, worked in rows}
    return calendar_of(tuple((year, *years[year]) for year in sorted(years)))


def calendar_years(session: Session, today: date) -> Sequence[YearShown]:
    """All years, the latest first, with the coming one, which is provisional until its notice is loaded."""
    known = {row.year: _shown(row) for row in session.scalars(select(CalendarYear))}
    for year in range(min(known, default=today.year), max([today.year + 1, *known]) + 1):
        known.setdefault(year, _unloaded(year))
    return sorted(known.values(), key=lambda shown: -shown.year)


def calendar_year(session: Session, year: int) -> YearShown:
    """One year; raises Invalid for a year out of all reason."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid(f"年份应在{FIRST_YEAR}年至{LAST_YEAR}年之间，请修改。")
    row = session.get(CalendarYear, year)
    return _shown(row) if row else _unloaded(year)


def _unloaded(year: int) -> YearShown:
    return YearShown(year, _days(year, *ANNOUNCED.get(year, ("", ""))))


def _shown(row: CalendarYear) -> YearShown:
    who = row.changed_by.name if row.changed_by else None
    days = _days(row.year, row.days_off, row.days_worked)
    return YearShown(row.year, days, row.notice, row.version, who, row.changed_at)


def _days(year: int, off: str, worked: str) -> YearDays:
    return YearDays(frozenset(days_of(year, off)), frozenset(days_of(year, worked)))


def may_change(actor: Actor) -> bool:
    """Whether the actor administers the whole installation: working days count for every office in it."""
    return any(held.unit_path.count("/") == 2 for held in actor.reach(Permission.MANAGE_CALENDAR))


@in_turn
def save_year(session: Session, actor: Actor, now: datetime, year: int, given: YearGiven) -> Recounted:
    """Stores a year and works out anew what was counted by it, in one commit; says how many drafts and tasks changed.

    Days in a neighbouring year (a notice may begin on 30 December) go into that year, where it is loaded.
    Raises Forbidden, Invalid with every fault, or Stale when the year was changed since it was seen.
    """
    if not may_change(actor):
        raise Forbidden(Permission.MANAGE_CALENDAR, "修改放假安排")
    before = work_calendar(session)
    shown = calendar_year(session, year)
    own = given.days.within(year)
    faults = faults_of(year, own)
    if faults:
        raise Invalid(" ".join(faults))
    if given.notice and len(given.notice) > LONGEST_NOTICE:
        raise Invalid(f"通知名称不能超过{LONGEST_NOTICE}字，请缩短。")
    if shown.version != given.version and (shown.days, shown.notice) != (own, given.notice):
        raise Stale("您打开页面之后，这一年的放假安排已被他人修改，您的修改没有保存。请核对现在的内容后再保存。")
    _store(session, year, own, given.notice, (actor, now))
    _store_beside(session, actor, now, year, given.days)
    session.flush()
    changed = recount(session, actor, now, before, work_calendar(session))
    try:
        session.commit()
    except StaleDataError:
        session.rollback()
        raise Stale("有人同时修改了放假安排或有关任务，本次没有保存。请再保存一次。") from None
    return changed


def _store(session: Session, year: int, days: YearDays, notice: str | None, by: tuple[Actor, datetime]) -> None:
    actor, now = by
    row = session.get(CalendarYear, year)
    if row is None:
        row = CalendarYear(year=year)
        session.add(row)
    row.days_off, row.days_worked, row.notice = spans_of(days.off), spans_of(days.worked), notice
    row.changed_by_id, row.changed_at = actor.person_id or None, now


def _store_beside(session: Session, actor: Actor, now: datetime, year: int, days: YearDays) -> None:
    for other in (year - 1, year + 1):
        more, row = days.within(other), session.get(CalendarYear, other)
        if row and (more.off or more.worked):
            known = _days(other, row.days_off, row.days_worked)
            both = YearDays((known.off | more.off) - more.worked, (known.worked | more.worked) - more.off)
            _store(session, other, both, row.notice, (actor, now))
