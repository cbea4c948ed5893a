"""Documents and program agree: every setting and command is documented, and nothing else is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.guards.source import modules, named, tree_of
from tests.needs import ROOT
from tracker.cli import main

SETTING = re.compile(r"TRACKER_[A-Z][A-Z_]*[A-Z]")
DOCUMENTS = (ROOT / "README.md", ROOT / "README.zh-CN.md")
# Settings of the test run, which no module of the program reads; CONTRIBUTING.md explains them.
FOR_TESTS = {"TRACKER_TEST_BROWSER", "TRACKER_TEST_POSTGRES", "TRACKER_REQUIRE_ALL"}


def settings_read() -> dict[str, str]:
    """Every setting that is a string of its own somewhere in the program, with the module that names it."""
    return {
        node.value: named(path)
        for path in modules()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SETTING.fullmatch(node.value)
    }


def commands(group: click.Group = main, path: str = "tracker") -> Iterator[str]:
    """Every command as it is typed: tracker read, tracker db upgrade …"""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}"


def rows_of(path: str) -> set[str]:
    """The settings that a document gives a row of its own to."""
    return set(re.findall(r"^\| `(TRACKER_[A-Z_]+)` \|", (ROOT / path).read_text("utf-8"), re.MULTILINE))


def test_every_setting_has_a_row() -> None:
    missing = {name: where for name, where in settings_read().items() if name not in rows_of("docs/SETTINGS.md")}
    assert missing == {}


def test_every_row_is_a_setting() -> None:
    assert rows_of("docs/SETTINGS.md") - set(settings_read()) == set()


@pytest.mark.parametrize("name", sorted(FOR_TESTS))
def test_settings_of_the_test_run_are_documented(name: str) -> None:
    assert name in (ROOT / "CONTRIBUTING.md").read_text("utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
@pytest.mark.parametrize("command", sorted(commands()))
def test_every_command_is_documented(document: Path, command: str) -> None:
    assert f"`{command}" in document.read_text("utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_documented_command_exists(document: Path) -> None:
    """What stands after a command in the same mark-up is its argument or option."""
    written = set(re.findall(r"`(?:\.venv/bin/)?(tracker [a-z][^`]*)`", document.read_text("utf-8")))
    assert written
    known = tuple(f"{command} " for command in commands())
    assert {words for words in written if not f"{words} ".startswith(known)} == set()


@pytest.mark.parametrize("document", [*DOCUMENTS, ROOT / "CONTRIBUTING.md"], ids=named)
def test_every_named_target_and_file_exists(document: Path) -> None:
    text = document.read_text("utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", text)) - targets == set()
    links = [link for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text) if not (ROOT / link).exists()]
    assert links == []
