"""Two more kinds of history: a recurring duty changed, and evidence required or no longer"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

STATES = "'dispatched', 'declined', 'in_progress', 'submitted', 'suspended', 'completed', 'withdrawn'"
LIFECYCLE = "'sign_for', 'decline', 'dispatch', 'report', 'submit', 'return', 'accept', 'suspend', 'resume', 'withdraw', 'reopen'"
OTHERS = (
    "'ask_extension', 'grant_extension', 'refuse_extension', 'recall_extension', 'urge', 'remark', 'hand_over', "
    "'name_handler', 'divide', 'join', 'report_milestone'"
)
NEW = ("change_series", "require_evidence")
BEFORE = f"event IN ('adopt', 'set_date', 'revise', {OTHERS}, {LIFECYCLE})"
AFTER = f"event IN ('adopt', 'set_date', 'revise', 'change_series', 'require_evidence', {OTHERS}, {LIFECYCLE})"

_EVIDENCE = sa.table("evidence", sa.column("id", sa.Integer()), sa.column("history_id", sa.Integer()))


def upgrade() -> None:
    _change_events(AFTER)


def downgrade() -> None:
    event = sa.column("event", sa.String())
    entries = sa.table("history_entry", event)
    # What the earlier list does not know is told as it was told then; the words stay.
    op.execute(sa.update(entries).where(event.in_(NEW)).values(event="set_date"))
    _change_events(BEFORE)


def _change_events(known: str) -> None:
    """Gives the history another list of events."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_history_entry_event_known"), "history_entry", type_="check")
        op.create_check_constraint(op.f("ck_history_entry_event_known"), "history_entry", known)
        return
    # SQLite copies the rows and drops the old table, which empties what refers to them: that is put back.
    files = op.get_bind().execute(sa.select(_EVIDENCE).where(_EVIDENCE.c.history_id.is_not(None))).all()
    with op.batch_alter_table("history_entry", copy_from=_history(known), recreate="always"):
        pass
    if files:
        back = sa.update(_EVIDENCE).where(_EVIDENCE.c.id == sa.bindparam("file"))
        values = [{"file": file_id, "entry": entry_id} for file_id, entry_id in files]
        op.get_bind().execute(back.values(history_id=sa.bindparam("entry")), values)


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
        sa.Column("unit_from_id", sa.Integer(), nullable=True),
        sa.Column("unit_to_id", sa.Integer(), nullable=True),
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
        *(
            sa.ForeignKeyConstraint(
                [name], ["unit.id"], name=op.f(f"fk_history_entry_{name}_unit"), ondelete="SET NULL"
            )
            for name in ("unit_from_id", "unit_to_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_entry")),
    )
    sa.Index("ix_history_entry_actor_id", table.c.actor_id)
    sa.Index("ix_history_entry_assignment_id", table.c.assignment_id)
    return table
