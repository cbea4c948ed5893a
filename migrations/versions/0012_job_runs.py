"""Runs of the scheduler's jobs, its processes, rows that the sweep set aside, and how many hours late a notice is"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

JOBS = "job IN ('sweep', 'calendars', 'mail', 'robots', 'tidy')"
OUTCOMES = "outcome IN ('running', 'done', 'failed', 'cut_short')"
KINDS = "kind IN ('part', 'series', 'milestone', 'unsigned', 'report', 'entry')"


def upgrade() -> None:
    op.create_table(
        "job_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job", sa.String(length=20), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_seconds", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(length=120), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("is_quiet", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.CheckConstraint(JOBS, name=op.f("ck_job_run_job_known")),
        sa.CheckConstraint(OUTCOMES, name=op.f("ck_job_run_outcome_known")),
        sa.CheckConstraint("(outcome = 'running') = (ended_at IS NULL)", name=op.f("ck_job_run_end_dated")),
        sa.CheckConstraint("late_seconds >= 0", name=op.f("ck_job_run_late_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
        sa.UniqueConstraint("job", "due_at", "attempt", name=op.f("uq_job_run_job_due_at_attempt")),
    )
    op.create_index("ix_job_run_job_outcome_ended", "job_run", ["job", "outcome", "ended_at"])
    op.create_table(
        "scheduler_process",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(length=120), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leads_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduler_process")),
    )
    op.create_table(
        "sweep_fault",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_sweep_fault_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sweep_fault")),
        sa.UniqueConstraint("kind", "row_id", name=op.f("uq_sweep_fault_kind_row_id")),
    )
    op.add_column("notice", sa.Column("late_hours", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("notice", "late_hours")
    op.drop_table("sweep_fault")
    op.drop_table("scheduler_process")
    op.drop_table("job_run")
