"""A database of the test's own, a session on it, and the small city in it.

It is a SQLite file; a module whose tests run on both kinds says so by a fixture ``url`` of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tests.builders import City, a_city
from tracker.store.engine import make_engine, write_session


@pytest.fixture
def url(sqlite_url: str) -> str:
    """Where the database is."""
    return sqlite_url


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """The database, to open sessions of one's own."""
    made = make_engine(url)
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose transactions take the writer's place, as those of requests that change something do."""
    with write_session(engine) as opened:
        yield opened


@pytest.fixture
def city(session: Session) -> City:
    """The small city of tests.builders, committed."""
    return a_city(session)
