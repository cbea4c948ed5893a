"""Indicators of a plan"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "indicator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("category", sa.String(length=300), nullable=False),
        sa.Column("measure", sa.String(length=60), nullable=True),
        sa.Column("base", sa.String(length=200), nullable=True),
        sa.Column("base_value", sa.Float(), nullable=True),
        sa.Column("base_year", sa.Integer(), nullable=True),
        sa.Column("target", sa.String(length=200), nullable=True),
        sa.Column("target_value", sa.Float(), nullable=True),
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


def downgrade() -> None:
    op.drop_table("indicator")
