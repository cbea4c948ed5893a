"""Polls of calendars over HTTP against floors taken in the same run: `make bench`. Prints a table in Markdown.

B(n) is one raw SQL statement with the description and lines folded by hand, in this process: the least that making
the feed of n tasks could cost. The gate comes first: figures of a feed that breaks the format would mean nothing.
"""

from __future__ import annotations

import http.client
import os
import platform
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from icalendar import Calendar
from sqlalchemy import text

from benchmarks.seeding import SECRET, TODAY, SeededOffice, seeded
from benchmarks.served import Served, asked, served, throughput

SIZES = (100, 1000, 10_000)
ROUNDS = 30


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the report: what it took, what the floor took, both in seconds, and what is asked of the ratio."""

    what: str
    work: list[float]
    floor_name: str
    floor: list[float]
    must: str
    is_kept: Callable[[float], bool]

    @property
    def ratio(self) -> float:
        return median(self.work) / median(self.floor)

    def __str__(self) -> str:
        verdict = "✔" if self.is_kept(self.ratio) else "✘"
        high = quantiles(self.work, n=20)[-1] if len(self.work) > 1 else self.work[0]
        figures = f"{median(self.work) * 1000:.2f} / {high * 1000:.2f} ms"
        return (
            f"| {self.what} | {figures} | {self.floor_name} {median(self.floor) * 1000:.2f} ms "
            f"| {self.ratio:.2f} × | {self.must} {verdict} |"
        )


def at_most(ratio: float) -> tuple[str, Callable[[float], bool]]:
    return f"≤ {ratio:g} ×", lambda found: found <= ratio


def folded(line: str) -> bytes:
    """A content line of at most 75 octets a piece, by hand."""
    raw = line.encode()
    if len(raw) <= 75:
        return raw + b"\r\n"
    pieces, start, room = [], 0, 75
    while len(raw) - start > room:
        end = start + room
        while raw[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(raw[start:end])
        start, room = end, 74
    pieces.append(raw[start:])
    return b"\r\n ".join(pieces) + b"\r\n"


def escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


BY_HAND = (
    "SELECT a.id, a.uid, a.due_on, a.changed_at, a.sequence, t.title, t.quote, u.name, p.title, p.number "
    "FROM assignment a JOIN task t ON t.id = a.task_id JOIN unit u ON u.id = a.unit_id "
    "JOIN plan p ON p.id = t.plan_id WHERE a.unit_id = ? ORDER BY a.due_on"
)


def by_hand(connection: sqlite3.Connection, unit: int) -> bytes:
    """B(n): the feed of the unit, from one statement, with lines written by hand."""
    lines = [b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//floor\r\n"]
    for number, uid, due, changed, sequence, title, quote, name, plan, doc in connection.execute(BY_HAND, (unit,)):
        day, stamp = due.replace("-", ""), changed[:19].replace("-", "").replace(":", "").replace(" ", "T")
        link = f"http://localhost/assignments/{number}"
        words = escaped(f"单位：{name}\n文件：《{plan}》（{doc}）\n原文：{quote}\n时限：{due}\n查看详情：{link}")
        lines += (
            b"BEGIN:VEVENT\r\n",
            folded(f"SUMMARY:{escaped(title)} · {escaped(name)}"),
            f"DTSTART;VALUE=DATE:{day}\r\nDTEND;VALUE=DATE:{day}\r\nDTSTAMP:{stamp}Z\r\n".encode(),
            f"UID:{uid}\r\nSEQUENCE:{sequence}\r\nLAST-MODIFIED:{stamp}Z\r\nSTATUS:CONFIRMED\r\n".encode(),
            folded(f"DESCRIPTION:{words}"),
            folded(f"URL:{link}"),
            b"END:VEVENT\r\n",
        )
    lines.append(b"END:VCALENDAR\r\n")
    return b"".join(lines)


def gate(body: bytes, size: int) -> None:
    """Ends the run when the feed breaks the format or lacks an item."""
    physical = body.removesuffix(b"\r\n").split(b"\r\n")
    assert max(map(len, physical)) <= 75, "a line is longer than 75 octets"
    for line in physical:
        line.decode("utf-8")
    events = body.count(b"BEGIN:VEVENT")
    assert events == size + 1, f"{events} entries for {size} tasks and the total"
    assert body.count(b"\r\nUID:") == body.count(b"\r\nDTSTAMP:") == events
    if size <= 1000:
        assert Calendar.from_ical(body).to_ical() == body, "the library does not write back what it reads"


@dataclass
class Bench:
    """The office, the product and the floor that are measured."""

    office: SeededOffice
    product: Served
    floor: Served
    database: sqlite3.Connection
    changes: int = 0

    def path(self, size: int) -> str:
        return f"/feeds/{self.office.tokens[size]}.ics"

    def change(self, size: int) -> None:
        """One task of the unit is changed, past the program, so that nothing is made ahead."""
        self.changes += 1
        last = "(SELECT max(id) FROM assignment WHERE unit_id = :unit)"
        statement = f"UPDATE assignment SET percent = :percent WHERE id = {last}"  # noqa: S608 - our own words
        with self.office.engine.execution_options(writes=True).begin() as connection:
            connection.execute(text(statement), {"percent": self.changes % 100, "unit": self.office.units[size]})

    def lines(self) -> Iterator[Line]:
        product, floor = self.product.connection(), self.floor.connection()
        for size in SIZES:
            yield self._first_after_a_change(product, size)
        for size in SIZES:
            yield self._unchanged(product, floor, size)
        not_modified = {size: self._not_modified(product, floor, size) for size in SIZES}
        yield from not_modified.values()
        smallest, largest = not_modified[SIZES[0]], not_modified[SIZES[-1]]
        yield Line("304 at 10,000 tasks", largest.work, "304 at 100 tasks", smallest.work, *at_most(1.2))

    def _first_after_a_change(self, product: http.client.HTTPConnection, size: int) -> Line:
        work, floor = [], []
        for number in range(ROUNDS + 2):
            self.change(size)
            seconds, status, _, body = asked(product, self.path(size))
            assert status == 200
            if number == 0:
                gate(body, size)
            began = time.perf_counter()
            by_hand(self.database, self.office.units[size])
            if number > 1:
                work.append(seconds)
                floor.append(time.perf_counter() - began)
        must = {100: 3.5, 1000: 2.0, 10_000: 1.8}[size]
        return Line(f"feed of {size:,} tasks, first poll after a change", work, "B(n)", floor, *at_most(must))

    def _unchanged(self, product: http.client.HTTPConnection, floor: http.client.HTTPConnection, size: int) -> Line:
        pairs = [(asked(product, self.path(size))[0], asked(floor, f"/constant/{size}")[0]) for _ in range(2 * ROUNDS)]
        work, least = zip(*pairs[ROUNDS // 2 :], strict=True)
        return Line(f"unchanged, no validator, {size:,} tasks", list(work), "constant body", list(least), *at_most(2.5))

    def _not_modified(self, product: http.client.HTTPConnection, floor: http.client.HTTPConnection, size: int) -> Line:
        etag = asked(product, self.path(size))[2]
        pairs = []
        for _ in range(4 * ROUNDS):
            seconds, status, *_ = asked(product, self.path(size), etag)
            assert status == 304
            pairs.append((seconds, asked(floor, "/trivial")[0]))
        work, least = zip(*pairs[ROUNDS:], strict=True)
        return Line(f"304, {size:,} tasks", list(work), "trivial answer", list(least), *at_most(2.0))


def connected(bench: Bench) -> Iterator[str]:
    """Eight connections at once, a thousand tasks."""
    path, size = bench.path(1000), 1000
    etag = asked(bench.product.connection(), path)[2]
    for what, asks, floor_path, must in (
        ("unchanged, no validator", "", f"/constant/{size}", 0.6),
        ("304", etag, "/trivial", 0.7),
    ):
        found, least = throughput(bench.product.port, path, asks), throughput(bench.floor.port, floor_path)
        verdict = "✔" if found / least >= must else "✘"
        figures = f"{found:.0f} /s | floor {least:.0f} /s | {found / least:.2f} ×"
        yield f"| 8 connections, {what} | {figures} | ≥ {must} × {verdict} |"


def main() -> int:
    """Runs everything and prints the table."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        url = f"sqlite:///{folder}/bench.sqlite3"
        office = seeded(url, SIZES)
        env = {
            "TRACKER_DATABASE_URL": url,
            "TRACKER_SECRET_KEY": SECRET,
            "TRACKER_INSTANCE": folder,
            "TRACKER_TODAY": TODAY.isoformat(),
            "TRACKER_BASE_URL": "http://localhost",
        }
        product = stack.enter_context(served("wsgi:app", env))
        bodies = Path(folder, "bodies")
        bodies.mkdir()
        for size in SIZES:
            body = asked(product.connection(), f"/feeds/{office.tokens[size]}.ics")[3]
            bodies.joinpath(f"{size}.ics").write_bytes(body)
        floor = stack.enter_context(served("benchmarks.floor:app", {"FLOOR_BODIES": str(bodies)}))
        idle = max(product.worker_megabytes())
        bench = Bench(office, product, floor, sqlite3.connect(f"{folder}/bench.sqlite3"))
        print(f"Python {sys.version.split()[0]}, {platform.machine()}, {os.cpu_count()} cores, SQLite\n")
        print("| what | median / p95 | floor | ratio | must |\n|---|---|---|---|---|")
        for line in bench.lines():
            print(line, flush=True)
        for row in connected(bench):
            print(row, flush=True)
        print(f"\nworker: {idle:.0f} MB after the first polls, {max(product.peak_megabytes()):.0f} MB at its peak")
    return 0


if __name__ == "__main__":
    sys.exit(main())
