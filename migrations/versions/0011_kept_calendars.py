"""Calendars from kept bytes: what of a part changed is counted by the database itself, and each client's polls are noted"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OLD_SCOPES = ("unit", "plan", "all", "overdue")
SCOPES = ("unit", "unit_tree", "plan", "mine", "all", "overdue", "key")

# Whether a milestone is still pressed for, and its stamp, depend on the parts beside it.
HAS_MILESTONES = "EXISTS (SELECT 1 FROM milestone WHERE task_id = NEW.task_id)"
# What of a row a calendar shows. A part's own columns concern its own entry; where it stands in the task, the entries
# of all units in it.
PART_SHOWN = (
    "uid, state, due_on, original_due_on, percent, dispatched_at, sign_by_on, completed_on, withdrawn_on, changed_at, "
    "sequence"
)
PART_PLACED = "task_id, unit_id, role, position"
TASK_SHOWN = "plan_id, title, path, quote, state"
MILESTONE_SHOWN = "uid, task_id, position, text, due_on, reached_on"
UNIT_PLACED = "path, active"
PLAN_SHOWN = "title, number"
# What concerns every calendar: marked under a number that no unit has. On the rules the lights depend (-1), on the
# versions of plans, as on the tree of units, the scopes (0).
WHOLE = {"rule_pack": -1, "calendar_year": -1, "plan_revision": 0}
# Events of the history from which the next report is owed, and the remark, which makes a leader's key task.
TOLD = "'sign_for', 'report', 'return', 'resume', 'reopen', 'report_milestone', 'remark'"


def upgrade() -> None:
    _change_feeds(OLD_SCOPES, SCOPES, with_choices=True)
    for table in ("task", "assignment"):
        op.add_column(table, sa.Column("content_version", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "calendar_mark",
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("deed", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("unit_id", "deed", name=op.f("pk_calendar_mark")),
    )
    op.create_table(
        "calendar_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=True),
        sa.Column("milestone_id", sa.Integer(), nullable=True),
        sa.Column("style", sa.String(length=32), nullable=False),
        sa.Column("part_version", sa.Integer(), nullable=False),
        sa.Column("task_version", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("overdue_line", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("fault", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(assignment_id IS NULL) <> (milestone_id IS NULL)", name=op.f("ck_calendar_entry_one_subject")
        ),
        sa.CheckConstraint("(body IS NULL) <> (fault IS NULL)", name=op.f("ck_calendar_entry_made_or_faulty")),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["assignment.id"],
            name=op.f("fk_calendar_entry_assignment_id_assignment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["milestone_id"],
            ["milestone.id"],
            name=op.f("fk_calendar_entry_milestone_id_milestone"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_entry")),
        sa.UniqueConstraint("assignment_id", "style", name=op.f("uq_calendar_entry_assignment_id_style")),
        sa.UniqueConstraint("milestone_id", "style", name=op.f("uq_calendar_entry_milestone_id_style")),
    )
    op.create_table(
        "feed_client",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("feed_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_status", sa.Integer(), nullable=False),
        sa.Column("last_size", sa.Integer(), nullable=False),
        sa.Column("polls", sa.Integer(), nullable=False),
        sa.Column("bodies", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_feed_client_feed_id_feed"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_client")),
        sa.UniqueConstraint("feed_id", "name", name=op.f("uq_feed_client_feed_id_name")),
    )
    if op.get_bind().dialect.name == "sqlite":
        _count_on_sqlite()
    else:
        _count_on_postgresql()


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, table in _triggers():
        op.execute(f"DROP TRIGGER {name}" + ("" if sqlite else f" ON {table}"))
    if not sqlite:
        for name in FUNCTIONS:
            op.execute(f"DROP FUNCTION {name}")
    scope = sa.column("scope", sa.String())
    op.execute(sa.delete(sa.table("feed", scope)).where(scope.not_in(OLD_SCOPES)))
    for table in ("feed_client", "calendar_entry", "calendar_mark"):
        op.drop_table(table)
    _change_feeds(SCOPES, OLD_SCOPES, with_choices=False)
    for table in ("assignment", "task"):
        op.drop_column(table, "content_version")


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{each}'" for each in words)


def _change_feeds(old: tuple[str, ...], new: tuple[str, ...], *, with_choices: bool) -> None:
    """Other scopes, and whether milestones and the parts in support are shown."""
    choices = [
        sa.Column("with_milestones", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("with_support", sa.Boolean(), nullable=False, server_default=sa.true()),
    ]
    present = _feed(old, [] if with_choices else choices)
    with op.batch_alter_table("feed", copy_from=present if op.get_bind().dialect.name == "sqlite" else None) as batch:
        for name, condition in _conditions(new).items():
            batch.drop_constraint(op.f(f"ck_feed_{name}"), type_="check")
            batch.create_check_constraint(op.f(f"ck_feed_{name}"), condition)
        for choice in choices:
            if with_choices:
                batch.add_column(choice)
            else:
                batch.drop_column(choice.name)


def _conditions(scopes: tuple[str, ...]) -> dict[str, str]:
    of_a_unit = "scope IN ('unit', 'unit_tree')" if "unit_tree" in scopes else "scope = 'unit'"
    return {
        "scope_known": f"scope IN ({_listed(scopes)})",
        "unit_scope": f"({of_a_unit}) = (unit_id IS NOT NULL)",
    }


def _feed(scopes: tuple[str, ...], choices: list[sa.Column]) -> sa.Table:
    """The table as it stands, which SQLite has to copy: it cannot alter a condition in place."""
    table = sa.Table(
        "feed",
        sa.MetaData(),
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
        *choices,
        sa.CheckConstraint("(scope = 'plan') = (plan_id IS NOT NULL)", name=op.f("ck_feed_plan_scope")),
        sa.CheckConstraint("flavour IN ('event', 'todo')", name=op.f("ck_feed_flavour_known")),
        sa.CheckConstraint("redaction IN ('full', 'title_unit', 'count')", name=op.f("ck_feed_redaction_known")),
        *(sa.CheckConstraint(each, name=op.f(f"ck_feed_{name}")) for name, each in _conditions(scopes).items()),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_feed_owner_id_person"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_feed_plan_id_plan"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_feed_unit_id_unit"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_feed_token_hash")),
        sa.UniqueConstraint("uid", name=op.f("uq_feed_uid")),
    )
    sa.Index("ix_feed_owner_id", table.c.owner_id)
    return table


def _triggers() -> list[tuple[str, str]]:
    """Every trigger with its table."""
    named = [
        ("calendar_part_shown", "assignment"),
        ("calendar_part_moved", "assignment"),
        ("calendar_part_placed", "assignment"),
        ("calendar_part_added", "assignment"),
        ("calendar_part_removed", "assignment"),
        ("calendar_task_shown", "task"),
        ("calendar_task_marked", "task"),
        ("calendar_told", "history_entry"),
        ("calendar_unit_named", "unit"),
        ("calendar_unit_placed", "unit"),
        ("calendar_plan_shown", "plan"),
        *((f"calendar_milestone_{deed}", "milestone") for deed in ("added", "shown", "removed")),
    ]
    return named + [(f"calendar_{table}_{deed}", table) for table in WHOLE for deed in ("added", "changed", "removed")]


# SQLite: one writer at a time, so a counter for each unit is enough (deed 0).

ON_MARK = "ON CONFLICT (unit_id, deed) DO UPDATE SET changes = changes + 1"


def _mark(unit: str) -> str:
    return f"INSERT INTO calendar_mark (unit_id, deed, changes) VALUES ({unit}, 0, 1) {ON_MARK};"  # noqa: S608 - our own words


def _mark_each(units: str, parts: str) -> str:
    rows = f"SELECT {units}, 0, 1 FROM assignment WHERE {parts}"  # noqa: S608 - our own words
    return f"INSERT INTO calendar_mark (unit_id, deed, changes) {rows} {ON_MARK};"


def _bump(table: str, condition: str) -> str:
    return f"UPDATE {table} SET content_version = content_version + 1 WHERE {condition};"  # noqa: S608 - our own words


def _on(name: str, when: str, *deeds: str) -> None:
    op.execute(f"CREATE TRIGGER calendar_{name} AFTER {when} BEGIN {' '.join(deeds)} END")


def _count_on_sqlite() -> None:
    own_task = "id = NEW.task_id"
    _on("part_shown", f"UPDATE OF {PART_SHOWN} ON assignment", _bump("assignment", "id = NEW.id"), _mark("NEW.unit_id"))
    _on(
        "part_placed",
        f"UPDATE OF {PART_PLACED} ON assignment",
        _mark("OLD.unit_id"),
        _bump("task", "id IN (OLD.task_id, NEW.task_id)"),
    )
    _on("part_moved", "UPDATE OF state, changed_at ON assignment", _bump("task", f"{own_task} AND {HAS_MILESTONES}"))
    _on("part_added", "INSERT ON assignment", _bump("task", own_task))
    _on("part_removed", "DELETE ON assignment", _mark("OLD.unit_id"), _bump("task", "id = OLD.task_id"))
    _on("task_shown", f"UPDATE OF {TASK_SHOWN} ON task", _bump("task", "id = NEW.id"))
    _on(
        "task_marked",
        "UPDATE OF content_version ON task",
        _mark_each("DISTINCT unit_id", "task_id = NEW.id"),
    )
    _on(
        "told",
        f"INSERT ON history_entry WHEN NEW.event IN ({TOLD})",
        _bump("assignment", "id = NEW.assignment_id"),
        _mark_each("unit_id", "id = NEW.assignment_id"),
    )
    of_the_unit = "id IN (SELECT task_id FROM assignment WHERE unit_id = NEW.id)"
    _on("unit_named", "UPDATE OF name ON unit", _bump("task", of_the_unit))
    _on("unit_placed", f"UPDATE OF {UNIT_PLACED} ON unit", _mark("0"))
    _on("plan_shown", f"UPDATE OF {PLAN_SHOWN} ON plan", _bump("task", "plan_id = NEW.id"))
    _on("milestone_added", "INSERT ON milestone", _bump("task", own_task))
    _on(
        "milestone_shown",
        f"UPDATE OF {MILESTONE_SHOWN} ON milestone",
        _bump("task", "id IN (OLD.task_id, NEW.task_id)"),
    )
    _on("milestone_removed", "DELETE ON milestone", _bump("task", "id = OLD.task_id"))
    for table, number in WHOLE.items():
        for deed, when in (("added", "INSERT"), ("changed", "UPDATE"), ("removed", "DELETE")):
            _on(f"{table}_{deed}", f"{when} ON {table}", _mark(f"{number}"))


# PostgreSQL: many write at once. Each transaction adds rows of its own, so that none waits for another and every commit
# makes the sum of a unit's marks larger; tidying adds old rows up.

FUNCTIONS = (
    "calendar_part_is_shown()",
    "calendar_part_is_moved()",
    "calendar_part_is_placed()",
    "calendar_part_comes()",
    "calendar_part_goes()",
    "calendar_task_is_shown()",
    "calendar_task_is_marked()",
    "calendar_is_told()",
    "calendar_unit_is_named()",
    "calendar_plan_is_shown()",
    "calendar_milestone_changes()",
    "calendar_all_marked()",
    "calendar_count(integer)",
)


def _function(name: str, body: str) -> None:
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$")


def _each(name: str, when: str, function: str, given: str = "") -> None:
    op.execute(f"CREATE TRIGGER calendar_{name} {when} FOR EACH ROW EXECUTE FUNCTION {function}({given})")


def _count_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION calendar_count(unit integer) RETURNS void LANGUAGE sql AS $$ "
        "INSERT INTO calendar_mark (unit_id, deed, changes) VALUES (unit, pg_current_xact_id()::text::bigint, 1) "
        "ON CONFLICT DO NOTHING $$"
    )
    _functions()
    _each("part_shown", f"BEFORE UPDATE OF {PART_SHOWN} ON assignment", "calendar_part_is_shown")
    _each("part_moved", "AFTER UPDATE OF state, changed_at ON assignment", "calendar_part_is_moved")
    _each("part_placed", f"AFTER UPDATE OF {PART_PLACED} ON assignment", "calendar_part_is_placed")
    _each("part_added", "AFTER INSERT ON assignment", "calendar_part_comes")
    _each("part_removed", "AFTER DELETE ON assignment", "calendar_part_goes")
    _each("task_shown", f"AFTER UPDATE OF {TASK_SHOWN} ON task", "calendar_task_is_shown")
    _each("task_marked", "AFTER UPDATE OF content_version ON task", "calendar_task_is_marked")
    _each("told", "AFTER INSERT ON history_entry", "calendar_is_told")
    _each("unit_named", "AFTER UPDATE OF name ON unit", "calendar_unit_is_named")
    _each("unit_placed", f"AFTER UPDATE OF {UNIT_PLACED} ON unit", "calendar_all_marked", "'0'")
    _each("plan_shown", f"AFTER UPDATE OF {PLAN_SHOWN} ON plan", "calendar_plan_is_shown")
    _each("milestone_added", "AFTER INSERT ON milestone", "calendar_milestone_changes")
    _each("milestone_shown", f"AFTER UPDATE OF {MILESTONE_SHOWN} ON milestone", "calendar_milestone_changes")
    _each("milestone_removed", "AFTER DELETE ON milestone", "calendar_milestone_changes")
    for table, number in WHOLE.items():
        for deed, when in (("added", "INSERT"), ("changed", "UPDATE"), ("removed", "DELETE")):
            _each(f"{table}_{deed}", f"AFTER {when} ON {table}", "calendar_all_marked", f"'{number}'")


def _functions() -> None:
    _function(
        "calendar_part_is_shown",
        "NEW.content_version := OLD.content_version + 1; PERFORM calendar_count(NEW.unit_id); RETURN NEW;",
    )
    _function("calendar_part_is_moved", f"{_bump('task', f'id = NEW.task_id AND {HAS_MILESTONES}')} RETURN NULL;")
    _function(
        "calendar_part_is_placed",
        f"PERFORM calendar_count(OLD.unit_id); {_bump('task', 'id IN (OLD.task_id, NEW.task_id)')} RETURN NULL;",
    )
    _function("calendar_part_comes", f"{_bump('task', 'id = NEW.task_id')} RETURN NULL;")
    _function(
        "calendar_part_goes",
        f"PERFORM calendar_count(OLD.unit_id); {_bump('task', 'id = OLD.task_id')} RETURN NULL;",
    )
    _function("calendar_task_is_shown", f"{_bump('task', 'id = NEW.id')} RETURN NULL;")
    _function(
        "calendar_task_is_marked",
        "PERFORM calendar_count(unit_id) FROM (SELECT DISTINCT unit_id FROM assignment WHERE task_id = NEW.id) AS each; "
        "RETURN NULL;",
    )
    _function(
        "calendar_is_told",
        f"IF NEW.event IN ({TOLD}) THEN {_bump('assignment', 'id = NEW.assignment_id')} "
        "PERFORM calendar_count(unit_id) FROM assignment WHERE id = NEW.assignment_id; END IF; RETURN NULL;",
    )
    of_the_unit = "id IN (SELECT task_id FROM assignment WHERE unit_id = NEW.id)"
    _function("calendar_unit_is_named", f"{_bump('task', of_the_unit)} RETURN NULL;")
    _function("calendar_plan_is_shown", f"{_bump('task', 'plan_id = NEW.id')} RETURN NULL;")
    _function(
        "calendar_milestone_changes",
        f"IF TG_OP <> 'INSERT' THEN {_bump('task', 'id = OLD.task_id')} END IF; "
        f"IF TG_OP <> 'DELETE' THEN {_bump('task', 'id = NEW.task_id')} END IF; RETURN NULL;",
    )
    _function("calendar_all_marked", "PERFORM calendar_count(TG_ARGV[0]::integer); RETURN NULL;")
