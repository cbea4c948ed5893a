"""A program is asked by turns with ours: after a change, unchanged, and with the validators that it gave."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from benchmarks.peers.asking import Answer, answered, connected
from benchmarks.peers.facts import facts_of
from benchmarks.peers.lines import PollLine, Times, facts_line
from benchmarks.peers.peer import NotMeasuredError, Running

ROUNDS, FEWEST_ROUNDS = 20, 5
ENOUGH_SECONDS = 20.0  # a slow program is asked fewer times
TOO_LONG_SECONDS = 15.0


@dataclass
class Asked:
    """A program that runs, asked for the calendar of one size over one connection."""

    name: str
    running: Running
    size: int
    connection: http.client.HTTPConnection = field(init=False)
    validators: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection = connected(self.running.port)

    def close(self) -> None:
        self.connection.close()

    def changed(self) -> Answer:
        self.running.change(self.size)
        return self.unchanged()

    def unchanged(self) -> Answer:
        answer = answered(self.connection, self.running.ask(self.size))
        if answer.status != 200:
            raise NotMeasuredError(f"it answered {answer.status}")
        self.validators = answer.validators
        return answer

    def conditional(self) -> Answer:
        return answered(self.connection, self.running.ask(self.size), self.validators)


POLLS: dict[str, Callable[[Asked], Answer]] = {
    "first after a change": Asked.changed,
    "unchanged, no validator": Asked.unchanged,
    "unchanged, with validator": Asked.conditional,
}


@dataclass
class Found:
    """What was found so far, as lines of the report."""

    polls: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def measure(name: str, peer: Running, ours: Running, sizes: Sequence[int], *, rounds: int, found: Found) -> None:
    """Measures a program at every size; a size at which one answer takes too long is left out and told."""
    for size in sizes:
        with closing(Asked(name, peer, size)) as asked, closing(Asked("ours", ours, size)) as beside:
            measure_one(asked, beside, rounds, found)


def measure_one(asked: Asked, beside: Asked, rounds: int, found: Found) -> None:
    """Measures a program at one size."""
    seconds = warmed(asked, beside)
    if seconds > TOO_LONG_SECONDS:
        found.left_out.append(f"{asked.name} at {asked.size:,} tasks: one answer took {seconds:.0f} s.")
        return
    for line in poll_lines(asked, beside, rounds_within(rounds, seconds)):
        found.polls.append(str(line))
        print(line, flush=True)
    found.facts.append(facts_of_what(asked))


def warmed(asked: Asked, beside: Asked) -> float:
    """Both are asked twice before it counts; what the program took the second time, in seconds."""
    times = [(beside.unchanged(), asked.unchanged().seconds) for _ in range(2)]
    return times[-1][1]


def rounds_within(rounds: int, seconds: float) -> int:
    """How often a program is asked that takes so many seconds."""
    return min(rounds, max(FEWEST_ROUNDS, int(ENOUGH_SECONDS / seconds)))


def poll_lines(asked: Asked, beside: Asked, rounds: int) -> Iterator[PollLine]:
    """Every kind of poll, the program and ours by turns."""
    for poll, ask in POLLS.items():
        pairs = [(ask(asked), ask(beside)) for _ in range(rounds)]
        theirs, ours = zip(*pairs, strict=True)
        lacks_validator = ask is Asked.conditional and not asked.validators
        told = f"{poll} (it gives none)" if lacks_validator else poll
        yield PollLine(asked.name, asked.size, told, _times(theirs), _times(ours))


def _times(answers: Sequence[Answer]) -> Times:
    status = ", ".join(sorted({str(answer.status) for answer in answers}))
    return Times(status, [answer.seconds for answer in answers])


def facts_of_what(asked: Asked) -> str:
    """The line of facts of what the program serves now."""
    body = asked.unchanged().body
    is_spared = asked.conditional().status == 304
    return facts_line(asked.name, asked.size, facts_of(body), answers_304=is_spared)
