"""``tracker read FILE``: what a plan says, as a table for people or as JSON for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from tracker.cli_files import ShownProgress, file_bytes
from tracker.domain.doubts import ABOUT_FACTS
from tracker.domain.drafts import Draft, PlanReading, SourceReading, UnitMention
from tracker.domain.roles import Role
from tracker.domain.text import padded, shortened
from tracker.reading.as_json import as_json
from tracker.reading.unreadable import UnreadableFile
from tracker.services.reading_files import read_file
from tracker.settings import SettingsError, largest_upload, reading_limits_from

_UNREADABLE = 2
_WIDTHS = (5, 30, 46, 14)
_HEADER = ("序号", "任务", "单位", "完成时限")


@click.command("read")
@click.argument("file", metavar="文件", type=click.Path(path_type=Path))
@click.option("--json", "as_object", is_flag=True, help="按约定的 JSON 格式输出，供程序使用")
def read_command(file: Path, as_object: bool) -> None:
    """读一份文件，列出其中的任务、责任单位和完成时限；不写入数据库。"""
    try:
        limits, most_mb = reading_limits_from(os.environ), largest_upload(os.environ)
    except SettingsError as error:
        raise click.ClickException(str(error)) from error
    try:
        with ShownProgress() as progress:
            source = read_file(file_bytes(file, most_mb), file.name, limits, progress.told)
    except UnreadableFile as refusal:
        _refuse(str(refusal))
    if as_object:
        click.echo(json.dumps(as_json(source), ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(_report(source)))


def _refuse(message: str) -> None:
    click.echo(" ".join(message.split()), err=True)
    sys.exit(_UNREADABLE)


def _report(source: SourceReading) -> Iterator[str]:
    total = sum(len(plan.drafts) for plan in source.plans)
    yield f"《{source.name}》 共 {len(source.text)} 字，{len(source.plans)} 份文件，{total} 项待核任务"
    for plan in source.plans:
        yield ""
        yield from _plan_lines(plan)


def _plan_lines(plan: PlanReading) -> Iterator[str]:
    yield plan.title
    known = (plan.number, plan.issuer, plan.issued_on and f"{plan.issued_on:%Y-%m-%d} 印发")
    until = plan.effective_until and f"有效期至 {plan.effective_until:%Y-%m-%d}"
    yield "  " + "  ".join(str(part) for part in (*known, until) if part)
    yield from (f"  ※ {doubt.message}" for doubt in plan.doubts if plan.drafts or doubt.code not in ABOUT_FACTS)
    if not plan.drafts:
        yield "  没有读出任务"
        return
    yield _row(_HEADER)
    for number, draft in enumerate(plan.drafts, start=1):
        yield _row((str(number), draft.title, _units(draft.units), _deadline(draft)))
        yield from (f"       ※ {doubt.message}" for doubt in draft.doubts if doubt.code != "no-date")


def _row(cells: tuple[str, ...]) -> str:
    fitted = (padded(shortened(cell, width), width) for cell, width in zip(cells, _WIDTHS, strict=True))
    return "  " + "  ".join(fitted).rstrip()


def _units(units: tuple[UnitMention, ...]) -> str:
    return "、".join(_unit(unit) for unit in units) or "（未读出）"


def _unit(unit: UnitMention) -> str:
    mark = "" if unit.role is Role.RESPONSIBLE else f"（{unit.role.label}）"
    return f"{unit.name}{mark}"


def _deadline(draft: Draft) -> str:
    if draft.deadline.due_on:
        return f"{draft.deadline.due_on:%Y-%m-%d}"
    return draft.deadline.text or draft.deadline.kind.label
