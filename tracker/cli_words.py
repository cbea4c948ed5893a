"""The program speaks Chinese throughout: what click itself says in help and errors is said here.

A sentence that the table does not know is shown as click says it; the tests provoke every one of them.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NoReturn

import click
from click.exceptions import NoArgsIsHelpError

HEADINGS = {"Options": "选项", "Commands": "命令", "Positional arguments": "参数"}
VALUES = {"text": "文字", "integer": "整数", "integer range": "整数", "file": "文件", "path": "路径"}

# What click says, as a pattern, and how it is said here.
SENTENCES = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (r"Missing argument '(.+?)'\..*", r"缺少参数“\1”。"),
        (r"Missing option '(.+?)'\..*", r"缺少选项 \1。"),
        (r"Missing command\.", "请写明要执行的命令。"),
        (r"No such command '(.+?)'\.(?: .*)?", r"没有“\1”这个命令。"),
        (r"No such option '?(--?[^ ']+?)'?\. .*?'?(--[\w-]+)'?\W*", r"没有选项 \1，是否要写 \2？"),
        (r"No such option '?(--?[^ ']+?)'?\.", r"没有选项 \1。"),
        (r"Option '(.+?)' requires an argument\.", r"选项 \1 后面要写明内容。"),
        (r"Option '(.+?)' does not take a value\.", r"选项 \1 后面不写内容。"),
        (r"Got unexpected extra arguments? \((.+)\)", r"多出了：\1。文件名或文字中有空格的，请加引号。"),
        (
            r"Invalid value for '(.+?)'(?: / '.+?')*: '?(.+?)'? is not a valid integer(?: range)?\.",
            r"\1 应为整数，不能是“\2”。",
        ),
        (r"Invalid value for '(.+?)': (.+?) is not in the range (\d+)<=x<=(\d+)\.", r"\1 应在\3到\4之间，不能是\2。"),
        (r"Invalid value for '(.+?)': '(.+?)' is not one of (.+)\.", r"\1 不能是“\2”，只能是：\3。"),
        (r"Invalid value for '(.+?)': \w+ '(.+?)' does not exist\.", r"找不到“\2”，请检查路径。"),
        (r"Invalid value for '(.+?)': \w+ '(.+?)' is a directory\.", r"“\2”是文件夹，这里要的是文件。"),
        (r"Invalid value for '(.+?)': \w+ '(.+?)' is not readable\.", r"“\2”没有读取权限。"),
        (r"Invalid value for '(.+?)': (.+)", r"\1：\2"),
    )
)


FILE_TROUBLES = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.ENOTDIR: "没有这个文件或文件夹",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.EROFS: "所在磁盘只读",
    errno.ENOSPC: "磁盘已满",
    errno.EACCES: "没有权限",
}


def why_unreadable(failure: OSError) -> str:
    """Why a file cannot be opened; the system's own words where the reason is a rare one."""
    return FILE_TROUBLES.get(failure.errno or 0) or failure.strerror or str(failure)


def is_from_database(error: Exception) -> bool:
    """Whether the database could not be used; told by name, as most commands never load what talks to one."""
    return any(f"{kind.__module__}.{kind.__name__}" == "sqlalchemy.exc.OperationalError" for kind in type(error).mro())


def database_trouble(error: Exception) -> str:
    """What to look at when the database fails, with the first line of what it said."""
    said = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
    return f"数据库无法使用，请检查它是否已启动、TRACKER_DATABASE_URL 是否正确。数据库的答复：{said}"


def in_chinese(sentence: str) -> str:
    """What click says in English, said in Chinese; an unknown sentence stays as it is."""
    for pattern, said in SENTENCES:
        if found := pattern.fullmatch(sentence):
            return found.expand(said)
    return sentence


class Formatter(click.HelpFormatter):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or "用法：")

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{HEADINGS.get(heading, heading)}：\n")


class RequiredOption(click.Option):
    """An option that must be given; its help says so, instead of click's [required]."""

    def get_help_extra(self, ctx: click.Context) -> Any:
        return {}


class Context(click.Context):
    formatter_class = Formatter


class Told(click.ClickException):
    """An error as it is shown."""

    def show(self, file: Any = None) -> None:
        click.echo(f"错误：{self.message}", file=file, err=True)


class Misused(click.UsageError):
    """A command that was written wrongly: its usage, and what is wrong."""

    def show(self, file: Any = None) -> None:
        if self.ctx:
            click.echo(self.ctx.get_usage(), file=file, err=True)
            click.echo(f"详细用法见：{self.ctx.command_path} --help\n", file=file, err=True)
        click.echo(f"错误：{self.message}", file=file, err=True)


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except (NoArgsIsHelpError, Misused):
        raise
    except click.UsageError as error:
        raise Misused(in_chinese(error.format_message()), error.ctx) from error
    except click.ClickException as error:
        # A command's own kind of error knows how it is to be shown.
        if type(error) is not click.ClickException:
            raise
        raise Told(error.message) from error
    except (click.Abort, KeyboardInterrupt):
        _stop()
    except OSError as error:
        if error.filename is None:  # a closed pipe, which click knows how to end with
            raise
        raise Told(f"无法使用 {error.filename}：{why_unreadable(error)}。请检查路径和权限。") from error
    except Exception as error:
        if is_from_database(error):
            raise Told(database_trouble(error)) from error
        raise


def _stop() -> NoReturn:
    click.echo("\n已中断。", err=True)
    raise click.exceptions.Exit(1)


class Group(click.Group):
    """A group of commands whose help and errors, and those of its commands, are Chinese."""

    group_class = type

    def __init__(self, name: str | None = None, **attrs: Any) -> None:
        super().__init__(name, **attrs)
        _translate(self)

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        _translate(cmd)
        super().add_command(cmd, name)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        with _telling():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with _telling():
            return super().invoke(ctx)


class LateGroup(Group):
    """A group whose commands are loaded when they are named, or when its help lists them all.

    ``homes`` tells for each command where it is defined, as ``module:name``; ``tracker read`` so loads no database.
    """

    def __init__(self, name: str | None = None, *, homes: Mapping[str, str], **attrs: Any) -> None:
        self._homes = homes
        super().__init__(name, **attrs)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self._homes)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self._homes and cmd_name not in self.commands:
            module, _, name = self._homes[cmd_name].partition(":")
            self.add_command(getattr(import_module(module), name), cmd_name)
        return super().get_command(ctx, cmd_name)


def _translate(command: click.Command) -> None:
    """Gives a command, and the commands below it, Chinese words where click would put its own."""
    command.context_class = Context
    command.options_metavar = "[选项]"
    for param in command.params:
        param.metavar = param.metavar or _value_word(param)
    if not any("--help" in param.opts for param in command.params):
        click.help_option("--help", help="显示这份说明。")(command)
    if isinstance(command, click.Group):
        command.subcommand_metavar = "命令 [参数]"
        below: MutableMapping[str, click.Command] = command.commands
        for each in below.values():
            _translate(each)


def _value_word(param: click.Parameter) -> str | None:
    """What stands in help for the value that a person writes; None where click's own form says more."""
    takes_value = isinstance(param, click.Option) and not param.is_flag and not param.count
    return VALUES.get(param.type.name) if takes_value else None
