"""Brings a database to the schema of this version, by the Alembic migrations in migrations/."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

FOLDER = Path(__file__).resolve().parent.parent.parent / "migrations"


def upgrade(engine: Engine, revision: str = "head") -> tuple[str | None, str | None]:
    """Migrates to a revision; returns the revisions before and after. Either all of it happens or nothing."""
    with engine.execution_options(writes=True).begin() as connection:
        before = revision_of(connection)
        command.upgrade(config(connection), revision)
        return before, revision_of(connection)


def revision_of(connection: Connection) -> str | None:
    """The revision a database stands at; None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str | None:
    """The revision that this version of the program needs."""
    return ScriptDirectory(str(FOLDER)).get_current_head()


def config(connection: Connection) -> Config:
    """An Alembic configuration for a connection; there is no alembic.ini."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made
