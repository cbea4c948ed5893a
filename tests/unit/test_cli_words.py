"""The program's help and errors are Chinese from end to end, also what click says by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from tracker.cli import main

# Words that are written as such: the program and its commands, options, file names, keys, roles' codes.
KEPT = re.compile(
    r"--?[a-z-]+|tasks_seed\.yaml|Ctrl-C|JSON|[\d.]+|\b(?:tracker|liaison|supervisor|leader|administrator)\b"
)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words, prog_name="tracker")


def paths(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command with the words that lead to it, the program itself first."""
    yield before
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from paths(command, (*before, name))
        else:
            yield (*before, name)


def english(text: str, path: tuple[str, ...]) -> list[str]:
    """The English words left in a help, besides those that must be typed."""
    names = {name for found in paths(main) for name in found}
    return [word for word in re.findall(r"[A-Za-z]{2,}", KEPT.sub(" ", text)) if word not in names | set(path)]


@pytest.mark.parametrize("path", list(paths(main)), ids=" ".join)
def test_help(path: tuple[str, ...]) -> None:
    result = run(*path, "--help")
    assert result.exit_code == 0
    assert result.output.startswith(f"用法：{' '.join(('tracker', *path))} ")
    assert "选项：" in result.output
    assert english(result.output, path) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nonsense",), "没有“nonsense”这个命令。"),
        (("user", "nonsense"), "没有“nonsense”这个命令。"),
        (("import",), "缺少参数“文件”。"),
        (("user", "add", "x"), "缺少选项 --name。"),
        (("--nonsense",), "没有选项 --nonsense。"),
        (("read", "--jsn", "x"), "没有选项 --jsn，是否要写 --json？"),
        (("user", "add", "--name"), "选项 --name 后面要写明内容。"),
        (("read", "--json=3", "x"), "选项 --json 后面不写内容。"),
        (("read", "a", "b"), "多出了：b。文件名或文字中有空格的，请加引号。"),
        (("serve", "--port", "x"), "--port 应为整数，不能是“x”。"),
        (("serve", "--port", "0"), "--port 应在1到65535之间，不能是0。"),
        (
            ("user", "add", "x", "--name", "y", "--office", "king"),
            "--office 不能是“king”，只能是：'liaison', 'supervisor', 'leader', 'administrator'。",
        ),
    ],
)
def test_a_command_written_wrongly(words: tuple[str, ...], said: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == f"错误：{said}"


def test_a_folder_in_the_place_of_a_file(tmp_path: Path) -> None:
    assert f"“{tmp_path}”是文件夹，这里要的是文件。" in run("backup", str(tmp_path)).stderr


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    result = run("read", str(tmp_path / "方案.txt"))
    assert (result.exit_code, result.stderr) == (
        2,
        "《方案.txt》打不开：没有这个文件或文件夹。请检查路径和读取权限。\n",
    )


def test_settings_that_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_TODAY", "yesterday")
    result = run("doctor")
    assert result.exit_code == 1
    assert result.stderr.startswith("错误：TRACKER_TODAY")


def test_without_a_command_the_program_explains_itself() -> None:
    assert "命令：" in run().output


def test_a_prompt_that_is_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["user", "password", "somebody", "--ask"], input="")
    assert (result.exit_code, "已中断。" in result.stderr) == (1, True)


def test_a_database_that_does_not_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TRACKER_INSTANCE", str(tmp_path))
    monkeypatch.setenv("TRACKER_DATABASE_URL", f"sqlite:///{tmp_path}")
    for words in (("user", "list"), ("sweep",), ("db", "upgrade")):
        result = run(*words)
        assert result.exit_code == 1
        (line,) = result.stderr.splitlines()
        assert line.startswith("错误：")
        assert "数据库无法使用" in line
        assert line.endswith("数据库的答复：unable to open database file")


def test_a_folder_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TRACKER_INSTANCE", str(tmp_path / "file" / "instance"))
    result = run("db", "upgrade")
    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert "没有这个文件或文件夹。请检查路径和权限。" in result.stderr
