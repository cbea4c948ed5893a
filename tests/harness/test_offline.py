"""The watch on sockets lets this machine through and nobody else."""

from __future__ import annotations

import socket

import pytest

from tests.offline import NetworkUsedError, is_this_machine


@pytest.mark.parametrize("host", [None, "", b"localhost", "localhost", "127.0.0.1", "127.8.0.1", "::1", "0.0.0.0"])
def test_this_machine(host: object) -> None:
    assert is_this_machine(host)


@pytest.mark.parametrize(
    "host", ["192.0.2.1", "10.0.0.1", "example.org", b"example.org", "2001:db8::1", "127.0.0.1.example.org"]
)
def test_other_machines(host: object) -> None:
    assert not is_this_machine(host)


def test_a_server_on_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


def test_a_name_of_another_machine_is_not_even_looked_up() -> None:
    with pytest.raises(NetworkUsedError, match=r"example\.org"):
        socket.getaddrinfo("example.org", 80)


def test_a_datagram_to_another_machine_is_not_sent() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender, pytest.raises(NetworkUsedError):
        sender.sendto(b"x", ("192.0.2.1", 9))
