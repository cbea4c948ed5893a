"""The working calendar by year, recurring duties, the days from which tasks count, and dates set in the history"""

import sqlalchemy as sa
from alembic import op

from tracker.domain.holidays import ANNOUNCED

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_EVENTS_BEFORE = (
    "adopt",
    "sign_for",
    "decline",
    "dispatch",
    "report",
    "submit",
    "return",
    "accept",
    "suspend",
    "resume",
    "withdraw",
    "reopen",
)
_EVENTS = ("adopt", "set_date", *_EVENTS_BEFORE[1:])


def upgrade() -> None:
    years = op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("days_off", sa.Text(), nullable=False),
        sa.Column("days_worked", sa.Text(), nullable=False),
        sa.Column("notice", sa.String(length=200), nullable=True),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("year BETWEEN 2000 AND 2100", name=op.f("ck_calendar_year_year_range")),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["person.id"], name=op.f("fk_calendar_year_changed_by_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_year")),
    )
    op.bulk_insert(
        years,
        [
            {"year": year, "days_off": off, "days_worked": worked, "version": 1}
            for year, (off, worked) in ANNOUNCED.items()
        ],
    )
    op.create_table(
        "task_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.Integer(), nullable=False),
        sa.Column("rhythm", sa.String(length=200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"], ["task.id"], name=op.f("fk_task_series_template_id_task"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_series")),
        sa.UniqueConstraint("template_id", name=op.f("uq_task_series_template_id")),
    )
    op.create_table(
        "series_occurrence",
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["series_id"],
            ["task_series.id"],
            name=op.f("fk_series_occurrence_series_id_task_series"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_series_occurrence_task_id_task"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("series_id", "due_on", name=op.f("pk_series_occurrence")),
        sa.UniqueConstraint("task_id", name=op.f("uq_series_occurrence_task_id")),
    )
    op.create_table(
        "task_anchor",
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["person.id"], name=op.f("fk_task_anchor_entered_by_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_task_anchor_task_id_task"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_task_anchor")),
    )
    _let_history_know(_EVENTS)


def downgrade() -> None:
    op.execute("DELETE FROM history_entry WHERE event = 'set_date'")
    _let_history_know(_EVENTS_BEFORE)
    op.drop_table("task_anchor")
    op.drop_table("series_occurrence")
    op.drop_table("task_series")
    op.drop_table("calendar_year")


def _let_history_know(events: tuple[str, ...]) -> None:
    """Nothing refers to the history, so that SQLite may write its table anew."""
    known = ", ".join(f"'{event}'" for event in events)
    with op.batch_alter_table("history_entry") as batch:
        batch.drop_constraint(op.f("ck_history_entry_event_known"), type_="check")
        batch.create_check_constraint(op.f("ck_history_entry_event_known"), f"event IN ({known})")
