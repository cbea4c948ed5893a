"""What is noted of polls after they were answered: together, in a thread of its own, and nothing twice."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from tests.builders import NOW, City
from tests.needs import ROOT
from tests.unit.services.subscribing import subscribed
from tracker.domain.feeds import FeedScope
from tracker.services.poll_notes import WORTH_WRITING, PollNotes, Seen
from tracker.store.feeds import Feed, FeedClient
from tracker.store.kept_entries import Kept
from tracker.store.poll_queries import MOST_CLIENTS

A_POLL = Seen(1, "key", "etag", "手机", NOW, 0)


@pytest.fixture
def engine(engine: Engine, city: City) -> Engine:
    """A database with one subscription, number 1."""
    subscribed(engine, city.supervisor, FeedScope.ALL)
    return engine


@pytest.fixture
def commits(engine: Engine) -> Iterator[list[str]]:
    """The names of the threads that committed, one for each commit."""
    found: list[str] = []

    def note(_connection: object) -> None:
        found.append(threading.current_thread().name)

    event.listen(engine, "commit", note)
    yield found
    event.remove(engine, "commit", note)


def clients(engine: Engine) -> dict[str, tuple[int, int]]:
    with Session(engine) as session:
        rows = session.execute(select(FeedClient.name, FeedClient.polls, FeedClient.bodies))
        return {name: (polls, bodies) for name, polls, bodies in rows}


def until(is_so: object, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < end, "nothing was written"
        time.sleep(0.01)


def test_polls_of_a_moment_are_written_together_and_counted_singly(engine: Engine, commits: list[str]) -> None:
    notes = PollNotes(engine, patience=3600.0)
    for number in range(5):
        notes.add(replace(A_POLL, at=NOW + timedelta(seconds=number), size=7 * (number == 0)))
    notes.add(replace(A_POLL, client="电脑", etag="newest"))
    assert commits == []
    notes.write()
    assert len(commits) == 1
    assert clients(engine) == {"手机": (5, 1), "电脑": (1, 0)}
    with Session(engine) as session:
        assert session.scalars(select(Feed)).one().etag == "newest"
    notes.write()
    assert len(commits) == 1


def test_they_are_written_by_a_thread_soon(engine: Engine, commits: list[str]) -> None:
    notes = PollNotes(engine, patience=0.05)
    notes.add(A_POLL)
    until(lambda: clients(engine))
    assert set(commits) == {"poll notes"}
    notes.add(A_POLL)
    until(lambda: clients(engine)["手机"] == (2, 0))


def test_many_new_entries_are_written_at_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = threading.Event()

    def note(_engine: Engine, given: list[Kept]) -> None:
        assert len(given) == WORTH_WRITING
        kept.set()

    monkeypatch.setattr("tracker.services.poll_notes.keep_all", note)
    entries = tuple(
        Kept("s", 1, 1, NOW.date(), NOW.date(), assignment_id=number, body=b"x") for number in range(WORTH_WRITING)
    )
    PollNotes(engine, patience=3600.0).add(replace(A_POLL, made=entries))
    assert kept.wait(20)


def test_a_thread_that_has_written_all_is_followed_by_another(engine: Engine) -> None:
    """It ends where nothing comes any more, so that an idle process holds none."""
    notes = PollNotes(engine, patience=0.02)
    for number in (1, 2):
        notes.add(A_POLL)
        until(lambda number=number: clients(engine).get("手机") == (number, 0))
        until(lambda: notes._writer is None)


def test_what_is_pending_when_a_process_ends_is_written(engine: Engine) -> None:
    program = (
        "import sys\n"
        "from tests.unit.services.test_poll_notes import A_POLL\n"
        "from tracker.services.poll_notes import PollNotes\n"
        "from tracker.store.engine import make_engine\n"
        "PollNotes(make_engine(sys.argv[1]), patience=3600.0).add(A_POLL)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(engine.url)], cwd=ROOT, check=True, timeout=60)
    assert clients(engine) == {"手机": (1, 0)}


def test_the_last_poll_of_all_counts_whoever_asked_before(engine: Engine) -> None:
    """Of a client the last answer, and of the feed the last client, also one that asked first of all."""
    notes = PollNotes(engine, patience=3600.0)
    for minute, (client, etag) in enumerate((("手机", "first"), ("电脑", "second"), ("手机", "third"))):
        notes.add(replace(A_POLL, client=client, etag=etag, at=NOW + timedelta(minutes=minute)))
    notes.write()
    with Session(engine) as session:
        feed = session.scalars(select(Feed)).one()
        assert (feed.etag, feed.fetched_by, feed.fetched_at) == ("third", "手机", NOW + timedelta(minutes=2))


def test_entries_of_one_row_in_two_styles_and_of_a_tasks_milestones_are_all_kept(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Kept] = []
    monkeypatch.setattr("tracker.services.poll_notes.keep_all", lambda _engine, entries: written.extend(entries))
    part = Kept("s", 1, 1, NOW.date(), NOW.date(), assignment_id=1, body=b"x")
    stone = Kept("s", 0, 1, NOW.date(), NOW.date(), milestone_id=1, body=b"x")
    made = (part, replace(part, style="t"), stone, replace(stone, milestone_id=2))
    PollNotes(engine, patience=0.0).add(replace(A_POLL, made=made))
    assert {(each.style, each.assignment_id, each.milestone_id) for each in written} == {
        ("s", 1, None),
        ("t", 1, None),
        ("s", None, 1),
        ("s", None, 2),
    }


def test_entries_are_written_in_the_same_order_by_every_process(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int | None] = []
    monkeypatch.setattr(
        "tracker.services.poll_notes.keep_all",
        lambda _engine, entries: written.extend(entry.assignment_id for entry in entries),
    )
    notes = PollNotes(engine, patience=3600.0)
    for number in (7, 3, 5, 3):
        made = Kept("s", 1, 1, NOW.date(), NOW.date(), assignment_id=number, body=b"x")
        notes.add(replace(A_POLL, made=(made,)))
    notes.write()
    assert written == [3, 5, 7]


def test_a_client_that_changes_its_name_fills_neither_memory_nor_table(engine: Engine) -> None:
    notes = PollNotes(engine, patience=3600.0)
    for number in range(5 * MOST_CLIENTS):
        notes.add(replace(A_POLL, client=f"client {number}", at=NOW + timedelta(seconds=number)))
    assert len(notes._pending.feeds[1]) == MOST_CLIENTS
    notes.write()
    assert len(clients(engine)) == MOST_CLIENTS
    assert f"client {5 * MOST_CLIENTS - 1}" in clients(engine)


def test_what_cannot_be_written_is_told_and_later_polls_are_noted(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    notes = PollNotes(engine, patience=0.0)
    notes.add(replace(A_POLL, feed_id=404))
    assert "polls of feeds [404] could not be noted" in caplog.text
    notes.add(A_POLL)
    assert clients(engine) == {"手机": (1, 0)}
