"""Virtual environments of the programs that come as Python packages, from locked requirements beside this module."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import Distribution
from pathlib import Path

from benchmarks.peers.peer import NotMeasuredError

LOCKS = Path(__file__).parent / "locked"
PIP = ("-m", "pip", "install", "--quiet", "--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes")


def python_of(home: Path) -> str:
    """The interpreter of the environment."""
    return program_of(home, "python")


def program_of(home: Path, name: str) -> str:
    """A program that the environment brings."""
    return str(home / "venv" / "bin" / name)


def make_environment(home: Path, lock: str) -> None:
    """Makes the environment below the folder; one made from the same lock is left alone."""
    wanted = (LOCKS / lock).read_text("utf-8")
    stamp = home / "venv" / "lock"
    if stamp.exists() and stamp.read_text("utf-8") == wanted:
        return
    run([sys.executable, "-m", "venv", "--clear", str(home / "venv")])
    run([python_of(home), *PIP, "--requirement", str(LOCKS / lock)])
    stamp.write_text(wanted, "utf-8")


def version_in(home: Path, package: str) -> str:
    """The version that is installed in the environment."""
    folders = [str(folder) for folder in (home / "venv" / "lib").glob("python*/site-packages")]
    found = next(iter(Distribution.discover(name=package, path=folders)))
    return found.version


def run(command: list[str], env: dict[str, str] | None = None, given: str | None = None) -> str:
    """What the command prints; one that fails is a reason not to measure."""
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=env, input=given)
    except OSError as error:
        raise NotMeasuredError(f"{command[0]}: {error.strerror}") from error
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["it said nothing"]
        raise NotMeasuredError(f"{Path(command[0]).name} failed: {last[0]}")
    return done.stdout
