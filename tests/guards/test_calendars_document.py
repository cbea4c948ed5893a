"""docs/CALENDARS.md names tests that exist for every line of the calendars' checklist, and the clients of the page."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from tests.documents import table_after
from tests.needs import ROOT

DOCUMENT = "docs/CALENDARS.md"
LINES = {row["Line"]: row["Tests"] for row in table_after(DOCUMENT, "## The checklist")}
LAST_LINE = 16


@cache
def names_in(file: str) -> frozenset[str]:
    """The tests of the only file of that name."""
    (path,) = (ROOT / "tests").rglob(file)
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name.startswith("test_"))


def named_by(line: str) -> list[tuple[str, str]]:
    """File and name of each test of a line; nothing else stands in the cell."""
    assert re.sub(r"`[^`]+`", "", LINES[line]).strip() == ""
    return [(file, name) for file, name in re.findall(r"`(test_\w+\.py)::(test_\w+\*?)`", LINES[line])]


def test_every_line_of_the_checklist_has_a_row() -> None:
    assert list(LINES) == [str(number) for number in range(1, LAST_LINE + 1)]


@pytest.mark.parametrize("line", LINES)
def test_every_named_test_exists(line: str) -> None:
    named = named_by(line)
    assert len(named) == LINES[line].count("`") // 2 > 0
    for file, name in named:
        wanted = name.removesuffix("*")
        found = [each for each in names_in(file) if each == name or (name != wanted and each.startswith(wanted))]
        assert found, f"{file}::{name}"


@pytest.mark.parametrize("line", LINES)
def test_every_test_that_carries_a_line_s_number_is_named(line: str) -> None:
    """Of the files that the table knows."""
    files = {file for each in LINES for file, _ in named_by(each)}
    numbered = {file for file in files if any(re.match(rf"test_{line}_(?!to_)", name) for name in names_in(file))}
    assert numbered == {file for file, name in named_by(line) if name == f"test_{line}_*"}


def test_every_client_of_the_table_stands_on_the_page() -> None:
    page = (ROOT / "templates/feeds/show.html").read_text("utf-8")
    clients = [row["Client"] for row in table_after(DOCUMENT, "## What clients do")]
    assert len(clients) == page.count("<dt>")
    assert [
        client for client in clients if client.split(" (")[0].replace("Google", "谷歌").split(",")[0] not in page
    ] == []
