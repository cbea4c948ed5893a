"""The sign of life to a watch outside: given after each sweep that ended well; a failure is logged, and no more."""

from __future__ import annotations

import http.server
import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.ports import free_port
from tests.unit.test_jobs import run_program, scheduling
from tracker.cli import main
from tracker.delivery import ping as pinging
from tracker.delivery.ping import ping
from tracker.domain.schedule import Job
from tracker.services import job_deeds
from tracker.store.engine import make_engine

SECRET = "5e1f-geheim"


class Watch(http.server.ThreadingHTTPServer):
    """A watch that keeps what it was asked, and answers as it is told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status, self.wait, self.pause = 200, threading.Event(), 30.0
        self.wait.set()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/ping/{SECRET}"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Watch

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        while not self.server.wait.wait(self.server.pause):
            self.wfile.write(b"H")  # never the whole of a first line
            self.wfile.flush()
        self.send_response(self.server.status)
        self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture
def watch() -> Iterator[Watch]:
    server = Watch()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.wait.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_sign_is_given(watch: Watch) -> None:
    assert ping(watch.address)
    assert watch.asked == [f"/ping/{SECRET}"]


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_watch_that_refuses_is_logged_without_its_address(
    watch: Watch, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    """Also not followed: the address was given for one place."""
    watch.status = status
    assert not ping(watch.address)
    assert watch.asked == [f"/ping/{SECRET}"]
    assert str(status) in caplog.text
    assert SECRET not in caplog.text


def test_a_watch_that_is_not_there_or_sleeps_is_logged(
    watch: Watch, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not ping(f"http://127.0.0.1:{free_port()}/{SECRET}")
    monkeypatch.setattr(pinging, "TIMEOUT_SECONDS", 0.3)
    watch.wait.clear()
    assert not ping(watch.address)
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert SECRET not in caplog.text


def test_a_watch_that_answers_a_byte_at_a_time_holds_nobody_up(
    watch: Watch, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pinging, "LONGEST_SECONDS", 0.5)
    watch.wait.clear()
    watch.pause = 0.05
    rescue = threading.Timer(10, watch.wait.set)
    rescue.start()
    began = time.monotonic()
    assert not ping(watch.address)
    assert time.monotonic() - began < 5
    rescue.cancel()
    assert "did not come to an end" in caplog.text
    watch.wait.set()
    for thread in threading.enumerate():
        if thread.name == "sign of life":
            thread.join()
    assert SECRET not in caplog.text


def test_only_a_sweep_that_ended_well_gives_it(
    sqlite_url: str, tmp_path: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    engine = make_engine(sqlite_url)
    made = scheduling(tmp_path, sqlite_url, engine, [], ping_url=watch.address)

    def broken(*_: Any) -> Any:
        raise RuntimeError("no sweep today")

    with monkeypatch.context() as patched:
        patched.setattr(job_deeds, "sweep", broken)
        done = made.run(Job.SWEEP)
        assert done is not None
        assert done.failed
    made.run(Job.TIDY)
    assert watch.asked == []
    made.run(Job.SWEEP)  # the same slot once more, since it failed
    assert len(watch.asked) == 1
    engine.dispose()


def test_a_sweep_by_hand_gives_it_too_and_does_well_without(sqlite_url: str, tmp_path: Path, watch: Watch) -> None:
    code, _ = run_program(tmp_path, sqlite_url, "sweep", TRACKER_PING_URL=watch.address)
    assert (code, len(watch.asked)) == (0, 1)
    watch.status = 500
    code, out = run_program(tmp_path, sqlite_url, "sweep", TRACKER_PING_URL=watch.address)
    assert (code, SECRET in out) == (0, False)


@pytest.mark.parametrize("address", ["ping.example.cn/x", "ftp://ping.example.cn/x", "https://ping.example.cn/坏 字"])
def test_an_address_that_is_none_stops_the_start_and_is_not_repeated(tmp_path: Path, address: str) -> None:
    environment = {"TRACKER_PING_URL": address, "TRACKER_INSTANCE": str(tmp_path)}
    done = CliRunner().invoke(main, ["sweep"], env=environment)
    assert done.exit_code == 1
    assert "TRACKER_PING_URL 应是" in done.output
    assert address not in done.output
