"""The harness keeps its word: what was not run is named, and a strict run that left something out has failed.

Each test here runs a small test file under the project's own conftest and settings, and reads what was printed.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.needs import NEEDS, ROOT, is_met

pytest_plugins = ["pytester"]

ONE_OF_EACH = """
import pytest

@pytest.mark.needs("browser")
def test_opens_a_page():
    raise AssertionError("must not be reached without a browser")

def test_plain():
    assert True

def test_leaves_itself_out():
    pytest.skip("only on a leap day")
"""


@pytest.fixture(autouse=True)
def _machine_without_browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The inner runs find no browser, and are strict only when their test says so."""
    monkeypatch.setenv("TRACKER_TEST_BROWSER", "no-such-browser")
    for name in ("CI", "TRACKER_REQUIRE_ALL"):
        monkeypatch.delenv(name, raising=False)
    is_met.cache_clear()
    profile = settings.get_current_profile_name()
    yield
    settings.load_profile(profile)
    is_met.cache_clear()


def run(pytester: pytest.Pytester, source: str) -> tuple[int, str]:
    """Runs one test file under the project's conftest; gives the exit status and all that was printed."""
    file = pytester.makepyfile(test_inner=source)
    options = ["-c", str(ROOT / "pyproject.toml"), f"--rootdir={pytester.path}", "-p", "no:cacheprovider"]
    done = pytester.runpytest_inprocess(*options, "-p", "tests.conftest", str(file))
    return int(done.ret), done.stdout.str() + done.stderr.str()


def test_what_was_not_run_is_named_with_the_way_to_get_it(pytester: pytest.Pytester) -> None:
    status, printed = run(pytester, ONE_OF_EACH)
    assert status == 0, printed
    assert "NOT RUN: 2 tests" in printed
    assert f"browser is missing ({NEEDS['browser'].how}):" in printed
    assert "test_inner.py::test_opens_a_page" in printed
    assert "test_inner.py::test_leaves_itself_out – only on a leap day" in printed
    assert "1 passed, 2 skipped" in printed


@pytest.mark.parametrize("strict", [("TRACKER_REQUIRE_ALL", "1"), ("CI", "true")])
def test_a_strict_run_fails_when_a_need_is_missing(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, strict: tuple[str, str]
) -> None:
    monkeypatch.setenv(*strict)
    status, printed = run(pytester, ONE_OF_EACH)
    assert status == 1, printed
    assert "this run has FAILED" in printed


def test_a_strict_run_passes_when_nothing_is_missing(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_REQUIRE_ALL", "1")
    status, printed = run(pytester, "def test_plain():\n    assert True\n")
    assert status == 0, printed
    assert "NOT RUN" not in printed


@pytest.mark.parametrize("mark", ['needs("broswer")', "needs"])
def test_a_slip_in_a_mark_stops_the_run(pytester: pytest.Pytester, mark: str) -> None:
    status, printed = run(pytester, f"import pytest\n\n@pytest.mark.{mark}\ndef test_it():\n    pass\n")
    assert status == pytest.ExitCode.USAGE_ERROR, printed
    assert "is none of" in printed


def test_a_file_that_leaves_itself_out_is_named(pytester: pytest.Pytester) -> None:
    _, printed = run(pytester, "import pytest\npytest.skip('no such module', allow_module_level=True)\n")
    assert "(whole file) – no such module" in printed


def test_a_warning_is_an_error(pytester: pytest.Pytester) -> None:
    status, printed = run(pytester, "import warnings\n\ndef test_it():\n    warnings.warn('old', DeprecationWarning)\n")
    assert status == 1
    assert "DeprecationWarning: old" in printed


def test_reaching_another_machine_fails_even_when_the_code_copes_with_it(pytester: pytest.Pytester) -> None:
    source = """
import socket

def test_it():
    try:
        socket.create_connection(("192.0.2.1", 9), timeout=0.1)
    except OSError:
        pass
"""
    status, printed = run(pytester, source)
    assert status == 1
    assert "NetworkUsedError: a test tried to reach '192.0.2.1'" in printed
