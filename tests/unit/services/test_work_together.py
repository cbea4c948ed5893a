"""Two people at the same instant, each with a connection of their own, on SQLite and on PostgreSQL."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine

from tests.builders import NOW, TODAY, a_city, a_plan, a_task, the_actor
from tracker.domain.access import Actor
from tracker.domain.lifecycle import Event, Outcome, State, TaskState
from tracker.services.work import Changed, act
from tracker.store.engine import write_session
from tracker.store.tasks import Assignment, Task


@dataclass(frozen=True, slots=True)
class Office:
    """A database with one task that waits for two decisions, and who may decide."""

    engine: Engine
    actor: Actor
    task_id: int
    part_ids: tuple[int, ...]

    def accept(self, part_id: int, words: str, together: Barrier) -> Assignment:
        """Accepts a part at the same instant as whoever else waits at the barrier."""
        with write_session(self.engine) as session:
            together.wait(timeout=20)
            return act(session, self.actor, NOW, TODAY, part_id, Event.ACCEPT, 1, words, outcome=Outcome.SOLVED)


@pytest.fixture
def url(either_url: str) -> str:
    """Each test runs on both kinds of database."""
    return either_url


@pytest.fixture
def office(engine: Engine) -> Office:
    with write_session(engine) as session:
        city = a_city(session)
        task = a_task(session, a_plan(session, city.root), city.education, city.finance, state=State.SUBMITTED)
        session.commit()
        return Office(engine, the_actor(city.supervisor), task.id, tuple(part.id for part in task.assignments))


def at_once(*calls: tuple[Office, int, str]) -> list[Future[Assignment]]:
    together = Barrier(len(calls))
    with ThreadPoolExecutor(len(calls)) as pool:
        return [pool.submit(office.accept, part_id, words, together) for office, part_id, words in calls]


def test_two_parts_of_one_task_accepted_at_once_complete_it(office: Office) -> None:
    first, second = office.part_ids
    for done in at_once((office, first, "一"), (office, second, "二")):
        assert done.result().state is State.COMPLETED
    with write_session(office.engine) as session:
        task = session.get_one(Task, office.task_id)
        assert (task.state, task.completed_on) == (TaskState.COMPLETED, TODAY)


def test_one_part_decided_twice_at_once_is_decided_once(office: Office) -> None:
    part_id = office.part_ids[0]
    faults = [done.exception() for done in at_once((office, part_id, "一"), (office, part_id, "二"))]
    assert sorted(type(fault).__name__ for fault in faults) == ["Changed", "NoneType"]
    with write_session(office.engine) as session:
        part = session.get_one(Assignment, part_id)
        assert part.version == 2
        assert [entry.event for entry in part.history] == ["adopt", "accept"]


def test_the_same_press_arriving_twice_at_once_is_done_once(office: Office) -> None:
    part_id = office.part_ids[0]
    assert [done.exception() for done in at_once(*[(office, part_id, "一")] * 3)] == [None] * 3
    with write_session(office.engine) as session:
        assert [entry.event for entry in session.get_one(Assignment, part_id).history] == ["adopt", "accept"]


def test_a_decision_waits_for_one_that_is_being_made(office: Office) -> None:
    """Without the wait both would see the other part open, and nobody would complete the task."""
    first, second = office.part_ids
    with ThreadPoolExecutor(1) as pool, write_session(office.engine) as session:
        held = session.get_one(Task, office.task_id, with_for_update=True)
        waiting = pool.submit(office.accept, second, "二", Barrier(1))
        with pytest.raises(TimeoutError):
            waiting.result(timeout=0.5)
        assert held.state is TaskState.OPEN
        act(session, office.actor, NOW, TODAY, first, Event.ACCEPT, 1, outcome=Outcome.SOLVED)
        assert waiting.result(timeout=20).task.state is TaskState.COMPLETED


def test_a_change_by_the_machine_meanwhile_is_told_too(office: Office) -> None:
    with write_session(office.engine) as session:
        part = session.get_one(Assignment, office.part_ids[0])
        part.overdue_flagged_on = TODAY
        session.commit()
        with pytest.raises(Changed, match="该事项已有变动"):
            act(session, office.actor, NOW + timedelta(1), TODAY, part.id, Event.ACCEPT, 1, outcome=Outcome.SOLVED)
