"""A month's numbers are remembered once it is over, and not before."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from tests.builders import City, a_plan, a_task
from tests.unit.services.test_ledger import ZONE
from tracker.domain.figures import Basis, Period, Yardstick
from tracker.domain.lateness import JudgedBy
from tracker.domain.measures import Tally
from tracker.services.finished_months import FinishedMonths

JUNE = Period(date(2023, 6, 1), date(2023, 6, 30)), Yardstick(Basis.CURRENT, next(iter(JudgedBy)))


def test_what_was_counted_before_the_end_is_not_taken_for_the_whole(session: Session, city: City) -> None:
    part = a_task(session, a_plan(session, city.root), city.education).assignments[0]

    def on(newest: datetime) -> FinishedMonths:
        part.changed_at = newest
        session.commit()
        return FinishedMonths(session, ZONE, [city.education.id])

    on(datetime(2023, 6, 29, tzinfo=UTC)).keep(JUNE, Tally())
    over = on(datetime(2023, 7, 3, tzinfo=UTC))
    assert over.find(JUNE) is None
    over.keep(JUNE, Tally())
    assert over.find(JUNE) is not None
