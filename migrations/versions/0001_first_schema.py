"""The first schema"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "office_setting",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_office_setting")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("failed_sign_ins", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("login = lower(login) AND login <> ''", name=op.f("ck_person_login_lower")),
        sa.CheckConstraint("name <> ''", name=op.f("ck_person_named")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("login", name=op.f("uq_person_login")),
    )
    op.create_table(
        "seed_entry",
        sa.Column("key", sa.String(length=220), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_seed_entry")),
    )
    op.create_table(
        "sweep_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("flagged", sa.Integer(), nullable=False),
        sa.Column("recorded", sa.Integer(), nullable=False),
        sa.Column("mailed", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sweep_run")),
    )
    with op.batch_alter_table("sweep_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sweep_run_day"), ["day"], unique=False)

    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("full_name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("seed_key", sa.String(length=100), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('government', 'department', 'section', 'coordination', 'institution', 'party', 'congress', 'consultative', 'judicial', 'military', 'central', 'mass', 'democratic_party', 'county', 'county_department', 'town', 'zone', 'enterprise', 'school', 'hospital', 'media', 'collective', 'other')",
            name=op.f("ck_unit_kind_known"),
        ),
        sa.CheckConstraint("name <> '' AND full_name <> ''", name=op.f("ck_unit_named")),
        sa.CheckConstraint("path LIKE '/%/'", name=op.f("ck_unit_path_form")),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id_unit"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("path", name=op.f("uq_unit_path")),
        sa.UniqueConstraint("seed_key", name=op.f("uq_unit_seed_key")),
    )
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(
            "ix_unit_path_prefix", ["path"], unique=False, postgresql_ops={"path": "varchar_pattern_ops"}
        )

    op.create_table(
        "person_standing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(20), nullable=False),
        sa.CheckConstraint(
            "office IN ('liaison', 'supervisor', 'leader', 'administrator')",
            name=op.f("ck_person_standing_office_known"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_standing_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_person_standing_unit_id_unit"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_standing")),
        sa.UniqueConstraint("person_id", "unit_id", "office", name=op.f("uq_person_standing_person_id_unit_id_office")),
    )
    with op.batch_alter_table("person_standing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_standing_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("format", sa.String(length=10), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("characters", sa.Integer(), nullable=False),
        sa.Column("imported_by_id", sa.Integer(), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_source_sha256_form")),
        sa.ForeignKeyConstraint(
            ["imported_by_id"], ["person.id"], name=op.f("fk_source_imported_by_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["unit.id"], name=op.f("fk_source_scope_id_unit"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("scope_id", "sha256", name=op.f("uq_source_scope_id_sha256")),
    )
    op.create_table(
        "unit_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("seed_key", sa.String(length=100), nullable=True),
        sa.ForeignKeyConstraint(
            ["scope_id"], ["unit.id"], name=op.f("fk_unit_group_scope_id_unit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_group")),
        sa.UniqueConstraint("scope_id", "name", name=op.f("uq_unit_group_scope_id_name")),
        sa.UniqueConstraint("seed_key", name=op.f("uq_unit_group_seed_key")),
    )
    with op.batch_alter_table("unit_group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_group_scope_id"), ["scope_id"], unique=False)

    op.create_table(
        "plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("seed_key", sa.String(length=100), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=True),
        sa.Column("issuer", sa.String(length=200), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("effective_until", sa.Date(), nullable=True),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("end", sa.Integer(), nullable=True),
        sa.Column("doubts", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("title <> ''", name=op.f("ck_plan_titled")),
        sa.CheckConstraint(
            '(start IS NULL AND "end" IS NULL) OR (start >= 0 AND "end" >= start)', name=op.f("ck_plan_span")
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["unit.id"], name=op.f("fk_plan_scope_id_unit"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_plan_source_id_source"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("seed_key", name=op.f("uq_plan_seed_key")),
    )
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.create_index("ix_plan_issued_on", ["issued_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_scope_id"), ["scope_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_plan_source_id"), ["source_id"], unique=False)

    op.create_table(
        "unit_group_member",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["unit_group.id"], name=op.f("fk_unit_group_member_group_id_unit_group"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_unit_group_member_unit_id_unit"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("group_id", "unit_id", name=op.f("pk_unit_group_member")),
    )
    with op.batch_alter_table("unit_group_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_group_member_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "unit_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scope_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.CheckConstraint("key <> ''", name=op.f("ck_unit_name_key_given")),
        sa.CheckConstraint("(unit_id IS NULL) <> (group_id IS NULL)", name=op.f("ck_unit_name_names_one_thing")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["unit_group.id"], name=op.f("fk_unit_name_group_id_unit_group"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["scope_id"], ["unit.id"], name=op.f("fk_unit_name_scope_id_unit"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_name_unit_id_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_name")),
        sa.UniqueConstraint("scope_id", "key", name=op.f("uq_unit_name_scope_id_key")),
    )
    with op.batch_alter_table("unit_name", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_name_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_name_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("path", sa.JSON(), nullable=False),
        sa.Column("form", sa.String(20), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("units", sa.JSON(), nullable=False),
        sa.Column("deadline_text", sa.Text(), nullable=True),
        sa.Column("deadline_kind", sa.String(20), nullable=False),
        sa.Column("deadline_basis", sa.String(20), nullable=True),
        sa.Column("deadline_rule", sa.String(length=60), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("milestones", sa.JSON(), nullable=False),
        sa.Column("doubts", sa.JSON(), nullable=False),
        sa.Column("edited", sa.Boolean(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "deadline_basis IN ('clause', 'paragraph', 'plan', 'review')", name=op.f("ck_draft_deadline_basis_known")
        ),
        sa.CheckConstraint(
            "deadline_kind IN ('fixed', 'recurring', 'ongoing', 'relative', 'event', 'none')",
            name=op.f("ck_draft_deadline_kind_known"),
        ),
        sa.CheckConstraint(
            "form IN ('bracket', 'line', 'inline', 'table', 'supply', 'prose', 'duty')",
            name=op.f("ck_draft_form_known"),
        ),
        sa.CheckConstraint("state IN ('open', 'adopted', 'dropped')", name=op.f("ck_draft_state_known")),
        sa.CheckConstraint('start >= 0 AND "end" >= start', name=op.f("ck_draft_span")),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["person.id"], name=op.f("fk_draft_changed_by_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_draft_plan_id_plan"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("plan_id", "position", name=op.f("uq_draft_plan_id_position")),
    )
    op.create_table(
        "feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("scope", sa.String(20), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("plan_id", sa.Integer(), nullable=True),
        sa.Column("flavour", sa.String(20), nullable=False),
        sa.Column("redaction", sa.String(20), nullable=False),
        sa.Column("alarm", sa.Boolean(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fetched_by", sa.String(length=200), nullable=True),
        sa.Column("content_key", sa.String(length=64), nullable=True),
        sa.Column("etag", sa.String(length=64), nullable=True),
        sa.CheckConstraint("(scope = 'plan') = (plan_id IS NOT NULL)", name=op.f("ck_feed_plan_scope")),
        sa.CheckConstraint("(scope = 'unit') = (unit_id IS NOT NULL)", name=op.f("ck_feed_unit_scope")),
        sa.CheckConstraint("flavour IN ('event', 'todo')", name=op.f("ck_feed_flavour_known")),
        sa.CheckConstraint("redaction IN ('full', 'title_unit', 'count')", name=op.f("ck_feed_redaction_known")),
        sa.CheckConstraint("scope IN ('unit', 'plan', 'all', 'overdue')", name=op.f("ck_feed_scope_known")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_feed_owner_id_person"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_feed_plan_id_plan"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_feed_unit_id_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_feed_token_hash")),
        sa.UniqueConstraint("uid", name=op.f("uq_feed_uid")),
    )
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feed_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=True),
        sa.Column("seed_key", sa.String(length=100), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("path", sa.JSON(), nullable=False),
        sa.Column("form", sa.String(20), nullable=False),
        sa.Column("quote", sa.Text(), nullable=True),
        sa.Column("start", sa.Integer(), nullable=True),
        sa.Column("end", sa.Integer(), nullable=True),
        sa.Column("deadline_text", sa.Text(), nullable=True),
        sa.Column("deadline_kind", sa.String(20), nullable=False),
        sa.Column("deadline_basis", sa.String(20), nullable=True),
        sa.Column("deadline_rule", sa.String(length=60), nullable=True),
        sa.Column("original_due_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("adopted_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state = 'completed') = (completed_on IS NOT NULL)", name=op.f("ck_task_completed_dated")),
        sa.CheckConstraint(
            "deadline_basis IN ('clause', 'paragraph', 'plan', 'review')", name=op.f("ck_task_deadline_basis_known")
        ),
        sa.CheckConstraint(
            "deadline_kind IN ('fixed', 'recurring', 'ongoing', 'relative', 'event', 'none')",
            name=op.f("ck_task_deadline_kind_known"),
        ),
        sa.CheckConstraint(
            "form IN ('bracket', 'line', 'inline', 'table', 'supply', 'prose', 'duty')", name=op.f("ck_task_form_known")
        ),
        sa.CheckConstraint("state IN ('open', 'completed', 'withdrawn')", name=op.f("ck_task_state_known")),
        sa.CheckConstraint("title <> ''", name=op.f("ck_task_titled")),
        sa.ForeignKeyConstraint(
            ["adopted_by_id"], ["person.id"], name=op.f("fk_task_adopted_by_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["draft_id"], ["draft.id"], name=op.f("fk_task_draft_id_draft"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_task_plan_id_plan"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
        sa.UniqueConstraint("draft_id", name=op.f("uq_task_draft_id")),
        sa.UniqueConstraint("seed_key", name=op.f("uq_task_seed_key")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_task_due_on"), ["due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("written_name", sa.String(length=200), nullable=False),
        sa.Column("inherited", sa.Boolean(), nullable=False),
        sa.Column("leads_by_custom", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("original_due_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("overdue_flagged_on", sa.Date(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(1), nullable=True),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'completed') = (completed_on IS NOT NULL)", name=op.f("ck_assignment_completed_dated")
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_on IS NOT NULL)", name=op.f("ck_assignment_withdrawn_dated")
        ),
        sa.CheckConstraint("outcome IS NULL OR outcome IN ('A', 'B', 'C')", name=op.f("ck_assignment_outcome_known")),
        sa.CheckConstraint("role IN ('lead', 'responsible', 'support')", name=op.f("ck_assignment_role_known")),
        sa.CheckConstraint(
            "state IN ('dispatched', 'declined', 'in_progress', 'submitted', 'suspended', 'completed', 'withdrawn')",
            name=op.f("ck_assignment_state_known"),
        ),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_assignment_percent_range")),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_assignment_task_id_task"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_assignment_unit_id_unit"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("task_id", "unit_id", name=op.f("uq_assignment_task_id_unit_id")),
        sa.UniqueConstraint("uid", name=op.f("uq_assignment_uid")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index("ix_assignment_state_due", ["state", "due_on"], unique=False)
        batch_op.create_index(
            "ix_assignment_unflagged",
            ["due_on"],
            unique=False,
            sqlite_where=sa.text("overdue_flagged_on IS NULL AND state NOT IN ('completed', 'withdrawn')"),
            postgresql_where=sa.text("overdue_flagged_on IS NULL AND state NOT IN ('completed', 'withdrawn')"),
        )
        batch_op.create_index("ix_assignment_changed", ["changed_at"], unique=False)
        batch_op.create_index(
            "ix_assignment_flag_outdated",
            ["id"],
            unique=False,
            sqlite_where=sa.text("overdue_flagged_on IS NOT NULL AND (due_on IS NULL OR due_on >= overdue_flagged_on)"),
            postgresql_where=sa.text(
                "overdue_flagged_on IS NOT NULL AND (due_on IS NULL OR due_on >= overdue_flagged_on)"
            ),
        )
        batch_op.create_index("ix_assignment_unit_state_due", ["unit_id", "state", "due_on"], unique=False)

    op.create_table(
        "milestone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("recurrence", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"], name=op.f("fk_milestone_task_id_task"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_milestone")),
        sa.UniqueConstraint("uid", name=op.f("uq_milestone_uid")),
    )
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_milestone_task_id"), ["task_id"], unique=False)

    op.create_table(
        "history_entry",
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
        sa.CheckConstraint(
            "event IN ('adopt', 'sign_for', 'decline', 'dispatch', 'report', 'submit', 'return', 'accept', 'suspend', 'resume', 'withdraw', 'reopen')",
            name=op.f("ck_history_entry_event_known"),
        ),
        sa.CheckConstraint(
            "to_state IN ('dispatched', 'declined', 'in_progress', 'submitted', 'suspended', 'completed', 'withdrawn')",
            name=op.f("ck_history_entry_to_state_known"),
        ),
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
    with op.batch_alter_table("history_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_history_entry_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_history_entry_assignment_id"), ["assignment_id"], unique=False)

    op.create_table(
        "notice",
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
        sa.CheckConstraint("kind IN ('due_soon', 'overdue')", name=op.f("ck_notice_kind_known")),
        sa.CheckConstraint("late_days >= 0", name=op.f("ck_notice_late_days_positive")),
        sa.CheckConstraint("(mail_state = 'sent') = (mailed_at IS NOT NULL)", name=op.f("ck_notice_mailed_dated")),
        sa.CheckConstraint(
            "mail_state IN ('waiting', 'sent', 'unneeded', 'no_address', 'failed')",
            name=op.f("ck_notice_mail_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"], ["assignment.id"], name=op.f("fk_notice_assignment_id_assignment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_notice_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint(
            "assignment_id",
            "kind",
            "due_on",
            "step",
            "recipient_key",
            name=op.f("uq_notice_assignment_id_kind_due_on_step_recipient_key"),
        ),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index("ix_notice_person_recorded", ["person_id", "recorded_at"], unique=False)
        batch_op.create_index(
            "ix_notice_unmailed",
            ["person_id"],
            unique=False,
            sqlite_where=sa.text("mail_state = 'waiting'"),
            postgresql_where=sa.text("mail_state = 'waiting'"),
        )
        batch_op.create_index(
            "ix_notice_unread",
            ["person_id"],
            unique=False,
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_notice_unread", sqlite_where=sa.text("read_at IS NULL"), postgresql_where=sa.text("read_at IS NULL")
        )
        batch_op.drop_index(
            "ix_notice_unmailed",
            sqlite_where=sa.text("mail_state = 'waiting'"),
            postgresql_where=sa.text("mail_state = 'waiting'"),
        )
        batch_op.drop_index("ix_notice_person_recorded")

    op.drop_table("notice")
    with op.batch_alter_table("history_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_history_entry_assignment_id"))
        batch_op.drop_index(batch_op.f("ix_history_entry_actor_id"))

    op.drop_table("history_entry")
    with op.batch_alter_table("milestone", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_milestone_task_id"))

    op.drop_table("milestone")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index("ix_assignment_unit_state_due")
        batch_op.drop_index(
            "ix_assignment_flag_outdated",
            sqlite_where=sa.text("overdue_flagged_on IS NOT NULL AND (due_on IS NULL OR due_on >= overdue_flagged_on)"),
            postgresql_where=sa.text(
                "overdue_flagged_on IS NOT NULL AND (due_on IS NULL OR due_on >= overdue_flagged_on)"
            ),
        )
        batch_op.drop_index("ix_assignment_changed")
        batch_op.drop_index(
            "ix_assignment_unflagged",
            sqlite_where=sa.text("overdue_flagged_on IS NULL AND state NOT IN ('completed', 'withdrawn')"),
            postgresql_where=sa.text("overdue_flagged_on IS NULL AND state NOT IN ('completed', 'withdrawn')"),
        )
        batch_op.drop_index("ix_assignment_state_due")

    op.drop_table("assignment")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_task_plan_id"))
        batch_op.drop_index(batch_op.f("ix_task_due_on"))

    op.drop_table("task")
    with op.batch_alter_table("feed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feed_owner_id"))

    op.drop_table("feed")
    op.drop_table("draft")
    with op.batch_alter_table("unit_name", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_name_unit_id"))
        batch_op.drop_index(batch_op.f("ix_unit_name_group_id"))

    op.drop_table("unit_name")
    with op.batch_alter_table("unit_group_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_group_member_unit_id"))

    op.drop_table("unit_group_member")
    with op.batch_alter_table("plan", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_plan_source_id"))
        batch_op.drop_index(batch_op.f("ix_plan_scope_id"))
        batch_op.drop_index("ix_plan_issued_on")

    op.drop_table("plan")
    with op.batch_alter_table("unit_group", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_group_scope_id"))

    op.drop_table("unit_group")
    op.drop_table("source")
    with op.batch_alter_table("person_standing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_standing_unit_id"))

    op.drop_table("person_standing")
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_index("ix_unit_path_prefix", postgresql_ops={"path": "varchar_pattern_ops"})
        batch_op.drop_index(batch_op.f("ix_unit_parent_id"))

    op.drop_table("unit")
    with op.batch_alter_table("sweep_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sweep_run_day"))

    op.drop_table("sweep_run")
    op.drop_table("seed_entry")
    op.drop_table("person")
    op.drop_table("office_setting")
