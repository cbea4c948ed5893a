"""The numbers of a feed's own entries are the same from every worker, and never fall for who asks one after another."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session

from tests.builders import NOW, TODAY, City
from tests.unit.services.newest import Newest
from tests.unit.services.overdue import (
    LATER,
    NEXT_DAY,
    OVERDUE,
    a_part,
    everything,
    numbers,
    said,
    three_overdue,
    written,
)
from tests.unit.services.subscribing import Subscriber
from tracker.domain.count_numbers import Said
from tracker.domain.feeds import Redaction
from tracker.domain.lifecycle import State
from tracker.services import kept_feeds
from tracker.services.kept_feeds import Gathered
from tracker.store.engine import write_session
from tracker.store.feed_counts import said_last, say
from tracker.store.tasks import Assignment, Task


@pytest.fixture
def url(either_url: str) -> str:
    """Both kinds of database."""
    return either_url


@pytest.fixture
def task(session: Session, city: City) -> Task:
    """The one that changed last."""
    return three_overdue(session, city)


def test_a_process_that_begins_anew_says_the_same(engine: Engine, city: City, task: Task) -> None:
    feed = everything(engine, city)
    for days in (0, 0, 1):
        feed.poll(TODAY + timedelta(days=days))
        again = feed.elsewhere()
        assert again.poll(TODAY + timedelta(days=days))
        assert (again.body, again.etag) == (feed.body, feed.etag)


def test_workers_that_are_asked_at_once_after_a_change_say_the_same(engine: Engine, city: City, task: Task) -> None:
    feed = everything(engine, city)
    workers = [feed.elsewhere() for _ in range(4)]
    seen = [Newest() for _ in workers]
    with ThreadPoolExecutor(len(workers)) as pool:
        for number in range(10):
            written(engine, update(Task).where(Task.id == task.id).values(title=f"第{number}次改的标题"))
            together = threading.Barrier(len(workers))

            def ask(worker: Subscriber, newest: Newest, together: threading.Barrier = together) -> None:
                together.wait(20)
                assert worker.poll(TODAY)
                newest.take(worker.body)

            assert list(pool.map(ask, workers, seen)) == [None] * len(workers)
            assert len({(each.etag, each.body) for each in workers}) == 1
    assert not any(each.poll(TODAY) for each in workers)


def test_each_change_is_seen_in_its_order_by_who_asks_one_worker_after_another(
    engine: Engine, city: City, task: Task
) -> None:
    feed, newest = everything(engine, city, redaction=Redaction.COUNT), Newest()
    workers = [feed.elsewhere() for _ in range(3)]
    days = (OVERDUE, LATER, OVERDUE - timedelta(days=1), OVERDUE, LATER)
    for number, day in enumerate(days * 3):
        written(engine, a_part(task).values(due_on=day))
        for worker in (*workers[number % 3 :], *workers):
            worker.poll(TODAY)
            newest.take(worker.body)


def test_a_body_answers_the_next_program_from_memory(
    engine: Engine, city: City, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the number that was given while it was made, and also when a feed that had numbers has none any more."""
    feed, times, gather = everything(engine, city), list[object](), kept_feeds.gather

    def noted(*of: Any) -> Gathered:
        times.append(of)
        return gather(*of)

    monkeypatch.setattr(kept_feeds, "gather", noted)
    for number, due_on in enumerate((OVERDUE, LATER), 1):
        written(engine, update(Assignment).values(due_on=due_on))
        feed.poll(TODAY)
        other = replace(feed, body=b"", etag="")
        assert other.poll(TODAY)
        assert (other.body, len(times)) == (feed.body, number)


class Slow:
    """A worker whose body is held up when its rows are read, the first time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.has_read, self.go_on = threading.Event(), threading.Event()
        self.times, self._thread, self._gather = 0, 0, kept_feeds.gather
        monkeypatch.setattr(kept_feeds, "gather", self.gather)

    def poll(self, worker: Subscriber, day: date, pool: ThreadPoolExecutor) -> Any:
        """Begins the poll and returns when its rows are read."""
        polled = pool.submit(self._poll, worker, day)
        assert self.has_read.wait(20)
        return polled

    def _poll(self, worker: Subscriber, day: date) -> bool:
        self._thread = threading.get_ident()
        return worker.poll(day)

    def gather(self, *of: Any) -> Gathered:
        gathered = self._gather(*of)
        if threading.get_ident() == self._thread:
            self.times += 1
            if self.times == 1:
                self.has_read.set()
                assert self.go_on.wait(20)
        return gathered


def test_what_was_read_before_a_change_is_not_said_after_it(
    engine: Engine, city: City, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker is slow; another answers what was changed meanwhile. The slow one looks again."""
    feed, newest = everything(engine, city), Newest()
    quick, slow = feed.elsewhere(), Slow(monkeypatch)
    with ThreadPoolExecutor(1) as pool:
        polled = slow.poll(feed, TODAY, pool)
        written(engine, a_part(task).values(state=State.COMPLETED, completed_on=TODAY))
        assert quick.poll(TODAY)
        slow.go_on.set()
        assert polled.result(20)
    for each in (quick, feed):
        newest.take(each.body)
    assert slow.times == 2
    assert feed.body == quick.body


def test_a_worker_that_is_still_at_yesterday_lowers_nothing(
    engine: Engine, city: City, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it says late gets a number of its own, and what the others hold is not sent with the lower one again."""
    feed = everything(engine, city)
    quick, slow, told = feed.elsewhere(), Slow(monkeypatch), []
    with ThreadPoolExecutor(1) as pool:
        polled = slow.poll(feed, TODAY, pool)
        assert quick.poll(NEXT_DAY)
        told.append(numbers(quick.body)["逾期 3 项"])
        slow.go_on.set()
        assert polled.result(20)
    told.append(numbers(feed.body)["逾期 3 项"])
    assert quick.poll(NEXT_DAY)
    told.append(numbers(quick.body)["逾期 3 项"])
    assert told[0] < told[1] < told[2]


def test_only_the_first_of_two_that_follow_the_same_is_taken(engine: Engine, city: City) -> None:
    everything(engine, city)
    [(feed_id, _)] = said(engine)
    one, other = (Said().then({"overdue": digest}, NOW) for digest in ("one", "other"))
    for after, given, is_taken in ((0, one, True), (0, other, False), (one.number, other, True)):
        with write_session(engine) as session:
            assert say(session, feed_id, after, given) is is_taken
            session.commit()
    with engine.connect() as connection:
        assert said_last(connection, feed_id) == other
