"""The harness keeps its word: what was not run is named, and a strict run that left something out has failed.

Each test here runs a small test file under the project's own conftest and settings, and reads what was printed:
in the process at hand, and where processes must hear of each other in two, as ``make test`` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

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
# In two processes this is the other's.
MORE = """
import pytest

@pytest.mark.needs("browser")
def test_opens_another():
    raise AssertionError("must not be reached without a browser")
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


Run = Callable[..., tuple[int, str]]
IN_ONE_AND_IN_TWO = pytest.mark.parametrize("run", [0, 2], ids=["one process", "two processes"], indirect=True)


@pytest.fixture
def run(request: pytest.FixtureRequest, pytester: pytest.Pytester) -> Run:
    """``run(source, …)`` runs test files under the project's conftest; gives the exit status and all that was printed.

    In the process at hand, unless the test asks for more of them.
    """
    processes = getattr(request, "param", 0)

    def run_files(*sources: str) -> tuple[int, str]:
        files = [pytester.makepyfile(**{f"test_inner{number or ''}": text}) for number, text in enumerate(sources)]
        options = ["-c", str(ROOT / "pyproject.toml"), f"--rootdir={pytester.path}", "-p", "no:cacheprovider"]
        done = pytester.runpytest_inprocess(*options, "-n", str(processes), "-p", "tests.conftest", *map(str, files))
        return int(done.ret), done.stdout.str() + done.stderr.str()

    return run_files


@IN_ONE_AND_IN_TWO
def test_what_was_not_run_is_named_with_the_way_to_get_it(run: Run) -> None:
    status, printed = run(ONE_OF_EACH, MORE)
    assert status == 0, printed
    assert "NOT RUN: 3 tests" in printed
    told = [line.strip() for line in printed[printed.index("NOT RUN") :].splitlines()[1:]]
    assert told[:-1] == [
        f"browser is missing ({NEEDS['browser'].how}):",
        "test_inner.py::test_opens_a_page",
        "test_inner1.py::test_opens_another",
        "left out by themselves:",
        "test_inner.py::test_leaves_itself_out – only on a leap day",
    ]
    assert told[-1].startswith("1 passed, 3 skipped in ")


@pytest.mark.parametrize(
    ("run", "strict"),
    [(0, ("TRACKER_REQUIRE_ALL", "1")), (0, ("CI", "true")), (2, ("TRACKER_REQUIRE_ALL", "1"))],
    indirect=["run"],
)
def test_a_strict_run_fails_when_a_need_is_missing(
    run: Run, monkeypatch: pytest.MonkeyPatch, strict: tuple[str, str]
) -> None:
    monkeypatch.setenv(*strict)
    status, printed = run(ONE_OF_EACH)
    assert status == 1, printed
    assert "this run has FAILED" in printed


def test_a_strict_run_passes_when_nothing_is_missing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_REQUIRE_ALL", "1")
    status, printed = run("def test_plain():\n    assert True\n")
    assert status == 0, printed
    assert "NOT RUN" not in printed


@pytest.mark.parametrize(
    ("run", "mark", "ends"),
    [
        (0, 'needs("broswer")', pytest.ExitCode.INTERRUPTED),
        (0, "needs", pytest.ExitCode.INTERRUPTED),
        (2, 'needs("broswer")', pytest.ExitCode.TESTS_FAILED),
    ],
    indirect=["run"],
)
def test_a_slip_in_a_mark_fails_the_run(run: Run, mark: str, ends: pytest.ExitCode) -> None:
    slip = f"import pytest\n\n@pytest.mark.{mark}\ndef test_it():\n    pass\n"
    status, printed = run(slip, "def test_plain():\n    assert True\n")
    assert status == ends, printed
    told = [line for line in printed.splitlines() if line.startswith("test_inner.py::test_it: needs")]
    assert len(told) == 1, printed
    assert told[0].endswith(f"is none of {', '.join(NEEDS)}")


@IN_ONE_AND_IN_TWO
def test_a_file_that_leaves_itself_out_is_named(run: Run) -> None:
    left_out = "import pytest\npytest.skip('no such module', allow_module_level=True)\n"
    status, printed = run(left_out, "def test_plain():\n    assert True\n")
    assert status == 0, printed
    assert "NOT RUN: 1 tests" in printed
    assert printed.count("(whole file) – no such module") == 1


def test_a_warning_is_an_error(run: Run) -> None:
    status, printed = run("import warnings\n\ndef test_it():\n    warnings.warn('old', DeprecationWarning)\n")
    assert status == 1
    assert "DeprecationWarning: old" in printed


@IN_ONE_AND_IN_TWO
def test_reaching_another_machine_fails_even_when_the_code_copes_with_it(run: Run) -> None:
    source = """
import socket

def test_it():
    try:
        socket.create_connection(("192.0.2.1", 9), timeout=0.1)
    except OSError:
        pass
"""
    status, printed = run(source)
    assert status == 1
    assert "NetworkUsedError: a test tried to reach '192.0.2.1'" in printed
