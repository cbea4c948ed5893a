"""Only tracker/clock.py reads the wall: everything else is told what time it is, so any day can be played again."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.guards.source import CLOCK, modules, named, tree_of

# What reads the wall, by the last two parts of the dotted name: datetime.now, dt.datetime.now, date.today …
READERS = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "localtime", "gmtime", "ctime", "strftime"},
    "func": {"now", "current_timestamp", "current_date"},  # the database's clock is a wall too
}
BARE = {"time": {"time", "time_ns", "localtime", "gmtime"}}  # from time import time


def wall_reads(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and words of every place in a tree that names a reader of the wall, called or passed on."""
    real = _real_names(tree)
    for node in ast.walk(tree):
        owner = _last_name(node.value) if isinstance(node, ast.Attribute) else ""
        if isinstance(node, ast.Attribute) and node.attr in READERS.get(real.get(owner, owner), ()):
            yield node.lineno, ast.unparse(node)
        elif isinstance(node, ast.ImportFrom):
            taken = BARE.get(node.module or "", set()) & {alias.name for alias in node.names}
            yield from ((node.lineno, f"from {node.module} import {name}") for name in sorted(taken))


def _real_names(tree: ast.AST) -> dict[str, str]:
    """What an import calls otherwise: {"dt": "datetime"} after `from datetime import datetime as dt`."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    return {alias.asname: alias.name for node in imports for alias in node.names if alias.asname}


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def test_no_other_module_reads_the_wall() -> None:
    found = {named(path): reads for path in modules() if path != CLOCK and (reads := list(wall_reads(tree_of(path))))}
    assert found == {}


def test_the_clock_does() -> None:
    assert list(wall_reads(tree_of(CLOCK)))


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime\nx = datetime.now(UTC)",
        "import datetime as dt\nx = dt.datetime.utcnow()",
        "field(default_factory=date.today)",
        "from datetime import datetime as moment\nx = moment.now()",
        "import time\ntime.time()",
        "from time import time",
        "Column(server_default=func.now())",
    ],
)
def test_the_guard_sees(source: str) -> None:
    assert len(list(wall_reads(ast.parse(source)))) == 1


@pytest.mark.parametrize(
    "source", ["clock.now()", "clock.today()", "time.monotonic()", "datetime.combine(day, time())"]
)
def test_the_guard_lets_through(source: str) -> None:
    assert not list(wall_reads(ast.parse(source)))
