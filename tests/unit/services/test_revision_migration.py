"""The step that brings versions of plans: to the models' schema, without losing what is there, and back."""

from __future__ import annotations

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.builders import a_city, a_plan, a_task
from tracker.store import migrate, schema
from tracker.store.revisions import PlanRevision, RevisionDecision
from tracker.store.tasks import HistoryEntry

STEP = "0006"
TABLES = {table.__tablename__ for table in (PlanRevision, RevisionDecision, HistoryEntry)}


@pytest.fixture
def url(either_url: str) -> str:
    """Each test runs on both kinds of database."""
    return either_url


def downgrade(engine: Engine, revision: str) -> None:
    with engine.execution_options(writes=True).begin() as connection:
        command.downgrade(migrate.config(connection), revision)


def before_the_step() -> str:
    found = ScriptDirectory(str(migrate.FOLDER)).get_revision(STEP)
    assert isinstance(found.down_revision, str)
    return found.down_revision


def test_the_tables_are_as_the_models_say(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = [row for row in compare_metadata(context, schema.metadata) if _about(row)]
    assert found == []


def _about(row: object) -> bool:
    return any(f"'{name}'" in repr(row) for name in TABLES)


def test_what_is_there_survives_the_step_there_and_back(engine: Engine) -> None:
    with Session(engine) as session:
        city = a_city(session)
        task = a_task(session, a_plan(session, city.root), city.education)
        task.assignments[0].history.append(_row(task.assignments[0].history[0], "sign_for"))
        session.commit()
    counted = text("SELECT (SELECT count(*) FROM history_entry), (SELECT count(*) FROM assignment)")
    for _ in range(2):
        downgrade(engine, before_the_step())
        with engine.connect() as connection:
            assert tuple(connection.execute(counted).one()) == (2, 1)
            with pytest.raises(IntegrityError):
                connection.execute(text("UPDATE history_entry SET event = 'revise'"))
        migrate.upgrade(engine)
        with engine.begin() as connection:
            assert tuple(connection.execute(counted).one()) == (2, 1)
            connection.execute(text("UPDATE history_entry SET event = 'revise' WHERE event = 'sign_for'"))
            connection.execute(text("UPDATE history_entry SET event = 'sign_for' WHERE event = 'revise'"))
            with pytest.raises(IntegrityError):
                connection.execute(text("UPDATE history_entry SET event = 'nonsense'"))
            connection.rollback()


def _row(like: HistoryEntry, event: str) -> HistoryEntry:
    return HistoryEntry(event=event, at=like.at, actor_name=like.actor_name, to_state=like.to_state)
