"""What was read of a database last: read again only when it is right no more, and of each database for itself."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from tracker.store.last_read import LastRead


def test_it_is_read_once_for_as_long_as_it_is_right_and_for_each_database() -> None:
    known = LastRead[str]()
    engines = [create_engine("sqlite://") for _ in range(2)]
    asked: list[str] = []

    def read(word: str) -> Callable[[], str]:
        def once() -> str:
            asked.append(word)
            return word

        return once

    with Session(engines[0]) as first, Session(engines[1]) as second:
        assert [known.get(first.connection(), 1, read(word)) for word in ("a", "b")] == ["a", "a"]
        assert known.get(second.connection(), 1, read("c")) == "c"
        with Session(engines[0].execution_options(isolation_level="AUTOCOMMIT")) as same:
            assert known.get(same.connection(), 1, read("d")) == "a"
        assert [known.get(first.connection(), right_for, read("e")) for right_for in (2, 2)] == ["e", "e"]
    assert asked == ["a", "c", "e"]
    for engine in engines:
        engine.dispose()
