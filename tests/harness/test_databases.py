"""The PostgreSQL that tests are lent: real, new for each, gone afterwards."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, inspect, text

from tests.databases import PostgresServer
from tracker.store import migrate

pytestmark = pytest.mark.needs("postgresql")


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_gets_an_empty_database(empty_postgres_url: str, turn: int) -> None:
    engine = create_engine(empty_postgres_url)
    with engine.begin() as connection:
        assert str(connection.scalar(text("SELECT version()"))).startswith("PostgreSQL")
        connection.execute(text("CREATE TABLE mark (turn integer)"))  # fails in turn 2 if turn 1's were lent again
    engine.dispose()


def test_a_database_is_dropped_although_someone_is_connected(postgres_server: PostgresServer) -> None:
    url = postgres_server.create()
    engine, server = create_engine(url), create_engine(postgres_server.url)
    names = text("SELECT count(*) FROM pg_database WHERE datname = :name")
    with engine.connect() as connection, server.connect() as overseer:
        connection.execute(text("SELECT 1"))
        assert overseer.scalar(names, {"name": url.database}) == 1
        postgres_server.drop(url)
        assert overseer.scalar(names, {"name": url.database}) == 0
        connection.invalidate()
    engine.dispose()
    server.dispose()


def test_a_migrated_database_stands_at_the_newest_schema(postgres_url: str) -> None:
    engine = create_engine(postgres_url)
    with engine.connect() as connection:
        assert migrate.revision_of(connection) == migrate.newest_revision() is not None
        assert "task" in inspect(connection).get_table_names()
    engine.dispose()
