"""Two supervisors at one new version at the same instant, on SQLite and on PostgreSQL; and a unit at work meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City, a_city, the_actor
from tests.revision_texts import FIRST, SECOND
from tracker.domain.lifecycle import Event
from tracker.reading import read_bytes
from tracker.services.errors import Stale
from tracker.services.intake import import_source
from tracker.services.intake_adopt import adopt_sure
from tracker.services.revision_items import Wanted, items_of
from tracker.services.revision_sides import versions_of
from tracker.services.revisions import Decided, accept, decline
from tracker.services.work import Changed, act
from tracker.store.engine import write_session
from tracker.store.plans import Plan, Source
from tracker.store.revisions import PlanRevision, RevisionDecision
from tracker.store.tasks import Assignment, HistoryEntry, Task


class World:
    """A city with a plan at work and its new version."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        with write_session(engine) as session:
            self.city: City = a_city(session)
            self.supervisor = the_actor(self.city.supervisor)
            old = self.take_in(session, FIRST)
            adopt_sure(session, self.supervisor, NOW, TODAY, old.id)
            self.new_id = self.take_in(session, SECOND).id

    def take_in(self, session: Session, text: str) -> Plan:
        done = import_source(session, self.supervisor, NOW, read_bytes(text.encode(), "方案.txt"), self.city.root.id)
        return session.get_one(Source, done.source_id).plans[0]

    def wanted(self, title: str) -> Wanted:
        with Session(self.engine) as session:
            items = items_of(versions_of(session, session.get_one(Plan, self.new_id)))
            found = next(item for item in items if item.task.title == title)
            return Wanted(found.task.id, found.draft.id if found.draft else None, found.effect.seen)

    def accept(self, wanted: Wanted) -> Decided:
        with write_session(self.engine) as session:
            return accept(session, self.supervisor, NOW, TODAY, self.new_id, wanted)

    def decline(self, wanted: Wanted) -> Decided:
        with write_session(self.engine) as session:
            return decline(session, self.supervisor, NOW, self.new_id, wanted)

    def count(self, table: type, *conditions: object) -> int:
        with Session(self.engine) as session:
            return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0  # type: ignore[arg-type]


@pytest.fixture
def url(either_url: str) -> str:
    """Each test runs on both kinds of database."""
    return either_url


@pytest.fixture
def world(engine: Engine) -> World:
    return World(engine)


def at_once(*calls: Callable[[], object]) -> list[Future[object]]:
    """All calls from one starting line."""
    line = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        line.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [pool.submit(run, call) for call in calls]


def test_the_same_change_accepted_twice_at_once_is_accepted_once(world: World) -> None:
    wanted = world.wanted("整修道路")
    done = at_once(*[lambda: world.accept(wanted)] * 4)
    told = [future.result() for future in done]
    assert sorted(each.already for each in told if isinstance(each, Decided)) == [False, True, True, True]
    assert world.count(HistoryEntry, HistoryEntry.event == "revise") == 1
    assert world.count(RevisionDecision) == 1


def test_of_accepting_and_declining_at_once_one_holds(world: World) -> None:
    wanted = world.wanted("整修道路")
    done = at_once(lambda: world.accept(wanted), lambda: world.decline(wanted))
    faults = [future.exception() for future in done]
    assert [type(fault) for fault in faults if fault] == [Stale]
    assert world.count(RevisionDecision) == 1


def test_two_changes_of_one_version_at_once_are_both_accepted(world: World) -> None:
    one, other = world.wanted("整修道路"), world.wanted("组织巡查")
    for future in at_once(lambda: world.accept(one), lambda: world.accept(other)):
        future.result()
    assert world.count(Task, Task.plan_id == world.new_id) == 2


def test_a_unit_signing_meanwhile_is_not_overwritten(world: World) -> None:
    wanted = world.wanted("整修道路")
    with Session(world.engine) as session:
        part = session.scalars(select(Assignment).where(Assignment.task_id == wanted.task_id)).one()

    def sign() -> object:
        with write_session(world.engine) as session:
            who = the_actor(world.city.neighbour)
            return act(session, who, NOW, TODAY, part.id, Event.SIGN_FOR, part.version)

    signed, accepted = at_once(sign, lambda: world.accept(wanted))
    assert accepted.exception() is None
    assert signed.exception() is None or isinstance(signed.exception(), Changed)
    with Session(world.engine) as session:
        events = [row.event for row in session.get_one(Assignment, part.id).history]
        assert session.get_one(Assignment, part.id).due_on == session.get_one(Task, wanted.task_id).due_on
    assert sorted(events) == sorted(["adopt", "revise", *([] if signed.exception() else ["sign_for"])])


def test_two_newer_files_taken_in_at_once_form_a_chain(world: World) -> None:
    """Neither import fails, and no plan gets two next versions."""

    def take_in(text: str) -> object:
        with write_session(world.engine) as session:
            return world.take_in(session, text)

    texts = [SECOND.replace("当日处置", f"{n}日内处置") for n in ("两", "三")]
    for future in at_once(*[lambda text=text: take_in(text) for text in texts]):
        future.result()
    assert world.count(PlanRevision) == 3
    with Session(world.engine) as session:
        revised = session.scalars(select(PlanRevision.revises_id)).all()
    assert len(set(revised)) == 3
