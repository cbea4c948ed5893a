"""Polls of calendars over HTTP against floors taken in the same run: `make bench`. Prints tables in Markdown.

B(n) is one raw SQL statement with the description and lines folded by hand, in this process: the least that making
the feed of n tasks could cost. The gate comes first: figures of a feed that breaks the format would mean nothing.
"""

from __future__ import annotations

import http.client
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from benchmarks.by_hand import by_hand, gate
from benchmarks.seeding import SECRET, TODAY, SeededOffice, seeded, settle
from benchmarks.served import Served, asked, served, throughput
from benchmarks.table import HEAD, Bound, Line, at_least, at_most, verdict
from tests.databases import running_server
from tracker.services.poll_notes import PATIENCE

SIZES = (100, 1000, 10_000)
ROUNDS = 30
MUST_CHANGED = {100: 3.5, 1000: 2.0, 10_000: 1.8}
CONNECTIONS = 8
TURNS, TURN_SECONDS = 48, 0.2
SECONDS, CHANGED_TURNS = 2.0, 7
MUST_CHANGED_EACH_TIME = 140  # answers a second, beside 28 of Kanboard on such a machine
MIXED, WARM = 10_000, 2000
MUST_GROW = 1.05


@dataclass
class Bench:
    """The office, the product and the floor that are measured; ``database`` is a connection of the driver's own."""

    office: SeededOffice
    product: Served
    floor: Served
    database: Any

    def lines(self) -> Iterator[Line]:
        product, floor = self.product.connection(), self.floor.connection()
        for size in SIZES:
            yield self._first_after_a_change(product, size)
        for size in SIZES:
            yield self._unchanged(product, floor, size)
        not_modified = self._not_modified(product, floor)
        yield from not_modified.values()
        smallest, largest = not_modified[SIZES[0]], not_modified[SIZES[-1]]
        yield Line("304 at 10,000 tasks", largest.work, "304 at 100 tasks", smallest.work, at_most(1.2))

    def _first_after_a_change(self, product: http.client.HTTPConnection, size: int) -> Line:
        work, floor = [], []
        for number in range(ROUNDS + 2):
            self.office.change(size)
            seconds, status, _, body = asked(product, self.office.path(size))
            assert status == 200
            if number == 0:
                gate(body, size)
            began = time.perf_counter()
            by_hand(self.database, self.office.units[size])
            if number > 1:
                work.append(seconds)
                floor.append(time.perf_counter() - began)
        what = f"feed of {size:,} tasks, first poll after a change"
        return Line(what, work, "B(n)", floor, at_most(MUST_CHANGED[size]))

    def _unchanged(self, product: http.client.HTTPConnection, floor: http.client.HTTPConnection, size: int) -> Line:
        pairs = [
            (asked(product, self.office.path(size))[0], asked(floor, f"/constant/{size}")[0]) for _ in range(2 * ROUNDS)
        ]
        work, least = zip(*pairs[ROUNDS // 2 :], strict=True)
        return Line(f"unchanged, no validator, {size:,} tasks", list(work), "constant body", list(least), at_most(2.5))

    def _not_modified(self, product: http.client.HTTPConnection, floor: http.client.HTTPConnection) -> dict[int, Line]:
        """For each size, all by turns: they are held against each other too."""
        etags = {size: asked(product, self.office.path(size))[2] for size in SIZES}
        pairs: dict[int, list[tuple[float, float]]] = {size: [] for size in SIZES}
        for size in SIZES * 4 * ROUNDS:
            seconds, status, *_ = asked(product, self.office.path(size), etags[size])
            assert status == 304
            pairs[size].append((seconds, asked(floor, "/trivial")[0]))
        told = {size: zip(*pairs[size][ROUNDS:], strict=True) for size in SIZES}
        return {
            size: Line(f"304, {size:,} tasks", list(work), "trivial answer", list(least), at_most(2.0))
            for size, (work, least) in told.items()
        }


def connected(bench: Bench) -> Iterator[str]:
    """Eight connections at once, a thousand tasks."""
    path = bench.office.path(1000)
    etag = asked(bench.product.connection(), path)[2]
    changed = median(_changed_each_time(bench) for _ in range(CHANGED_TURNS))
    kept = verdict(changed >= MUST_CHANGED_EACH_TIME)
    yield f"| 8 connections, changed each time | {changed:.0f} /s | | | ≥ {MUST_CHANGED_EACH_TIME} /s {kept} |"
    yield _beside("unchanged, no validator", bench, (path, ""), "/constant/1000", at_least(0.6))
    yield _beside("304", bench, (path, etag), "/trivial", at_least(0.7))


def _beside(what: str, bench: Bench, asks: tuple[str, str], floor_path: str, must: Bound) -> str:
    if asks[1]:  # the validator that is right now
        asks = asks[0], asked(bench.product.connection(), asks[0])[2]
    # By turns: the machine is not as fast from one second to the next. Many short ones: connections are shared out
    # among workers by chance, new ones each time, and where one worker has all of them it answers half as many.
    pairs = [(_answers(bench.product, *asks), _answers(bench.floor, floor_path)) for _ in range(TURNS)]
    found, least = (sum(answers) / TURNS for answers in zip(*pairs, strict=True))
    words, is_kept = must
    figures = f"{found:.0f} /s | floor {least:.0f} /s | {found / least:.2f} ×"
    return f"| 8 connections, {what} | {figures} | {words} {verdict(is_kept(found / least))} |"


def _answers(program: Served, path: str, etag: str = "") -> float:
    return throughput(program.port, path, etag, connections=CONNECTIONS, seconds=TURN_SECONDS)


def _changed_each_time(bench: Bench) -> float:
    """Answers a second when a task is changed before each poll, over eight connections."""
    counts, end = [0] * CONNECTIONS, time.perf_counter() + SECONDS

    def poll(place: int) -> None:
        connection = bench.product.connection()
        while time.perf_counter() < end:
            bench.office.change(1000)
            assert asked(connection, bench.office.path(1000))[1] == 200
            counts[place] += 1

    threads = [threading.Thread(target=poll, args=(place,)) for place in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS


def memory(bench: Bench, idle: float, largest: int) -> Iterator[str]:
    """What a worker holds: at its peak so far, and after many polls of every kind."""
    peak = max(bench.product.peak_megabytes())
    allowed = idle + 5 * largest / 1024 / 1024
    yield (
        f"\nA worker holds {idle:.0f} MB before the first poll and {peak:.0f} MB at its peak "
        f"(must: idle + 5 × the largest body = {allowed:.0f} MB {verdict(peak <= allowed)})."
    )
    connections = [bench.product.connection() for _ in range(4)]
    etag, warm = asked(connections[0], bench.office.path(1000))[2], 0.0
    asks = ((bench.office.path(100), ""), (bench.office.path(1000), etag), ("/sign-in", ""), ("/feeds/none.ics", ""))
    for number in range(MIXED):
        if number == WARM:
            warm = max(bench.product.worker_megabytes())
        if number % 50 == 0:
            bench.office.change((100, 1000)[number // 50 % 2])
        asked(connections[number % len(connections)], *asks[number % len(asks)])
    after = max(bench.product.worker_megabytes())
    yield (
        f"After {MIXED:,} mixed requests a worker holds {after:.0f} MB, {warm:.0f} MB after the first {WARM:,} "
        f"(must: no growth over 5 % {verdict(after <= MUST_GROW * warm)})."
    )


def measured(url: str) -> None:
    """Prints the figures of one kind of database; the address is of an empty one."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        office = seeded(url, SIZES)
        env = {
            "TRACKER_DATABASE_URL": url,
            "TRACKER_SECRET_KEY": SECRET,
            "TRACKER_INSTANCE": folder,
            "TRACKER_TODAY": TODAY.isoformat(),
            "TRACKER_BASE_URL": "http://localhost",
        }
        product = stack.enter_context(served("wsgi:app", env))
        asked(product.connection(), "/sign-in")
        idle = max(product.worker_megabytes())
        bodies = Path(folder, "bodies")
        bodies.mkdir()
        for size in SIZES:
            body = asked(product.connection(), office.path(size))[3]
            bodies.joinpath(f"{size}.ics").write_bytes(body)
        time.sleep(2 * PATIENCE)  # what was made is kept by now
        settle(office.engine)
        floor = stack.enter_context(served("benchmarks.floor:app", {"FLOOR_BODIES": str(bodies)}))
        bench = Bench(office, product, floor, stack.enter_context(_driver(url)))
        print(f"\n### Polls, {office.engine.dialect.name}\n\n{HEAD}")
        for line in bench.lines():
            print(line, flush=True)
        for row in connected(bench):
            print(row, flush=True)
        for words in memory(bench, idle, len(body)):
            print(words, flush=True)
        office.engine.dispose()


def _driver(url: str) -> Any:
    """A connection of the driver's own, on which each statement stands alone."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return sqlite3.connect(str(parsed.database))
    plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True)


def main() -> int:
    """Measures on SQLite, then on PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder:
        measured(f"sqlite:///{folder}/bench.sqlite3")
    with running_server() as server:
        measured(server.create().render_as_string(hide_password=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
