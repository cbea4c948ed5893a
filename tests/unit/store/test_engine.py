"""Connections to a server that was started anew while they rested, and what a transaction sees of others."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.builders import a_unit
from tests.databases import end_connections
from tracker.store import engine as engines
from tracker.store.at_once import AtOnce
from tracker.store.engine import at_once, begin_reading, make_engine
from tracker.store.units import Unit

pytestmark = pytest.mark.needs("postgresql")

UNITS = AtOnce(select(Unit.id))


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    made = make_engine(postgres_url)
    yield made
    made.dispose()


def test_after_a_rest_the_end_of_the_server_is_not_seen(
    engine: Engine, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "SHORT_REST_SECONDS", 0.0)
    with engine.connect() as one, engine.connect() as two:
        one.execute(text("SELECT 1"))
        two.execute(text("SELECT 1"))
    end_connections(postgres_url)
    with engine.connect() as one, engine.connect() as two:
        assert [each.execute(text("SELECT 1")).scalar() for each in (one, two)] == [1, 1]


@pytest.mark.parametrize("ask", [UNITS, lambda connection: connection.execute(select(1))])
def test_without_a_rest_it_is_seen_once(engine: Engine, postgres_url: str, ask: object) -> None:
    assert callable(ask)
    with at_once(engine).connect() as connection:
        ask(connection)
    end_connections(postgres_url)
    with pytest.raises(DBAPIError) as raised, at_once(engine).connect() as connection:
        ask(connection)
    assert raised.value.connection_invalidated
    with at_once(engine).connect() as connection:
        ask(connection)


def test_when_one_was_lost_the_others_are_asked(engine: Engine, postgres_url: str) -> None:
    with engine.connect(), engine.connect(), engine.connect():
        pass
    end_connections(postgres_url)
    with pytest.raises(DBAPIError), at_once(engine).connect() as connection:
        UNITS(connection)
    with at_once(engine).connect() as one, at_once(engine).connect() as two:
        assert UNITS(one) == UNITS(two) == ()


def test_a_busy_connection_is_not_asked(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(engine.dialect, "do_ping", asked.append)
    for _ in range(3):
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    assert not asked


def test_what_begins_by_reading_sees_one_instant_and_the_next_on_its_connection_does_not(engine: Engine) -> None:
    def units_seen(reader: Session) -> list[int]:
        """How many there are at two statements, one being added in between."""
        seen = [reader.scalar(select(func.count()).select_from(Unit)) or 0]
        with Session(writing) as writer:
            a_unit(writer, f"第{seen[0]}局")
            writer.commit()
        return [*seen, reader.scalar(select(func.count()).select_from(Unit)) or 0]

    writing = make_engine(engine.url.render_as_string(hide_password=False))
    with Session(engine) as reader:
        begin_reading(reader)
        connection = reader.connection().connection.dbapi_connection
        assert units_seen(reader) == [0, 0]
    with Session(engine) as other:
        assert other.connection().connection.dbapi_connection is connection
        assert units_seen(other) == [1, 2]
    writing.dispose()
