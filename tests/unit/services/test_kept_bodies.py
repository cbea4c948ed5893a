"""Bodies in memory: made once for all who wait, and for nobody who came when it had begun."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.locks import NotingLock
from tracker.services.kept_bodies import Bodies, Body, Key
from tracker.store.kept_entries import Kept


class Feed:
    """A feed whose rows are one text; it is polled by many, and what is made waits until it is let go on."""

    def __init__(self, most: int = 1000) -> None:
        self.bodies, self.turn = Bodies(most), NotingLock()
        self.bodies._turns = (self.turn,) * 16  # type: ignore[assignment]
        self.rows, self.made = "", list[str]()
        self.begun, self.go_on = threading.Semaphore(0), threading.Event()
        self.pool = ThreadPoolExecutor(8)

    def poll(self, of: str = "wanted") -> Future[Body]:
        """A poll that has read its key, and waits for its turn or makes the body."""
        key = Key(f"key of {self.rows}")
        return self.pool.submit(
            lambda: self.bodies.get(1, key) or self.bodies.make(1, key, of, lambda: self._make(key))
        )

    def _make(self, key: Key) -> Body:
        rows = self.rows
        self.made.append(rows)
        self.begun.release()
        assert self.go_on.wait(20)
        return Body(key, f"tag of {rows}", rows.encode(), (_KEPT,))

    def waiting(self, count: int) -> None:
        """Returns when so many more have come to wait."""
        assert all(self.turn.come.acquire(timeout=20) for _ in range(count))


_KEPT: Kept = object()  # type: ignore[assignment]


@pytest.fixture
def feed() -> Feed:
    return Feed()


def test_who_came_before_a_body_was_begun_gets_it_and_who_came_later_the_next(feed: Feed) -> None:
    feed.rows = "old"
    first = feed.poll()
    assert feed.begun.acquire(timeout=20)
    others = []
    for rows in ("new", "newer", "newest"):
        feed.rows = rows
        others.append(feed.poll())
    feed.waiting(4)
    feed.go_on.set()
    assert first.result(20).body == b"old"
    assert {other.result(20).body for other in others} == {b"newest"}
    assert feed.made == ["old", "newest"]
    assert sorted(len(poll.result().made) for poll in (first, *others)) == [0, 0, 1, 1]  # what is new is kept once
    assert {other.result().key for other in others} == {Key(f"key of {rows}") for rows in ("new", "newer", "newest")}


def test_a_body_that_was_shared_answers_the_next_poll(feed: Feed) -> None:
    feed.go_on.set()
    with feed.turn.lock:
        feed.rows = "new"
        one = feed.poll()
        feed.waiting(1)
        other = feed.poll()
        feed.waiting(1)
    assert one.result(20).body == other.result(20).body == feed.poll().result(20).body == b"new"
    assert feed.made == ["new"]


def test_what_is_made_of_something_else_is_not_shared(feed: Feed) -> None:
    feed.go_on.set()
    with feed.turn.lock:
        feed.rows = "rows"
        one = feed.poll("with quotes")
        feed.rows = "other rows"
        other = feed.poll("without")
        feed.waiting(2)
    assert {one.result(20).body, other.result(20).body} == {b"other rows"}
    assert len(feed.made) == 2


def test_one_that_cannot_be_made_is_tried_by_the_next(feed: Feed) -> None:
    def fail() -> Body:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        feed.bodies.make(1, Key("key"), "wanted", fail)
    feed.go_on.set()
    assert feed.poll().result(20).etag == "tag of "


def test_those_not_asked_for_longest_go_first() -> None:
    bodies, key, other = Bodies(most=5), Key("key"), Key("key too")
    for feed_id in (1, 2, 3):
        bodies.make(feed_id, key, "wanted", lambda: Body(key, "tag", b"xx"))
    assert [bodies.get(feed_id, key) is not None for feed_id in (1, 2, 3)] == [False, True, True]
    bodies.make(2, other, "wanted", lambda: Body(other, "tag", b"xxx"))
    assert [bodies.get(feed_id, each) is not None for feed_id, each in ((2, key), (2, other), (3, key))] == [
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(("asked", "is_right"), [(4, True), (5, True), (6, False)])
def test_a_body_is_right_until_a_higher_number_is_given(asked: int, is_right: bool) -> None:
    """Who read a lower one before the body was made gets it: the number was given since."""
    bodies, made = Bodies(), Body(Key("key", 5), "tag", b"x")
    bodies.make(1, Key("key", 3), "wanted", lambda: made)
    assert bodies.get(1, Key("key", asked)) == (made if is_right else None)
    assert bodies.get(1, Key("another", asked)) is None


def test_who_shares_a_body_holds_it_with_the_numbers_that_it_has(feed: Feed) -> None:
    feed.go_on.set()
    newest = Body(Key("key of new", 9), "tag", b"numbered")
    with feed.turn.lock:
        one = feed.pool.submit(lambda: feed.bodies.make(1, Key("key of old", 3), "wanted", lambda: newest))
        feed.waiting(1)
        other = feed.pool.submit(lambda: feed.bodies.make(1, Key("key of newer", 4), "wanted", lambda: newest))
        feed.waiting(1)
    keys = {one.result(20).key, other.result(20).key}
    assert Key("key of new", 9) in keys  # whoever came first made it
    (shared,) = keys - {Key("key of new", 9)}
    assert shared.number == 9
    assert feed.bodies.get(1, shared) is not None
