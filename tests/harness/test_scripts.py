"""The scripts behind make: what they run, in which order, and what they say when they cannot."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import ROOT
from tests.ports import free_port

# What a plain system has beside Python, and all that the scripts may use before .venv is there.
PLAIN_TOOLS = ("sh", "cat", "cksum", "dirname", "env", "grep", "id", "printf", "pwd", "rm")
RECORDER = '#!/bin/sh\necho "$* today=${TRACKER_TODAY-unset} base=$TRACKER_BASE_URL" >>recorded\n'


def executable(path: Path, text: str) -> None:
    """Writes a program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(0o755)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in a folder with a space and Chinese in its name, set up, whose program only records its calls."""
    folder = tmp_path / "督办 台账"
    shutil.copytree(ROOT / "scripts", folder / "scripts")
    executable(folder / "scripts" / "setup.sh", "echo set up >>recorded\n")
    executable(folder / ".venv" / "bin" / "tracker", RECORDER)
    executable(folder / ".venv" / "bin" / "python", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    return folder


def run(folder: Path, script: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a script of a checkout, with no setting of this machine's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    command = ["sh", str(folder / "scripts" / script), *arguments]
    return subprocess.run(command, env=kept | environment, capture_output=True, text=True, check=False)


def recorded(folder: Path) -> list[str]:
    """What the checkout's program was called with."""
    file = folder / "recorded"
    return file.read_text("utf-8").splitlines() if file.exists() else []


def test_run_sets_up_then_upgrades_loads_and_serves_the_sample_on_its_day(checkout: Path) -> None:
    port = free_port()
    done = run(checkout, "run.sh", PORT=str(port))
    assert done.returncode == 0, done.stderr
    at = f"today=2023-06-15 base=http://127.0.0.1:{port}"
    assert recorded(checkout) == [
        "set up",
        f"db upgrade {at}",
        f"sample load {at}",
        f"serve --port {port} {at}",
    ]


@pytest.mark.parametrize(("today", "told"), [("real", "unset"), ("2024-02-29", "2024-02-29")])
def test_run_can_stand_on_another_day(checkout: Path, today: str, told: str) -> None:
    run(checkout, "run.sh", PORT=str(free_port()), TODAY=today, TRACKER_TODAY="1999-01-01")
    assert f"today={told} " in recorded(checkout)[-1]


def test_run_loads_nothing_when_its_port_is_taken(checkout: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        done = run(checkout, "run.sh", PORT=str(port))
    assert done.returncode == 1
    assert f"端口 {port} 已被其他程序占用，请换一个端口：make run PORT={port + 1}" in done.stderr
    assert recorded(checkout) == ["set up"]


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1"])
def test_run_refuses_what_is_no_port(checkout: Path, port: str) -> None:
    done = run(checkout, "run.sh", PORT=port)
    assert done.returncode == 1
    assert "端口应为 1 至 65535 的整数" in done.stderr


@pytest.mark.parametrize(
    ("given", "told"), [("", ""), ("-k feeds", " -k feeds"), ("-n 0 tests/web -x", " -n 0 tests/web -x")]
)
def test_tests_run_in_a_process_for_each_core_unless_told_otherwise(checkout: Path, given: str, told: str) -> None:
    executable(checkout / ".venv" / "bin" / "python", '#!/bin/sh\necho "$*" >>recorded\n')
    done = run(checkout, "test.sh", ARGS=given)
    assert done.returncode == 0, done.stderr
    assert recorded(checkout) == ["set up", f"-m pytest -n logical{told}"]


def plain_system(folder: Path, python: str) -> Path:
    """A folder to be the whole PATH: plain tools, and a python3 that behaves as the shell text says."""
    for tool in PLAIN_TOOLS:
        found = shutil.which(tool)
        if found:
            (folder / tool).symlink_to(found)
    executable(folder / "python3", f"#!/bin/sh\n{python}\n")
    return folder


def fresh_checkout(folder: Path) -> Path:
    """A checkout without .venv."""
    shutil.copytree(ROOT / "scripts", folder / "scripts")
    for name in ("requirements.txt", "requirements-dev.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.mark.parametrize(
    ("python", "english", "chinese"),
    [
        ("exit 1", "No Python 3.11 or later was found", "未找到 Python 3.11 或更高版本"),
        (
            'case "$2" in *ensurepip*) exit 1 ;; *print*) echo 3.12 ;; esac',
            "sudo apt-get install python3.12-venv",
            "缺少 Python 的 venv 组件",
        ),
    ],
    ids=["too old", "no venv part"],
)
def test_setup_says_what_python_lacks(tmp_path: Path, python: str, english: str, chinese: str) -> None:
    (tools := tmp_path / "bin").mkdir()
    folder = fresh_checkout(tmp_path / "checkout")
    done = run(folder, "setup.sh", "run", PATH=str(plain_system(tools, python)), PYTHON="")
    assert done.returncode != 0
    assert english in done.stderr
    assert chinese in done.stderr
    assert not (folder / ".venv").exists()


def test_help_names_every_target() -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    phony = next(line for line in (ROOT / "Makefile").read_text("utf-8").splitlines() if line.startswith(".PHONY"))
    listed = [line.split()[1] for line in done.stdout.splitlines() if line.strip().startswith("make ")]
    assert sorted(listed) == sorted(phony.split()[1:])
