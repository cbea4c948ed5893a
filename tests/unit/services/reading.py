"""Children that do what a hostile file might make a reader do, for the tests of the process around it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.needs import ROOT

# The real child, but for what it does with the file.
_REAL = """
import os, sys, time
import tracker.reading_child as child
{body}
child.read_bytes = read
child.main()
"""
REAL = {
    "endless": "def read(data, name, progress):\n    progress(3, 7)\n    while True: pass",
    "asleep": "def read(data, name, progress):\n    progress(3, 7)\n    time.sleep(600)",
    "greedy": "def read(data, name, progress):\n    kept = []\n    while True: kept.append(bytearray(8 << 20))",
    "huge": "def read(data, name, progress):\n    return bytearray(64 << 30)",
    "faulty": "def read(data, name, progress):\n    raise KeyError('what no reader expects')",
    "deep": "def read(data, name, progress):\n    return read(data, name, progress)",
    "fallen": "def read(data, name, progress):\n    os.abort()",
    "silent": "def read(data, name, progress):\n    os._exit(0)",
    "killed": "def read(data, name, progress):\n    os.kill(os.getpid(), 9)",
    "chatty": "def read(data, name, progress):\n    print('reading {}'); raise child.UnreadableFile(name + '读不了')",
    "telling": "def read(data, name, progress):\n    raise child.UnreadableFile(repr(dict(os.environ)) + os.getcwd())",
}
# Children of another kind: what a taken-over reader could send.
FALSE = {
    "nonsense": "print('reading {\"text\": 1}')",
    "no words": "print('refused 5x')",
    "unknown": "print('hello')",
    "flood": "import sys\nwhile True: sys.stdout.write('x' * 65536)",
    "odd progress": "print('progress 1 2\\nprogress x y\\nprogress 5\\nrefused \"so\"')",
    "never listens": "import time; time.sleep(600)",
    "cannot start": "import no_such_module",
}


def command_of(kind: str) -> tuple[str, ...]:
    """The command of a child that behaves like that."""
    script = _REAL.format(body=REAL[kind]) if kind in REAL else FALSE[kind]
    return (sys.executable, "-P", "-s", "-c", script)


def behave(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """From now on every child behaves like that."""
    monkeypatch.setattr("tracker.services.reading_process.COMMAND", command_of(kind))


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


__all__ = ["ROOT", "behave", "command_of", "is_running"]
