"""Files that are being read: how far each is, and its bytes while it lasts"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reading_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("already", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('running', 'done', 'refused', 'cancelled')", name=op.f("ck_reading_job_state_known")
        ),
        sa.CheckConstraint("(state = 'running') = (ended_at IS NULL)", name=op.f("ck_reading_job_ended_dated")),
        sa.CheckConstraint("done >= 0 AND total >= 0", name=op.f("ck_reading_job_parts_positive")),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["unit.id"], name=op.f("fk_reading_job_scope_id_unit"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_reading_job_owner_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_reading_job_source_id_source"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading_job")),
    )
    op.create_index(
        "uq_reading_job_running",
        "reading_job",
        ["scope_id", "sha256"],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "reading_upload",
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["reading_job.id"], name=op.f("fk_reading_upload_job_id_reading_job"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_reading_upload")),
    )


def downgrade() -> None:
    op.drop_table("reading_upload")
    op.drop_index("uq_reading_job_running", "reading_job")
    op.drop_table("reading_job")
