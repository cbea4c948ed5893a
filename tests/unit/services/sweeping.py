"""A sweep in a process of its own, which may be told to die in the middle: python sweeping.py URL DAY [WHERE COUNT].

WHERE names a function of tracker.store.sweep_queries: when it has done its work for the COUNT-th time the process
kills itself as ``kill -9`` would, without a goodbye, in the middle of its transaction.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tracker.services import sweep as sweeping
from tracker.services import sweep_batches
from tracker.store import sweep_queries
from tracker.store.engine import make_engine


def dies_after(work: Callable[..., Any], count: int) -> Callable[..., Any]:
    """The function, whose ``count``-th call is the last thing that this process does."""
    calls = 0

    def counted(*given: Any) -> Any:
        nonlocal calls
        calls += 1
        result = work(*given)
        if calls == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return counted


def main(url: str, day: str, where: str = "", count: str = "0") -> None:
    sweep_batches.ROWS_AT_ONCE = 20  # many small transactions, so that there is much between which to die
    if where:
        setattr(sweep_queries, where, dies_after(getattr(sweep_queries, where), int(count)))
    today = date.fromisoformat(day)
    now = datetime.combine(today, datetime.min.time(), UTC) - timedelta(hours=7, minutes=55)
    print("ready", flush=True)
    sys.stdin.readline()
    report = sweeping.sweep(make_engine(url), now, today)
    print(report.flagged, report.total, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
