"""Readers that stand ready, and how many files are read at a time."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.needs import ROOT
from tests.unit.services.reading import behave, is_running
from tracker.domain.drafts import SourceReading
from tracker.services import reading_files
from tracker.services.reading_files import read_file, warm_up
from tracker.services.reading_process import Abandoned, Asked, Child
from tracker.settings import ReadingLimits

PLAN = "某市校园整治方案\n一、排查校舍。（责任单位：市教育局）\n".encode()
LIMITS = ReadingLimits(libreoffice="no-such-program")


@pytest.fixture(autouse=True)
def nobody_ready() -> Iterator[None]:
    """No reader of another test is used, and none is left."""
    reading_files._ready.dismiss()
    yield
    reading_files._ready.dismiss()


def ready() -> Child | None:
    return reading_files._ready._child


def test_a_reader_that_stands_ready_is_used_once() -> None:
    warm_up()
    first = ready()
    assert first
    warm_up()
    assert ready() is first  # one is enough
    assert read_file(PLAN, "方案.txt", LIMITS).plans
    assert ready() is None
    assert first.process.returncode == 0
    assert read_file(PLAN, "方案.txt", LIMITS).plans  # another one is started


def test_one_that_died_while_it_waited_is_replaced() -> None:
    warm_up()
    first = ready()
    assert first
    os.kill(first.process.pid, 9)
    while first.is_alive:
        time.sleep(0.01)
    assert read_file(PLAN, "方案.txt", LIMITS).plans
    warm_up()
    assert ready() is not first


def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    behave(monkeypatch, "never listens")
    monkeypatch.setattr(reading_files, "READY_SECONDS", 0.1)
    warm_up()
    first = ready()
    assert first
    entry, end = Path(f"/proc/{first.process.pid}"), time.monotonic() + 10
    while entry.exists() and time.monotonic() < end:
        time.sleep(0.02)
    assert ready() is None
    assert not entry.exists()  # nor is a zombie left


def test_it_goes_when_we_go() -> None:
    script = (
        "from tracker.services import reading_files as r; r.warm_up(); print(r._ready._child.process.pid, flush=True)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    end = time.monotonic() + 10
    while is_running(int(done.stdout)) and time.monotonic() < end:
        time.sleep(0.02)
    assert not is_running(int(done.stdout))


def test_two_are_read_at_a_time_and_the_others_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, most, lock = list[int](), list[int](), threading.Lock()

    def slow(child: object, asked: Asked, *_: object) -> SourceReading:
        with lock:
            at_once.append(1)
            most.append(len(at_once))
        time.sleep(0.1)
        with lock:
            at_once.pop()
        return SourceReading(asked.name, "txt", "", "")

    monkeypatch.setattr(reading_files, "read_in", slow)
    monkeypatch.setattr(reading_files, "start", lambda: None)
    threads = [threading.Thread(target=read_file, args=(PLAN, f"{n}.txt", LIMITS)) for n in range(7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(most) == 7
    assert max(most) == reading_files.AT_A_TIME


def test_who_waits_for_a_turn_may_give_up(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = threading.BoundedSemaphore(1)
    monkeypatch.setattr(reading_files, "_turns", turns)
    with turns, pytest.raises(Abandoned):
        read_file(PLAN, "方案.txt", LIMITS, wanted=lambda: False)
    assert read_file(PLAN, "方案.txt", LIMITS).plans
