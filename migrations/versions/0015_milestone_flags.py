"""The sweep finds milestones whose flag is outdated by an index of its own, as it does parts"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

OUTDATED = sa.text("overdue_flagged_on IS NOT NULL AND (due_on IS NULL OR due_on >= overdue_flagged_on)")


def upgrade() -> None:
    op.create_index("ix_milestone_flag_outdated", "milestone", ["id"], sqlite_where=OUTDATED, postgresql_where=OUTDATED)


def downgrade() -> None:
    op.drop_index("ix_milestone_flag_outdated", "milestone")
