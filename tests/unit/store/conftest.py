"""An engine for the tests of the store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tracker.store.engine import make_engine


@pytest.fixture
def engine(either_url: str) -> Iterator[Engine]:
    """Of an office on either database."""
    made = make_engine(either_url)
    yield made
    made.dispose()
