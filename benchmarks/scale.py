"""An office of up to a million tasks, three units' parts in each, put in by the database itself within minutes.

`python -m benchmarks.scale URL TASKS` fills an empty database. Nine of ten tasks are past their day; most of those are
completed, and what is not is overdue: one part in fifty of all.
"""

# ruff: noqa: S608 - statements of our own words

from __future__ import annotations

import sys
from datetime import UTC, date, datetime

from argon2 import PasswordHasher
from sqlalchemy import Connection, Engine, bindparam, text

from benchmarks.seeding import SECRET
from tracker.store import migrate
from tracker.store.base import Instant
from tracker.store.engine import make_engine

PASSWORD = "four plain words here"  # noqa: S105 - opens nothing
TODAY = date(2023, 6, 15)
AT = datetime(2023, 5, 15, 0, 30, tzinfo=UTC)
BUREAUS, COUNTIES, COUNTY_BUREAUS, PLANS = 40, 10, 15, 200
__all__ = ["PASSWORD", "SECRET", "TODAY", "at_scale"]


def at_scale(url: str, tasks: int) -> Engine:
    """Fills the empty database at the address: one office, its people, and so many tasks; its engine."""
    engine = make_engine(url)
    migrate.upgrade(engine)
    with engine.execution_options(writes=True).begin() as connection:
        for statement in _statements(connection, tasks):
            _run(connection, statement)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if connection.dialect.name == "sqlite" else "VACUUM ANALYZE"))
    return engine


def _run(connection: Connection, statement: str) -> None:
    known = {
        "at": bindparam("at", AT, Instant),
        "today": bindparam("today", TODAY),
        "secret": bindparam("secret", PasswordHasher().hash(PASSWORD)),
    }
    used = [value for name, value in known.items() if f":{name}" in statement]
    connection.execute(text(statement).bindparams(*used))


def _statements(connection: Connection, tasks: int) -> list[str]:
    """What fills the tables, in the words of the database."""
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite:
        # Calendars are not what is measured: their triggers would count every row.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
    units = 1 + BUREAUS + COUNTIES * (1 + COUNTY_BUREAUS)
    return [*_office(is_sqlite), *_work(is_sqlite, tasks, units), *_identities(is_sqlite)]


def _series(is_sqlite: bool, last: int) -> str:
    """The numbers from 1 to the last, as a table named ``s`` with the column ``n``."""
    if not is_sqlite:
        return f"generate_series(1, {last}) AS s(n)"
    return f"(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {last}) SELECT n FROM s) AS s"


def _office(is_sqlite: bool) -> list[str]:
    unit = "INSERT INTO unit (id, parent_id, path, name, full_name, kind, position, active, created_at) "
    county = f"{1 + BUREAUS} + (s.n - 1) / {COUNTY_BUREAUS} + 1"
    below = f"{1 + BUREAUS + COUNTIES} + s.n"
    return [
        f"{unit} VALUES (1, NULL, '/1/', '示例市政府', '示例市人民政府', 'government', 1, true, :at)",
        f"{unit} SELECT 1 + s.n, 1, '/1/' || (1 + s.n) || '/', '市' || s.n || '局', '示例市' || s.n || '局', "
        f"'department', s.n, true, :at FROM {_series(is_sqlite, BUREAUS)}",
        f"{unit} SELECT {1 + BUREAUS} + s.n, 1, '/1/' || ({1 + BUREAUS} + s.n) || '/', s.n || '县政府', "
        f"s.n || '县人民政府', 'county', s.n, true, :at FROM {_series(is_sqlite, COUNTIES)}",
        f"{unit} SELECT {below}, {county}, '/1/' || ({county}) || '/' || ({below}) || '/', '县局' || s.n, "
        f"'县直' || s.n || '局', 'county_department', s.n, true, :at "
        f"FROM {_series(is_sqlite, COUNTIES * COUNTY_BUREAUS)}",
        "INSERT INTO person (id, login, name, password_hash, must_change_password, active, session_epoch, "
        "failed_sign_ins, created_at, version) VALUES (1, 'bench', '杜督查', :secret, false, true, 0, 0, :at, 1)",
        "INSERT INTO person_standing (id, person_id, unit_id, office) VALUES (1, 1, 1, 'supervisor')",
        "INSERT INTO plan (id, scope_id, position, title, number, issuer, issued_on, doubts, created_at) "
        "SELECT s.n, 1, 0, '示例市第' || s.n || '项工作实施方案', '示政办〔2023〕' || s.n || '号', '示例市人民政府', "
        f":today, '[]', :at FROM {_series(is_sqlite, PLANS)}",
    ]


def _work(is_sqlite: bool, tasks: int, units: int) -> list[str]:
    shift = "(s.n % 2000 * 7919 % 2000 - 1800)"
    day = f"date(:today, {shift} || ' days')" if is_sqlite else f"(CAST(:today AS date) + {shift})"
    is_past = f"({shift} < 0)"
    state = (
        f"CASE WHEN {is_past} AND s.n % 43 <> 0 THEN 'completed' WHEN s.n % 97 = 0 THEN 'submitted' "
        "WHEN s.n % 89 = 0 THEN 'dispatched' WHEN s.n % 997 = 0 THEN 'declined' ELSE 'in_progress' END"
    )
    number = "(s.n * 3 - 2 + place)"
    uid = f"printf('%036d', {number})" if is_sqlite else f"lpad({number}::text, 36, '0')"
    return [
        "INSERT INTO task (id, plan_id, position, title, path, form, quote, deadline_kind, original_due_on, due_on, "
        "state, completed_on, evidence_required, awaits_opinions, created_at, content_version) "
        f"SELECT s.n, 1 + s.n % {PLANS}, s.n, '完善第' || s.n || '类窗口服务', '[]', 'bracket', '（责任单位：市局）', "
        f"'fixed', {day}, {day}, CASE WHEN {state} = 'completed' THEN 'completed' ELSE 'open' END, "
        f"CASE WHEN {state} = 'completed' THEN {day} END, false, false, :at, 0 FROM {_series(is_sqlite, tasks)}",
        "INSERT INTO assignment (id, uid, task_id, unit_id, position, role, written_name, inherited, leads_by_custom, "
        "state, original_due_on, due_on, percent, dispatched_at, signed_at, submitted_at, completed_on, changed_at, "
        "sequence, version, content_version) "
        f"SELECT {number}, {uid}, s.n, 2 + (s.n * 31 + place * 67) % {units - 1}, place, "
        f"CASE WHEN place = 0 THEN 'lead' ELSE 'support' END, '单位', false, false, {state}, due_on, due_on, 0, "
        f":at, CASE WHEN {state} = 'dispatched' THEN NULL ELSE :at END, "
        f"CASE WHEN {state} IN ('submitted', 'completed') THEN :at END, "
        f"CASE WHEN {state} = 'completed' THEN due_on END, :at, 0, 1, 0 "
        "FROM (SELECT id AS n, due_on FROM task) AS s "
        "CROSS JOIN (SELECT 0 AS place UNION ALL SELECT 1 UNION ALL SELECT 2) AS places",
        "INSERT INTO history_entry (assignment_id, event, at, actor_name, to_state, due_to) "
        "SELECT id, 'adopt', :at, '杜督查', 'dispatched', due_on FROM assignment",
        "INSERT INTO history_entry (assignment_id, event, at, actor_name, from_state, to_state) "
        "SELECT id, 'sign_for', :at, '李联络', 'dispatched', 'in_progress' FROM assignment WHERE state <> 'dispatched'",
        "INSERT INTO history_entry (assignment_id, event, at, actor_name, from_state, to_state, words, percent) "
        "SELECT id, 'report', :at, '李联络', 'in_progress', 'in_progress', '正在协调推进。', 30 FROM assignment "
        "WHERE state IN ('in_progress', 'submitted')",
    ]


def _identities(is_sqlite: bool) -> list[str]:
    """What is added later gets the next numbers."""
    tables = ("unit", "person", "person_standing", "plan", "task", "assignment")
    return (
        []
        if is_sqlite
        else [f"SELECT setval(pg_get_serial_sequence('{each}', 'id'), (SELECT max(id) FROM {each}))" for each in tables]
    )


def main() -> int:
    """Fills the database that is named."""
    at_scale(sys.argv[1], int(sys.argv[2]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
