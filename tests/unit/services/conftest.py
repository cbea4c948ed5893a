"""A session on a new SQLite file, and the small city in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from tests.builders import City, a_city
from tracker.store.engine import make_engine, write_session


@pytest.fixture
def session(sqlite_url: str) -> Iterator[Session]:
    """A session whose transactions take the writer's place, as those of requests that change something do."""
    engine = make_engine(sqlite_url)
    with write_session(engine) as opened:
        yield opened
    engine.dispose()


@pytest.fixture
def city(session: Session) -> City:
    """The small city of tests.builders, committed."""
    return a_city(session)
