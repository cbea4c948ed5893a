"""Numbers given to a statement in one parameter."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tests.builders import a_city
from tracker.store.at_once import AtOnce
from tracker.store.given import in_words, is_given
from tracker.store.units import Unit

NAMES = select(Unit.name).where(is_given(Unit.id, "ids")).order_by(Unit.id)


def test_the_rows_of_the_numbers_are_found(engine: Engine) -> None:
    with Session(engine) as session:
        a_city(session)
        names = {unit.id: unit.name for unit in session.scalars(select(Unit).order_by(Unit.id))}
        for ids in ([], list(names)[:1], list(names), [*names, 10**6]):
            wanted = [name for unit_id, name in names.items() if unit_id in ids]
            assert session.scalars(NAMES, {"ids": in_words(ids)}).all() == wanted
            assert [name for (name,) in AtOnce(NAMES)(session.connection(), ids=in_words(ids))] == wanted


@pytest.mark.parametrize("either_url", ["sqlite"], indirect=True)
def test_sqlite_searches_and_does_not_scan(engine: Engine) -> None:
    with engine.connect() as connection:
        sql = str(NAMES.compile(engine))
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", ("1,2",))]
    assert plan[0] == "SEARCH unit USING INTEGER PRIMARY KEY (rowid=?)"
