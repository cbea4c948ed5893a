"""Turns: one transaction at a time, and none for ever."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tracker.store import once
from tracker.store.engine import make_engine, write_session
from tracker.store.once import SWEEP_TURN, take_turn


@pytest.mark.needs("postgresql")
def test_who_is_stopped_in_its_turn_loses_it(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a scheduler that is stopped in the middle of a transaction: the next one need not wait until it is killed."""
    monkeypatch.setattr(once, "IDLE_SECONDS", 0.5)
    engine = make_engine(postgres_url)
    with write_session(engine) as stopped, write_session(engine) as other:
        take_turn(stopped, SWEEP_TURN)
        other.execute(text("SET LOCAL lock_timeout = '20s'"))  # so that this test ends, whatever happens
        began = time.monotonic()
        take_turn(other, SWEEP_TURN)
        assert time.monotonic() - began > 0.3  # it had its time
        with pytest.raises(DBAPIError):
            stopped.execute(text("SELECT 1"))
        stopped.invalidate()
        other.commit()
    engine.dispose()


@pytest.mark.needs("postgresql")
def test_the_patience_ends_with_the_turn(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    with write_session(engine) as session:
        before = session.scalar(text("SHOW idle_in_transaction_session_timeout"))
        take_turn(session, SWEEP_TURN)
        assert session.scalar(text("SHOW idle_in_transaction_session_timeout")) == "1min"
        session.commit()
        assert session.scalar(text("SHOW idle_in_transaction_session_timeout")) == before
    engine.dispose()
