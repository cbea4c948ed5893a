"""The months up to a day, those that are over out of memory; and the scheduler's job to have them ready."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, tzinfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker.domain.access import Permission
from tracker.domain.figures import Period, months_up_to
from tracker.domain.measures import Tally
from tracker.services.counting import Counting, counting_of
from tracker.services.figures import MONTHS, By, in_force
from tracker.services.finished_months import FinishedMonths
from tracker.services.histories import LedgerFilter, reached, units_called
from tracker.services.people import actors_who
from tracker.services.rule_packs import light_packs_on
from tracker.store.engine import write_session
from tracker.store.month_figures import Month, are_months_kept, forget_months, keep_months


def count_finished_months(engine: Engine, today: date, zone: tzinfo) -> int:
    """Counts the months before ``today`` that nobody has counted, and keeps them: for each reach that somebody has who
    may look at figures. How many were counted, of all reaches together."""
    with Session(engine) as session:
        units = units_called(session)
        supervisors = actors_who(session, Permission.SUPERVISE)
        reaches = {frozenset(reached(units, LedgerFilter(), each, Permission.SUPERVISE)) for each in supervisors}
    # The widest first: most people wait for it.
    counted = sum(_count_for(engine, reach, today, zone) for reach in sorted(filter(None, reaches), key=_width))
    _forget_before(engine, months_up_to(today, MONTHS)[0].since)
    return counted


def _forget_before(engine: Engine, first: date) -> None:
    with Session(engine) as session:
        if not are_months_kept(session, first):
            return  # nobody has to wait for a writer that has nothing to write
    with write_session(engine) as session:
        forget_months(session, first)
        session.commit()


def _width(reach: Collection[int]) -> tuple[int, list[int]]:
    return -len(reach), sorted(reach)


def _count_for(engine: Engine, reach: Collection[int], today: date, zone: tzinfo) -> int:
    with Session(engine) as session:
        months = Months(session, reach, zone, today, LedgerFilter())
        over = [month for month in months.months if months.memory.is_over(month[0])]
        new = [month for month in over if months.known[month] is None]
        if new:
            counting = counting_of(session, set(reach), zone, [period for period, _ in new], By.UNIT, LedgerFilter())
            for month in new:
                months.count(counting, month)
        missing = months.memory.missing(over)
    if missing:
        with write_session(engine) as session:
            keep_months(session, months.memory.reach, missing)
            session.commit()
    return len(missing)


class Months:
    """The months up to a day: those that are over remembered, the others to be counted."""

    def __init__(
        self, session: Session, in_reach: Collection[int], zone: tzinfo, until: date, wanted: LedgerFilter
    ) -> None:
        self.memory = FinishedMonths(session, zone, in_reach, wanted.plan_id)
        months = months_up_to(until, MONTHS)
        packs = light_packs_on(session, [month.until for month in months])
        self.months = [(month, in_force(pack)) for month, pack in zip(months, packs, strict=True)]
        self.known = {month: self.memory.find(month) for month in self.months}

    @property
    def unknown(self) -> list[Period]:
        return [month[0] for month, known in self.known.items() if known is None]

    def told(self, counting: Counting) -> list[tuple[Period, Tally]]:
        """The numbers of all the months, of which those are counted that are not known."""
        return [(month[0], known or self.count(counting, month)) for month, known in self.known.items()]

    def count(self, counting: Counting, month: Month) -> Tally:
        """Counts a month, and remembers it if it is over."""
        numbers = counting.total(*month)
        self.memory.keep(month, numbers)
        return numbers
