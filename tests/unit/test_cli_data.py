"""The commands that load data and make accounts, run as a technician runs them."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tracker.cli import main

SEED = """
plans: [{key: p1, title: 关于做好示范工作的通知, issued_on: 2023-01-04}]
units:
  - {name: 市政府, kind: government, full_name: 示例市人民政府}
  - {name: 市教育局, kind: department, parent: 市政府, aliases: [市教委]}
tasks:
  - {key: p1-1, plan: p1, title: 修订办法, form: bracket, units: [市教育局]}
"""
Run = Callable[..., Result]
PASSWORD = re.compile(r"密码：([a-z0-9-]{14})\n")


@pytest.fixture
def run(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the program on a new database at the newest schema."""
    for name, value in {"DATABASE_URL": sqlite_url, "INSTANCE": str(tmp_path), "TODAY": "2023-06-15"}.items():
        monkeypatch.setenv(f"TRACKER_{name}", value)
    return lambda *args, **more: CliRunner().invoke(main, [str(arg) for arg in args], **more)


def seed_file(folder: Path, text: str = SEED, *, encoding: str = "utf-8") -> Path:
    file = folder / "seed.yaml"
    file.write_bytes(text.encode(encoding))
    return file


def ran(result: Result, code: int = 0) -> str:
    assert result.exit_code == code, result.output
    return result.output


def test_seeding_twice(run: Run, tmp_path: Path) -> None:
    file = seed_file(tmp_path)
    assert "单位 2（新增 2）" in ran(run("seed", file))
    again = ran(run("seed", file))
    assert again.startswith("seed.yaml：没有变化。")
    assert "新增" not in again


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            SEED.replace("units: [市教育局]", "units: [市教体局]"),
            "seed.yaml 第 7 行 tasks[0].units[0]：单位“市教体局”不在",
        ),
        (SEED.replace("issued_on: 2023-01-04", "issued_on: 一月四日"), "seed.yaml 第 2 行 plans[0].issued_on"),
        ("", "seed.yaml 第 1 行"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_loaded(run: Run, tmp_path: Path, text: str, said: str) -> None:
    output = ran(run("seed", seed_file(tmp_path, text)), 2)
    assert said in output
    assert "没有载入任何内容" in output
    assert "还没有单位" in ran(run("user", "add", "admin", "--name", "沈怀谷"), 1)


def test_another_encoding_and_a_missing_file_are_told(run: Run, tmp_path: Path) -> None:
    assert "第 2 行：不是 UTF-8" in ran(run("seed", seed_file(tmp_path, encoding="gb18030")), 2)
    assert "读不了这个文件" in ran(run("seed", tmp_path / "missing.yaml"), 2)


def test_the_first_administrator(run: Run, tmp_path: Path) -> None:
    ran(run("seed", seed_file(tmp_path)))
    made = ran(run("user", "add", "admin", "--name", "沈怀谷"))
    assert PASSWORD.search(made)
    liaison = ["--unit", "市教委", "--office", "liaison"]
    ran(run("user", "add", "liaison", "--name", "何清越", *liaison))
    listed = ran(run("user", "list"))
    assert "admin\t沈怀谷\t在用\t市政府管理员" in listed
    assert "liaison\t何清越\t在用\t市教育局联络员" in listed
    assert "password" not in listed
    assert "argon2" not in listed


def test_passwords_are_generated_or_asked_for(run: Run, tmp_path: Path) -> None:
    ran(run("seed", seed_file(tmp_path)))
    first = PASSWORD.search(ran(run("user", "add", "admin", "--name", "沈怀谷")))
    second = PASSWORD.search(ran(run("user", "password", "admin")))
    assert first is not None
    assert second is not None
    assert first[1] != second[1]
    asked = ran(run("user", "password", "admin", "--ask", input="plain words to keep\nplain words to keep\n"))
    assert "plain words" not in asked
    short = ran(run("user", "password", "admin", "--ask", input="short\nshort\n"), 1)
    assert "至少10位" in short
    assert run("user", "password", "admin", "plain words to keep").exit_code == 2


def test_the_last_administrator_is_not_closed_from_the_shell_either(run: Run, tmp_path: Path) -> None:
    ran(run("seed", seed_file(tmp_path)))
    ran(run("user", "add", "admin", "--name", "沈怀谷"))
    assert "最后一位管理员" in ran(run("user", "close", "admin"), 1)
    ran(run("user", "add", "second", "--name", "顾明岚"))
    assert "已停用 admin" in ran(run("user", "close", "admin"))
    assert "没有账号" in ran(run("user", "close", "nobody"), 1)


def test_the_sample_prints_its_passwords_once(run: Run, tmp_path: Path) -> None:
    first = ran(run("sample", "load"))
    assert len(re.findall(r"[a-z]+-[a-z]+-\d{4}", first)) == 8
    again = ran(run("sample", "load"))
    assert "没有变化" in again
    assert not re.search(r"[a-z]+-[a-z]+-\d{4}", again)
    assert stat.S_IMODE((tmp_path / "sample.json").stat().st_mode) == 0o600


def test_production_has_no_sample(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_ENV", "production")
    monkeypatch.setenv("TRACKER_SECRET_KEY", "k" * 40)
    monkeypatch.delenv("TRACKER_TODAY")
    assert "正式环境" in ran(run("sample", "load"), 2)
    assert not (tmp_path / "sample.json").exists()
