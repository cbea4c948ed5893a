"""List pages of a large office over HTTP, signed in, against a bare page of the same rows in the same run.

`python -m benchmarks.pages URL [URL ...]` asks databases that `benchmarks.scale` filled, and prints a table for each;
without an address it fills its own on PostgreSQL, of each of SIZES.
"""

from __future__ import annotations

import http.client
import re
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

from sqlalchemy import Engine, text

from benchmarks.scale import PASSWORD, SECRET, TODAY, at_scale
from benchmarks.served import Served, served
from benchmarks.table import Line, at_most
from tests.databases import running_server
from tracker.store.engine import make_engine

ROUNDS, WARMING = 40, 12
FEW_ROUNDS, WARMED = 5, 1  # of what may take longer
SIZES = (10_000, 1_000_000)
# What the overdue list may cost at most beside the bare page, up to so many tasks.
MUST = ((10_000, 6.0), (1_000_000, 3.0))
PAGES = (
    ("/overdue", "逾期清单"),
    ("/overdue?page=400&after=2023-01-05.77", "逾期清单, far down"),
    ("/overdue?unit=42", "逾期清单 of a county"),
    ("/dashboard", "概况"),
    ("/figures", "统计"),
    ("/tasks", "全部任务"),
    ("/tasks?sort=due&dir=desc", "全部任务, latest first"),
    ("/units", "单位"),
    ("/units/2", "a unit"),
    ("/pending", "待审核"),
)
# Pages that remember what they counted, asked after something of three units was changed, each time of others.
CHANGED = (
    ("/dashboard", "概况, changed each time"),
    ("/figures", "统计, changed each time"),
)
FILTERED = (
    ("/tasks?due_from=2023-05-01", "全部任务 due from a day on"),
    ("/tasks?state=submitted", "全部任务 in a state"),
    ("/tasks?unit=5", "全部任务 of a unit"),
    ("/tasks?q=9999", "全部任务, a rare word"),
)
HISTORIES = (
    ("/figures/list?show=red", "the list behind 红灯"),
    ("/overdue?as_of=2023-05-15", "逾期清单 of a past day"),
    ("/tasks?as_of=2023-05-15", "全部任务 of a past day"),
)


class Browser:
    """Asks over one connection that stays open, with the cookie of the sign-in."""

    def __init__(self, program: Served) -> None:
        self.connection, self.cookie = program.connection(), ""

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[float, int, str]:
        """Seconds to the last byte, status and body."""
        headers = {"Cookie": self.cookie} if self.cookie else {}
        body = urlencode(form) if form else None
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        self.connection.request("POST" if form else "GET", path, body, headers)
        answer = self.connection.getresponse()
        told = answer.read().decode()
        seconds = time.perf_counter() - began
        self._keep(answer)
        return seconds, answer.status, told

    def _keep(self, answer: http.client.HTTPResponse) -> None:
        for header in answer.headers.get_all("Set-Cookie") or ():
            self.cookie = header.split(";")[0]

    def sign_in(self) -> None:
        """As the one supervisor of the seeded office."""
        _, _, page = self.ask("/sign-in")
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token, "the sign-in page has no token"
        _, status, _ = self.ask("/sign-in", {"csrf_token": token[1], "login": "bench", "password": PASSWORD})
        assert status == 302, f"signing in answered {status}"


def measured(url: str) -> None:
    """Prints the table of one database."""
    engine = make_engine(url)
    with engine.connect() as connection:
        tasks = connection.execute(text("SELECT count(*) FROM task")).scalar_one()
    env = {
        "TRACKER_DATABASE_URL": url,
        "TRACKER_SECRET_KEY": SECRET,
        "TRACKER_TODAY": TODAY.isoformat(),
        "TRACKER_BASE_URL": "http://localhost",
    }
    with tempfile.TemporaryDirectory() as folder:
        env["TRACKER_INSTANCE"] = folder
        with served("wsgi:app", env) as product, served("benchmarks.floor_pages:app", env) as floor:
            browser, bare = Browser(product), Browser(floor)
            browser.sign_in()
            print(
                f"\n### Pages, {engine.dialect.name}, {tasks:,} tasks\n\n| page | median | bare page | ratio | must |"
            )
            print("|---|---|---|---|---|")
            for path, what in PAGES:
                work, least = _pairs(browser, bare, path)
                must = at_most(_must(tasks)) if path == "/overdue" else None
                print(Line(what, work, "bare page", least, must), flush=True)
            for path, what in CHANGED:
                work, least = _pairs(browser, bare, path, FEW_ROUNDS, WARMED, partial(_change, engine))
                print(Line(what, work, "bare page", least), flush=True)
            for path, what in (*FILTERED, *HISTORIES):
                work, least = _pairs(browser, bare, path, FEW_ROUNDS, WARMED)
                print(Line(what, work, "bare page", least), flush=True)


def _must(tasks: int) -> float:
    return next((ratio for size, ratio in MUST if tasks <= size), MUST[-1][1])


def _change(engine: Engine, number: int) -> None:
    """As whoever mends a task's title does: all its units are concerned."""
    with engine.begin() as connection:
        named = text("UPDATE task SET title = title || '。' WHERE id = :task")
        connection.execute(named.bindparams(task=1 + number))


def _pairs(  # noqa: PLR0917 - what is asked, how often, and what is done before
    browser: Browser,
    bare: Browser,
    path: str,
    rounds: int = ROUNDS,
    warming: int = WARMING,
    before: Callable[[int], None] = lambda _: None,
) -> tuple[list[float], list[float]]:
    """Page and bare page by turns, so that a busy moment hits them alike."""
    work, least = [], []
    for number in range(rounds + warming):
        before(number)
        seconds, status, _ = browser.ask(path)
        assert status == 200, f"{path} answered {status}"
        floor, answered, _ = bare.ask("/")
        assert answered == 200, f"the bare page answered {answered}"
        if number >= warming:
            work.append(seconds)
            least.append(floor)
    return work, least


def main() -> int:
    """Measures each database that is named, or those of SIZES."""
    for url in sys.argv[1:]:
        measured(url)
    if len(sys.argv) == 1:
        with running_server() as server:
            for size in SIZES:
                url = server.create().render_as_string(hide_password=False)
                at_scale(url, size).dispose()
                measured(url)
    return 0


if __name__ == "__main__":
    sys.exit(main())
