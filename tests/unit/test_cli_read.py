"""``tracker read``: the table, the JSON contract, and what an unreadable file says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tracker.cli_read import read_command
from tracker.domain.text import display_width

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
