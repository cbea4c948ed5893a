"""The reader's process: what becomes of it when it hangs, swells, falls, lies, or nobody waits for it any more."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.needs import ROOT
from tests.unit.services.reading import behave, command_of, is_running
from tracker.domain.drafts import SourceReading
from tracker.reading import UnreadableFile, read_bytes
from tracker.services import reading_process
from tracker.services.reading_process import Abandoned, Asked, Child, OldFormat, clean_environment, read_in, start
from tracker.services.reading_stops import ReadingFailed, TookTooLong, TookTooMuchMemory
from tracker.settings import ReadingLimits

PLAN = "某市校园整治方案\n一、排查校舍。（责任单位：市教育局；完成时限：2023年6月底前）\n".encode()
LIMITS = ReadingLimits(seconds=60, megabytes=400)


def ignored(done: int, total: int) -> None:
    """Progress that a test does not look at."""


def read(limits: ReadingLimits = LIMITS, data: bytes = PLAN, name: str = "方案.txt") -> SourceReading:
    child = start()
    try:
        return read_in(child, Asked(data, name, limits), ignored, lambda: True)
    finally:
        assert_gone(child)


def assert_gone(child: Child) -> None:
    """The process has ended and been collected, and none of our ends of its pipes is open."""
    assert child.process.returncode is not None
    assert not Path(f"/proc/{child.process.pid}").exists()
    assert all(stream and stream.closed for stream in (child.process.stdin, child.process.stdout, child.process.stderr))


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this process and the reader would put temporary files, and nobody else does."""
    (folder := tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    environment = {**clean_environment(), "TMPDIR": str(folder)}
    monkeypatch.setattr(reading_process, "clean_environment", lambda: environment)
    return folder


def test_reads_what_is_read_in_one_process(own_folder: Path) -> None:
    assert read() == read_bytes(PLAN, "方案.txt")
    assert list(own_folder.iterdir()) == []


def test_a_refusal_keeps_its_words() -> None:
    with pytest.raises(UnreadableFile) as here:
        read_bytes(b"MZ", "方案.txt")
    with pytest.raises(UnreadableFile) as there:
        read(data=b"MZ")
    assert str(there.value) == str(here.value)


def test_what_can_be_converted_is_not_read() -> None:
    child = start()
    asked = Asked(b"{\\rtf1 x}", "方案.rtf", LIMITS, ("doc", "rtf"))
    with pytest.raises(OldFormat) as old:
        read_in(child, asked, ignored, lambda: True)
    assert old.value.format == "rtf"
    assert_gone(child)


@pytest.mark.parametrize("kind", ["endless", "asleep", "never listens"])
def test_what_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    behave(monkeypatch, kind)
    began = time.monotonic()
    with pytest.raises(TookTooLong, match=r"读了6秒还没有读完.*请把文件拆分"):
        read(ReadingLimits(seconds=6, megabytes=400))
    assert time.monotonic() - began < 12


@pytest.mark.parametrize("kind", ["greedy", "huge"])
def test_what_takes_too_much_memory_is_stopped(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    behave(monkeypatch, kind)
    child = start()
    with pytest.raises(TookTooMuchMemory, match=r"超过400 MB.*请用 Word 或 WPS"):
        read_in(child, Asked(PLAN, "方案.txt", LIMITS), ignored, lambda: True)
    assert 0 < child.peak_mb < 400
    assert_gone(child)


def test_a_process_that_the_kernel_killed_was_out_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    behave(monkeypatch, "killed")
    with pytest.raises(TookTooMuchMemory):
        read()


@pytest.mark.parametrize(
    "kind", ["faulty", "deep", "fallen", "silent", "nonsense", "no words", "unknown", "cannot start"]
)
def test_what_breaks_down_is_told_and_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    behave(monkeypatch, kind)
    with pytest.raises(ReadingFailed, match=r"程序出错.*请用 Word 或 WPS 打开") as told:
        read()
    assert "Traceback" not in str(told.value)
    assert [record.levelname for record in caplog.records if record.levelname == "ERROR"] == ["ERROR"]
    expected = {"faulty": "what no reader expects", "deep": "RecursionError", "cannot start": "no_such_module"}
    assert expected.get(kind, "") in caplog.text


def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    behave(monkeypatch, "flood")
    monkeypatch.setattr(reading_process, "LARGEST_ANSWER", 1024 * 1024)
    with pytest.raises(TookTooMuchMemory):
        read()


def test_what_a_parser_prints_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    behave(monkeypatch, "chatty")
    with pytest.raises(UnreadableFile, match=r"方案.txt读不了"):
        read()


def test_progress_is_passed_on_and_odd_words_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    behave(monkeypatch, "odd progress")
    told = list[tuple[int, int]]()
    with pytest.raises(UnreadableFile, match="so"):
        read_in(start(), Asked(PLAN, "x", LIMITS), lambda done, total: told.append((done, total)), lambda: True)
    assert told == [(1, 2)]


def test_the_child_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_SECRET_KEY", "a secret that no file may steal")
    monkeypatch.setenv("TRACKER_DATABASE_URL", "postgresql://tracker:hidden@db/tracker")
    behave(monkeypatch, "telling")
    with pytest.raises(UnreadableFile) as told:
        read()
    assert "PYTHONPATH" in str(told.value)  # it did tell
    assert not any(word in str(told.value) for word in ("secret", "hidden", "TRACKER", str(Path.home())))
    assert not [name for name in clean_environment() if name.startswith("TRACKER")]


@pytest.mark.parametrize("kind", ["endless", "never listens"])
def test_nobody_wants_it_any_more(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    behave(monkeypatch, kind)
    child, until = start(), time.monotonic() + 1
    with pytest.raises(Abandoned):
        read_in(child, Asked(PLAN, "x", LIMITS), ignored, lambda: time.monotonic() < until)
    assert time.monotonic() - until < 3
    assert_gone(child)


def test_ctrl_c_leaves_nobody_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    behave(monkeypatch, "endless")
    child = start()

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_in(child, Asked(PLAN, "x", LIMITS), interrupt, lambda: True)
    assert_gone(child)


_PARENT = """
import sys
from tracker.services import reading_process
from tracker.services.reading_process import Asked, read_in, start
from tracker.settings import ReadingLimits
reading_process.COMMAND = {command!r}
child = start()
read_in(child, Asked(b"x", "x", ReadingLimits()), lambda *_: print(child.process.pid, flush=True), lambda: True)
"""


@pytest.mark.parametrize("kind", ["endless", "asleep"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_its_parent(kind: str, number: int) -> None:
    script = _PARENT.format(command=command_of(kind))
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.send_signal(number)
    end = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not is_running(pid)


_ATTEMPTS = """
import contextlib, os, resource, socket, subprocess, sys
sys.path.insert(0, {root!r})
import tracker.reading_child as child
child.set_limits(30, 600)
child.forbid_what_no_reader_needs()
def attempt(name, what):
    try:
        what()
        print(name, "done")
    except (OSError, ValueError) as error:
        print(name, type(error).__name__)
attempt("write", lambda: open({place!r}, "w"))
attempt("append", lambda: open("/dev/null", "ab"))
attempt("create", lambda: os.open({place!r}, os.O_CREAT | os.O_WRONLY))
attempt("remove", lambda: os.remove(__file__ if "__file__" in globals() else {place!r}))
attempt("program", lambda: subprocess.run(["true"]))
attempt("shell", lambda: os.system("true"))
attempt("fork", os.fork)
attempt("connect", lambda: socket.create_connection(("127.0.0.1", 9)))
attempt("read", lambda: open({root!r} + "/pyproject.toml").close())
print("core", resource.getrlimit(resource.RLIMIT_CORE))
print("size", resource.getrlimit(resource.RLIMIT_FSIZE))
"""


def test_the_child_writes_starts_and_reaches_nothing(tmp_path: Path) -> None:
    place = tmp_path / "stolen"
    script = _ATTEMPTS.format(root=str(ROOT), place=str(place))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    lines = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    forbidden = ("write", "append", "create", "remove", "program", "shell", "fork", "connect")
    assert {name: lines[name] for name in forbidden} == dict.fromkeys(forbidden, "PermissionError")
    assert lines["read"] == "done"
    assert (lines["core"], lines["size"]) == ("(0, 0)", "(0, 0)")
    assert not place.exists()


def test_reading_needs_no_framework() -> None:
    script = "import sys, tracker.reading_child; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    names = set(loaded.stdout.split())
    assert "tracker.reading.formats" in names
    assert not names & {
        "flask",
        "sqlalchemy",
        "werkzeug",
        "wtforms",
        "apscheduler",
        "tracker.settings",
        "tracker.store",
    }


def test_who_lets_another_read_compiles_no_rules() -> None:
    script = "import sys, tracker.services.reading_files; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not set(loaded.stdout.split()) & {"tracker.reading.plans", "tracker.domain.deadlines", "lxml"}
