"""Indexes in the very order of long lists: what is chased by its date, and what waits by when it came, tasks by title"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

CHASED = "state IN ('dispatched', 'declined', 'in_progress', 'submitted')"
WAITING = "state IN ('submitted', 'declined')"


def upgrade() -> None:
    for name, columns, condition in (
        ("ix_assignment_chased_due", ["due_on", "id", "task_id", "unit_id"], CHASED),
        ("ix_assignment_waiting", ["state", "changed_at", "id"], WAITING),
    ):
        where = sa.text(condition)
        op.create_index(name, "assignment", columns, sqlite_where=where, postgresql_where=where)
    op.create_index("ix_task_title", "task", ["title"])


def downgrade() -> None:
    op.drop_index("ix_task_title", "task")
    op.drop_index("ix_assignment_waiting", "assignment")
    op.drop_index("ix_assignment_chased_due", "assignment")
