"""The harness keeps its word: what was not run is named, and a strict run that left something out has failed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import NEEDS, ROOT

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


def run(folder: Path, source: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs one test file under the project's own conftest, on a machine that has no browser."""
    file = folder / "test_inner.py"
    file.write_text(source, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-c",
        str(ROOT / "pyproject.toml"),
        f"--rootdir={folder}",
        "-p",
        "tests.conftest",
        "-p",
        "no:cacheprovider",
    ]
    kept = {name: value for name, value in os.environ.items() if name not in ("CI", "TRACKER_REQUIRE_ALL")}
    machine = {"TRACKER_TEST_BROWSER": str(folder / "no-such-browser"), "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    return subprocess.run(
        [*command, str(file)], cwd=folder, env=kept | machine | environment, capture_output=True, text=True, check=False
    )


def test_what_was_not_run_is_named_with_the_way_to_get_it(tmp_path: Path) -> None:
    done = run(tmp_path, ONE_OF_EACH)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "NOT RUN: 2 tests" in done.stdout
    assert f"browser is missing ({NEEDS['browser'].how}):" in done.stdout
    assert "test_inner.py::test_opens_a_page" in done.stdout
    assert "test_inner.py::test_leaves_itself_out – only on a leap day" in done.stdout
    assert "1 passed, 2 skipped" in done.stdout


@pytest.mark.parametrize("strict", [{"TRACKER_REQUIRE_ALL": "1"}, {"CI": "true"}])
def test_a_strict_run_fails_when_a_need_is_missing(tmp_path: Path, strict: dict[str, str]) -> None:
    done = run(tmp_path, ONE_OF_EACH, **strict)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "this run has FAILED" in done.stdout


def test_a_strict_run_passes_when_nothing_is_missing(tmp_path: Path) -> None:
    done = run(tmp_path, "def test_plain():\n    assert True\n", TRACKER_REQUIRE_ALL="1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "NOT RUN" not in done.stdout


@pytest.mark.parametrize("mark", ['needs("broswer")', "needs"])
def test_a_slip_in_a_mark_stops_the_run(tmp_path: Path, mark: str) -> None:
    done = run(tmp_path, f"import pytest\n\n@pytest.mark.{mark}\ndef test_it():\n    pass\n")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR, done.stdout + done.stderr
    assert "is none of" in done.stdout + done.stderr


def test_a_file_that_leaves_itself_out_is_named(tmp_path: Path) -> None:
    done = run(tmp_path, "import pytest\npytest.skip('no such module', allow_module_level=True)\n")
    assert "(whole file) – no such module" in done.stdout


def test_a_warning_is_an_error(tmp_path: Path) -> None:
    done = run(tmp_path, "import warnings\n\ndef test_it():\n    warnings.warn('old', DeprecationWarning)\n")
    assert done.returncode == 1
    assert "DeprecationWarning: old" in done.stdout


def test_reaching_another_machine_fails_even_when_the_code_copes_with_it(tmp_path: Path) -> None:
    source = """
import socket

def test_it():
    try:
        socket.create_connection(("192.0.2.1", 9), timeout=0.1)
    except OSError:
        pass
"""
    done = run(tmp_path, source)
    assert done.returncode == 1
    assert "NetworkUsedError: a test tried to reach '192.0.2.1'" in done.stdout
