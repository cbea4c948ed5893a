"""Measures other programs beside ours and writes what was found in docs/BENCHMARKS-PEERS.md: `make bench-peers`."""

from __future__ import annotations

import argparse
import http.client
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.peers.lines import FACTS_HEAD, POLLS_HEAD
from benchmarks.peers.measuring import ENOUGH_SECONDS, ROUNDS, TOO_LONG_SECONDS, Asked, Found, facts_of_what, measure
from benchmarks.peers.ours import our_program
from benchmarks.peers.peer import NotMeasuredError, Peer
from benchmarks.peers.radicale import Radicale
from benchmarks.peers.request_tracker import RequestTracker
from benchmarks.peers.trac import TRAC
from benchmarks.report import machine
from benchmarks.served import NotStartedError

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "docs" / "BENCHMARKS-PEERS.md"
HOME = ROOT / ".cache" / "peers"
PEERS: tuple[Peer, ...] = (Radicale(), *TRAC, RequestTracker())
SIZES = (100, 1000, 10_000)
FAILURES = (NotMeasuredError, NotStartedError, OSError, http.client.HTTPException)
HEAD = """# Beside other programs

Written by `make bench-peers`. Other open programs that serve due dates as a calendar, each filled with the same tasks,
served on this machine, and asked by turns with ours on the same kind of database (beside files: on SQLite).
A ratio says how many times ours the program takes, median to median; it hardly depends on the machine, milliseconds do.
Each poll was asked {rounds} times, fewer where that takes over {seconds:.0f} seconds. Who gives no validator is asked
without one. Ours serves one entry more than it has tasks, which stands on today and counts what is overdue.

{machine}
"""


class Report:
    """What was found of all programs."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        self.programs: list[str] = []
        self.found = Found()

    def take(self, peer: Peer, sizes: Sequence[int]) -> None:
        """Installs, serves and measures one program; one that cannot be measured is told with the reason."""
        home = HOME / re.sub(r"\W+", "-", peer.name.lower())
        home.mkdir(parents=True, exist_ok=True)
        print(f"\n{peer.name}", flush=True)
        try:
            version = peer.install(home)
            self.programs.append(f"| {peer.name} | {version} | {peer.kept} | {peer.task} | {peer.serving} |")
            with our_program(peer.kept, sizes) as ours, peer.running(home, sizes) as running:
                measure(peer.name, running, ours, sizes, rounds=self.rounds, found=self.found)
                with closing(Asked(f"ours, on {ours.kept}", ours, max(sizes))) as asked:
                    self._take_ours(asked)
        except FAILURES as error:
            self.found.left_out.append(f"{peer.name}: {error}")
            print(f"not measured: {error}", flush=True)

    def _take_ours(self, asked: Asked) -> None:
        """What ours serves, once for each kind of database."""
        line = facts_of_what(asked)
        if line not in self.found.facts:
            self.found.facts.append(line)

    def __str__(self) -> str:
        head = HEAD.format(rounds=self.rounds, seconds=ENOUGH_SECONDS, machine=machine())
        return "\n".join([head, *self._sections()])

    def _sections(self) -> Iterator[str]:
        programs = "| program | version | tasks kept in | a task with a due date is | served by |\n" + "|---" * 5 + "|"
        yield _section("Programs", programs, self.programs)
        yield _section("Polls", POLLS_HEAD, self.found.polls)
        yield _section("What is served", FACTS_HEAD, self.found.facts)
        if self.found.left_out:
            limit = f"A size is left out when one answer takes over {TOO_LONG_SECONDS:.0f} s.\n"
            yield _section("Not measured", limit, [f"- {words}" for words in self.found.left_out])


def _section(title: str, head: str, lines: Sequence[str]) -> str:
    return "\n".join([f"## {title}", head, *lines, ""])


def main() -> int:
    """Measures the programs and sizes asked for, and writes the report when all were asked for."""
    parser = argparse.ArgumentParser(prog="make bench-peers")
    parser.add_argument("--only", choices=[peer.name for peer in PEERS], help="measure one program; nothing is written")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="how many tasks")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each poll is asked")
    options = parser.parse_args()
    report = Report(options.rounds)
    for peer in PEERS:
        if options.only in (None, peer.name):
            report.take(peer, options.sizes)
    if options.only:
        print(f"\n{report}")
    else:
        REPORT.write_text(str(report), "utf-8")
        print(f"\nwritten to {REPORT.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
