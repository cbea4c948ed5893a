"""New versions of plans, what was decided about their changes, and rows of the history that tell of them"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BEFORE = (
    "event IN ('adopt', 'set_date', 'sign_for', 'decline', 'dispatch', 'report', 'submit', 'return', 'accept', 'suspend', "
    "'resume', 'withdraw', 'reopen')"
)
AFTER = BEFORE.replace("'set_date', ", "'set_date', 'revise', ")
STATES = "'dispatched', 'declined', 'in_progress', 'submitted', 'suspended', 'completed', 'withdrawn'"


def upgrade() -> None:
    op.create_table(
        "plan_revision",
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("revises_id", sa.Integer(), nullable=False),
        sa.Column("linked_by_id", sa.Integer(), nullable=True),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("plan_id <> revises_id", name=op.f("ck_plan_revision_of_another")),
        sa.ForeignKeyConstraint(
            ["linked_by_id"], ["person.id"], name=op.f("fk_plan_revision_linked_by_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk_plan_revision_plan_id_plan"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["revises_id"], ["plan.id"], name=op.f("fk_plan_revision_revises_id_plan"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_plan_revision")),
        sa.UniqueConstraint("revises_id", name=op.f("uq_plan_revision_revises_id")),
    )
    op.create_table(
        "revision_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('accepted', 'declined', 'separate')", name=op.f("ck_revision_decision_verdict_known")
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["person.id"], name=op.f("fk_revision_decision_actor_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["draft.id"], name=op.f("fk_revision_decision_draft_id_draft"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk_revision_decision_plan_id_plan"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_revision_decision_task_id_task"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision_decision")),
    )
    op.create_index("ix_revision_decision_once", "revision_decision", ["plan_id", "task_id", "draft_id"], unique=True)
    op.create_index(op.f("ix_revision_decision_task_id"), "revision_decision", ["task_id"], unique=False)
    _say_events(AFTER)


def downgrade() -> None:
    op.execute("DELETE FROM history_entry WHERE event = 'revise'")
    _say_events(BEFORE)
    op.drop_table("revision_decision")
    op.drop_table("plan_revision")


def _say_events(known: str) -> None:
    """Gives the history's guard another list of events; nothing refers to its rows, so SQLite may copy them."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_history_entry_event_known"), "history_entry", type_="check")
        op.create_check_constraint(op.f("ck_history_entry_event_known"), "history_entry", known)
        return
    with op.batch_alter_table("history_entry", copy_from=_history(known), recreate="always"):
        pass


def _history(known: str) -> sa.Table:
    table = sa.Table(
        "history_entry",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=64), nullable=False),
        sa.Column("from_state", sa.String(20), nullable=True),
        sa.Column("to_state", sa.String(20), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(1), nullable=True),
        sa.Column("due_from", sa.Date(), nullable=True),
        sa.Column("due_to", sa.Date(), nullable=True),
        sa.CheckConstraint(known, name=op.f("ck_history_entry_event_known")),
        sa.CheckConstraint(f"to_state IN ({STATES})", name=op.f("ck_history_entry_to_state_known")),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["person.id"], name=op.f("fk_history_entry_actor_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignment.id"],
            name=op.f("fk_history_entry_assignment_id_assignment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_entry")),
    )
    sa.Index("ix_history_entry_actor_id", table.c.actor_id)
    sa.Index("ix_history_entry_assignment_id", table.c.assignment_id)
    return table
