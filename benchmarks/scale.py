"""An office of up to a million tasks, three units' parts in each, put in by the database itself within minutes.

`python -m benchmarks.scale URL TASKS` fills an empty database. Nine of ten tasks are past their day; most of those are
completed, and what is not is overdue: one part in fifty of all. Each part has the history that led to its state: it was
given out three months before its day, signed for and submitted; one in twelve of those completed was returned once, one
in fifteen got a later date, and one in ten was completed late.
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


class _Words:
    """Pieces of statements in the words of the database; a part's columns stand for what they are computed from."""

    def __init__(self, is_sqlite: bool) -> None:
        self.is_sqlite = is_sqlite

    def day(self, first: str, days: str) -> str:
        """So many days after a day."""
        return f"date({first}, ({days}) || ' days')" if self.is_sqlite else f"(CAST({first} AS date) + ({days}))"

    def earlier(self, one: str, other: str) -> str:
        return f"{'min' if self.is_sqlite else 'least'}({one}, {other})"

    def morning(self, day: str) -> str:
        """The instant at which the office begins that day's work."""
        if self.is_sqlite:
            return f"({day} || ' 00:30:00.000000')"
        return f"(({day}) + time '00:30') AT TIME ZONE 'UTC'"

    def uid(self, number: str) -> str:
        return f"printf('%036d', {number})" if self.is_sqlite else f"lpad({number}::text, 36, '0')"


_TASK = (
    "INSERT INTO task (id, plan_id, position, title, path, form, quote, deadline_kind, original_due_on, due_on, "
    "state, completed_on, evidence_required, awaits_opinions, created_at, content_version) "
)
_PART = (
    "INSERT INTO assignment (id, uid, task_id, unit_id, position, role, written_name, inherited, leads_by_custom, "
    "state, original_due_on, due_on, percent, dispatched_at, signed_at, submitted_at, completed_on, changed_at, "
    "sequence, version, content_version) "
)


def _work(is_sqlite: bool, tasks: int, units: int) -> list[str]:
    """Tasks, the units' parts in them, and what happened to each part."""
    say = _Words(is_sqlite)
    shift = "(s.n % 2000 * 7919 % 2000 - 1800)"
    due = say.day(":today", shift)
    state = (
        f"CASE WHEN {shift} < 0 AND s.n % 43 <> 0 THEN 'completed' WHEN s.n % 97 = 0 THEN 'submitted' "
        "WHEN s.n % 89 = 0 THEN 'dispatched' WHEN s.n % 997 = 0 THEN 'declined' ELSE 'in_progress' END"
    )
    first_due = f"CASE WHEN s.n % 15 = 0 AND {shift} < 20 THEN {say.day(due, '-20')} ELSE {due} END"
    days_late = "CASE WHEN s.n % 10 = 0 THEN 1 + s.n % 30 ELSE -(s.n % 20) END"
    done = f"CASE WHEN {state} = 'completed' THEN {say.earlier(':today', say.day(due, days_late))} END"
    given = say.earlier(say.day(":today", "-40"), say.day(due, "-90"))
    signed = say.morning(say.day(given, "1"))
    sent, accepted = say.morning(say.day("completed_on", "-1")), say.morning("completed_on")
    number = "(s.n * 3 - 2 + place)"
    return [
        f"{_TASK} SELECT s.n, 1 + s.n % {PLANS}, s.n, '完善第' || s.n || '类窗口服务', '[]', 'bracket', "
        f"'（责任单位：市局）', 'fixed', {first_due}, {due}, "
        f"CASE WHEN {state} = 'completed' THEN 'completed' ELSE 'open' END, "
        f"{done}, false, false, {say.morning(given)}, 0 FROM {_series(is_sqlite, tasks)}",
        f"{_PART} SELECT {number}, {say.uid(number)}, s.n, 2 + (s.n * 31 + place * 67) % {units - 1}, place, "
        f"CASE WHEN place = 0 THEN 'lead' ELSE 'support' END, '单位', false, false, {state}, original_due_on, due_on, "
        f"0, created_at, CASE WHEN {state} IN ('dispatched', 'declined') THEN NULL ELSE {signed} END, "
        f"CASE WHEN completed_on IS NOT NULL THEN {sent} WHEN {state} = 'submitted' THEN :at END, completed_on, "
        f"CASE WHEN completed_on IS NULL THEN :at ELSE {accepted} END, 0, 1, 0 "
        "FROM (SELECT id AS n, original_due_on, due_on, completed_on, created_at FROM task) AS s "
        "CROSS JOIN (SELECT 0 AS place UNION ALL SELECT 1 UNION ALL SELECT 2) AS places",
        *_histories(say, accepted),
    ]


def _histories(say: _Words, accepted: str) -> list[str]:
    """The entries of every part, in the order in which they happened."""
    entry = "INSERT INTO history_entry (assignment_id, event, at, actor_name, from_state, to_state"
    now = "CASE WHEN signed_at IS NULL THEN 'dispatched' ELSE 'in_progress' END"
    moved = say.morning(say.day("original_due_on", "-3"))
    sent, back = (say.morning(say.day("completed_on", days)) for days in ("-5", "-4"))
    was_moved, was_returned = "due_on <> original_due_on", "completed_on IS NOT NULL AND task_id % 12 = 0"
    in_work, handed_in, done = "'in_progress', 'in_progress'", "'in_progress', 'submitted'", "'submitted', 'completed'"
    told = [
        f", due_to) SELECT id, 'adopt', dispatched_at, '杜督查', NULL, 'dispatched', original_due_on {_OF} true",
        f") SELECT id, 'sign_for', signed_at, '李联络', 'dispatched', 'in_progress' {_OF} signed_at IS NOT NULL",
        f", words) SELECT id, 'ask_extension', {moved}, '李联络', {now}, {now}, '需要时间' {_OF} {was_moved}",
        f", due_from, due_to) SELECT id, 'grant_extension', {moved}, '杜督查', {now}, {now}, original_due_on, due_on "
        f"{_OF} {was_moved}",
        f", words, percent) SELECT id, 'report', :at, '李联络', {in_work}, '正在协调推进。', 30 "
        f"{_OF} state IN ('in_progress', 'submitted')",
        f", words) SELECT id, 'submit', {sent}, '李联络', {handed_in}, '已办结。' {_OF} {was_returned}",
        f", words) SELECT id, 'return', {back}, '杜督查', 'submitted', 'in_progress', '请补充。' {_OF} {was_returned}",
        f", words) SELECT id, 'submit', submitted_at, '李联络', {handed_in}, '已办结。' {_OF} submitted_at IS NOT NULL",
        f", outcome) SELECT id, 'accept', {accepted}, '杜督查', {done}, 'A' {_OF} completed_on IS NOT NULL",
        f", words) SELECT id, 'decline', :at, '李联络', 'dispatched', 'declined', '不属本单位职责。' "
        f"{_OF} state = 'declined'",
    ]
    return [entry + each for each in told]


_OF = "FROM assignment WHERE"


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
