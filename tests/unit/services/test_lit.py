"""The condition for a light in the database says what ``light_of`` says of each row."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, joinedload

from tests.builders import City, a_plan, a_task
from tracker.domain.lifecycle import State, TaskState, is_chased
from tracker.domain.lights import DEFAULT_PACK, Light, is_overdue
from tracker.services.lit import When, late_to_sign, lit, part_of
from tracker.store import task_queries as ask
from tracker.store.overdue import chased, due_within, overdue_on
from tracker.store.tasks import Assignment

ZONE = ZoneInfo("Asia/Shanghai")
# Around 春节 2023, whose holidays and working weekends move the limit for signing.
FEW_DAYS = st.dates(date(2023, 1, 10), date(2023, 2, 10))


@pytest.fixture
def url(either_url: str) -> str:
    """Each test runs on both kinds of database."""
    return either_url


@pytest.fixture
def database(session: Session, city: City) -> Session:
    """A session on a database with one assignment."""
    a_task(session, a_plan(session, city.root), city.education)
    session.commit()
    return session


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    state=st.sampled_from(State),
    task_state=st.sampled_from(TaskState),
    due_on=st.none() | FEW_DAYS,
    dispatched_at=st.builds(datetime.combine, FEW_DAYS, st.times(), st.just(ZONE)),
    today=FEW_DAYS,
)
def test_rule_and_condition_agree(  # noqa: PLR0917 - hypothesis gives them by name
    database: Session,
    state: State,
    task_state: TaskState,
    due_on: date | None,
    dispatched_at: datetime,
    today: date,
) -> None:
    database.rollback()
    part = database.query(Assignment).options(joinedload(Assignment.task)).one()
    part.state, part.due_on = state, due_on
    part.dispatched_at = dispatched_at
    part.completed_on = today if state is State.COMPLETED else None
    part.withdrawn_on = today if state is State.WITHDRAWN else None
    part.task.state = task_state
    part.task.completed_on = today if task_state is TaskState.COMPLETED else None
    database.flush()
    when = When(today, ZONE)
    found = [
        light
        for light in Light
        if ask.count_parts(database, [ask.light_is(light, today, late_to_sign(when), DEFAULT_PACK)])
    ]
    assert found == [lit(part, when).light]
    assert ask.count_parts(database, [overdue_on(today)]) == is_overdue(state, due_on, today, task_state)
    assert ask.count_parts(database, [chased()]) == is_chased(state, task_state) == part_of(part, when).is_chased
    soon = is_chased(state, task_state) and due_on is not None and 0 <= (due_on - today).days <= 5
    assert ask.count_parts(database, [due_within(today, 5)]) == soon
    database.rollback()


@pytest.mark.parametrize(
    ("today", "first_in_time"),
    [
        (date(2023, 6, 8), date(2023, 6, 5)),  # Thursday: what came on Monday may still be signed for
        (date(2023, 6, 12), date(2023, 6, 7)),
        (date(2023, 1, 29), date(2023, 1, 19)),  # the holidays of 春节 do not count, the Saturday before it ends does
    ],
)
def test_the_limit_for_signing_counts_working_days(today: date, first_in_time: date) -> None:
    limit = late_to_sign(When(today, ZONE))
    assert limit == datetime.combine(first_in_time, time(), ZONE)


def test_days_late_are_counted_from_the_day_after(database: Session) -> None:
    part = database.query(Assignment).one()
    assert part.due_on
    late = [part_of(part, When(part.due_on + timedelta(days=days), ZONE)).days_late for days in (-3, 0, 1, 20)]
    assert late == [0, 0, 1, 20]
