"""``tracker audit verify``, run as a technician runs it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.builders import a_city, a_unit
from tracker.cli import main
from tracker.store.engine import make_engine


@pytest.fixture(autouse=True)
def _a_city(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"DATABASE_URL": sqlite_url, "INSTANCE": str(tmp_path), "TODAY": "2023-06-15"}.items():
        monkeypatch.setenv(f"TRACKER_{name}", value)
    engine = make_engine(sqlite_url)
    with Session(engine) as session:
        a_city(session)
    engine.dispose()


def run(*args: str) -> Result:
    return CliRunner().invoke(main, ["audit", "verify", *args])


def change(url: str, statement: str) -> None:
    engine = make_engine(url)
    with Session(engine) as session:
        session.execute(text(statement))
        session.commit()
    engine.dispose()


def noted() -> str:
    """The check value that the command prints."""
    done = run()
    assert done.exit_code == 0, done.output
    return re.findall(r"校验值：(\d+:[0-9a-f]{64})", done.output)[0]  # type: ignore[no-any-return]


def test_a_whole_log_gives_a_value_that_later_runs_still_hold(sqlite_url: str) -> None:
    value = noted()
    engine = make_engine(sqlite_url)
    with Session(engine) as session:
        a_unit(session, "市档案局")
        session.commit()
    engine.dispose()
    assert run("--expect", value).exit_code == 0
    assert noted() != value


def test_a_row_that_was_cut_off_is_missed(sqlite_url: str) -> None:
    value = noted()
    change(sqlite_url, "DROP TRIGGER audit_entry_no_delete")
    change(sqlite_url, "DELETE FROM audit_entry WHERE id = (SELECT max(id) FROM audit_entry)")
    assert run().exit_code == 0
    done = run("--expect", value)
    assert done.exit_code == 1
    assert "末尾被删除" in done.output


def test_a_rewritten_row_is_named(sqlite_url: str) -> None:
    change(sqlite_url, "DROP TRIGGER audit_entry_no_update")
    change(sqlite_url, "UPDATE audit_entry SET detail = '{}' WHERE id = 4")
    done = run()
    assert done.exit_code == 1
    assert "审计日志不完整：第4条内容与校验值不符，被改动过。" in done.output


def test_a_value_that_is_none_is_refused() -> None:
    done = run("--expect", "12")
    assert done.exit_code == 2
    assert "应写成“条数:校验值”" in done.output
