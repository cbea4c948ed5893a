"""A calendar client: asks over a connection that stays open, with the validators that it was given."""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.peers.peer import Ask

PATIENCE_SECONDS = 90.0
# The header that gives a validator, and the one that it is asked with.
VALIDATORS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, and the seconds from the request to its last byte; ``validators`` go with the next request."""

    seconds: float
    status: int
    validators: dict[str, str]
    body: bytes


def connected(port: int) -> http.client.HTTPConnection:
    """A connection to a program on this machine."""
    return http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)


def answered(connection: http.client.HTTPConnection, ask: Ask, validators: Mapping[str, str] | None = None) -> Answer:
    """Asks once."""
    began = time.perf_counter()
    connection.request("GET", ask.path, headers={**ask.headers, **(validators or {})})
    answer = connection.getresponse()
    body = answer.read()
    seconds = time.perf_counter() - began
    given = {asked: answer.headers[name] for name, asked in VALIDATORS.items() if answer.headers[name]}
    return Answer(seconds, answer.status, given, body)
