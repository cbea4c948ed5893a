"""The program ``tracker``: what an office's technician does from a shell."""

from __future__ import annotations

import sys

import click

from tracker.cli_words import LateGroup

COMMANDS = {
    "read": "tracker.cli_read:read_command",
    "import": "tracker.cli_import:import_command",
    "seed": "tracker.cli_seed:seed_command",
    "sample": "tracker.cli_seed:sample_group",
    "user": "tracker.cli_people:user_group",
    "db": "tracker.cli_db:db_group",
    "sweep": "tracker.cli_jobs:sweep_command",
    "scheduler": "tracker.cli_jobs:scheduler_command",
    "serve": "tracker.cli_jobs:serve_command",
    "doctor": "tracker.cli_jobs:doctor_command",
    "audit": "tracker.cli_audit:audit_group",
    "backup": "tracker.cli_jobs:backup_command",
}
"""Every command, and where it is defined."""


@click.group(cls=LateGroup, homes=COMMANDS, help="督办台账：读文件、分任务、盯时限、发日历。")
def main() -> None:
    # Output is Chinese whatever the terminal's locale says.
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="replace")
