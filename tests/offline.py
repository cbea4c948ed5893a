"""Keeps tests on this machine: a test that reaches for any other fails, instead of passing by luck."""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Iterable
from functools import cache

OWN_NAMES = frozenset({"", "localhost", "localhost.localdomain", "0.0.0.0", "::", socket.gethostname()})


class NetworkUsedError(RuntimeError):
    """A test tried to talk to another machine. Not an OSError: code that copes with a dead network must not hide it."""


def is_this_machine(host: object) -> bool:
    """Whether a host, as given to a socket, is this machine: a loopback address, its own name or none."""
    name = host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else host
    if name is None or name in OWN_NAMES:
        return True
    try:
        return ipaddress.ip_address(str(name).partition("%")[0]).is_loopback
    except ValueError:
        return False


def _targets(event: str, args: tuple[object, ...]) -> Iterable[object]:
    """The hosts that a call of the socket module would speak to; paths of Unix sockets are none."""
    if event in ("socket.connect", "socket.sendto") and isinstance(args[1], tuple):
        yield args[1][0]
    elif event == "socket.getaddrinfo":
        yield args[0]


def _watch(event: str, args: tuple[object, ...]) -> None:
    if not event.startswith("socket."):
        return
    for host in _targets(event, args):
        if not is_this_machine(host):
            raise NetworkUsedError(f"a test tried to reach {host!r}: tests stay on this machine")


@cache
def stay_on_this_machine() -> None:
    """Watches every socket of this process until it ends; child processes are not watched. Asking twice is once."""
    sys.addaudithook(_watch)
