"""Two child tasks of one part at the same instant, and a parent withdrawn while its child is worked on."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from threading import Barrier

import pytest
from sqlalchemy import Engine

from tests.builders import NOW, TODAY, a_city, a_person, a_plan, a_task, a_unit, the_actor
from tracker.domain.access import Actor, Office
from tracker.domain.lifecycle import Event, Outcome, State
from tracker.domain.roles import Role
from tracker.services.division import Wish, divide
from tracker.services.work import Changed, act
from tracker.store.engine import make_engine, write_session
from tracker.store.tasks import Assignment

DATABASES = ["sqlite_url", pytest.param("postgres_url", marks=pytest.mark.needs("postgresql"))]


@dataclass(frozen=True, slots=True)
class Shared:
    """A divided part on a database: its supervisor, its children's parts and who works on them."""

    engine: Engine
    supervisor: Actor
    parent_id: int
    child_ids: tuple[int, ...]
    liaisons: tuple[Actor, ...]

    def does(self, actor: Actor, part_id: int, event: Event, together: Barrier | None = None) -> None:
        """Acts on the part as it stands, at the same instant as whoever else waits at the barrier."""
        with write_session(self.engine) as session:
            version = session.get_one(Assignment, part_id).version
            session.rollback()
            if together:
                together.wait(timeout=20)
            act(session, actor, NOW, TODAY, part_id, event, version, "办理。", 100, Outcome.SOLVED)


@pytest.fixture(params=DATABASES)
def shared(request: pytest.FixtureRequest) -> Shared:
    engine = make_engine(request.getfixturevalue(request.param))
    request.addfinalizer(engine.dispose)
    with write_session(engine) as session:
        city = a_city(session)
        units = [a_unit(session, f"县{n}局", city.county) for n in range(4)]
        people = [a_person(session, f"clerk{n}", (Office.LIAISON, unit)) for n, unit in enumerate(units)]
        part = a_task(session, a_plan(session, city.root), city.county, state=State.IN_PROGRESS).assignments[0]
        session.commit()
        roles = {unit.id: Role.RESPONSIBLE for unit in units}
        supervisor = the_actor(city.county_supervisor)
        children = divide(
            session, supervisor, NOW, part.id, part.version, Wish("分办", part.due_on, roles, each_alone=True)
        )
        ids = tuple(child.assignments[0].id for child in children)
        found = Shared(engine, supervisor, part.id, ids, tuple(the_actor(person) for person in people))
    for actor, part_id in zip(found.liaisons, found.child_ids, strict=True):
        found.does(actor, part_id, Event.SIGN_FOR)
    return found


def at_once(*deeds: Callable[[Barrier], None]) -> None:
    together = Barrier(len(deeds))
    with ThreadPoolExecutor(len(deeds)) as pool:
        for done in [pool.submit(deed, together) for deed in deeds]:
            done.result()


def test_no_child_is_overlooked(shared: Shared) -> None:
    def report(place: int) -> Callable[[Barrier], None]:
        return lambda together: shared.does(shared.liaisons[place], shared.child_ids[place], Event.REPORT, together)

    at_once(*(report(place) for place in range(4)))
    with write_session(shared.engine) as session:
        assert session.get_one(Assignment, shared.parent_id).percent == 100


def test_a_parent_withdrawn_while_children_report(shared: Shared) -> None:
    """Whoever comes after is told of the withdrawal; nobody waits for anybody crosswise."""

    def report(place: int) -> Callable[[Barrier], None]:
        def deed(together: Barrier) -> None:
            with suppress(Changed):
                shared.does(shared.liaisons[place], shared.child_ids[place], Event.REPORT, together)

        return deed

    at_once(
        lambda together: shared.does(shared.supervisor, shared.parent_id, Event.WITHDRAW, together),
        *(report(place) for place in range(4)),
    )
    with write_session(shared.engine) as session:
        assert session.get_one(Assignment, shared.parent_id).state is State.WITHDRAWN
        for part_id in shared.child_ids:
            events = [entry.event for entry in session.get_one(Assignment, part_id).history]
            assert events.count("divide") == 1
