"""Ports for servers that a test starts: free, and never the same for two processes that run tests side by side."""

from __future__ import annotations

import os
import socket


def free_port() -> int:
    """A port of this machine on which nobody listens, and which no process of tests beside this one is given."""
    number, processes = _place()
    while (port := _offered()) // 2 % processes != number:  # the system offers every second port
        pass
    return port


def _offered() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _place() -> tuple[int, int]:
    """Which of the processes that run tests this is, from 0, and how many they are; pytest-xdist tells."""
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % processes, processes
