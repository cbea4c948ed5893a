"""``tracker db``: the database's own commands."""

from __future__ import annotations

import click

from tracker.cli_program import Program, pass_program
from tracker.store import migrate
from tracker.store.engine import make_engine


@click.group("db", help="数据库。")
def db_group() -> None:
    pass


@db_group.command("upgrade", help="建立数据库，或升级到本版本的结构。")
@pass_program
def db_upgrade(program: Program) -> None:
    before, after = migrate.upgrade(make_engine(program.settings.database_url))
    click.echo(f"数据库结构已是最新（{after}）。" if before == after else f"数据库结构：{before or '空'} → {after}")
