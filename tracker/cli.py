"""The program ``tracker``: what an office's technician does from a shell."""

from __future__ import annotations

import sys

import click

from tracker.cli_import import import_command
from tracker.cli_jobs import COMMANDS as JOB_COMMANDS
from tracker.cli_people import user_group
from tracker.cli_program import Program, pass_program
from tracker.cli_read import read_command
from tracker.cli_seed import sample_group, seed_command
from tracker.cli_words import Group
from tracker.store import migrate
from tracker.store.engine import make_engine


@click.group(cls=Group, help="督办台账：读文件、分任务、盯时限、发日历。")
def main() -> None:
    # Output is Chinese whatever the terminal's locale says.
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")


main.add_command(read_command)
main.add_command(import_command)
main.add_command(seed_command)
main.add_command(sample_group)
main.add_command(user_group)
for _command in JOB_COMMANDS:
    main.add_command(_command)


@main.group(help="数据库。")
def db() -> None:
    pass


@db.command("upgrade", help="建立数据库，或升级到本版本的结构。")
@pass_program
def db_upgrade(program: Program) -> None:
    before, after = migrate.upgrade(make_engine(program.settings.database_url))
    click.echo(f"数据库结构已是最新（{after}）。" if before == after else f"数据库结构：{before or '空'} → {after}")
