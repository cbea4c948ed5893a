"""Taking adoptions back: nothing is left of the task, the draft is open as it was; never once somebody has acted."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_city, the_actor
from tests.intake_texts import TARGET, a_draft, a_reading
from tracker.domain.access import Forbidden
from tracker.domain.deadlines import read_deadline
from tracker.domain.drafts import Draft as DraftReading
from tracker.domain.feeds import FeedScope
from tracker.domain.indicators import IndicatorReading
from tracker.domain.lifecycle import Event
from tracker.services import intake_undo
from tracker.services.anchoring import enter_day, mark_of
from tracker.services.errors import Invalid, NotFound, Stale
from tracker.services.feeds import NewFeed, make_feed, token_of
from tracker.services.intake import import_source
from tracker.services.intake_adopt import adopt, adopt_sure
from tracker.services.intake_drafts import StaleDraft, drop, edit_of
from tracker.services.intake_lists import Show, Wanted
from tracker.services.intake_review import review
from tracker.services.intake_undo import ActedOn, Undone, WantedBatch, batches, undo_adoption, undo_batch
from tracker.services.kept_bodies import Bodies
from tracker.services.kept_feeds import Place
from tracker.services.polling import Answer, Poll, answer_poll, openings
from tracker.services.series import make_due_tasks
from tracker.services.sweep import sweep
from tracker.services.work import act
from tracker.store import undo_queries
from tracker.store.engine import make_engine, write_session
from tracker.store.notices import Notice
from tracker.store.plan_queries import drafts_of
from tracker.store.plans import Draft, DraftState, Source
from tracker.store.tasks import Assignment, HistoryEntry, Milestone, Task
from tracker.store.timing import SeriesOccurrence, TaskAnchor, TaskSeries

SECRET = "a key for tests that is long enough"
LATER = NOW + timedelta(minutes=5)
OFFICE = Place(NOW, TODAY, ZoneInfo("Asia/Shanghai"), "http://localhost")


def imported(session: Session, city: City, *drafts: DraftReading) -> list[Draft]:
    done = import_source(session, the_actor(city.supervisor), NOW, a_reading(*drafts), city.root.id)
    return list(drafts_of(session, session.get_one(Source, done.source_id).plans[0].id))


def adopted(session: Session, city: City, *units: str) -> Draft:
    (draft,) = imported(session, city, a_draft("整修道路", *(units or ("市教育局",)), milestones=(TARGET,)))
    adopt(session, the_actor(city.supervisor), NOW, TODAY, draft.id, draft.version)
    return draft


def signed_for(session: Session, city: City, draft_id: int, at: datetime = LATER) -> Assignment:
    """The education bureau's part in the task of the draft, signed for."""
    part = session.scalars(select(Assignment).join(Task).where(Task.draft_id == draft_id)).first()
    assert part
    return act(session, the_actor(city.liaison), at, TODAY, part.id, Event.SIGN_FOR, part.version)


def rows(session: Session) -> list[int]:
    """How many rows there are of everything that an adoption makes, or that follows from it."""
    tables = (Task, Assignment, Milestone, HistoryEntry, Notice)
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_nothing_is_left_and_the_draft_is_as_it_was(session: Session, city: City) -> None:
    (draft,) = imported(session, city, a_draft("整修道路", "市教育局", "市财政局", milestones=(TARGET,)))
    before = edit_of(draft)
    adopt(session, the_actor(city.supervisor), NOW, TODAY, draft.id, draft.version)
    assert rows(session)[:4] == [1, 2, 1, 2]
    assert undo_adoption(session, the_actor(city.supervisor), LATER, draft.id, draft.version) == Undone(1, 0)
    assert rows(session) == [0, 0, 0, 0, 0]
    session.expire_all()
    assert draft.state is DraftState.OPEN
    assert edit_of(draft) == before
    assert (draft.edited, draft.changed_at, draft.changed_by_id) == (False, LATER, city.supervisor.id)
    again = adopt(session, the_actor(city.supervisor), LATER, TODAY, draft.id, draft.version)
    assert not again.already


def test_a_second_press_changes_nothing(session: Session, city: City) -> None:
    draft = adopted(session, city)
    actor, seen = the_actor(city.supervisor), draft.version
    undo_adoption(session, actor, LATER, draft.id, seen)
    version = draft.version
    assert undo_adoption(session, actor, LATER, draft.id, seen) == Undone(0, 0)
    assert draft.version == version


def test_reminders_go_too_and_those_who_read_them_are_counted(session: Session, city: City) -> None:
    draft = adopted(session, city)
    url = session.get_bind().url.render_as_string(hide_password=False)  # type: ignore[union-attr]
    engine = make_engine(url)
    sweep(engine, datetime(2023, 8, 31, 1, tzinfo=NOW.tzinfo), TODAY.replace(month=8, day=31))
    engine.dispose()
    with Session(session.get_bind()) as other:
        notices = other.scalars(select(Notice)).all()
        assert notices
        for notice in notices:
            notice.read_at = LATER
        people = {notice.person_id for notice in notices}
        other.commit()
    session.expire_all()
    assert undo_adoption(session, the_actor(city.supervisor), LATER, draft.id, draft.version) == Undone(1, len(people))
    assert rows(session) == [0, 0, 0, 0, 0]


def test_a_calendar_forgets_the_task_at_its_next_poll(session: Session, engine: Engine, city: City) -> None:
    wish = NewFeed("教育局", FeedScope.UNIT, unit_id=city.education.id)
    feed = make_feed(session, the_actor(city.liaison), NOW, SECRET, wish)
    token = token_of(feed, SECRET) or ""

    def poll(*held: str) -> Answer:
        return answer_poll(openings(engine), Poll(token, "a calendar", frozenset(held)), OFFICE, Bodies())

    empty = poll()
    draft = adopted(session, city)
    full = poll(empty.etag)
    assert full.body is not None
    assert "整修道路" in full.body.decode()
    undo_adoption(session, the_actor(city.supervisor), LATER, draft.id, draft.version)
    after = poll(full.etag)
    assert after.body is not None
    assert "整修道路" not in after.body.decode()
    assert "CANCELLED" not in after.body.decode()
    assert after.body == empty.body


@pytest.mark.parametrize("event", [Event.SIGN_FOR, Event.DECLINE])
def test_once_a_unit_has_acted_it_stands_and_says_who_when(session: Session, city: City, event: Event) -> None:
    draft = adopted(session, city)
    part = session.scalars(select(Assignment)).one()
    act(session, the_actor(city.liaison), LATER, TODAY, part.id, event, part.version, words="不属于我局职责")
    with pytest.raises(ActedOn, match=f"市教育局的事项已由李联络“{event.label}”") as refused:
        undo_adoption(session, the_actor(city.supervisor), LATER, draft.id, draft.version)
    assert refused.value.deed.at == LATER
    session.rollback()
    assert rows(session)[:2] == [1, 1]
    assert session.get_one(Draft, draft.id).state is DraftState.ADOPTED


def test_the_first_deed_is_told_not_the_last(session: Session, city: City) -> None:
    draft = adopted(session, city)
    part = signed_for(session, city, draft.id)
    act(
        session,
        the_actor(city.liaison),
        LATER,
        TODAY,
        part.id,
        Event.REPORT,
        part.version,
        words="正在排查",
        percent=10,
    )
    (row,) = review(session, the_actor(city.supervisor), draft.plan_id, Wanted(Show.ADOPTED)).page.rows
    assert row.task
    assert row.task.deed
    assert row.task.deed.event == "sign_for"


def test_a_draft_seen_otherwise_or_dropped_is_refused(session: Session, city: City) -> None:
    draft = adopted(session, city)
    actor = the_actor(city.supervisor)
    with pytest.raises(StaleDraft):
        undo_adoption(session, actor, LATER, draft.id, draft.version - 1)
    undo_adoption(session, actor, LATER, draft.id, draft.version)
    drop(session, actor, LATER, draft.id, draft.version)
    with pytest.raises(Invalid, match="已舍弃"):
        undo_adoption(session, actor, LATER, draft.id, draft.version)


@pytest.mark.parametrize("login", ["liaison", "leader", "administrator", "county_supervisor"])
def test_only_a_supervisor_in_reach_takes_back(session: Session, city: City, login: str) -> None:
    draft = adopted(session, city)
    actor = the_actor(getattr(city, login))
    with pytest.raises(Forbidden):
        undo_adoption(session, actor, LATER, draft.id, draft.version)
    with pytest.raises(Forbidden):
        undo_batch(session, actor, LATER, draft.plan_id, WantedBatch(NOW, city.supervisor.id, 1))
    with pytest.raises(Forbidden):
        batches(session, actor, draft.plan_id)
    assert rows(session)[0] == 1


# What else an adoption brings --------------------------------------------------------------------------------------


def adopted_series(session: Session, city: City) -> Draft:
    """A duty of every month that was adopted, two months later: three tasks, of which only the first has a draft."""
    reading = read_deadline("每月25日前", date(2023, 5, 8))
    (draft,) = imported(session, city, a_draft("报送情况", "市教育局", deadline=reading.deadline))
    adopt(session, the_actor(city.supervisor), NOW, TODAY, draft.id, draft.version)
    assert make_due_tasks(session, LATER, date(2023, 8, 20)) == 2
    session.commit()
    return draft


def rows_of_series(session: Session) -> list[int]:
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in (TaskSeries, SeriesOccurrence)]


def test_a_recurring_duty_goes_with_all_its_days(session: Session, city: City) -> None:
    draft = adopted_series(session, city)
    assert (rows(session)[:2], rows_of_series(session)) == ([3, 3], [1, 3])
    undo_adoption(session, the_actor(city.supervisor), LATER, draft.id, draft.version)
    assert (rows(session), rows_of_series(session)) == ([0, 0, 0, 0, 0], [0, 0])
    assert make_due_tasks(session, LATER, date(2024, 1, 1)) == 0


def test_a_deed_about_a_later_day_of_a_duty_keeps_it_whole(session: Session, city: City) -> None:
    draft = adopted_series(session, city)
    last = session.scalars(select(Assignment).order_by(Assignment.id.desc())).first()
    assert last
    act(session, the_actor(city.liaison), LATER, TODAY, last.id, Event.SIGN_FOR, last.version)
    with pytest.raises(ActedOn, match="李联络“签收”"):
        undo_adoption(session, the_actor(city.supervisor), LATER, draft.id, draft.version)
    session.rollback()
    assert rows(session)[0] == 3


def test_a_day_that_was_entered_is_nobodys_deed_and_goes_too(session: Session, city: City) -> None:
    reading = read_deadline("项目批复后20日内", date(2023, 5, 8))
    (draft,) = imported(session, city, a_draft("开工建设", "市教育局", deadline=reading.deadline))
    actor = the_actor(city.supervisor)
    task = session.get_one(Task, adopt(session, actor, NOW, TODAY, draft.id, draft.version).task_id)
    assert task.due_on is None
    enter_day(session, actor, LATER, task.id, day=date(2023, 7, 1), seen=mark_of(task))
    assert session.scalar(select(func.count()).select_from(TaskAnchor)) == 1
    assert undo_adoption(session, actor, LATER, draft.id, draft.version) == Undone(1, 0)
    assert rows(session) == [0, 0, 0, 0, 0]
    assert session.scalar(select(func.count()).select_from(TaskAnchor)) == 0


def test_the_indicators_of_the_plan_stay(session: Session, city: City) -> None:
    reading = a_reading(a_draft("植树造林", "市教育局"))
    told = IndicatorReading("森林覆盖率", target="35%", start=0, end=3)
    reading = replace(reading, plans=(replace(reading.plans[0], indicators=(told,)),))
    done = import_source(session, the_actor(city.supervisor), NOW, reading, city.root.id)
    plan = session.get_one(Source, done.source_id).plans[0]
    (draft,) = drafts_of(session, plan.id)
    adopt(session, the_actor(city.supervisor), NOW, TODAY, draft.id, draft.version)
    undo_adoption(session, the_actor(city.supervisor), LATER, draft.id, draft.version)
    session.expire_all()
    assert [indicator.name for indicator in plan.indicators] == ["森林覆盖率"]


# Batches --------------------------------------------------------------------------------------------------------


def a_batch(session: Session, city: City, count: int = 3) -> tuple[int, list[Draft]]:
    """A plan whose first draft was adopted by itself, and the others in one press five minutes later."""
    drafts = imported(session, city, *(a_draft(f"任务{n}", "市教育局") for n in range(count + 1)))
    adopt(session, the_actor(city.supervisor), NOW, TODAY, drafts[0].id, drafts[0].version)
    assert adopt_sure(session, the_actor(city.supervisor), LATER, TODAY, drafts[0].plan_id) == count
    return drafts[0].plan_id, drafts


def test_a_batch_is_taken_back_and_nothing_else(session: Session, city: City) -> None:
    plan_id, drafts = a_batch(session, city)
    actor = the_actor(city.supervisor)
    (batch,) = batches(session, actor, plan_id)
    assert (batch.at, batch.by, len(batch.adopted), len(batch.free)) == (LATER, "杜督查", 3, 3)
    wanted = WantedBatch(batch.at, batch.by_id, 3)
    assert undo_batch(session, actor, LATER, plan_id, wanted) == Undone(3, 0)
    session.expire_all()
    assert [draft.state for draft in drafts] == [DraftState.ADOPTED, *[DraftState.OPEN] * 3]
    assert rows(session)[:2] == [1, 1]
    assert undo_batch(session, actor, LATER, plan_id, wanted) == Undone(0, 0)
    assert batches(session, actor, plan_id) == ()


def test_what_somebody_acted_on_stays_in_the_batch(session: Session, city: City) -> None:
    plan_id, drafts = a_batch(session, city)
    signed_for(session, city, drafts[2].id)
    actor = the_actor(city.supervisor)
    (batch,) = batches(session, actor, plan_id)
    assert len(batch.free) == 2
    assert batch.first_deed
    assert batch.first_deed.unit_name == "市教育局"
    assert undo_batch(session, actor, LATER, plan_id, WantedBatch(LATER, city.supervisor.id, 2)).tasks == 2
    session.expire_all()
    assert [draft.state.value for draft in drafts] == ["adopted", "open", "adopted", "open"]


def test_a_unit_that_signed_since_the_page_was_opened_stops_it(session: Session, city: City) -> None:
    plan_id, drafts = a_batch(session, city)
    signed_for(session, city, drafts[1].id)
    with pytest.raises(Stale, match="现在是2条，与您看到的3条不同"):
        undo_batch(session, the_actor(city.supervisor), LATER, plan_id, WantedBatch(LATER, city.supervisor.id, 3))
    session.rollback()
    assert rows(session)[0] == 4


# At once --------------------------------------------------------------------------------------------------------


def race(url: str) -> tuple[str, str]:
    """A unit signs for a task in the moment in which its adoption is taken back: what each of the two was told."""
    engine = make_engine(url)
    with write_session(engine) as session:
        city = a_city(session)
        draft = adopted(session, city)
        part = session.scalars(select(Assignment)).one()
    told = dict[str, str]()
    looked, start = threading.Event(), threading.Barrier(2)

    def undo() -> None:
        start.wait(10)
        with write_session(engine) as session:
            try:
                undo_adoption(session, the_actor(city.supervisor), LATER, draft.id, draft.version)
                told["undo"] = "done"
            except (ActedOn, StaleDraft) as fault:
                told["undo"] = type(fault).__name__

    def sign() -> None:
        start.wait(10)
        looked.wait(2)
        with write_session(engine) as session:
            try:
                act(session, the_actor(city.liaison), LATER, TODAY, part.id, Event.SIGN_FOR, part.version)
                told["sign"] = "done"
            except (NotFound, Stale) as fault:
                told["sign"] = type(fault).__name__

    def hold(*args: object) -> None:
        held(*args)  # type: ignore[arg-type]
        looked.set()

    held = undo_queries.hold_tasks
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake_undo, "hold_tasks", hold)
        threads = [threading.Thread(target=run) for run in (undo, sign)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    with write_session(engine) as session:
        left = session.scalar(select(func.count()).select_from(Task))
        state = session.get_one(Draft, draft.id).state
        assert (left, state) in {(0, DraftState.OPEN), (1, DraftState.ADOPTED)}
    engine.dispose()
    return told["undo"], told["sign"]


def test_signing_and_taking_back_at_once_on_sqlite(sqlite_url: str) -> None:
    assert race(sqlite_url) == ("done", "NotFound")


@pytest.mark.needs("postgresql")
def test_signing_and_taking_back_at_once_on_postgresql(postgres_url: str) -> None:
    assert race(postgres_url) == ("done", "NotFound")


def test_who_acted_is_asked_of_the_plans_own_tasks_alone(engine: Engine, city: City) -> None:
    """SQLite says how it looks for rows: no table of the ledger is read as a whole."""
    asked: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _k, told, given, *_: asked.append((told, given)))
    with Session(engine) as session:
        undo_queries.adoptions_of_plan(session, 1)
        queries = [(told, given) for told, given in asked if told.startswith("SELECT")]
        steps = [
            str(row[-1])
            for told, given in queries
            for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {told}", given)
        ]
    assert any("ix_history_entry_assignment_id" in step for step in steps)
    ledger = ("task", "assignment", "history_entry")
    assert [step for step in steps for table in ledger if step.startswith(f"SCAN {table}")] == []
