"""The files that guards look at, read once."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

from tests.needs import ROOT

PACKAGE = ROOT / "tracker"
CLOCK = PACKAGE / "clock.py"


@cache
def modules() -> tuple[Path, ...]:
    """Every module of the program."""
    return tuple(sorted(PACKAGE.rglob("*.py")))


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def named(path: Path) -> str:
    """A path as a person of the project says it: from the root of the checkout."""
    return path.relative_to(ROOT).as_posix()


@cache
def kept_texts() -> dict[str, str]:
    """Every text file of the checkout that .gitignore does not leave out; works without git."""
    paths = [folder / name for folder, names in _kept_folders() for name in names]
    return {named(path): text for path in paths if (text := _text_of(path)) is not None}


def _kept_folders() -> Iterator[tuple[Path, list[str]]]:
    ignored = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text("utf-8").split()] + [".git"]
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if not any(fnmatch(name, pattern) for pattern in ignored)]
        yield Path(folder), [name for name in names if not any(fnmatch(name, pattern) for pattern in ignored)]


def _text_of(path: Path) -> str | None:
    """The text of a file; None for pictures and other bytes."""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return None
