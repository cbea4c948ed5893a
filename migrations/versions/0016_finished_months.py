"""Figures of months that are over are kept; what alters the past is counted under the day that it alters"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

JOBS = ("sweep", "calendars", "mail", "robots", "tidy")
JOBS_NOW = ("sweep", "calendars", "mail", "robots", "figures", "tidy")
# An entry comes late when the work has gone on for a day since: no transaction stays open so long.
LATE_ON_SQLITE = "NEW.at < (SELECT datetime(max(changed_at), '-1 day') FROM assignment)"
LATE_ON_POSTGRESQL = "NEW.at < (SELECT max(changed_at) FROM assignment) - interval '1 day'"
CHANGES = (
    ("past_came_late", f"INSERT ON history_entry WHEN {LATE_ON_SQLITE}", "NEW.at"),
    ("past_was_altered", "UPDATE ON history_entry", "min(OLD.at, NEW.at)"),
    ("past_went", "DELETE ON history_entry", "OLD.at"),
)


def upgrade() -> None:
    # The counts are held against counts of the same process alone: they may begin anew.
    op.drop_table("past_mark")
    _create_marks(sa.Column("day", sa.Date(), nullable=False))
    if op.get_bind().dialect.name == "sqlite":
        for name, event, at in CHANGES:
            _count_on_sqlite(name, event, "deed, day", f"0, date({at})")
    else:
        _count_on_postgresql("deed, day", "txid_current(), (least(OLD.at, NEW.at) AT TIME ZONE 'UTC')::date")
    op.create_table(
        "month_figure",
        sa.Column("reach", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("basis", sa.String(length=20), nullable=False),
        sa.Column("judged_by", sa.String(length=20), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("days_late", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("reach", "since", "until", "basis", "judged_by", name=op.f("pk_month_figure")),
    )
    _know_jobs(JOBS_NOW)


def downgrade() -> None:
    op.execute("DELETE FROM job_run WHERE job = 'figures'")
    _know_jobs(JOBS)
    op.drop_table("month_figure")
    op.drop_table("past_mark")
    _create_marks()
    if op.get_bind().dialect.name == "sqlite":
        for name, event, _ in CHANGES:
            _count_on_sqlite(name, event, "deed", "0")
    else:
        _count_on_postgresql("deed", "txid_current()")


def _create_marks(*more: sa.Column[object]) -> None:
    op.create_table(
        "past_mark",
        sa.Column("deed", sa.BigInteger(), autoincrement=False, nullable=False),
        *more,
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("deed", *(column.name for column in more), name=op.f("pk_past_mark")),
    )


def _count_on_sqlite(name: str, event: str, key: str, of: str) -> None:
    op.execute(f"DROP TRIGGER {name}")
    op.execute(f"CREATE TRIGGER {name} AFTER {event} BEGIN {_counted(key, of)} END")


def _count_on_postgresql(key: str, of: str) -> None:
    """Gives the functions behind the triggers another body. Where there is no old or no new entry, its day is null."""
    counted = _counted(key, of)
    for name, body in (("count_past", counted), ("count_past_late", f"IF {LATE_ON_POSTGRESQL} THEN {counted} END IF;")):
        op.execute(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN {body} RETURN NULL; END $$"
        )


def _counted(key: str, of: str) -> str:
    return (
        f"INSERT INTO past_mark ({key}, changes) VALUES ({of}, 1) "  # noqa: S608 - our own words
        f"ON CONFLICT ({key}) DO UPDATE SET changes = past_mark.changes + 1;"
    )


def _know_jobs(jobs: tuple[str, ...]) -> None:
    words = ", ".join(f"'{job}'" for job in jobs)
    with op.batch_alter_table("job_run") as table:
        table.drop_constraint(op.f("ck_job_run_job_known"), type_="check")
        table.create_check_constraint(op.f("ck_job_run_job_known"), f"job IN ({words})")
