"""What every test stands on: needs that may be missing, no network, one hypothesis profile, a real PostgreSQL.

Fixtures of one room live in that room's own conftest.py, not here.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy.engine import URL

from tests.databases import PostgresServer, running_server
from tests.needs import NotRun, everything_is_required, find_browser
from tests.offline import stay_on_this_machine
from tests.order import LongFirst, is_a_worker

settings.register_profile("default", deadline=None, max_examples=60)
settings.register_profile(
    "ci",
    deadline=None,
    max_examples=150,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],  # CI shares its cores
)


def pytest_configure(config: pytest.Config) -> None:
    """Declares the marks, and takes up the watch before the first test is read."""
    config.addinivalue_line(
        "markers", "needs(name): what the test needs beyond the Python requirements; see tests/needs.py"
    )
    config.addinivalue_line("markers", "long: the file takes minutes; where others run beside it, it begins first")
    config.pluginmanager.register(NotRun(), "tracker-not-run")
    if is_a_worker(config):
        config.pluginmanager.register(LongFirst(), "tracker-long-first")
    settings.load_profile("ci" if everything_is_required() else "default")
    stay_on_this_machine()


@pytest.fixture(scope="session")
def browser_program() -> str:
    """The path of the browser; tests that ask for it carry ``needs("browser")``."""
    found = find_browser()
    assert found is not None, "mark the test with @pytest.mark.needs('browser')"
    return found


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A running PostgreSQL; tests that ask for it, directly or not, carry ``needs("postgresql")``."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def _migrated_template(postgres_server: PostgresServer) -> Iterator[str]:
    """A database at the newest schema that others are copied from; copying is much quicker than migrating."""
    from tracker.store import migrate  # noqa: PLC0415 - only runs that use PostgreSQL pay for it
    from tracker.store.engine import make_engine  # noqa: PLC0415

    url = postgres_server.create()
    engine = make_engine(url.render_as_string(hide_password=False))
    migrate.upgrade(engine)
    engine.dispose()
    assert url.database
    yield url.database
    postgres_server.drop(url)


@pytest.fixture(scope="session")
def _migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file at the newest schema; copying it is much quicker than migrating another."""
    from tracker.store import migrate  # noqa: PLC0415 - only runs that use a database pay for it
    from tracker.store.engine import make_engine  # noqa: PLC0415

    file = tmp_path_factory.mktemp("schema") / "migrated.sqlite3"
    engine = make_engine(f"sqlite:///{file}")
    migrate.upgrade(engine)
    engine.dispose()  # the last connection to go writes the log back into the file
    return file


@pytest.fixture
def sqlite_url(tmp_path: Path, _migrated_file: Path) -> str:
    """The URL of a new SQLite file at the newest schema, without any row."""
    file = tmp_path / "tracker.sqlite3"
    shutil.copyfile(_migrated_file, file)
    return f"sqlite:///{file}"


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, _migrated_template: str) -> Iterator[str]:
    """The URL of a new database at the newest schema, without any row."""
    yield from _lent(postgres_server, _migrated_template)


@pytest.fixture
def empty_postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of a new database without any table: where migrations begin."""
    yield from _lent(postgres_server, "template1")


def _lent(server: PostgresServer, template: str) -> Iterator[str]:
    url: URL = server.create(template)
    try:
        yield url.render_as_string(hide_password=False)
    finally:
        server.drop(url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))])
def either_url(request: pytest.FixtureRequest) -> str:
    """The URL of a new database at the newest schema, without any row; the test runs on both kinds."""
    return str(request.getfixturevalue(f"{'postgres' if request.param == 'postgresql' else 'sqlite'}_url"))
