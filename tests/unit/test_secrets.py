"""What others on the machine may read, what a traceback shows, and what a production start refuses."""

from __future__ import annotations

import stat
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from tracker.cli_jobs import back_up
from tracker.settings import SettingsError, settings_from
from tracker.store.engine import make_engine

KEY = "k" * 32


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_nobody_else_reads_the_instance(tmp_path: Path) -> None:
    """The database holds names, phones and password hashes; its log holds what was written last."""
    settings = settings_from({"TRACKER_INSTANCE": str(tmp_path / "instance")})
    engine = make_engine(settings.database_url)
    with closing(engine.connect()) as open_one:
        open_one.execute(text("CREATE TABLE one (id INTEGER)"))
        open_one.commit()
        files = {path.name: mode(path) for path in settings.instance.iterdir()}
    engine.dispose()
    assert mode(settings.instance) == 0o700
    assert files == dict.fromkeys(
        ["secret_key", "tracker.sqlite3", "tracker.sqlite3-wal", "tracker.sqlite3-shm"], 0o600
    )


def test_nobody_else_reads_a_backup(tmp_path: Path, sqlite_url: str) -> None:
    target = tmp_path / "backup.sqlite3"
    back_up(tmp_path / "tracker.sqlite3", target)
    assert mode(target) == 0o600


def test_a_traceback_shows_no_secret() -> None:
    settings = settings_from(
        {
            "TRACKER_SECRET_KEY": KEY,
            "TRACKER_MAIL_PASSWORD": "of-the-mailbox",
            "TRACKER_DATABASE_URL": "postgresql://tracker:of-the-database@localhost/tracker",
        }
    )
    assert not any(secret in repr(settings) for secret in (KEY, "of-the-mailbox", "of-the-database"))


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({}, "TRACKER_SECRET_KEY"),
        ({"TRACKER_SECRET_KEY": "short"}, "TRACKER_SECRET_KEY"),
        ({"TRACKER_SECRET_KEY": " " * 40}, "TRACKER_SECRET_KEY"),
        ({"TRACKER_SECRET_KEY": KEY, "TRACKER_TODAY": "2023-06-15"}, "TRACKER_TODAY"),
    ],
)
def test_production_refuses(tmp_path: Path, env: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        settings_from({"TRACKER_ENV": "production", "TRACKER_INSTANCE": str(tmp_path), **env})


def test_production_makes_no_key_and_shows_no_sample(tmp_path: Path) -> None:
    (tmp_path / "sample.json").write_text('{"people": []}')
    settings = settings_from(
        {"TRACKER_ENV": "production", "TRACKER_INSTANCE": str(tmp_path), "TRACKER_SECRET_KEY": KEY}
    )
    assert not settings.sample
    assert not (tmp_path / "secret_key").exists()
