"""``tracker import FILE``: takes a plan in from a shell, as the page 导入文件 does."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy.orm import Session

from tracker.cli_files import ShownProgress, file_bytes
from tracker.cli_program import Program, pass_program
from tracker.domain.access import Actor, Office, Standing
from tracker.reading.unreadable import UnreadableFile
from tracker.services.intake import Imported, SourceView, Upload, import_file, source_view
from tracker.services.intake_adopt import adopt_sure
from tracker.store.plan_queries import units_named
from tracker.store.unit_queries import root_units
from tracker.store.units import Unit

NOBODY = 0
"""Who acts from a shell is no person of the office: rows name nobody, history says 命令行."""


class Refusal(click.ClickException):
    """The file was not imported; the program ends with 2 and one line that says why."""

    exit_code = 2

    def show(self, file: object = None) -> None:
        click.echo(" ".join(self.message.split()), err=True)


@click.command("import")
@click.argument("file", metavar="文件", type=click.Path(path_type=Path))
@click.option("--unit", "unit_name", help="由哪个单位督办（简称或全称）；只有一个顶级单位时可不填")
@click.option("--adopt-sure", "adopts", is_flag=True, help="导入后，采纳其中没有任何存疑的待核任务")
@pass_program
def import_command(program: Program, file: Path, unit_name: str | None, adopts: bool) -> None:
    """导入一份文件，列出读到的待核任务；同一文件再次导入不会改动任何内容。"""
    try:
        upload = Upload(file_bytes(file, program.settings.max_upload_mb), file.name)
    except UnreadableFile as refusal:
        raise Refusal(str(refusal)) from refusal
    with program.session() as session:
        unit = _unit(session, unit_name)
        actor = shell_actor(unit)
        try:
            with ShownProgress() as progress:
                limits = program.settings.reading
                done = import_file(
                    session, actor, program.clock.now(), upload, unit.id, limits=limits, progress=progress.told
                )
        except UnreadableFile as refusal:
            raise Refusal(str(refusal)) from refusal
        view = source_view(session, actor, done.source_id)
        _tell(program, done, view)
        if adopts:
            _adopt(program, session, actor, view)


def shell_actor(unit: Unit) -> Actor:
    """Who runs a command: may do at the unit what its supervisor may."""
    return Actor(NOBODY, "命令行", (Standing(Office.SUPERVISOR, unit.id, unit.path, unit.name),))


def _unit(session: Session, name: str | None) -> Unit:
    """The unit named, or the only root; refuses when that leaves none or several."""
    found = units_named(session, name) if name else root_units(session)
    if len(found) == 1:
        return found[0]
    if not found:
        missing = f"没有名为“{name}”的单位，请核对简称或全称。" if name else "系统中还没有单位，请先载入：tracker seed"
        raise Refusal(missing)
    listed = "、".join(unit.full_name for unit in found)
    raise Refusal(f"有多个单位可选：{listed}。请用 --unit 写明是哪一个（可写全称）。")


def _tell(program: Program, done: Imported, view: SourceView) -> None:
    counts = view.counts
    if done.already:
        at = done.imported_at.astimezone(program.settings.zone)
        click.echo(f"该文件已于 {at:%Y-%m-%d %H:%M} 导入（《{done.name}》），没有改动。")
    else:
        click.echo(f"已导入《{done.name}》，共 {view.source.characters} 字，{len(view.source.plans)} 份文件。")
    rest = f"已采纳 {counts.adopted} 条，已舍弃 {counts.dropped} 条。"
    click.echo(f"待核 {counts.open} 条（其中读取存疑 {counts.doubted} 条），{rest}")
    for row in view.assigning:
        click.echo(f"  {row.plan.number or '无文号'}  {row.plan.title}：待核 {row.counts.open} 条")
    if not view.assigning:
        click.echo("没有找到责任条款：这个文件里没有读出任何责任单位或分工。")


def _adopt(program: Program, session: Session, actor: Actor, view: SourceView) -> None:
    plan_ids = [row.plan.id for row in view.assigning]
    clock = program.clock
    count = sum(adopt_sure(session, actor, clock.now(), clock.today(), plan_id) for plan_id in plan_ids)
    rest = source_view(session, actor, view.source.id).counts.open
    click.echo(f"采纳无存疑的任务 {count} 条，还有 {rest} 条待核，请在“文件”页面核对。")
