"""Figures from indexes: what is due, completed or given out within a period; and a count of what alters the past"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

PARTS = {
    "ix_assignment_due_told": "due_on completed_on state role dispatched_at submitted_at task_id unit_id",
    "ix_assignment_original_told": "original_due_on completed_on state role dispatched_at submitted_at task_id unit_id",
    "ix_assignment_completed_told": "completed_on due_on role dispatched_at state task_id unit_id",
    "ix_assignment_given_told": "dispatched_at role state task_id unit_id",
}
LIT = "unit_id due_on state role dispatched_at sign_by_on task_id"
CHASED = "state IN ('dispatched', 'declined', 'in_progress', 'submitted')"
CARRIES = "role <> 'support'"
UNTOLD = (
    "event IN ('dispatch', 'revise', 'change_series', 'suspend', 'resume', 'withdraw', 'reopen', 'set_date', "
    "'grant_extension', 'join', 'return')"
)
# An entry comes late when the work has gone on for a day since: no transaction stays open so long.
LATE_ON_SQLITE = "NEW.at < (SELECT datetime(max(changed_at), '-1 day') FROM assignment)"
LATE_ON_POSTGRESQL = "NEW.at < (SELECT max(changed_at) FROM assignment) - interval '1 day'"
TRIGGERS = ("past_came_late", "past_was_altered", "past_went")


def upgrade() -> None:
    for name, columns in PARTS.items():
        op.create_index(name, "assignment", columns.split())
    for name, table, columns, condition in (
        ("ix_assignment_chased_lit", "assignment", LIT.split(), CHASED),
        ("ix_task_open", "task", ["id", "state"], "state = 'open'"),
        ("ix_assignment_carries", "assignment", ["task_id", "dispatched_at"], CARRIES),
        ("ix_history_entry_untold", "history_entry", ["event", "at", "assignment_id"], UNTOLD),
    ):
        where = sa.text(condition)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
    if op.get_bind().dialect.name == "postgresql":  # SQLite reads the index on the day backwards
        op.create_index("ix_task_due_on_latest", "task", [sa.text("due_on DESC NULLS LAST")])
    op.create_table(
        "past_mark",
        sa.Column("deed", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("deed", name=op.f("pk_past_mark")),
    )
    if op.get_bind().dialect.name == "sqlite":
        _count_on_sqlite()
    else:
        _count_on_postgresql()


def _count_on_sqlite() -> None:
    count = "INSERT INTO past_mark VALUES (0, 1) ON CONFLICT (deed) DO UPDATE SET changes = changes + 1"
    for name, event in zip(TRIGGERS, (f"INSERT ON history_entry WHEN {LATE_ON_SQLITE}", *_OTHERS), strict=True):
        op.execute(f"CREATE TRIGGER {name} AFTER {event} BEGIN {count}; END")


def _count_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION count_past() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO past_mark VALUES (txid_current(), 1) "
        "ON CONFLICT (deed) DO UPDATE SET changes = past_mark.changes + 1; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE FUNCTION count_past_late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "  # noqa: S608 - our own words
        f"IF {LATE_ON_POSTGRESQL} THEN INSERT INTO past_mark VALUES (txid_current(), 1) "
        "ON CONFLICT (deed) DO UPDATE SET changes = past_mark.changes + 1; END IF; RETURN NULL; END $$"
    )
    late, altered, went = TRIGGERS
    op.execute(f"CREATE TRIGGER {late} AFTER INSERT ON history_entry FOR EACH ROW EXECUTE FUNCTION count_past_late()")
    for name, event in ((altered, _OTHERS[0]), (went, _OTHERS[1])):
        op.execute(f"CREATE TRIGGER {name} AFTER {event} FOR EACH ROW EXECUTE FUNCTION count_past()")


_OTHERS = ("UPDATE ON history_entry", "DELETE ON history_entry")


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name in TRIGGERS:
        op.execute(f"DROP TRIGGER {name}" + ("" if sqlite else " ON history_entry"))
    if not sqlite:
        op.execute("DROP FUNCTION count_past_late")
        op.execute("DROP FUNCTION count_past")
    op.drop_table("past_mark")
    if not sqlite:
        op.drop_index("ix_task_due_on_latest", "task")
    op.drop_index("ix_task_open", "task")
    op.drop_index("ix_history_entry_untold", "history_entry")
    for name in ("ix_assignment_carries", "ix_assignment_chased_lit", *PARTS):
        op.drop_index(name, "assignment")
