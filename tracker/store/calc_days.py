"""Days reckoned with by the database: between two days, and the office's day of an instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, case, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from tracker.store.base import Instant

FIRST_YEAR = 1990
"""No instant of the ledger lies before it."""


class days_between(FunctionElement[int]):  # noqa: N801 - a function of SQL
    """Whole days from the second day to the first."""

    name = "days_between"
    type = Integer()
    inherit_cache = True


class _ShiftedDay(FunctionElement[date]):
    """The day of an instant on a clock that is so many seconds ahead of UTC."""

    name = "shifted_day"
    type = Date()
    inherit_cache = True


@compiles(days_between, "sqlite")
def _between_on_sqlite(element: days_between, compiler: Any, **more: Any) -> str:
    later, earlier = (compiler.process(each, **more) for each in element.clauses)
    return f"CAST(julianday({later}) - julianday({earlier}) AS INTEGER)"


@compiles(days_between, "postgresql")
def _between_on_postgresql(element: days_between, compiler: Any, **more: Any) -> str:
    later, earlier = (compiler.process(each, **more) for each in element.clauses)
    return f"(CAST({later} AS DATE) - CAST({earlier} AS DATE))"


@compiles(_ShiftedDay, "sqlite")
def _day_on_sqlite(element: _ShiftedDay, compiler: Any, **more: Any) -> str:
    at, seconds = (compiler.process(each, **more) for each in element.clauses)
    return f"date({at}, {seconds} || ' seconds')"


@compiles(_ShiftedDay, "postgresql")
def _day_on_postgresql(element: _ShiftedDay, compiler: Any, **more: Any) -> str:
    at, seconds = (compiler.process(each, **more) for each in element.clauses)
    return f"CAST((CAST({at} AS TIMESTAMPTZ) AT TIME ZONE 'UTC') + make_interval(secs => {seconds}) AS DATE)"


def office_day(at: ColumnElement[Any] | Any, zone: tzinfo, until: date) -> ColumnElement[date]:
    """The day in the office's zone of an instant that lies before the end of ``until``."""
    *changes, (_, offset) = _offsets(zone, until.year + 1)[::-1]
    first = _ShiftedDay(at, literal(offset))
    if not changes:
        return first
    whens = [(at >= literal(since, Instant), _ShiftedDay(at, literal(seconds))) for since, seconds in changes]
    return case(*whens, else_=first)


@lru_cache(maxsize=8)
def _offsets(zone: tzinfo, year: int) -> list[tuple[datetime, int]]:
    """From which instant on the office's clocks are how many seconds ahead of UTC, up to the end of a year."""
    hour, end = timedelta(hours=1), datetime(year + 1, 1, 1, tzinfo=UTC)
    at = datetime.combine(date(FIRST_YEAR, 1, 1), time(), UTC)
    found = [(at, _ahead(at, zone))]
    while at < end:
        later = at + timedelta(days=7)
        if _ahead(later, zone) != found[-1][1]:
            while _ahead(at, zone) == found[-1][1]:
                at += hour
            found.append((at, _ahead(at, zone)))
        at = max(at, later)
    return found


def _ahead(at: datetime, zone: tzinfo) -> int:
    offset = at.astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0
