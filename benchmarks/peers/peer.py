"""What every program that is measured beside ours tells of itself, and what it does for the measurement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol


class Kept(StrEnum):
    """Where a program keeps its tasks; ours is measured beside it on the same kind of database."""

    FILES = "files"
    SQLITE = "SQLite"
    POSTGRESQL = "PostgreSQL"


class NotMeasuredError(Exception):
    """The program cannot be measured here; the words say why."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a calendar client is given to ask for."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Running(Protocol):
    """A program that answers on a port of this machine and holds so many tasks with due dates for each size."""

    @property
    def port(self) -> int:
        """Where it answers."""

    def ask(self, size: int) -> Ask:
        """What brings the calendar of so many tasks."""

    def change(self, size: int) -> None:
        """Changes one task of that calendar."""


class Peer(Protocol):
    """A program that can be installed, filled and served; ``task`` says what a task with a due date is in it."""

    @property
    def name(self) -> str:
        """What the program is called."""

    @property
    def kept(self) -> Kept:
        """Where it keeps its tasks."""

    @property
    def task(self) -> str:
        """What a task with a due date is in it."""

    @property
    def serving(self) -> str:
        """How it is served."""

    def install(self, home: Path) -> str:
        """Installs it below the folder, when it is not there yet; gives the version. Refused: NotMeasuredError."""

    def running(self, home: Path, sizes: Sequence[int]) -> AbstractContextManager[Running]:
        """The program filled anew and served, until the end of the block."""
