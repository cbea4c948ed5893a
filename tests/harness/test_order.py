"""Long files begin first where tests run in several processes, and stay where they are in one."""

from __future__ import annotations

import re

import pytest

from tests.needs import ROOT

pytest_plugins = ["pytester"]

PLAIN = "def test_it():\n    pass\n"
LONG = f"import pytest\n\npytestmark = pytest.mark.long\n\n{PLAIN}"
NAMES = ("test_a", "test_b", "test_c", "test_d")


@pytest.mark.parametrize(
    ("processes", "order"),
    [(0, ["test_a", "test_b", "test_c", "test_d"]), (1, ["test_c", "test_a", "test_b", "test_d"])],
    ids=["one process", "a process beside others"],
)
def test_a_long_file_begins_first_beside_others(pytester: pytest.Pytester, processes: int, order: list[str]) -> None:
    files = [pytester.makepyfile(**{name: LONG if name == "test_c" else PLAIN}) for name in NAMES]
    options = ["-c", str(ROOT / "pyproject.toml"), f"--rootdir={pytester.path}", "-p", "no:cacheprovider"]
    options += ["-n", str(processes), "-p", "tests.conftest", "-v", "-v"]
    done = pytester.runpytest_inprocess(*options, *map(str, files))
    assert done.ret == 0, done.stdout.str()
    told = [line for line in done.outlines if "PASSED" in line]
    assert re.findall(r"test_\w(?=\.py)", "\n".join(told)) == order
