"""The migration of reading jobs makes exactly the tables that the models describe, and takes them away again."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from tracker.store import migrate
from tracker.store.engine import make_engine
from tracker.store.schema import metadata

TABLES = {"reading_job", "reading_upload"}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without any table."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("empty_postgres_url"))
    return f"sqlite:///{tmp_path / 'empty.sqlite3'}"


def test_the_tables_are_those_of_the_models(empty_url: str) -> None:
    engine = make_engine(empty_url)
    migrate.upgrade(engine)
    with engine.connect() as connection:
        changes = compare_metadata(MigrationContext.configure(connection), metadata)
        assert [change for change in changes if any(table in repr(change) for table in TABLES)] == []
        inspector = inspect(connection)
        assert set(inspector.get_table_names()) >= TABLES
        unique = {index["name"]: index["unique"] for index in inspector.get_indexes("reading_job")}
        assert unique.get("uq_reading_job_running")
    engine.dispose()


def test_the_migration_can_be_taken_back(empty_url: str) -> None:
    engine = make_engine(empty_url)
    migrate.upgrade(engine)
    with engine.execution_options(writes=True).begin() as connection:
        before = migrate.config(connection)
        command.downgrade(before, "0001")
        assert not set(inspect(connection).get_table_names()) & TABLES
    migrate.upgrade(engine)
    with engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) >= TABLES
    engine.dispose()
