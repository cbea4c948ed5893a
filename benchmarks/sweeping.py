"""The nightly sweep of a large office beside the bare UPDATE that flags what became overdue, in one run.

The office has been swept the day before. What the sweep does besides the UPDATE: it records what is owed to whom, in
the transaction that flags, and writes down how it went. Then it is asked once more, when there is nothing left to do.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import datetime, timedelta
from datetime import time as clock_time
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, event, text

from benchmarks.scale import TODAY, at_scale
from benchmarks.table import verdict
from tests.databases import running_server
from tracker.services.sweep import sweep
from tracker.services.sweep_report import SweepReport

ZONE, EIGHT = ZoneInfo("Asia/Shanghai"), clock_time(8)
TASKS = {"sqlite": 100_000, "postgresql": 1_000_000}
MUST, MUST_AGAIN = 3.0, 0.010
NIGHTS, AGAIN = 7, 21
BARE = text(
    "UPDATE assignment SET overdue_flagged_on = :today WHERE overdue_flagged_on IS NULL AND due_on < :today "
    "AND state IN ('dispatched', 'declined', 'in_progress', 'submitted') "
    "AND task_id IN (SELECT id FROM task WHERE state = 'open' AND due_on < :today)"
)


def swept(engine: Engine, days: int, minutes: int = 0) -> tuple[float, SweepReport]:
    """Sweeps so many days after the office's day, so long after eight; seconds, and what it found."""
    day = TODAY + timedelta(days=days)
    at = datetime.combine(day, EIGHT, ZONE) + timedelta(minutes=minutes)
    began = time.perf_counter()
    report = sweep(engine, at, day, ZONE)
    return time.perf_counter() - began, report


def bare_update(engine: Engine, days: int) -> tuple[float, int]:
    """The UPDATE alone, undone afterwards; seconds to its end, and how many rows it found."""
    with engine.execution_options(writes=True).connect() as connection:
        began = time.perf_counter()
        found = connection.execute(BARE, {"today": TODAY + timedelta(days=days)}).rowcount
        seconds = time.perf_counter() - began
        connection.rollback()
    return seconds, found


def _night(engine: Engine, days: int) -> tuple[float, float]:
    """Prints one night's figures; the seconds of the sweep, and of the UPDATE beside it."""
    least, found = bare_update(engine, days)
    work, report = swept(engine, days)
    assert report.flagged == found, f"the sweep flagged {report.flagged}, the UPDATE {found}"
    what = f"night {days}: {found:,} newly overdue, {report.total:,} notices"
    print(f"| {what} | {_milliseconds(work, least)} | |", flush=True)
    return work, least


def _milliseconds(work: float, least: float) -> str:
    return f"{work * 1000:.0f} ms | {least * 1000:.0f} ms | {work / least:.1f} ×"


def measured(engine: Engine, tasks: int) -> None:
    """Prints the figures of one filled database."""
    kind = engine.dialect.name
    first, _ = swept(engine, -1)
    print(f"\n### Sweep, {kind}, {tasks:,} tasks (the very first sweep took {first:.1f} s)\n")
    print("| what | sweep | bare UPDATE | ratio | must |\n|---|---|---|---|---|")
    swept(engine, 0)  # of the office's own day little is left to be found
    nights = [_night(engine, days) for days in range(1, NIGHTS + 1)]
    work, least = (median(seconds) for seconds in zip(*nights, strict=True))
    must = f"≤ {MUST:g} × {verdict(work <= MUST * least)}"
    print(f"| medians of {NIGHTS} nights | {_milliseconds(work, least)} | {must} |", flush=True)
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _k, statement, *_: statements.append(statement))
    again = [swept(engine, NIGHTS, 1 + number)[0] for number in range(AGAIN)]
    kept = verdict(median(again) <= MUST_AGAIN)
    what = f"again at once, {len(statements) // AGAIN} statements"
    print(f"| {what} | {median(again) * 1000:.1f} ms | | | ≤ 10 ms {kept} |")
    engine.dispose()


def main() -> int:
    """Measures on SQLite and on PostgreSQL; as many tasks as the first argument says, or those of TASKS."""
    sizes = {kind: int(sys.argv[1]) for kind in TASKS} if len(sys.argv) > 1 else TASKS
    with tempfile.TemporaryDirectory() as folder:
        measured(at_scale(f"sqlite:///{folder}/office.sqlite3", sizes["sqlite"]), sizes["sqlite"])
    with running_server() as server:
        url = server.create().render_as_string(hide_password=False)
        measured(at_scale(url, sizes["postgresql"]), sizes["postgresql"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
