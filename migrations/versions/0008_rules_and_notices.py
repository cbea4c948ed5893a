"""Rules as data in versions, robots of group chats, and notices of more kinds"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KINDS_BEFORE = "kind IN ('due_soon', 'overdue')"
KINDS = (
    "kind IN ('due_soon', 'overdue', 'milestone_soon', 'milestone_late', 'unsigned', 'report_late', 'dispatched', "
    "'decided', 'urged', 'remark', 'handed_over')"
)
KEY_BEFORE = ["assignment_id", "kind", "due_on", "step", "recipient_key"]
KEY = [*KEY_BEFORE, "subject"]
MAIL_STATES = "'waiting', 'sent', 'unneeded', 'no_address', 'failed'"


def upgrade() -> None:
    _change_notices(KINDS, KEY_BEFORE, KEY, with_words=True)
    op.create_table(
        "robot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("webhook", sa.String(length=500), nullable=False),
        sa.Column("secret", sa.String(length=200), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('wecom', 'dingtalk', 'feishu')", name=op.f("ck_robot_kind_known")),
        sa.CheckConstraint("name <> ''", name=op.f("ck_robot_named")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["person.id"], name=op.f("fk_robot_created_by_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_robot_unit_id_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_robot")),
    )
    op.create_index(op.f("ix_robot_unit_id"), "robot", ["unit_id"], unique=False)
    op.create_table(
        "rule_pack",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("in_force_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.Column("made_by_name", sa.String(length=64), nullable=False),
        sa.CheckConstraint("kind IN ('lights', 'notices', 'scoring')", name=op.f("ck_rule_pack_kind_known")),
        sa.CheckConstraint("version > 0", name=op.f("ck_rule_pack_version_positive")),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["person.id"], name=op.f("fk_rule_pack_made_by_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_pack")),
        sa.UniqueConstraint("kind", "version", name=op.f("uq_rule_pack_kind_version")),
    )
    op.create_table(
        "robot_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("robot_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_robot_message_sent_dated")),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'unneeded', 'no_address', 'failed')",
            name=op.f("ck_robot_message_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["robot_id"], ["robot.id"], name=op.f("fk_robot_message_robot_id_robot"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_robot_message")),
        sa.UniqueConstraint("robot_id", "key", name=op.f("uq_robot_message_robot_id_key")),
    )
    op.create_index(
        "ix_robot_message_waiting",
        "robot_message",
        ["robot_id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    op.drop_table("robot_message")
    op.drop_table("robot")
    op.drop_table("rule_pack")
    kinds = sa.column("kind", sa.String())
    op.execute(sa.delete(sa.table("notice", kinds)).where(kinds.not_in(("due_soon", "overdue"))))
    _change_notices(KINDS_BEFORE, KEY, KEY_BEFORE, with_words=False)


def _new_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("subject", sa.String(length=40), server_default="", nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("author_name", sa.String(length=64), nullable=True),
    ]


def _named(key: list[str]) -> str:
    return "uq_notice_" + "_".join(key)


def _change_notices(kinds: str, old: list[str], new: list[str], *, with_words: bool) -> None:
    """Gives the notices another list of kinds and another key, and their words, or takes these away."""
    if op.get_bind().dialect.name == "sqlite":
        # Nothing refers to a notice, so SQLite may copy the rows.
        with op.batch_alter_table("notice", copy_from=_notice(kinds), recreate="always") as batch:
            for each in _new_columns() if with_words else ():
                batch.add_column(each)
            batch.create_unique_constraint(op.f(_named(new)), new)
        return
    op.drop_constraint(op.f("ck_notice_kind_known"), "notice", type_="check")
    op.drop_constraint(op.f(_named(old)), "notice", type_="unique")
    for each in _new_columns():
        if with_words:
            op.add_column("notice", each)
        else:
            op.drop_column("notice", each.name)
    op.create_unique_constraint(op.f(_named(new)), "notice", new)
    op.create_check_constraint(op.f("ck_notice_kind_known"), "notice", kinds)


def _notice(kinds: str) -> sa.Table:
    """The notices without their key and without the columns that are new here."""
    table = sa.Table(
        "notice",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("recipient_key", sa.String(length=30), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late_days", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_state", sa.String(20), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mail_attempts", sa.Integer(), nullable=False),
        sa.Column("mail_error", sa.Text(), nullable=True),
        sa.CheckConstraint(kinds, name=op.f("ck_notice_kind_known")),
        sa.CheckConstraint("late_days >= 0", name=op.f("ck_notice_late_days_positive")),
        sa.CheckConstraint("(mail_state = 'sent') = (mailed_at IS NOT NULL)", name=op.f("ck_notice_mailed_dated")),
        sa.CheckConstraint(f"mail_state IN ({MAIL_STATES})", name=op.f("ck_notice_mail_state_known")),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_notice_assignment_id_assignment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_notice_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    sa.Index("ix_notice_person_recorded", table.c.person_id, table.c.recorded_at)
    for name, condition in (("ix_notice_unmailed", "mail_state = 'waiting'"), ("ix_notice_unread", "read_at IS NULL")):
        sa.Index(name, table.c.person_id, sqlite_where=sa.text(condition), postgresql_where=sa.text(condition))
    return table
