"""Programs served by gunicorn as the product is, and a client that asks them over connections that stay open."""

from __future__ import annotations

import asyncio
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_port

WORKERS, THREADS = "2", "4"
READY_SECONDS = 60.0
REST_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Served:
    """A program that answers on a port of this machine; ``process`` is gunicorn's own."""

    port: int
    process: subprocess.Popen[bytes]

    def connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def worker_megabytes(self) -> list[float]:
        """What each worker holds in memory now."""
        return [_status(child, "VmRSS") for child in self._workers()]

    def peak_megabytes(self) -> list[float]:
        """The most that each worker held since it began."""
        return [_status(child, "VmHWM") for child in self._workers()]

    def _workers(self) -> list[int]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text("ascii")
        return [int(child) for child in children.split()]

    def rest(self) -> None:
        """Waits until its workers have come up and do nothing: what is measured meanwhile they would slow down."""
        end, before = time.monotonic() + READY_SECONDS, -1
        while (now := sum(_ticks(child) for child in self._workers())) != before or not now:
            if time.monotonic() > end:
                raise NotStartedError("a program to be measured does not come to rest")
            before = now
            time.sleep(REST_SECONDS)


def _status(pid: int, name: str) -> float:
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1]) / 1024


def _ticks(pid: int) -> int:
    """The processor time that the process has used, in the system's ticks."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


class NotStartedError(Exception):
    """A program that was to be measured does not answer."""


@contextmanager
def served(
    application: str, env: Mapping[str, str], python: str = sys.executable, log: Path | None = None
) -> Iterator[Served]:
    """The WSGI application under gunicorn with two processes of four threads, until the end of the block."""
    port = free_port()
    options = ["--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--workers", WORKERS, "--threads", THREADS]
    quiet = ["--log-level", "error", "--no-control-socket", "--keep-alive", "60"]
    with started([python, "-m", "gunicorn", *options, *quiet, application], env, port, log) as program:
        program.rest()
        yield program


@contextmanager
def started(command: Sequence[str], env: Mapping[str, str], port: int, log: Path | None = None) -> Iterator[Served]:
    """The program that the command starts on the port, until the end of the block; what it says goes into the log."""
    with ExitStack() as stack:
        output = stack.enter_context(log.open("ab")) if log else None
        process = subprocess.Popen(command, env={**os.environ, **env}, stdout=output, stderr=output)
        stack.callback(_end, process)
        _wait(port)
        yield Served(port, process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(20)


def _wait(port: int) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise NotStartedError("a program to be measured did not start")


def asked(connection: http.client.HTTPConnection, path: str, etag: str = "") -> tuple[float, int, str, bytes]:
    """Seconds from the request to the last byte of the answer; its status, ETag and body."""
    began = time.perf_counter()
    connection.request("GET", path, headers={"If-None-Match": etag} if etag else {})
    answer = connection.getresponse()
    body = answer.read()
    return time.perf_counter() - began, answer.status, answer.headers.get("ETag", ""), body


def throughput(port: int, path: str, etag: str = "", *, connections: int, seconds: float) -> float:
    """Answers a second over so many connections, each asking again as soon as it was answered."""
    return asyncio.run(_throughput(port, path, etag, connections, seconds))


async def _throughput(port: int, path: str, etag: str, connections: int, seconds: float) -> float:
    end = time.perf_counter() + seconds
    counts = await asyncio.gather(*(_keep_asking(port, path, etag, end) for _ in range(connections)))
    return sum(counts) / seconds


async def _keep_asking(port: int, path: str, etag: str, end: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
    condition = f"If-None-Match: {etag}\r\n" if etag else ""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{condition}\r\n".encode()
    count = 0
    while time.perf_counter() < end:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
        )
        if length and b" 304 " not in head[:20]:
            await reader.readexactly(length)
        count += 1
    writer.close()
    return count
