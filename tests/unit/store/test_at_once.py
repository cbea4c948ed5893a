"""A statement that is asked at once fails as any other would, and whoever listens for statements hears of it."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, bindparam, event, select
from sqlalchemy.exc import OperationalError, ProgrammingError

from tests.databases import end_connections
from tracker.store.at_once import AtOnce
from tracker.store.units import Unit

NAMES = AtOnce(select(Unit.name).where(Unit.id == bindparam("id", 0)))


def test_a_table_that_is_not_there_is_told_as_the_library_tells_it(engine: Engine) -> None:
    with engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("ALTER TABLE unit RENAME TO other")
        with pytest.raises((OperationalError, ProgrammingError)) as told:
            NAMES(connection, id=7)
        assert "unit.name" in str(told.value)
        assert not told.value.connection_invalidated


@pytest.mark.parametrize("either_url", ["postgresql"], indirect=True)
def test_a_connection_that_is_gone_is_trouble_of_the_moment(engine: Engine, either_url: str) -> None:
    with engine.connect() as connection:
        assert NAMES(connection, id=7) == ()
        end_connections(either_url)
        with pytest.raises(OperationalError) as told:
            NAMES(connection, id=7)
        assert told.value.connection_invalidated
        assert connection.invalidated


def test_listeners_hear_before_and_after(engine: Engine) -> None:
    heard = list[tuple[str, object]]()
    for name in ("before_cursor_execute", "after_cursor_execute"):
        event.listen(engine, name, lambda _c, _k, words, given, *_, name=name: heard.append((name, given)))
    with engine.connect() as connection:
        NAMES(connection, id=7)
    given = (7,) if engine.dialect.name == "sqlite" else {"id": 7}
    assert [(name, tuple(each) if isinstance(each, list) else each) for name, each in heard] == [
        ("before_cursor_execute", given),
        ("after_cursor_execute", given),
    ]
