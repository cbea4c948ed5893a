"""What supervision works with: evidence, extensions, handlers, divisions, measures, links, and more kinds of history"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATES = "'dispatched', 'declined', 'in_progress', 'submitted', 'suspended', 'completed', 'withdrawn'"
LIFECYCLE = "'sign_for', 'decline', 'dispatch', 'report', 'submit', 'return', 'accept', 'suspend', 'resume', 'withdraw', 'reopen'"
BEFORE = f"event IN ('adopt', 'set_date', 'revise', {LIFECYCLE})"
NEW = (
    "'ask_extension', 'grant_extension', 'refuse_extension', 'recall_extension', 'urge', 'remark', 'hand_over', "
    "'name_handler', 'divide', 'join', 'report_milestone'"
)
AFTER = f"event IN ('adopt', 'set_date', 'revise', {NEW}, {LIFECYCLE})"
OPEN_MILESTONE = "reached_on IS NULL AND due_on IS NOT NULL"


def upgrade() -> None:
    op.add_column("task", sa.Column("evidence_required", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("task", sa.Column("awaits_opinions", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("assignment", sa.Column("sign_by_on", sa.Date(), nullable=True))
    op.add_column("milestone", sa.Column("reached_on", sa.Date(), nullable=True))
    op.add_column("milestone", sa.Column("overdue_flagged_on", sa.Date(), nullable=True))
    op.create_index(
        "ix_milestone_open_due",
        "milestone",
        ["due_on"],
        sqlite_where=sa.text(OPEN_MILESTONE),
        postgresql_where=sa.text(OPEN_MILESTONE),
    )
    _give_indicators_an_owner()
    _change_history(AFTER, with_units=True)
    _create_tables()


def _create_tables() -> None:
    op.create_table(
        "indicator_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_by_id", sa.Integer(), nullable=True),
        sa.Column("reported_by_name", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("year BETWEEN 1990 AND 2100", name=op.f("ck_indicator_reading_year_range")),
        sa.ForeignKeyConstraint(
            ["indicator_id"],
            ["indicator.id"],
            name=op.f("fk_indicator_reading_indicator_id_indicator"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["reported_by_id"],
            ["person.id"],
            name=op.f("fk_indicator_reading_reported_by_id_person"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_reading")),
        sa.UniqueConstraint("indicator_id", "year", name=op.f("uq_indicator_reading_indicator_id_year")),
    )
    op.create_table(
        "division",
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["person.id"], name=op.f("fk_division_made_by_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["assignment.id"], name=op.f("fk_division_parent_id_assignment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_division_task_id_task"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_division")),
    )
    op.create_index(op.f("ix_division_parent_id"), "division", ["parent_id"], unique=False)
    op.create_table(
        "extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("due_from", sa.Date(), nullable=True),
        sa.Column("wanted_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_by_name", sa.String(length=64), nullable=False),
        sa.Column("granted_on", sa.Date(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_by_name", sa.String(length=64), nullable=True),
        sa.Column("decision_words", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'asked') = (decided_at IS NULL)", name=op.f("ck_extension_decided_dated")),
        sa.CheckConstraint("(state = 'granted') = (granted_on IS NOT NULL)", name=op.f("ck_extension_granted_dated")),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_extension_reasoned")),
        sa.CheckConstraint(
            "state IN ('asked', 'granted', 'refused', 'recalled')", name=op.f("ck_extension_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["person.id"], name=op.f("fk_extension_asked_by_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_extension_assignment_id_assignment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_extension_decided_by_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
    )
    op.create_index(op.f("ix_extension_assignment_id"), "extension", ["assignment_id"], unique=False)
    op.create_index(
        "ix_extension_one_asked",
        "extension",
        ["assignment_id"],
        unique=True,
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_table(
        "handling",
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("leader", sa.String(length=64), nullable=False),
        sa.Column("section", sa.String(length=100), nullable=False),
        sa.Column("handler", sa.String(length=64), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_handling_assignment_id_assignment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["person.id"], name=op.f("fk_handling_changed_by_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("assignment_id", name=op.f("pk_handling")),
    )
    op.create_table(
        "milestone_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("milestone_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("is_reached", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["person.id"], name=op.f("fk_milestone_report_actor_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignment.id"],
            name=op.f("fk_milestone_report_assignment_id_assignment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["milestone_id"],
            ["milestone.id"],
            name=op.f("fk_milestone_report_milestone_id_milestone"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone_report")),
    )
    op.create_index(op.f("ix_milestone_report_assignment_id"), "milestone_report", ["assignment_id"], unique=False)
    op.create_index(op.f("ix_milestone_report_milestone_id"), "milestone_report", ["milestone_id"], unique=False)
    op.create_table(
        "report_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_by_name", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_by", sa.String(length=64), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignment.id"],
            name=op.f("fk_report_link_assignment_id_assignment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["person.id"], name=op.f("fk_report_link_made_by_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_link")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_report_link_secret_hash")),
    )
    op.create_index(op.f("ix_report_link_assignment_id"), "report_link", ["assignment_id"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("history_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("added_by_name", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_evidence_named")),
        sa.CheckConstraint("size > 0", name=op.f("ck_evidence_not_empty")),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["person.id"], name=op.f("fk_evidence_added_by_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_evidence_assignment_id_assignment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["history_id"], ["history_entry.id"], name=op.f("fk_evidence_history_id_history_entry"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index(op.f("ix_evidence_assignment_id"), "evidence", ["assignment_id"], unique=False)
    op.create_index(op.f("ix_evidence_history_id"), "evidence", ["history_id"], unique=False)


def downgrade() -> None:
    for table in (
        "evidence",
        "report_link",
        "milestone_report",
        "handling",
        "extension",
        "division",
        "indicator_reading",
    ):
        op.drop_table(table)
    events = sa.column("event", sa.String())
    op.execute(sa.delete(sa.table("history_entry", events)).where(events.in_(NEW.replace("'", "").split(", "))))
    _change_history(BEFORE, with_units=False)
    op.drop_index("ix_milestone_open_due", "milestone")
    _take_owner_from_indicators()
    op.drop_column("milestone", "overdue_flagged_on")
    op.drop_column("milestone", "reached_on")
    op.drop_column("assignment", "sign_by_on")
    op.drop_column("task", "awaits_opinions")
    op.drop_column("task", "evidence_required")


def _give_indicators_an_owner() -> None:
    # Nothing refers to an indicator yet, so SQLite may copy the rows.
    with op.batch_alter_table("indicator", copy_from=_indicator()) as batch:
        batch.add_column(sa.Column("owner_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_indicator_owner_id_unit"), "unit", ["owner_id"], ["id"], ondelete="SET NULL")
        batch.create_index(op.f("ix_indicator_owner_id"), ["owner_id"])


def _take_owner_from_indicators() -> None:
    op.drop_index(op.f("ix_indicator_owner_id"), "indicator")
    if op.get_bind().dialect.name != "sqlite":
        op.drop_column("indicator", "owner_id")
        return
    with op.batch_alter_table("indicator", copy_from=_indicator(), recreate="always"):
        pass


def _indicator() -> sa.Table:
    """The indicators as they stood before."""
    return sa.Table(
        "indicator",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("category", sa.String(length=300), nullable=False),
        sa.Column("measure", sa.String(length=60), nullable=True),
        sa.Column("base", sa.String(length=200), nullable=True),
        sa.Column("base_value", sa.Double(), nullable=True),
        sa.Column("base_year", sa.Integer(), nullable=True),
        sa.Column("target", sa.String(length=200), nullable=True),
        sa.Column("target_value", sa.Double(), nullable=True),
        sa.Column("target_year", sa.Integer(), nullable=True),
        sa.Column("growth", sa.String(length=200), nullable=True),
        sa.Column("binding", sa.String(20), nullable=True),
        sa.Column("units", sa.JSON(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.CheckConstraint("binding IN ('binding', 'expected')", name=op.f("ck_indicator_binding_known")),
        sa.CheckConstraint("name <> ''", name=op.f("ck_indicator_named")),
        sa.CheckConstraint('start >= 0 AND "end" >= start', name=op.f("ck_indicator_span")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_indicator_plan_id_plan"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator")),
        sa.UniqueConstraint("plan_id", "position", name=op.f("uq_indicator_plan_id_position")),
    )


def _change_history(known: str, *, with_units: bool) -> None:
    """Gives the history another list of events, and its two columns of units, or takes them away."""
    if op.get_bind().dialect.name == "sqlite":
        # Nothing refers to the history's rows yet, so SQLite may copy them.
        with op.batch_alter_table("history_entry", copy_from=_history(known), recreate="always") as batch:
            for name in ("unit_from_id", "unit_to_id") if with_units else ():
                batch.add_column(sa.Column(name, sa.Integer(), nullable=True))
                batch.create_foreign_key(
                    op.f(f"fk_history_entry_{name}_unit"), "unit", [name], ["id"], ondelete="SET NULL"
                )
        return
    op.drop_constraint(op.f("ck_history_entry_event_known"), "history_entry", type_="check")
    op.create_check_constraint(op.f("ck_history_entry_event_known"), "history_entry", known)
    for name in ("unit_from_id", "unit_to_id"):
        if with_units:
            op.add_column("history_entry", sa.Column(name, sa.Integer(), nullable=True))
            op.create_foreign_key(
                op.f(f"fk_history_entry_{name}_unit"), "history_entry", "unit", [name], ["id"], ondelete="SET NULL"
            )
        else:
            op.drop_column("history_entry", name)


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
