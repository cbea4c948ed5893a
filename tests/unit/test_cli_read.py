"""``tracker read``: the table, the JSON contract, and what an unreadable file says."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.unit.reading.formats.word_files import docx, p
from tests.unit.services.reading import is_running
from tracker.cli_read import read_command
from tracker.domain.text import display_width
from tracker.reading import UnreadableFile
from tracker.settings import ReadingLimits

PLAN = """某市人民政府关于印发校园安全整治方案的通知
某政发〔2023〕9号
各区人民政府：
一、排查校舍。逐栋建档。（责任单位：市教育局、市住建局，完成时限：2023年6月）
二、规范校车。（市公安局牵头，市交通运输局配合）
某市人民政府
2023年1月4日
"""


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.txt"
    path.write_text(PLAN, "utf-8")
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(read_command, [str(argument) for argument in arguments])


def test_prints_a_table_for_people(plan: Path) -> None:
    result = run(plan)
    assert result.exit_code == 0
    assert "《plan.txt》 共" in result.output
    assert "某政发〔2023〕9号  某市人民政府  2023-01-04 印发" in result.output
    assert "市公安局（牵头）、市交通运输局（配合）" in result.output


def test_what_is_to_be_known_about_a_file_without_tasks_is_said(tmp_path: Path) -> None:
    path = tmp_path / "news.docx"
    path.write_bytes(
        docx(p("读书活动开幕") + p(runs='<w:ins w:id="1" w:author="a"><w:r><w:t>气氛热烈。</w:t></w:r></w:ins>'))
    )
    output = run(path).output
    assert "文件里有修订标记" in output
    assert "没有读出任务" in output
    assert "没有读出文号" not in output


def test_columns_stand_in_line(plan: Path) -> None:
    rows = [
        line for line in run(plan).output.splitlines() if "市教育局" in line or "市公安局" in line or "序号" in line
    ]
    places = {
        display_width(row[: min(row.index(word) for word in ("单位", "市教育局", "市公安局") if word in row)])
        for row in rows
    }
    assert len(rows) == 3
    assert len(places) == 1


def test_prints_the_contract_and_nothing_else(plan: Path) -> None:
    result = run(plan, "--json")
    read = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert set(read) == {"source", "plans"}
    assert set(read["source"]) == {"name", "format", "characters", "sha256"}
    first = read["plans"][0]["drafts"][0]
    assert first["units"] == [
        {"name": "市教育局", "role": "responsible", "inherited": False},
        {"name": "市住建局", "role": "responsible", "inherited": False},
    ]
    assert first["deadline"] == {
        "text": "2023年6月",
        "kind": "fixed",
        "due_on": "2023-06-30",
        "basis": "clause",
        "rule": "month",
    }
    assert PLAN[first["start"] : first["end"]] == first["quote"]
    assert set(first) == {"title", "path", "form", "quote", "start", "end", "units", "deadline", "milestones", "doubts"}


def test_a_plan_without_any_clause_is_read_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "empty-of-tasks.txt"
    path.write_text("某市工作通报\n全市工作进展顺利。\n", "utf-8")
    result = run(path)
    assert (result.exit_code, "没有读出任务" in result.output) == (0, True)


@pytest.mark.parametrize(("name", "data"), [("empty.txt", b""), ("program.txt", b"MZ\x00"), ("scan.pdf", b"%PDF-1.4")])
def test_an_unreadable_file_gives_one_line_and_exit_2(tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    result = run(path, "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.strip().splitlines()) == 1
    assert name in result.stderr


def test_a_missing_file_is_told_like_that(tmp_path: Path) -> None:
    result = run(tmp_path / "none.txt")
    assert (result.exit_code, "打不开" in result.stderr) == (2, True)


def test_a_file_above_the_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)
    monkeypatch.setattr("tracker.cli_read.read_file", lambda *_: pytest.fail("it was read"))
    result = run(path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "有 200 MB，超过 50 MB 的上限" in result.stderr


@pytest.mark.parametrize(("name", "value"), [("READ_SECONDS", "2"), ("READ_MB", "many"), ("MAX_UPLOAD_MB", "-1")])
def test_a_wrong_setting_is_named(plan: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"TRACKER_{name}", value)
    result = run(plan)
    assert result.exit_code == 1
    assert f"TRACKER_{name}" in result.stderr


def test_reading_is_limited_as_the_settings_say(plan: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = list[ReadingLimits]()

    def limited(data: bytes, name: str, limits: ReadingLimits, *_: object) -> None:
        seen.append(limits)
        raise UnreadableFile(f"《{name}》读不了。")

    monkeypatch.setattr("tracker.cli_read.read_file", limited)
    for name, value in {"READ_SECONDS": "9", "READ_MB": "300", "LIBREOFFICE": "office"}.items():
        monkeypatch.setenv(f"TRACKER_{name}", value)
    assert run(plan).exit_code == 2
    assert seen == [ReadingLimits(9, 300, "office")]


def test_reading_makes_no_key_and_no_folder(plan: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRACKER_INSTANCE", str(tmp_path / "instance"))
    assert run(plan).exit_code == 0
    assert not (tmp_path / "instance").exists()


def test_progress_is_shown_on_a_terminal_alone(plan: Path) -> None:
    script = "from tracker.cli import main; main()"
    command = [sys.executable, "-c", script, "read", str(plan), "--json"]
    piped = subprocess.run(command, capture_output=True, text=True, check=True)
    assert piped.stderr == ""
    assert json.loads(piped.stdout)["source"]["name"] == "plan.txt"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupting_it_leaves_nobody_behind(tmp_path: Path, number: signal.Signals) -> None:
    """The reader is held up by a text of many brackets; then somebody presses Ctrl-C."""
    path = tmp_path / "long.txt"
    path.write_text("（" * 3_000_000, "utf-8")
    # Whoever starts the tests in the background has them ignore Ctrl-C; the program at hand must not.
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = [sys.executable, "-c", f"{heeding}; from tracker.cli import main; main()", "read", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while not (found := children.read_text().split()):
            time.sleep(0.02)
        time.sleep(1)
        process.send_signal(number)
        _, told = process.communicate(timeout=60)
    assert process.returncode == (1 if number is signal.SIGINT else -signal.SIGTERM)
    assert "Traceback" not in told
    end = time.monotonic() + 10
    while is_running(int(found[0])) and time.monotonic() < end:
        time.sleep(0.02)
    assert not is_running(int(found[0]))
