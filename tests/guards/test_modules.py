"""Modules stay small and say what they are for."""

from __future__ import annotations

import ast

from tests.guards.source import modules, named, tree_of

LIMIT = 300
# A module over the limit, and why it may be. None to begin with.
LONG: dict[str, str] = {}


def test_modules_are_small() -> None:
    """A longer one is split, or its reason given in LONG."""
    lengths = {named(path): len(path.read_text("utf-8").splitlines()) for path in modules()}
    assert {name: lines for name, lines in lengths.items() if lines >= LIMIT and name not in LONG} == {}


def test_modules_say_what_they_are_for() -> None:
    silent = [named(path) for path in modules() if path.name != "__init__.py" and not ast.get_docstring(tree_of(path))]
    assert silent == []


def test_no_exception_outlives_its_reason() -> None:
    long = {named(path) for path in modules() if len(path.read_text("utf-8").splitlines()) >= LIMIT}
    assert set(LONG) == long & set(LONG)
    assert all(LONG.values())
