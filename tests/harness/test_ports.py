"""Ports that tests are given: free, and apart from those of the processes beside them."""

from __future__ import annotations

import socket

import pytest

from tests.ports import free_port


def some_ports(monkeypatch: pytest.MonkeyPatch, worker: str) -> set[int]:
    """What a worker of three is given."""
    monkeypatch.setenv("PYTEST_XDIST_WORKER", worker)
    monkeypatch.setenv("PYTEST_XDIST_WORKER_COUNT", "3")
    return {free_port() // 2 % 3 for _ in range(20)}


def test_workers_are_given_ports_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [some_ports(monkeypatch, f"gw{number}") for number in range(3)] == [{0}, {1}, {2}]


def test_a_worker_in_the_place_of_a_fallen_one_is_given_ports_too(monkeypatch: pytest.MonkeyPatch) -> None:
    assert some_ports(monkeypatch, "gw4") == {1}


def test_nobody_listens_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_XDIST_WORKER_COUNT", raising=False)
    with socket.create_server(("127.0.0.1", free_port())) as server:
        assert server.getsockname()[1] > 0
