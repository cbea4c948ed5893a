"""``tracker audit``: proves from a shell that the audit log is whole."""

from __future__ import annotations

import re

import click

from tracker.cli_program import Program, pass_program
from tracker.domain.audit import Broken, Head
from tracker.services.audit import verify

_HEAD = re.compile(r"(\d+):([0-9a-f]{64})")


@click.group("audit", help="审计日志：校验日志是否完整、未被改动。")
def audit_group() -> None:
    pass


@audit_group.command(
    "verify", help="从头到尾校验审计日志。打印的校验值请另行保存，下次可用 --expect 核对末尾未被删除。"
)
@click.option("--expect", metavar="条数:校验值", help="此前记下的校验值，例如上次本命令打印的那一行。")
@pass_program
def verify_command(program: Program, expect: str | None) -> None:
    expected = _head(expect)
    with program.session() as session:
        found = verify(session, expected)
    if isinstance(found, Broken):
        raise click.ClickException(
            f"审计日志不完整：第{found.number}条{found.why}。请保留数据库现状，对照备份查找原因，并报告分管领导。"
        )
    click.echo(f"审计日志完整，共{found.number}条。")
    click.echo(f"校验值：{found.number}:{found.hash}")


def _head(written: str | None) -> Head | None:
    if written is None:
        return None
    match = _HEAD.fullmatch(written.strip())
    if match is None:
        raise click.BadParameter("应写成“条数:校验值”，校验值为64位，例如上次 tracker audit verify 打印的最后一行。")
    return Head(int(match.group(1)), match.group(2))
