"""The chain of migrations: to the models' schema from empty and from every earlier revision, with rows, and back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, Engine, MetaData, func, inspect, select

from tracker.store import migrate
from tracker.store.engine import make_engine
from tracker.store.schema import metadata

AT = datetime(2023, 6, 15, 1, 0, tzinfo=UTC)
REVISIONS = [each.revision for each in reversed(list(ScriptDirectory(str(migrate.FOLDER)).walk_revisions()))]
FIRST = REVISIONS[0]

UNIT = {
    "id": 1,
    "path": "/1/",
    "name": "示例市",
    "full_name": "示例市人民政府",
    "kind": "government",
    "position": 0,
    "active": True,
    "created_at": AT,
}
PLAN = {"id": 1, "scope_id": 1, "position": 0, "title": "方案", "doubts": [], "created_at": AT}
TASK = {
    "id": 1,
    "plan_id": 1,
    "position": 0,
    "title": "整修道路",
    "path": [],
    "form": "bracket",
    "deadline_kind": "fixed",
    "due_on": date(2023, 9, 30),
    "state": "open",
    "created_at": AT,
}
PART = {
    "id": 1,
    "uid": "part-1",
    "task_id": 1,
    "unit_id": 1,
    "position": 0,
    "role": "lead",
    "written_name": "示例市",
    "inherited": False,
    "leads_by_custom": False,
    "state": "in_progress",
    "due_on": date(2023, 9, 30),
    "percent": 0,
    "dispatched_at": AT,
    "changed_at": AT,
    "sequence": 0,
    "version": 1,
}
HISTORY = [
    {"id": 1, "assignment_id": 1, "event": "adopt", "at": AT, "actor_name": "杜督查", "to_state": "dispatched"},
    {"id": 2, "assignment_id": 1, "event": "sign_for", "at": AT, "actor_name": "李联络", "to_state": "in_progress"},
]
NOTICE = {
    "id": 1,
    "assignment_id": 1,
    "kind": "overdue",
    "due_on": date(2023, 9, 30),
    "step": 1,
    "recipient_key": "unit:1",
    "planned_on": date(2023, 10, 1),
    "recorded_at": AT,
    "late_days": 0,
    "mail_state": "no_address",
    "mail_attempts": 0,
}
WORLD: dict[str, list[dict[str, Any]]] = {
    "unit": [UNIT],
    "plan": [PLAN],
    "task": [TASK],
    "assignment": [PART],
    "history_entry": HISTORY,
    "notice": [NOTICE],
}
# Rows that the schema knows from a revision on.
LATER: dict[str, dict[str, dict[str, Any]]] = {
    "0002": {
        "indicator": {
            "plan_id": 1,
            "position": 0,
            "name": "森林覆盖率",
            "category": "",
            "binding": "binding",
            "units": ["示例市"],
            "start": 0,
            "end": 5,
        }
    },
    "0003": {
        "task_series": {
            "id": 1,
            "template_id": 1,
            "rhythm": "monthly",
            "starts_on": date(2023, 1, 4),
            "created_at": AT,
        },
        "series_occurrence": {"series_id": 1, "due_on": date(2023, 9, 30), "task_id": 1},
        "task_anchor": {"task_id": 1, "day": date(2023, 7, 1), "entered_at": AT},
        "history_entry": {**HISTORY[1], "id": 3, "event": "set_date"},
    },
    "0007": {
        "history_entry": {**HISTORY[1], "id": 4, "event": "urge", "unit_to_id": 1},
        "handling": {
            "assignment_id": 1,
            "leader": "王",
            "section": "办公室",
            "handler": "李",
            "phone": "",
            "changed_at": AT,
            "version": 1,
        },
        "evidence": {
            "id": 1,
            "assignment_id": 1,
            "history_id": 2,
            "name": "现场.png",
            "media_type": "image/png",
            "size": 3,
            "sha256": "2" * 64,
            "data": b"png",
            "added_by_name": "李联络",
            "added_at": AT,
        },
    },
    "0008": {"notice": {**NOTICE, "id": 2, "kind": "urged", "subject": "entry:4", "words": "请抓紧办理"}},
    "0009": {
        "audit_entry": {
            "id": 1,
            "at": AT,
            "actor_name": "系统",
            "subject": "task",
            "subject_id": "1",
            "act": "create",
            "detail": "{}",
            "previous_hash": "0" * 64,
            "hash": "1" * 64,
        }
    },
    "0010": {"history_entry": {**HISTORY[1], "id": 5, "event": "change_series"}},
    "0012": {
        "job_run": {
            "job": "sweep",
            "due_at": AT,
            "attempt": 1,
            "started_at": AT,
            "ended_at": AT,
            "late_seconds": 0,
            "host": "server-a",
            "pid": 101,
            "outcome": "done",
            "counts": {},
            "is_quiet": True,
        },
        "sweep_fault": {"kind": "part", "row_id": 1, "words": "坏", "first_at": AT, "last_at": AT, "tries": 1},
    },
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database without any table."""
    if request.param == "postgresql":
        url = str(request.getfixturevalue("empty_postgres_url"))
    else:
        url = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    engine = make_engine(url)
    yield engine
    engine.dispose()


def differences(engine: Engine) -> list[object]:
    """Where the database and the models do not agree; their checks are compared by name, which Alembic does not."""
    with engine.connect() as connection:
        found: list[object] = list(compare_metadata(MigrationContext.configure(connection), metadata))
        inspector = inspect(connection)
        for table in metadata.sorted_tables:
            there = {check["name"] for check in inspector.get_check_constraints(table.name)}
            wanted = {check.name for check in table.constraints if isinstance(check, CheckConstraint) and check.name}
            found += sorted(f"{table.name}.{name}" for name in there ^ wanted)
    return found


def fill(connection: Connection, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Writes rows into the tables as they stand in the database, not as the models know them."""
    there = MetaData()
    there.reflect(connection)
    for name, values in rows.items():
        connection.execute(there.tables[name].insert(), values)


def count(engine: Engine, name: str) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(metadata.tables[name])) or 0


def broken_references(engine: Engine) -> list[object]:
    """Rows of SQLite that refer to nothing; PostgreSQL lets none arise."""
    if engine.dialect.name != "sqlite":
        return []
    with engine.connect() as connection:
        return list(connection.exec_driver_sql("PRAGMA foreign_key_check"))


def reports_of_files(engine: Engine) -> list[int | None]:
    """The row of the history that each file of evidence came with."""
    with engine.connect() as connection:
        return list(connection.scalars(select(metadata.tables["evidence"].c.history_id)))


def rows_known_at(revision: str) -> dict[str, list[dict[str, Any]]]:
    rows = {name: list(values) for name, values in WORLD.items()}
    for since, tables in LATER.items():
        for name, row in tables.items() if since <= revision else ():
            rows.setdefault(name, []).append(row)
    return rows


def test_an_empty_database_comes_to_the_models_schema(empty: Engine) -> None:
    assert migrate.upgrade(empty) == (None, REVISIONS[-1])
    assert differences(empty) == []
    assert migrate.upgrade(empty) == (REVISIONS[-1], REVISIONS[-1])


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_rows_of_an_earlier_schema_are_kept(empty: Engine, revision: str) -> None:
    migrate.upgrade(empty, revision)
    rows = rows_known_at(revision)
    with empty.execution_options(writes=True).begin() as connection:
        fill(connection, rows)
    migrate.upgrade(empty)
    assert {name: count(empty, name) for name in rows} == {name: len(values) for name, values in rows.items()}
    assert differences(empty) == []
    assert broken_references(empty) == []
    assert set(reports_of_files(empty)) <= {2}
    assert len(reports_of_files(empty)) == len(rows.get("evidence", ()))
    with empty.execution_options(writes=True).begin() as connection:
        fill(connection, {"history_entry": [{**HISTORY[1], "id": 9, "event": "set_date"}]})


def test_the_way_back_keeps_what_the_first_schema_knows(empty: Engine) -> None:
    migrate.upgrade(empty)
    with empty.execution_options(writes=True).begin() as connection:
        fill(connection, rows_known_at(REVISIONS[-1]))
    with empty.execution_options(writes=True).begin() as connection:
        command.downgrade(migrate.config(connection), FIRST)
        tables = set(inspect(connection).get_table_names())
    assert {"indicator", "task_series", "task_anchor", "calendar_year"} & tables == set()
    assert [count(empty, name) for name in WORLD] == [1, 1, 1, 1, 2, 1]
    migrate.upgrade(empty)
    assert differences(empty) == []
    assert count(empty, "calendar_year") > 0


def test_the_way_back_over_the_events_keeps_the_words_and_the_files(empty: Engine) -> None:
    migrate.upgrade(empty)
    with empty.execution_options(writes=True).begin() as connection:
        fill(connection, rows_known_at(REVISIONS[-1]))
        command.downgrade(migrate.config(connection), "0009")
    with empty.connect() as connection:
        table = metadata.tables["history_entry"]
        assert connection.scalar(select(table.c.event).where(table.c.id == 5)) == "set_date"
    assert reports_of_files(empty) == [2]
