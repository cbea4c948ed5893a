"""The web server and the scheduler as two child processes that live and end together."""

from __future__ import annotations

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tracker.settings import PROJECT_ROOT
from tracker.stopping import Requests, noting_requests

WORKERS, THREADS = 2, 4
READY_SECONDS, STOP_SECONDS, LOOK_SECONDS = 60.0, 15.0, 0.2
PR_SET_PDEATHSIG = 1  # prctl(2)

Say = Callable[[str], None]


class CannotServe(Exception):
    """The message is Chinese and says what to do."""


@dataclass(frozen=True, slots=True)
class Child:
    """A process of ours, with the name that a person knows it by."""

    name: str
    process: subprocess.Popen[bytes]

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None


def serve(host: str, port: int, address: str, say: Say) -> int:
    """Serves until asked to stop, or until a child dies; gives back the exit code: 0 when asked.

    Raises CannotServe when the port cannot be had, or when the server does not become ready.
    """
    check_port(host, port)
    with noting_requests() as requests, _children(host, port, say) as children:
        if _until_ready(host, port, children, requests):
            say(f"督办台账已就绪：{address}\n按 Ctrl-C 停止。")
        while requests.asked is None:
            gone = next((child for child in children if child.has_ended), None)
            if gone:
                say(
                    f"{gone.name}意外退出（代码 {gone.process.returncode}），系统随之停止。请查看上方输出，再重新启动。"
                )
                return 1
            time.sleep(LOOK_SECONDS)
        say("正在停止……")
        return 0


def check_port(host: str, port: int) -> None:
    """Raises CannotServe when the port is taken, or may not be opened."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        raise CannotServe(
            f"无法使用 {host}:{port}（{error.strerror or error}）。"
            f"可能已被其他程序占用，请先停止该程序，或换一个端口：tracker serve --port {port + 1}"
        ) from error


@contextmanager
def _children(host: str, port: int, say: Say) -> Iterator[list[Child]]:
    """Both children, each in a group of its own, so that Ctrl-C reaches them through us alone; ended at the end."""
    children: list[Child] = []
    try:
        for name, command in (("网页服务", _web_command(host, port)), ("调度程序", _scheduler_command())):
            children.append(Child(name, _started(command)))
        yield children
    finally:
        _stop(children, say)


def _started(command: list[str]) -> subprocess.Popen[bytes]:
    """A child that is asked to end when we die, even if we are killed outright (where the system can tell it so)."""
    return subprocess.Popen(  # noqa: S603 - our own programs
        command,
        cwd=PROJECT_ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
        preexec_fn=_end_with_parent if sys.platform.startswith("linux") else None,  # noqa: PLW1509 - no threads here
    )


def _end_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _web_command(host: str, port: int) -> list[str]:
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    options = ["--bind", place, "--worker-class", "gthread", "--workers", str(WORKERS), "--threads", str(THREADS)]
    # Its control socket needs a home that can be written.
    quiet = ["--log-level", "warning", "--no-control-socket", "--graceful-timeout", "10"]
    return [sys.executable, "-m", "gunicorn", *options, *quiet, "wsgi:app"]


def _scheduler_command() -> list[str]:
    return [sys.executable, "-c", "from tracker.cli import main; main()", "scheduler"]


def _until_ready(host: str, port: int, children: list[Child], requests: Requests) -> bool:
    """Waits until the server answers; False when it was asked to stop, or a child died, before that."""
    end = time.monotonic() + READY_SECONDS
    while requests.asked is None and not any(child.has_ended for child in children):
        if _answers(host, port):
            return True
        if time.monotonic() > end:
            raise CannotServe(f"网页服务{READY_SECONDS:.0f}秒内没有就绪，请查看上方输出，再重新启动。")
        time.sleep(LOOK_SECONDS)
    return False


def _answers(host: str, port: int) -> bool:
    """Whether the server answers on its health page; asked on this machine also when it listens on all addresses."""
    asked = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    connection = http.client.HTTPConnection(asked, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stop(children: list[Child], say: Say) -> None:
    """Asks all children to end, and ends those that do not."""
    for child in children:
        if not child.has_ended:
            child.process.terminate()
    end = time.monotonic() + STOP_SECONDS
    for child in children:
        try:
            child.process.wait(max(end - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            say(f"{child.name}没有按时退出，已强制结束。")
            os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()
