"""The condition for a light in the database says what ``light_of`` says of each row."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, joinedload

from tests.builders import City, a_plan, a_task
from tracker.domain.history import TOOK_UP
from tracker.domain.lifecycle import State, TaskState, is_chased
from tracker.domain.lights import Light, LightPack, is_overdue
from tracker.domain.report_rhythm import Every, ReportRhythm
from tracker.domain.roles import Role
from tracker.services.lit import When, late_to_sign, limits, lit, part_of
from tracker.store import task_queries as ask
from tracker.store.overdue import chased, due_within, overdue_on
from tracker.store.tasks import Assignment, HistoryEntry

ZONE = ZoneInfo("Asia/Shanghai")
# Around 春节 2023, whose holidays and working weekends move the limit for signing.
FEW_DAYS = st.dates(date(2023, 1, 10), date(2023, 2, 10))
INSTANTS = st.builds(datetime.combine, FEW_DAYS, st.times(), st.just(ZONE))
RHYTHMS = st.just(ReportRhythm()) | st.one_of(
    st.builds(ReportRhythm, st.just(Every.DAYS), st.integers(1, 15)),
    st.builds(ReportRhythm, st.just(Every.MONTH), st.integers(1, 31)),
    st.builds(ReportRhythm, st.just(Every.WEEK), st.integers(1, 7)),
)
PACKS = st.builds(LightPack, st.integers(0, 20), st.integers(1, 6), RHYTHMS, st.booleans())


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


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(
    state=st.sampled_from(State),
    task_state=st.sampled_from(TaskState),
    due_on=st.none() | FEW_DAYS,
    role=st.sampled_from(Role),
    dispatched_at=INSTANTS,
    sign_by_on=st.none() | FEW_DAYS,
    happened=st.lists(
        st.tuples(st.sampled_from([*TOOK_UP, "urge", "grant_extension", "submit"]), INSTANTS), max_size=4
    ),
    today=FEW_DAYS,
    pack=PACKS,
)
def test_rule_and_condition_agree(  # noqa: PLR0917 - hypothesis gives them by name
    database: Session,
    state: State,
    task_state: TaskState,
    due_on: date | None,
    role: Role,
    dispatched_at: datetime,
    sign_by_on: date | None,
    happened: list[tuple[str, datetime]],
    today: date,
    pack: LightPack,
) -> None:
    database.rollback()
    part = database.query(Assignment).options(joinedload(Assignment.task)).one()
    part.state, part.due_on, part.role = state, due_on, role
    part.dispatched_at, part.sign_by_on = dispatched_at, sign_by_on
    for event, at in happened:
        database.add(HistoryEntry(assignment_id=part.id, event=event, at=at, actor_name="某人", to_state=state))
    part.completed_on = today if state is State.COMPLETED else None
    part.withdrawn_on = today if state is State.WITHDRAWN else None
    part.task.state = task_state
    part.task.completed_on = today if task_state is TaskState.COMPLETED else None
    database.flush()
    database.refresh(part, ["took_up_at"])
    when = When(today, ZONE, pack=pack)
    found = [light for light in Light if ask.count_parts(database, [ask.light_is(light, today, limits(when), pack)])]
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
