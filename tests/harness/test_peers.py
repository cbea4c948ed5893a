"""What `make bench-peers` does without any other program: facts of a calendar, lines of the report, who is left out."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from benchmarks.peers import environments, measuring, packages, report
from benchmarks.peers.facts import Facts, facts_of
from benchmarks.peers.lines import FACTS_HEAD, POLLS_HEAD, PollLine, Times, facts_line
from benchmarks.peers.measuring import Found, measure, rounds_within
from benchmarks.peers.peer import Ask, Kept, NotMeasuredError, Running
from benchmarks.peers.report import Report

WELL_FORMED = (
    b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20230601T083000Z\r\nEND:VEVENT\r\n"
    b"BEGIN:VTODO\r\nUID;X=1:b\r\nDTSTAMP;X=1:20230601T083000Z\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
)
LONG = "文" * 24  # 72 octets


def test_facts_of_a_calendar_without_fault() -> None:
    assert facts_of(WELL_FORMED) == Facts(2, 0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("old", "new", "facts"),
    [
        (b"UID:a\r\n", b"", Facts(2, 1, 0, 0, 0, 0)),
        (b"UID;X=1:b", b"UID:a", Facts(2, 0, 1, 0, 0, 0)),
        (b"DTSTAMP:20230601T083000Z\r\n", b"", Facts(2, 0, 0, 1, 0, 0)),
        (b"UID:a", f"UID:a\r\nX:{LONG}a".encode(), Facts(2, 0, 0, 0, 0, 0)),
        (b"UID:a", f"UID:a\r\nX:{LONG}ab".encode(), Facts(2, 0, 0, 0, 1, 0)),
        (b"UID:a", b"UID:a\r\nX:\xe6\r\n \x96\x87", Facts(2, 0, 0, 0, 0, 1)),
        (b"BEGIN:VTODO", b"BEGIN:VJOURNAL", Facts(1, 0, 0, 0, 0, 0)),
    ],
    ids=["no UID", "a UID twice", "no DTSTAMP", "75 octets", "76 octets", "split character", "neither event nor to-do"],
)
def test_each_fault_is_counted_by_itself(old: bytes, new: bytes, facts: Facts) -> None:
    assert old in WELL_FORMED
    assert facts_of(WELL_FORMED.replace(old, new)) == facts


def test_folded_uids_are_compared_whole() -> None:
    first, second = (b"UID:a\r\n %d" % number for number in (1, 2))
    assert facts_of(WELL_FORMED.replace(b"UID:a", first).replace(b"UID;X=1:b", second)).shared_uids == 0


def test_line_ends_without_a_carriage_return_are_read_too() -> None:
    assert facts_of(WELL_FORMED.replace(b"\r\n", b"\n")) == facts_of(WELL_FORMED)


def test_a_line_tells_the_medians_and_their_ratio() -> None:
    line = PollLine("Other", 1000, "unchanged", Times("200", [0.1, 0.2, 0.9]), Times("304", [0.0001]))
    written = str(line)
    assert written.startswith("| Other | 1,000 | unchanged | 200 | 200.00 / ")
    assert written.endswith(" | 304, 0.10 / 0.10 ms | 2,000.0 × |")
    assert written.count("|") == POLLS_HEAD.splitlines()[0].count("|")


def test_the_high_figure_is_none_that_was_not_seen() -> None:
    assert str(Times("200", [0.1, 0.1, 0.1, 0.1, 0.2])) == "100.00 / 180.00 ms"


def test_a_line_of_facts_has_a_cell_for_each_column() -> None:
    line = facts_line("Other", 1000, Facts(2000, 1, 2, 3, 4, 5), answers_304=False)
    assert line == "| Other | 1,000 | 2,000 | 1 | 2 | 3 | 4 | 5 | no |"
    assert line.count("|") == FACTS_HEAD.splitlines()[0].count("|")


@pytest.mark.parametrize(("seconds", "rounds"), [(0.01, 20), (2.0, 10), (14.0, 5)])
def test_a_slow_program_is_asked_fewer_times(seconds: float, rounds: int) -> None:
    assert rounds_within(20, seconds) == rounds


def test_nobody_is_asked_more_often_than_was_wanted() -> None:
    assert rounds_within(2, 14.0) == 2


@dataclass
class Pretended:
    """A program of the test's own, which answers 304 to the ETag that it gives, if it gives one."""

    etag: str
    status: int = 200
    kept: Kept = Kept.FILES
    changed: list[int] = field(default_factory=list)
    port: int = 0

    def ask(self, size: int) -> Ask:
        return Ask(f"/{size}.ics", {"X-Who": "reader"})

    def change(self, size: int) -> None:
        self.changed.append(size)


@contextmanager
def serving(program: Pretended) -> Iterator[Pretended]:
    """The program served on this machine, until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            is_known = bool(program.etag) and self.headers["If-None-Match"] == program.etag
            is_reader = self.headers["X-Who"] == "reader"
            body = b"" if is_known else WELL_FORMED
            self.send_response(304 if is_known else program.status if is_reader else 403)
            if program.etag:
                self.send_header("ETag", program.etag)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        program.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield program
        server.shutdown()
        thread.join()


def test_a_program_is_asked_by_turns_with_ours() -> None:
    found = Found()
    with serving(Pretended("")) as other, serving(Pretended('"x"')) as ours:
        measure("Other", other, ours, [10, 20], rounds=2, found=found)
    cells = [[cell.strip() for cell in line.split("|")] for line in found.polls]
    polls = ["first after a change", "unchanged, no validator", "unchanged, with validator (it gives none)"]
    assert [row[1:5] for row in cells] == [["Other", size, poll, "200"] for size in ("10", "20") for poll in polls]
    assert [row[6].split(",")[0] for row in cells] == ["200", "200", "304"] * 2
    assert found.facts == [f"| Other | {size} | 2 | 0 | 0 | 0 | 0 | 0 | no |" for size in (10, 20)]
    assert other.changed == ours.changed == [10, 10, 20, 20]
    assert found.left_out == []


def test_validators_are_given_back() -> None:
    found = Found()
    with serving(Pretended('"x"')) as other, serving(Pretended('"y"')) as ours:
        measure("Other", other, ours, [10], rounds=1, found=found)
    assert "| unchanged, with validator | 304 |" in found.polls[2]
    assert found.facts[0].endswith("| yes |")


def test_a_size_that_takes_too_long_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "TOO_LONG_SECONDS", 0.0)
    found = Found()
    with serving(Pretended("")) as other, serving(Pretended("")) as ours:
        measure("Other", other, ours, [1000], rounds=1, found=found)
    assert (found.polls, found.facts) == ([], [])
    assert found.left_out == ["Other at 1,000 tasks: one answer took 0 s."]


@dataclass
class Installed:
    """A program that pretends to be installed, or says why it is not."""

    running_program: Pretended
    reason: str = ""
    name: str = "Other"
    kept: Kept = Kept.FILES
    task: str = "an entry"
    serving: str = "itself"

    def install(self, home: Path) -> str:
        assert home.is_dir()
        if self.reason:
            raise NotMeasuredError(self.reason)
        return "1.0"

    @contextmanager
    def running(self, home: Path, sizes: Sequence[int]) -> Iterator[Running]:
        assert (home.name, sizes) == ("other", [10])
        with serving(self.running_program) as program:
            yield program


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    """A report beside a program of ours that is pretended too."""

    @contextmanager
    def ours(kept: Kept, sizes: Sequence[int]) -> Iterator[Pretended]:
        assert (kept, sizes) == (Kept.FILES, [10])
        with serving(Pretended('"x"', kept=Kept.SQLITE)) as program:
            yield program

    monkeypatch.setattr(report, "HOME", tmp_path)
    monkeypatch.setattr(report, "our_program", ours)
    return Report(rounds=1)


def test_who_cannot_be_measured_is_named_and_the_rest_goes_on(written: Report) -> None:
    written.take(Installed(Pretended(""), reason="it is nowhere"), [10])
    written.take(Installed(Pretended("", status=500)), [10])
    written.take(Installed(Pretended("")), [10])
    text = str(written)
    assert "- Other: it is nowhere\n- Other: it answered 500\n" in text
    assert text.count("| Other | 10 | first after a change | 200 |") == 1
    assert "| Other | 1.0 | files | an entry | itself |" in text


def test_what_ours_serves_is_told_once(written: Report) -> None:
    for _ in range(2):
        written.take(Installed(Pretended("")), [10])
    assert str(written).count("| ours, on SQLite | 10 | 2 | 0 | 0 | 0 | 0 | 0 | yes |") == 1
    assert "Not measured" not in str(written)


def test_packages_are_left_to_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "version_of", lambda _: "")
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(NotMeasuredError, match="only root may install it: apt-get install a b"):
        packages.install_packages(["a", "b"])


def test_packages_that_are_there_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "version_of", lambda _: "1.0")
    monkeypatch.setattr(packages, "run", lambda *_: pytest.fail("something was installed"))
    packages.install_packages(["a", "b"])


def test_a_command_that_fails_tells_its_last_line() -> None:
    with pytest.raises(NotMeasuredError, match=r"^sh failed: no room$"):
        environments.run(["sh", "-c", "echo much; echo no room >&2; exit 3"])


def test_a_command_that_is_not_there_is_a_reason() -> None:
    with pytest.raises(NotMeasuredError, match="no-such-program: No such file"):
        environments.run(["no-such-program"])
