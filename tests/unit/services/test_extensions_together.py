"""Two people at one request in the same instant, on SQLite and on PostgreSQL: asked once, decided once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, a_city, a_plan, a_task, the_actor
from tracker.domain.access import Actor
from tracker.domain.lifecycle import State
from tracker.services import extensions
from tracker.services.extensions import Decision
from tracker.store.engine import make_engine, write_session
from tracker.store.extensions import Extension
from tracker.store.tasks import Assignment, HistoryEntry

WANTED = date(2023, 7, 31)


@pytest.fixture
def office(request: pytest.FixtureRequest, either_url: str) -> tuple[Engine, Actor, Actor, int]:
    """A database with one part that is worked on, its liaison, and a supervisor."""
    engine = make_engine(either_url)
    request.addfinalizer(engine.dispose)
    with write_session(engine) as session:
        city = a_city(session)
        part = a_task(session, a_plan(session, city.root), city.education, state=State.IN_PROGRESS).assignments[0]
        session.commit()
        return engine, the_actor(city.liaison), the_actor(city.supervisor), part.id


def at_once(engine: Engine, *deeds: Callable[[Session], object]) -> list[str]:
    """What each of the deeds, begun together, ended with: the name of its refusal, or nothing."""
    together = Barrier(len(deeds))

    def one(deed: Callable[[Session], object]) -> None:
        with write_session(engine) as session:
            together.wait(timeout=20)
            deed(session)

    with ThreadPoolExecutor(len(deeds)) as pool:
        faults = [each.exception() for each in [pool.submit(one, deed) for deed in deeds]]
    return sorted(type(fault).__name__ if fault else "" for fault in faults)


def events(engine: Engine) -> list[str]:
    with write_session(engine) as session:
        return list(session.scalars(select(HistoryEntry.event).order_by(HistoryEntry.id)))


def test_two_requests_at_once_are_one(office: tuple[Engine, Actor, Actor, int]) -> None:
    engine, liaison, _, part_id = office

    def ask(reason: str) -> Callable[[Session], object]:
        return lambda session: extensions.ask(session, liaison, NOW, TODAY, part_id, 1, WANTED, reason)

    assert at_once(engine, ask("理由一。"), ask("理由二。")) == ["", "Changed"]
    assert events(engine) == ["adopt", "ask_extension"]


def test_one_request_is_decided_once(office: tuple[Engine, Actor, Actor, int]) -> None:
    engine, liaison, supervisor, part_id = office
    with write_session(engine) as session:
        request_id = extensions.ask(session, liaison, NOW, TODAY, part_id, 1, WANTED, "理由。").id

    def decide(decision: Decision) -> Callable[[Session], object]:
        return lambda session: extensions.decide(session, supervisor, NOW, TODAY, request_id, 2, decision)

    decisions = decide(Decision(WANTED)), decide(Decision(None, "不行。")), decide(Decision(WANTED - timedelta(1)))
    assert at_once(engine, *decisions) == ["", "Changed", "Changed"]
    with write_session(engine) as session:
        request, part = session.get_one(Extension, request_id), session.get_one(Assignment, part_id)
        assert part.due_on == (request.granted_on or date(2023, 6, 30))
        assert len(part.history) == 3
