"""An office as it is installed: its own instance folder, the program run from a shell, pages served on a free port."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = Path(sys.executable).parent / "tracker"
SERVER = Path(sys.executable).parent / "gunicorn"
PATIENCE_SECONDS = 60
SETTLING_LOOKS = 30


@dataclass
class Office:
    """One installation with the sample in it; ``today`` is the day on which its clock stands."""

    instance: Path
    port: int
    today: str = "2023-06-15"
    _server: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
        return {
            **own,
            "TRACKER_INSTANCE": str(self.instance),
            "TRACKER_TODAY": self.today,
            "TRACKER_BASE_URL": self.url,
        }

    def tracker(self, *words: str) -> str:
        """Runs ``tracker …`` and gives what it printed; fails when it did not end well."""
        done = subprocess.run(
            [PROGRAM, *words], env=self.environment, capture_output=True, cwd=ROOT, timeout=180, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def start(self) -> None:
        """Serves the pages, and comes back when they answer."""
        place = f"127.0.0.1:{self.port}"
        command = [str(SERVER), "wsgi:app", "--bind", place, "--threads", "4", "--log-level", "warning"]
        self._server = subprocess.Popen(command, env=self.environment, cwd=ROOT)
        end = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            assert self._server.poll() is None, "the server ended"
            assert time.monotonic() < end, "the server does not answer"
            time.sleep(0.2)

    def stop(self) -> None:
        if self._server is not None:
            self._server.terminate()
            self._server.wait(timeout=PATIENCE_SECONDS)
            self._server = None

    def move_to(self, day: str) -> None:
        """Closes in the evening and opens again on another day."""
        self.stop()
        self.today = day
        self.start()

    def password(self, login: str) -> str:
        people = json.loads((self.instance / "sample.json").read_text("utf-8"))["people"]
        return str(next(person["password"] for person in people if person["login"] == login))

    def login_of(self, office: str, unit: str) -> str:
        """The login of the sample's person with that role at that unit."""
        people = json.loads((self.instance / "sample.json").read_text("utf-8"))["people"]
        return str(next(person["login"] for person in people if person["office"] == office and unit in person["unit"]))

    def fetch(self, address: str, program: str = "a calendar") -> bytes:
        """What a calendar program that calls itself so gets from an address."""
        asked = urllib.request.Request(address, headers={"User-Agent": program})
        with urllib.request.urlopen(asked, timeout=PATIENCE_SECONDS) as answer:
            return bytes(answer.read())

    def _answers(self) -> bool:
        try:
            return self.fetch(f"{self.url}/healthz") == b"ok\n"
        except (urllib.error.URLError, ConnectionError):
            return False


def take_in(page: Page, file: Path) -> None:
    """Imports a file as a person does, and comes back when it has been read."""
    page.goto("/plans/new")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="导入并读取").click()
    page.wait_for_url(lambda url: "/plans/new" not in url and "/readings/" not in url, timeout=60_000)


def sticks_out(page: Page) -> int:
    """How many pixels the page is wider than its window; one that is still loading, or laid out, is waited for."""
    page.wait_for_load_state()
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    for _ in range(SETTLING_LOOKS):
        if int(page.evaluate(wider)) <= 0:
            return 0
        page.wait_for_timeout(100)
    return int(page.evaluate(wider))
