"""Rows that are known until somebody commits: what was committed before is always in them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, bindparam, literal, select, text
from sqlalchemy.exc import DBAPIError

from tests.databases import end_connections
from tests.locks import NotingLock
from tracker.store import unchanged
from tracker.store.at_once import AtOnce, Rows
from tracker.store.engine import make_engine
from tracker.store.kept_calendars import CalendarMark
from tracker.store.unchanged import UntilACommit

ADD = text(
    "INSERT INTO calendar_mark VALUES (:unit, 0, 1) "
    "ON CONFLICT (unit_id, deed) DO UPDATE SET changes = calendar_mark.changes + 1"
)
CHANGES = select(CalendarMark.changes).where(CalendarMark.unit_id == bindparam("unit"))


class Counted(AtOnce):
    """A statement that says how often it was asked."""

    asked = 0

    def __call__(self, connection: Connection, **values: Any) -> Rows:
        self.asked += 1
        return super().__call__(connection, **values)


@dataclass
class World:
    """A database with a count for each unit, and who reads it."""

    engine: Engine
    statement: Counted = field(default_factory=lambda: Counted(CHANGES))

    def __post_init__(self) -> None:
        self.read = UntilACommit(self.engine, self.statement)

    def count(self, unit: int = 1) -> int:
        rows = self.read(unit=unit)  # type: ignore[arg-type]
        return int(rows[0][0]) if rows else 0

    def add(self, unit: int = 1) -> None:
        with self.engine.begin() as connection:
            connection.execute(ADD, {"unit": unit})


@pytest.fixture
def world(either_url: str) -> Iterator[World]:
    engine = make_engine(either_url)
    yield World(engine)
    engine.dispose()


postgresql_alone = pytest.mark.parametrize("either_url", ["postgresql"], indirect=True)


def test_nothing_is_read_twice_until_a_commit_of_whatever(world: World) -> None:
    world.add()
    assert [world.count(), world.count(), world.count(2), world.count(2)] == [1, 1, 0, 0]
    assert world.statement.asked == 2
    world.add(3)
    assert [world.count(), world.count()] == [1, 1]
    assert world.statement.asked == 3


def test_every_commit_is_seen_also_one_that_began_long_before(world: World) -> None:
    if world.engine.dialect.name == "sqlite":  # one writes at a time
        with world.engine.connect() as slow:
            slow.execute(ADD, {"unit": 1})
            assert [world.count(), world.count()] == [0, 0]
            slow.commit()
            assert world.count() == 1
            slow.execute(ADD, {"unit": 1})
            slow.rollback()
            assert world.count() == 1
        world.add()
        assert world.count() == 2
        return
    with world.engine.connect() as slow, world.engine.connect() as failing:
        slow.execute(ADD, {"unit": 1})
        failing.execute(ADD, {"unit": 2})
        assert world.count() == 0
        world.add(3)
        assert world.count() == 0
        slow.commit()
        assert world.count() == 1
        failing.rollback()
        assert [world.count(), world.count(2)] == [1, 0]


def test_each_of_many_sees_what_it_committed_itself(world: World) -> None:
    def work(unit: int) -> bool:
        for number in range(40):
            world.add(unit)
            if world.count(unit) != number + 1 or world.count(unit) != number + 1:
                return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(1, 5)))


@dataclass
class Gate:
    """Questions that wait until they are let through; one of them may fail."""

    asked: list[Hashable] = field(default_factory=list)
    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    open: threading.Event = field(default_factory=threading.Event)
    fails: int | None = None

    def question(self, ask: Callable[[Connection], Hashable]) -> Callable[[Connection], Hashable]:
        def asked(connection: Connection) -> Hashable:
            number = len(self.asked)
            self.asked.append(None)
            self.begun.release()
            assert self.open.wait(20)
            if number == self.fails:
                raise DBAPIError("", None, Exception("gone"))
            self.asked[number] = ask(connection)
            return self.asked[number]

        return asked


@pytest.mark.parametrize(("fails", "questions"), [(None, 2), (0, 2), (1, 3)], ids=["none", "first", "second"])
def test_who_waits_shares_the_next_question_never_the_one_on_its_way(
    world: World, monkeypatch: pytest.MonkeyPatch, fails: int | None, questions: int
) -> None:
    assert world.count() == 0
    gate, lock = Gate(fails=fails), NotingLock()
    kind = world.engine.dialect.name
    monkeypatch.setitem(unchanged._QUESTIONS, kind, gate.question(unchanged._QUESTIONS[kind]))
    monkeypatch.setattr(world.read._committed, "_lock", lock)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(world.count)
        assert gate.begun.acquire(timeout=20)
        world.add()
        others = [pool.submit(world.count) for _ in range(3)]
        assert all(lock.come.acquire(timeout=20) for _ in range(4))
        gate.open.set()
        failed = [poll for poll in (first, *others) if isinstance(poll.exception(20), DBAPIError)]
    assert len(failed) == (0 if fails is None else 1)
    assert all(other.result() == 1 for other in others if other not in failed)
    assert (first in failed) is (fails == 0)
    assert len(gate.asked) == questions


@pytest.mark.needs("postgresql")
@postgresql_alone
def test_what_another_server_says_is_not_taken_for_what_this_one_said(
    world: World, either_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(unchanged._QUESTIONS, "postgresql", AtOnce(select(literal("the same"))))
    assert [world.count(), world.count()] == [0, 0]
    end_connections(either_url)
    with pytest.raises(DBAPIError):
        world.count()
    world.add()
    assert world.count() == 1


def test_a_database_in_memory_is_read_each_time() -> None:
    """It has one connection for all, and tells that one nothing of what it commits."""
    engine = make_engine("sqlite://")
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TABLE calendar_mark (unit_id INT, deed INT, changes INT, UNIQUE (unit_id, deed))")
        )
    world = World(engine)
    counted = []
    for _ in range(2):
        world.add()
        counted.append(world.count())
    assert counted == [1, 2]
    engine.dispose()
