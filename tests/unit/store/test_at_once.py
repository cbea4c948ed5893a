"""A statement that is asked at once fails as any other would, and whoever listens for statements hears of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Engine, bindparam, event, select
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from tests.builders import a_unit
from tests.databases import end_connections
from tracker.store import at_once
from tracker.store.at_once import AtOnce
from tracker.store.units import Unit

OF_ONE = select(Unit.name).where(Unit.id == bindparam("id", 0))
NAMES = AtOnce(OF_ONE)
IN_ONE_OR_IN_PIECES = pytest.mark.parametrize("may_be_long", [False, True])


@IN_ONE_OR_IN_PIECES
def test_a_table_that_is_not_there_is_told_as_the_library_tells_it(engine: Engine, may_be_long: bool) -> None:
    with engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("ALTER TABLE unit RENAME TO other")
        with pytest.raises((OperationalError, ProgrammingError)) as told:
            AtOnce(OF_ONE, may_be_long=may_be_long)(connection, id=7)
        assert "unit.name" in str(told.value)
        assert not told.value.connection_invalidated


@IN_ONE_OR_IN_PIECES
@pytest.mark.parametrize("either_url", ["postgresql"], indirect=True)
def test_a_connection_that_is_gone_is_trouble_of_the_moment(engine: Engine, either_url: str, may_be_long: bool) -> None:
    with engine.connect() as connection:
        assert NAMES(connection, id=7) == ()
        end_connections(either_url)
        with pytest.raises(OperationalError) as told:
            AtOnce(OF_ONE, may_be_long=may_be_long)(connection, id=7)
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


def test_many_rows_come_in_pieces_while_they_are_many(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rows whether they fill the last piece or not, and when they become many or few."""
    monkeypatch.setattr(at_once, "MANY_ROWS", 4)
    monkeypatch.setattr(at_once, "PIECE", 2)
    taken = list[int]()
    piecewise = at_once._piecewise

    def counted(*asked: Any) -> Sequence[Any]:
        rows = piecewise(*asked)
        taken.append(len(rows))
        return rows

    monkeypatch.setattr(at_once, "_piecewise", counted)
    names = AtOnce(select(Unit.name).where(Unit.id <= bindparam("last", 0)).order_by(Unit.id), may_be_long=True)
    with Session(engine) as session:
        for number in range(1, 7):
            a_unit(session, f"第{number}局")
        for last in (0, 6, 5, 6, 3, 2):
            found = names(session.connection(), last=last)
            assert found == tuple((f"第{number}局",) for number in range(1, last + 1))
    assert taken == [0, 5, 6, 3]
